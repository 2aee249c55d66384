#pragma once
// Commands and questions that wait for their answers. Pure: no sockets, no clock.
//
// A command is encoded when it is sent first, and those bytes are sent again, so that its fingerprint stays. The place for
// a durable outbox is here.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include <daybook/command.hpp>
#include <daybook/detail/completion.hpp>
#include <daybook/outcome.hpp>

#include "client-sdk/src/backoff.hpp"
#include "client-sdk/src/frames.hpp"

namespace daybook::client::detail {

// Threading: confined to the client's executor.
// Limits:    commands_max and bytes_max, beyond which submit() refuses.
class Pending {
 public:
  struct Limits {
    std::size_t commands_max = 10'000;
    std::size_t bytes_max = std::size_t{64} * 1024 * 1024;
  };
  using Ticket = std::uint64_t;  // names an operation for cancel()
  using Answer = Completion<Outcome>;

  explicit Pending(Limits limits) : limits_(limits) {}

  // The request is complete but for effectiveAt. Completes the answer by itself if it is refused.
  // claims_time: if it is not sent at once, effectiveAt says when it was submitted.
  struct Submission {
    Id id;
    CommandBuilder command;
    bool claims_time = false;
    Instant submitted = {};
    Answer answer;
  };
  void submit(Ticket ticket, Submission submission);
  void query(Ticket ticket, Id command, Answer answer);
  // Forgets an operation; its answer completes with operation_aborted.
  void cancel(Ticket ticket);

  // Appends what may be sent now to the frames: at most `in_flight_max` commands unanswered at once, about `bytes`.
  // server_time: the server's clock at `now`.
  struct Moment {
    Instant now;
    Timestamp server_time;
  };
  void send(record::AlignedBytes& out, std::size_t in_flight_max, std::size_t bytes, Moment at);
  [[nodiscard]] bool wants_to_send(std::size_t in_flight_max) const;

  // Answers; one that nobody waits for is ignored.
  void on_accepted(schema::Accepted::Reader accepted);
  void on_rejected(schema::Rejected::Reader rejected);
  void on_not_recorded(Id id);
  void on_unknown(Id id, Instant again);  // its outcome is not known: sent again at that time
  void on_lost();                         // everything unanswered is sent again

  // When send() has something more to do by time alone.
  [[nodiscard]] std::optional<Instant> due() const;
  void tick(Instant now);

  [[nodiscard]] std::size_t size() const { return commands_.size() + queries_.size(); }
  // Nobody waits for an answer any more.
  [[nodiscard]] bool idle() const { return waiting_ == 0 && queries_.empty(); }
  // All answers complete with the error, or are handed over to be destroyed.
  void abort(error_code error);
  [[nodiscard]] std::vector<Answer> release();

 private:
  struct Command {
    Id id;
    CommandBuilder command;           // until it is sent first
    record::AlignedBytes frame = {};  // from then on
    std::size_t bytes = 0;
    bool claims_time = false;
    Instant submitted = {};
    bool sent = false;       // on this connection, and not answered
    bool forgotten = false;  // cancelled, but the server still works on it
    Answer answer;
  };
  struct Query {
    Id id;
    bool sent = false;
    Answer answer;
  };
  using Commands = std::map<Ticket, Command>;  // in the order of submission

  void encode(Command& command, Moment at);
  void finish(Id id, Outcome outcome);
  void erase(Commands::iterator at);
  [[nodiscard]] Commands::iterator find(Id id);
  void answer_queries(Id id, const Outcome& outcome);

  Limits limits_;
  Commands commands_;
  std::unordered_map<Id, Ticket> tickets_;
  std::set<Ticket> queued_;            // to be sent, in order
  std::map<Ticket, Instant> delayed_;  // to be queued at that time
  std::map<Ticket, Query> queries_;
  std::size_t bytes_ = 0;
  std::size_t in_flight_ = 0;
  std::size_t waiting_ = 0;  // commands that are not forgotten
};

}  // namespace daybook::client::detail
