#include "tests/simulation/ledger.hpp"

#include <algorithm>

#include "model/record/event_batch.hpp"
#include "model/rejection.hpp"

namespace daybook::simulation {

using Status = Act::Status;

Act::Number Ledger::submitted(Id id) {
  acts_.push_back({.id = id});
  return acts_.size() - 1;
}

Act* Ledger::finish(Act::Number number) {
  auto& act = acts_.at(number);
  if (act.status == Status::open) return &act;
  trace_.fail(fmt::format("act {} was answered twice", number));
  return nullptr;
}

void Ledger::accepted(Act::Number number, const client::Accepted& accepted) {
  auto* const act = finish(number);
  if (act == nullptr) return;
  if (!act->id.is_nil() && act->id != accepted.id) trace_.fail("an answer is another act's");
  act->status = Status::accepted;
  act->id = accepted.id;
  act->accepted = accepted;
}

void Ledger::rejected(Act::Number number, Id id, client::Code code, bool is_local) {
  auto* const act = finish(number);
  if (act == nullptr) return;
  if (!act->id.is_nil() && act->id != id) trace_.fail("an answer is another act's");
  act->status = Status::rejected;
  act->id = id;
  act->code = code;
  // It is only ever sent again as it was.
  if (!is_local && code == client::Code::COMMAND_ID_REUSED)
    trace_.fail(to_string(id) + " was sent under other bytes");
}

void Ledger::repeated(Act::Number number, const client::Outcome& outcome) {
  const auto& act = acts_.at(number);
  if (act.status != Status::accepted) return;  // an older log was restored meanwhile
  const auto* rejected = client::rejected(outcome);
  if (rejected != nullptr && rejected->code == client::Code::RATE_LIMITED) return;
  const auto* accepted = client::accepted(outcome);
  if (accepted == nullptr || *accepted != *act.accepted)
    trace_.fail(to_string(act.id) + " was accepted, and sent again gets another answer");
}

void Ledger::given_up(Act::Number number) {
  if (auto* const act = finish(number)) act->status = Status::given_up;
}

void Ledger::restored(const log::EventLog& replaced, Position end) {
  Position position = end;
  while (true) {
    const auto batch = replaced.read_all(position, {.bytes = 1 << 20, .events = 1 << 20});
    if (batch.count == 0) break;
    record::Bytes rest = batch.entries;
    while (!rest.empty()) {
      const auto entry = record::next_entry(rest, record::EventView::Check::hashes);
      if (!entry || !*entry) return trace_.fail("a stored event does not check");
      lost_.insert((*entry)->event.envelope().command_id);
      position = (*entry)->event.envelope().position;
    }
  }
  for (auto& act : acts_) {
    if (act.status == Status::accepted && act.accepted->first_position > end)
      act.status = Status::known_lost;
  }
}

bool Ledger::is_known_lost(Id id) const {
  const auto act = std::ranges::find(acts_, id, &Act::id);
  // Whoever gave it is gone; what they left in an outbox may have been accepted since.
  if (act == acts_.end() || act->status == Status::given_up) return lost_.contains(id);
  return act->status == Status::known_lost;
}

void Ledger::check_end(Id id, client::Status status) const {
  const auto act = std::ranges::find(acts_, id, &Act::id);
  if (act == acts_.end()) return;  // who gave it is gone before it had a name
  const auto require = [&](client::Status wanted) {
    if (status != wanted)
      trace_.fail(fmt::format("{} ends {}, and was answered otherwise", to_string(id),
                              client::to_string(status)));
  };
  switch (act->status) {
    case Status::open:
      return trace_.fail(to_string(id) + " was never answered");
    case Status::accepted:
      return require(client::Status::confirmed);
    case Status::rejected:
      return require(client::Status::rejected);
    case Status::given_up:
    case Status::known_lost:
      return;
  }
}

std::size_t Ledger::count(Status status) const {
  return static_cast<std::size_t>(std::ranges::count(acts_, status, &Act::status));
}

void Ledger::check_acknowledged(const log::EventLog& log) {
  for (const auto& act : acts_) {
    if (act.status != Status::accepted) continue;
    const auto outcome = log.find_outcome(act.id);
    if (!outcome)
      return trace_.fail(fmt::format("{} was acknowledged at position {} and is lost",
                                     to_string(act.id), act.accepted->first_position.value));
    if (outcome->first != act.accepted->first_position ||
        outcome->first_version != act.accepted->first_version ||
        outcome->count != act.accepted->count || outcome->stream != act.accepted->stream)
      return trace_.fail(to_string(act.id) + " is not where its client was told that it is");
  }
}

std::optional<Ledger::Record> Ledger::read(const log::EventLog& log) {
  const auto fault = [&](std::string what) {
    trace_.fail(std::move(what));
    return std::nullopt;
  };
  const auto report = log.verify({});
  if (!report.faults.empty()) return fault("the log does not verify: " + report.faults.front());
  Record record;
  std::map<Id, Version> versions;
  Position position;
  while (true) {
    const auto batch = log.read_all(position, {.bytes = 1 << 20, .events = 1 << 20});
    if (batch.count == 0) break;
    record::Bytes rest = batch.entries;
    while (!rest.empty()) {
      const auto entry = record::next_entry(rest, record::EventView::Check::full);
      if (!entry || !*entry) return fault("a stored event does not check");
      const auto& envelope = (*entry)->event.envelope();
      if (envelope.position.value != position.value + 1) return fault("the positions have a hole");
      position = envelope.position;
      auto& version = versions[envelope.stream];
      if (envelope.version.value != version.value + 1) return fault("the versions have a hole");
      version = envelope.version;
      auto& command = record[envelope.command_id];
      if (command.count++ == 0) command.first = position;
      command.is_members = !envelope.actor.is_nil() && !operated_.contains(envelope.command_id);
      if (position.value != command.first.value + command.count - 1)
        return fault(to_string(envelope.command_id) + " was applied twice");
    }
  }
  if (position != log.head().position) return fault("the log ends before its head");
  return record;
}

void Ledger::check(const Act& act, const Record& record) {
  const auto at = record.find(act.id);
  switch (act.status) {
    case Status::open:
      return trace_.fail(to_string(act.id) + " was never answered");
    case Status::accepted:
      if (at == record.end() || at->second.first != act.accepted->first_position ||
          at->second.count != act.accepted->count)
        trace_.fail(to_string(act.id) + " was acknowledged, and is not recorded so");
      return;
    case Status::rejected:
      if (at != record.end())
        trace_.fail(fmt::format("{} was rejected ({}) and took effect", to_string(act.id),
                                model::to_string(act.code)));
      return;
    case Status::given_up:
    case Status::known_lost:
      return;
  }
}

void Ledger::check_everything(const log::EventLog& log) {
  const auto record = read(log);
  if (!record) return;
  std::set<Id> told;
  for (const auto& act : acts_) {
    check(act, *record);
    if (act.status == Status::accepted) told.insert(act.id);
  }
  for (const auto id : tried_) {
    if (record->contains(id)) trace_.fail(to_string(id) + " was only tried, and took effect");
  }
  // What nobody was told of is what nobody waited for.
  const auto untold =
      static_cast<std::size_t>(std::ranges::count_if(*record, [&](const auto& entry) {
        return entry.second.is_members && !told.contains(entry.first);
      }));
  if (untold > count(Status::given_up) + count(Status::known_lost))
    trace_.fail(fmt::format("{} commands took effect that nobody gave", untold));
}

}  // namespace daybook::simulation
