#pragma once
// Commands from their submission to their end, and questions about them. Pure but for the outbox: no sockets, no clock.
//
//   storing → queued → sent → accepted → settled (confirmed)
//                          → settling → settled (rejected)
//
// Nothing is sent before it is safe in the outbox, and nothing is told as confirmed or rejected before that is: after a
// restart it would be unknown, or go through it all again.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include <daybook/detail/completion.hpp>
#include <daybook/status.hpp>

#include "client-sdk/src/act.hpp"
#include "client-sdk/src/backoff.hpp"
#include "client-sdk/src/outbox.hpp"

namespace daybook::client::detail {

// Threading: confined to the client's executor.
// Lifetime:  keeps a reference to the outbox, where there is one.
// Limits:    commands_max and bytes_max, beyond which submit() refuses; settled_max, beyond which the oldest are dropped.
class Pending {
 public:
  struct Limits {
    std::size_t commands_max = 10'000;
    std::size_t bytes_max = std::size_t{64} * 1024 * 1024;
    std::size_t settled_max = 1'000;
  };
  using Ticket =
      std::uint64_t;  // names an operation for cancel(): of a submission, the act's number
  using Answer = Completion<Outcome>;
  using Changed = std::function<void(const CommandStatus&)>;

  // changed: told of every status; `unknown`: it was refused by the outbox, or forgotten.
  explicit Pending(Limits limits, Changed changed = nullptr, Outbox* outbox = nullptr)
      : limits_(limits), changed_(std::move(changed)), outbox_(outbox) {}

  // What an earlier run left, in order; before anything is submitted.
  void restore(std::vector<OutboxEntry> entries);
  // Why it would not be taken now; nullopt: it would.
  [[nodiscard]] std::optional<Errc> refuses(const Act& act) const;
  void submit(ActPointer act, Answer answer);
  void on_stored(std::uint64_t number, error_code error);
  void query(Ticket ticket, Id command, Answer answer);
  // Forgets an operation; its answer completes with operation_aborted.
  void cancel(Ticket ticket);
  // Forgets a command, whatever became of it. What is under way may still take effect.
  void forget(Id id);

  // Who sends from now on, and to which log: what was given by nobody known yet is theirs, what was given by others is held.
  void on_welcome(Owner owner);
  [[nodiscard]] Owner owner() const { return owner_; }

  // Appends what may be sent now to the frames: at most `in_flight_max` commands unanswered at once, about `bytes`.
  void send(record::AlignedBytes& out, std::size_t in_flight_max, std::size_t bytes, Instant now);
  [[nodiscard]] bool wants_to_send(std::size_t in_flight_max, Instant now) const;
  // Whether what is submitted now would go out at once, but for the disk.
  [[nodiscard]] bool sends_at_once(std::size_t in_flight_max) const {
    return queued_.empty() && !paused_until_ && in_flight_ < in_flight_max;
  }

  // Answers; one that nobody waits for is ignored.
  void on_accepted(const Accepted& accepted);
  void on_rejected(schema::Rejected::Reader reader, Instant now);
  void on_not_recorded(Id id);
  void on_unknown(Id id, Instant again);  // its outcome is not known: sent again at that time
  void on_events(std::span<const record::Entry> entries);  // an event is the answer of its command
  void on_lost();                                          // everything unanswered is sent again

  // Accepted, safe, and not confirmed yet.
  [[nodiscard]] std::vector<Accepted> unconfirmed() const;
  void confirm(Id id);

  // When send() has something more to do by time alone.
  [[nodiscard]] std::optional<Instant> due() const;
  void tick(Instant now);

  [[nodiscard]] CommandStatus status(Id id) const;
  [[nodiscard]] std::vector<CommandStatus> unsettled() const;  // in the order of submission
  [[nodiscard]] std::vector<CommandStatus> settled() const;
  // What is shown before it is confirmed, of one stream.
  [[nodiscard]] std::vector<ActPointer> acts(Id stream) const;

  [[nodiscard]] std::size_t size() const { return commands_.size() + queries_.size(); }
  // Nobody waits for an answer any more: what is held is not waited for.
  [[nodiscard]] bool idle() const { return waiting_ == 0 && queries_.empty(); }
  // All answers complete with the error. What is in an outbox stays there.
  void abort(error_code error);

 private:
  enum class Phase { storing, queued, sent, delayed, accepted, settling };
  struct Command {
    ActPointer act;
    Owner owner = {};
    Phase phase = Phase::storing;
    unsigned stores = 0;   // handed to the outbox, and not safe yet
    bool is_safe = false;  // what is in the outbox says that it is queued
    bool is_held = false;
    bool is_forgotten = false;  // but the server still works on it
    Answer answer = {};
    std::optional<Outcome> outcome = {};
  };
  struct Query {
    Id id;
    bool sent = false;
    Answer answer;
  };
  using Commands = std::map<std::uint64_t, Command>;  // in the order of submission

  [[nodiscard]] static CommandStatus status_of(const Command& command);
  [[nodiscard]] static bool waits(const Command& command);
  [[nodiscard]] Commands::iterator find(Id id);
  void tell(const CommandStatus& status) const {
    if (changed_) changed_(status);
  }
  void set_phase(Commands::iterator at, Phase phase);
  void leave(Commands::iterator at);
  void erase(Commands::iterator at);
  void forget(Commands::iterator at);
  void hold(Command& command);
  void keep(Command& command, record::AlignedBytes answer);
  void settle(Commands::iterator at, Status status);
  void add_settled(std::uint64_t number, CommandStatus status);
  void drop_settled(std::uint64_t number);
  void answer_queries(Id id, const Outcome& outcome);

  Limits limits_;
  Changed changed_;
  Outbox* outbox_;
  Owner owner_ = {};
  Commands commands_;
  std::map<std::uint64_t, CommandStatus> settled_;
  std::unordered_map<Id, std::uint64_t> numbers_;  // of both
  std::set<std::uint64_t> queued_;                 // to be sent, in order
  std::set<std::uint64_t> accepted_;               // and not confirmed yet
  std::map<std::uint64_t, Instant> delayed_;       // to be queued at that time
  std::optional<Instant> paused_until_;            // the server asked for it
  std::map<Ticket, Query> queries_;
  std::size_t bytes_ = 0;
  std::size_t in_flight_ = 0;
  std::size_t waiting_ = 0;
};

}  // namespace daybook::client::detail
