#pragma once
// What a command would lead to, decided here with the server's own rules on what is shown. Pure: no sockets, no clock.

#include <expected>
#include <optional>

#include <daybook/outcome.hpp>
#include <daybook/snapshot.hpp>

#include "model/context.hpp"
#include "model/rejection.hpp"

namespace daybook::client::detail {

// Who acts, and when. Whether the token has the importer's right is not known here: it counts as given.
struct Decider {
  Id member = {};
  bool is_admin = false;
  std::optional<model::Registration> registration = {};  // of a project that is not open yet
  Timestamp now = {};
};

// Decides the request on what is shown and folds its events in; leaves `shown` as it was if it is rejected.
// number: of the act, for the positions of its texts. ahead: events folded in so far; counts on.
// The state's version and time stay those of what is confirmed.
[[nodiscard]] std::expected<std::uint32_t, model::Rejection> fold_in(
    ProjectSnapshot& shown, schema::CommandRequest::Reader request, std::uint64_t number,
    const Decider& decider, std::uint64_t& ahead);

// Told to whoever submitted it: `local`, decided at that version.
[[nodiscard]] Rejected reject_here(Id id, const model::Rejection& rejection, Version version);

}  // namespace daybook::client::detail
