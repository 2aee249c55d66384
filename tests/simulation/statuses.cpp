#include "tests/simulation/statuses.hpp"

namespace daybook::simulation {
namespace {

using client::Status;

// What is sent is queued again when the connection is lost: both wait for an answer.
int rank(Status status) {
  switch (status) {
    case Status::unknown:
      return 0;
    case Status::queued:
    case Status::sent:
      return 1;
    case Status::accepted:
      return 2;
    case Status::confirmed:
    case Status::rejected:
      return 3;
  }
  return 0;
}

}  // namespace

bool Statuses::is_final(Status status) {
  return status == Status::confirmed || status == Status::rejected;
}

void Statuses::told(const client::CommandStatus& now) {
  const auto at = known_.find(now.id);
  if (at == known_.end()) {
    if (now.status != Status::unknown) known_.emplace(now.id, now.status);
    return;
  }
  const auto before = at->second;
  const auto fault = [&](std::string_view what) {
    trace_.fail(fmt::format("{} was {} and {} {}", to_string(now.id), client::to_string(before),
                            what, client::to_string(now.status)));
  };
  if (is_final(before)) {
    if (now.status == before) return;
    if (!again_.contains(now.id) || is_final(now.status)) return fault("is, behind its end,");
    known_.erase(at);
    return told(now);
  }
  if (now.status == Status::unknown) {
    // Without a file, what is not answered is dropped with the session that had it.
    if (before == Status::accepted || has_outbox_) fault("is now");
    known_.erase(at);
    return;
  }
  if (rank(now.status) < rank(before)) fault("goes back to");
  if (before == Status::accepted && now.status == Status::rejected) fault("becomes");
  at->second = now.status;
}

void Statuses::app_ended() {
  if (!has_outbox_) return known_.clear();
  for (auto& [id, status] : known_) {
    if (!is_final(status)) status = Status::queued;
  }
}

}  // namespace daybook::simulation
