#pragma once
// What clients asked for and were told, and whether the log bears it out.

#include <map>
#include <optional>
#include <set>
#include <vector>

#include <daybook/outcome.hpp>
#include <daybook/status.hpp>

#include "server/log/event_log.hpp"
#include "tests/simulation/trace.hpp"

namespace daybook::simulation {

// One act of one member. It is submitted once; clients and networks may send it as often as they like.
struct Act {
  using Number = std::uint64_t;  // in the order in which acts are submitted, by whomever
  enum class Status {
    open,        // no answer yet
    accepted,    // the client was told so
    rejected,    // likewise
    given_up,    // whoever waited for the answer is gone: it took effect once or not at all
    known_lost,  // accepted, and then an older backup was restored
  };
  Status status = Status::open;
  Id id = {};  // once it is known
  std::optional<client::Accepted> accepted = {};
  client::Code code = client::Code::NONE;
};

// Threading: confined to one thread. Faults go to the trace.
class Ledger {
 public:
  explicit Ledger(Trace& trace) : trace_(trace) {}

  [[nodiscard]] Act::Number submitted(Id id);  // nil: the library makes one
  void accepted(Act::Number act, const client::Accepted& accepted);
  // An act that was accepted is sent once more, and gets this answer.
  void repeated(Act::Number act, const client::Outcome& outcome);
  void rejected(Act::Number act, Id id, client::Code code, bool is_local);
  // Nobody waits any more.
  void given_up(Act::Number act);
  // A command of the operator, which no client is told of.
  void operated(Id id) { operated_.insert(id); }
  // What this would lead to was asked, or it was given by somebody who may not: it never takes effect.
  void tried(Id id) { tried_.insert(id); }
  // The log is replaced by an older one, which ends here.
  void restored(const log::EventLog& replaced, Position end);

  [[nodiscard]] bool is_accepted(Act::Number act) const {
    return acts_.at(act).status == Act::Status::accepted;
  }
  // It was recorded in a log that was replaced, or its client was told so.
  [[nodiscard]] bool is_known_lost(Id id) const;
  // The library says at last that this became of it; who was told something else was told wrong.
  void check_end(Id id, client::Status status) const;
  [[nodiscard]] std::size_t size() const { return acts_.size(); }
  [[nodiscard]] std::size_t open() const { return count(Act::Status::open); }
  [[nodiscard]] std::size_t count(Act::Status status) const;

  // What was acknowledged is there, where it was said to be. (At each start.)
  void check_acknowledged(const log::EventLog& log);
  // Every event, read anew: positions and versions without holes, no command twice, each act as its client was told.
  void check_everything(const log::EventLog& log);

 private:
  struct Recorded {
    Position first;
    std::uint32_t count = 0;
    bool is_members = false;  // of no server, and no operator
  };
  using Record = std::map<Id, Recorded>;  // by command
  [[nodiscard]] Act* finish(Act::Number act);
  // nullopt: a fault, which was told.
  [[nodiscard]] std::optional<Record> read(const log::EventLog& log);
  void check(const Act& act, const Record& record);

  Trace& trace_;
  std::vector<Act> acts_;
  std::set<Id> operated_;
  std::set<Id> tried_;
  std::set<Id> lost_;  // what logs had that were replaced
};

}  // namespace daybook::simulation
