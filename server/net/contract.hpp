#pragma once
// The contract for machines: openapi.json and asyncapi.json, made from the table of routes and from the schema, so that they
// cannot say anything else than what there is.
//
// Pure functions; thread-safe. Each document is made once.

#include <string>
#include <string_view>

#include "schema/json/json_schema.hpp"
#include "schema/wire.capnp.h"

namespace daybook::net {

inline constexpr const char* kAboutContract =
    "The shared record of a project. PROTOCOL.md in the source tree says what a schema cannot: "
    "guarantees, how a client resumes, what each code means.";

// All that a document refers to, and what reflection does not know of it. Call last.
[[nodiscard]] boost::json::object take_schemas(schema::json::JsonSchemas& schemas);

// OpenAPI 3.1: every route, its parameters, and the JSON form of what goes in and comes out.
[[nodiscard]] const std::string& openapi_document();

// AsyncAPI 3.0: every message of the sync protocol in its JSON form, who sends it, and whether this server has it.
[[nodiscard]] const std::string& asyncapi_document();

enum class SentBy { nobody, client, server, both };
[[nodiscard]] SentBy sent_by(schema::Message::Which message);
// Why a message of the protocol does not occur in this server's JSON form; empty: it does.
[[nodiscard]] std::string_view why_not_served(schema::Message::Which message);

}  // namespace daybook::net
