#pragma once
// Events as they were recorded, one command at a time: of a project, the workspace, or all.
//
// Every event is checked against its hashes and commitments. After a lost connection the stream of events goes on where
// it was: none is missing, none comes twice.
//
// Threading: confined to the client's executor.
// Lifetime:  a handle; its destruction ends the subscription and its handlers.

#include <functional>
#include <memory>
#include <span>
#include <variant>

#include <daybook/detail/completion.hpp>

#include "model/record/event_batch.hpp"

namespace daybook::client {

// In a subscription to everything numbers are positions, else versions.
struct FollowAfter {
  std::uint64_t number = 0;  // 0: from the first
  Id log_id = {};            // of the log that the number is of; nil: not checked
};
struct FollowTail {
  std::uint32_t events = 0;  // the last so many, at most 10,000, then every later one
};
struct FollowRange {
  std::uint64_t first = 1;  // both ends included; then it ends
  std::uint64_t last = 1;
};

struct FollowOptions {
  bool all = false;  // every stream, in the order of the log (admins and auditors)
  Id stream = {};    // else: a project; nil: the workspace
  std::variant<FollowAfter, FollowTail, FollowRange> from = FollowAfter{};
};

// Each is called on the client's executor; what is not set is not called.
struct FollowHandlers {
  // The events of one command, whole. Borrowed for the call.
  std::function<void(std::span<const record::Entry> events)> on_command = {};
  // Everything up to this number has been handed over; also when there was nothing, so that the end is known.
  std::function<void(std::uint64_t through)> on_complete = {};
  // Nothing more comes. No error: the range is complete.
  std::function<void(error_code error)> on_end = {};
};

class Follow {
 public:
  Follow(std::shared_ptr<detail::Core> core, FollowOptions options, FollowHandlers handlers);
  ~Follow();
  Follow(Follow&&) noexcept;
  Follow& operator=(Follow&&) noexcept;

  // Everything up to here has been handed over.
  [[nodiscard]] std::uint64_t through() const;

 private:
  void close();

  std::weak_ptr<detail::Core> core_;
  std::shared_ptr<detail::FollowChannel> channel_;
};

}  // namespace daybook::client
