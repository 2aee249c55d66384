#pragma once
// The contract for machines: openapi.json and asyncapi.json, made from the table of routes and from the schema, so that they
// cannot say anything else than what there is.
//
// Pure functions; thread-safe. Each document is made once.

#include <string>

#include "schema/wire.capnp.h"

namespace daybook::net {

// OpenAPI 3.1: every route, its parameters, and the JSON form of what goes in and comes out.
[[nodiscard]] const std::string& openapi_document();

// AsyncAPI 3.0: every message of the sync protocol's JSON form, and who sends it.
[[nodiscard]] const std::string& asyncapi_document();

enum class SentBy { nobody, client, server, both };
[[nodiscard]] SentBy sent_by(schema::Message::Which message);

}  // namespace daybook::net
