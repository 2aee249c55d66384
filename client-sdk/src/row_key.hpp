#pragma once
// The key of a row as it came from the server, by the table in schema/PROTOCOL.md. Pure.

#include <optional>

#include "model/ids.hpp"
#include "schema/wire.capnp.h"

namespace daybook::client::detail {

// nullopt: a row of a kind that this build does not know.
[[nodiscard]] std::optional<Id> row_key(schema::board::Row::Reader row);
[[nodiscard]] std::optional<Id> row_key(schema::task::Row::Reader row);
[[nodiscard]] std::optional<Id> row_key(schema::member::Row::Reader row);
[[nodiscard]] std::optional<Id> row_key(schema::project::Row::Reader row);
[[nodiscard]] std::optional<Id> row_key(schema::approval::Row::Reader row);
[[nodiscard]] std::optional<Id> row_key(schema::change::Row::Reader row);
[[nodiscard]] std::optional<Id> row_key(schema::risk::Row::Reader row);
[[nodiscard]] std::optional<Id> row_key(schema::decision::Row::Reader row);
[[nodiscard]] std::optional<Id> row_key(schema::comment::CommentState::Reader row);
[[nodiscard]] std::optional<Id> row_key(schema::attachment::AttachmentState::Reader row);
[[nodiscard]] std::optional<Id> row_key(schema::flow::Row::Reader row);
[[nodiscard]] std::optional<Id> row_key(schema::attention::Row::Reader row);
[[nodiscard]] std::optional<Id> row_key(schema::timeline::Row::Reader row);

}  // namespace daybook::client::detail
