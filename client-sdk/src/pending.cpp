#include "client-sdk/src/pending.hpp"

#include <algorithm>
#include <utility>

#include "client-sdk/src/read_answer.hpp"

namespace daybook::client::detail {
namespace {

// A server that is too busy is left alone for so long.
constexpr Millis kPauseMin{1'000};
constexpr Millis kPauseMax{60'000};

record::AlignedBytes frame_of(const Accepted& accepted) {
  record::AlignedBytes frame;
  append_message(frame, [&](schema::Message::Builder message) {
    auto builder = message.initAccepted();
    write(builder.initId(), accepted.id);
    write(builder.initStream(), accepted.stream);
    builder.setFirstVersion(accepted.first_version.value);
    builder.setFirstPosition(accepted.first_position.value);
    builder.setCount(accepted.count);
  });
  return frame;
}

// What is kept of an answer, as a value; nullopt: it is none to this command.
std::optional<Outcome> read_answer(const record::AlignedBytes& bytes, Id id) {
  record::Bytes rest = bytes;
  const auto frame = next_frame(rest);
  if (!frame || !*frame) return std::nullopt;
  const auto opened = schema::open_flat_message<schema::Message>((*frame)->body);
  if (!opened) return std::nullopt;
  const auto message = opened->root<schema::Message>();
  if (message.isAccepted()) {
    const auto accepted = read_accepted(message.getAccepted());
    if (accepted.id == id) return accepted;
  } else if (message.isRejected()) {
    auto rejected = read_rejected(message.getRejected());
    if (rejected.id == id) return rejected;
  }
  return std::nullopt;
}

// Not a verdict on the command.
bool is_pause(Code code) { return code == Code::RATE_LIMITED || code == Code::OVERLOADED; }

}  // namespace

// --- One command -----------------------------------------------------------------------------------------------------

CommandStatus Pending::status_of(const Command& command) {
  CommandStatus status{.id = command.act->id,
                       .stream = command.act->stream,
                       .submitted_at = command.act->submitted_at,
                       .is_held = command.is_held};
  if (command.is_forgotten) return status;
  switch (command.phase) {
    case Phase::storing:
      status.status = command.is_safe ? Status::queued : Status::unknown;
      break;
    case Phase::queued:
      status.status = Status::queued;
      break;
    case Phase::sent:
    case Phase::delayed:
    case Phase::settling:
      status.status = Status::sent;
      break;
    case Phase::accepted:
      status.status = Status::accepted;
      status.outcome = command.outcome;
      break;
  }
  return status;
}

// Whether it goes on by itself until it is answered.
bool Pending::waits(const Command& command) {
  return command.phase != Phase::accepted && !command.is_held && !command.is_forgotten;
}

Pending::Commands::iterator Pending::find(Id id) {
  const auto at = numbers_.find(id);
  return at == numbers_.end() ? commands_.end() : commands_.find(at->second);
}

// Out of whatever its phase has put it into.
void Pending::leave(Commands::iterator at) {
  switch (at->second.phase) {
    case Phase::sent:
      --in_flight_;
      break;
    case Phase::queued:
      queued_.erase(at->first);
      break;
    case Phase::delayed:
      delayed_.erase(at->first);
      break;
    case Phase::accepted:
      accepted_.erase(at->first);
      break;
    case Phase::storing:
    case Phase::settling:
      break;
  }
}

void Pending::set_phase(Commands::iterator at, Phase phase) {
  auto& command = at->second;
  const auto before = status_of(command).status;
  const bool waited = waits(command);
  leave(at);
  command.phase = phase;
  if (phase == Phase::queued && !command.is_held) queued_.insert(at->first);
  if (phase == Phase::sent) ++in_flight_;
  if (phase == Phase::accepted) accepted_.insert(at->first);
  if (waited && !waits(command)) --waiting_;
  if (const auto now = status_of(command); now.status != before) tell(now);
}

void Pending::erase(Commands::iterator at) {
  leave(at);
  if (waits(at->second)) --waiting_;
  bytes_ -= at->second.act->frame.size();
  numbers_.erase(at->second.act->id);
  commands_.erase(at);
}

void Pending::keep(Command& command, record::AlignedBytes answer) {
  ++command.stores;
  OutboxEntry entry{.act = *command.act, .owner = command.owner, .answer = std::move(answer)};
  if (!entry.answer.empty()) entry.act.frame.clear();
  outbox_->put(std::move(entry));
}

// --- Submission ------------------------------------------------------------------------------------------------------

void Pending::restore(std::vector<OutboxEntry> entries) {
  for (auto& entry : entries) {
    const auto number = entry.act.number;
    const Id id = entry.act.id;
    if (!entry.answer.empty()) {
      auto outcome = read_answer(entry.answer, id);
      if (!outcome) continue;
      const bool yes = accepted(*outcome) != nullptr;
      add_settled(number, {.id = id,
                           .stream = entry.act.stream,
                           .status = yes ? Status::confirmed : Status::rejected,
                           .submitted_at = entry.act.submitted_at,
                           .outcome = std::move(outcome)});
      continue;
    }
    if (numbers_.contains(id)) continue;
    auto act = open_act(std::move(entry.act));
    if (!act) continue;
    bytes_ += act->frame.size();
    ++waiting_;
    numbers_[id] = number;
    queued_.insert(number);
    commands_.emplace(
        number,
        Command{
            .act = std::move(act), .owner = entry.owner, .phase = Phase::queued, .is_safe = true});
  }
}

std::optional<Errc> Pending::refuses(const Act& act) const {
  const auto known = numbers_.find(act.id);
  if (known != numbers_.end() && commands_.contains(known->second)) return Errc::already_pending;
  if (commands_.size() >= limits_.commands_max || bytes_ + act.frame.size() > limits_.bytes_max) {
    return Errc::overloaded;
  }
  return std::nullopt;
}

void Pending::submit(ActPointer act, Answer answer) {
  if (const auto refused = refuses(*act)) return answer(*refused, {});
  const auto known = numbers_.find(act->id);
  const std::size_t bytes = act->frame.size();
  if (known != numbers_.end()) drop_settled(known->second);  // submitted again: a new life
  const auto number = act->number;
  numbers_.emplace(act->id, number);
  bytes_ += bytes;
  ++waiting_;
  const auto at =
      commands_
          .emplace(number,
                   Command{.act = std::move(act), .owner = owner_, .answer = std::move(answer)})
          .first;
  if (outbox_ != nullptr) return keep(at->second, {});
  at->second.is_safe = true;
  queued_.insert(number);
  at->second.phase = Phase::queued;
  tell(status_of(at->second));
}

void Pending::on_stored(std::uint64_t number, error_code error) {
  const auto at = commands_.find(number);
  if (at == commands_.end()) return;
  auto& command = at->second;
  if (--command.stores != 0) return;
  if (command.phase == Phase::settling) return settle(at, Status::rejected);
  if (command.phase != Phase::storing) return;
  if (error && !command.is_safe) {
    auto answer = std::move(command.answer);
    const auto status = status_of(command);
    outbox_->erase(number);
    erase(at);
    tell(status);
    return answer(error, {});
  }
  const bool was_safe = std::exchange(command.is_safe, true);
  command.phase = Phase::queued;
  if (!command.is_held) queued_.insert(number);
  if (!was_safe) tell(status_of(command));
}

void Pending::query(Ticket ticket, Id command, Answer answer) {
  if (queries_.size() >= limits_.commands_max) return answer(Errc::overloaded, {});
  queries_.emplace(ticket, Query{.id = command, .answer = std::move(answer)});
}

void Pending::forget(Commands::iterator at) {
  auto& command = at->second;
  if (command.is_forgotten) return;
  auto answer = std::move(command.answer);
  if (waits(command)) --waiting_;
  command.is_forgotten = true;
  if (outbox_ != nullptr) outbox_->erase(at->first);
  const auto status = status_of(command);
  if (command.phase != Phase::sent) erase(at);
  tell(status);
  if (answer) answer(net::error::operation_aborted, {});
}

void Pending::cancel(Ticket ticket) {
  if (const auto at = commands_.find(ticket); at != commands_.end() && at->second.answer) {
    forget(at);
  } else if (const auto query = queries_.find(ticket); query != queries_.end()) {
    auto answer = std::move(query->second.answer);
    queries_.erase(query);
    answer(net::error::operation_aborted, {});
  }
}

void Pending::forget(Id id) {
  const auto known = numbers_.find(id);
  if (known == numbers_.end()) return;
  if (const auto at = commands_.find(known->second); at != commands_.end()) return forget(at);
  auto status = settled_.at(known->second);
  drop_settled(known->second);
  status.status = Status::unknown;
  status.outcome.reset();
  tell(status);
}

// --- The connection --------------------------------------------------------------------------------------------------

void Pending::hold(Command& command) {
  const bool held = command.owner != owner_;
  if (held == command.is_held) return;
  if (held && waits(command)) --waiting_;
  command.is_held = held;
  if (!held && waits(command)) ++waiting_;
  if (command.phase == Phase::queued) {
    if (held) {
      queued_.erase(command.act->number);
    } else {
      queued_.insert(command.act->number);
    }
  }
  tell(status_of(command));
  if (held && command.answer) {
    const bool other_log = command.owner.log_id != owner_.log_id;
    command.answer(other_log ? Errc::other_log : Errc::other_member, {});
  }
}

void Pending::on_welcome(Owner owner) {
  owner_ = owner;
  for (auto& [number, command] : commands_) {
    if (command.phase == Phase::accepted || command.phase == Phase::settling) continue;
    if (command.owner == Owner{}) {
      command.owner = owner;
      // Whoever runs next must know whose it is before it can have taken effect.
      if (outbox_ != nullptr) {
        queued_.erase(number);
        command.phase = Phase::storing;
        keep(command, {});
      }
    }
    hold(command);
  }
}

bool Pending::wants_to_send(std::size_t in_flight_max, Instant now) const {
  if (paused_until_ && now < *paused_until_) return false;
  if (!queued_.empty() && in_flight_ < in_flight_max) return true;
  return std::ranges::any_of(queries_, [](const auto& entry) { return !entry.second.sent; });
}

void Pending::send(record::AlignedBytes& out, std::size_t in_flight_max, std::size_t bytes,
                   Instant now) {
  if (paused_until_ && now < *paused_until_) return;
  paused_until_.reset();
  while (!queued_.empty() && in_flight_ < in_flight_max && out.size() < bytes) {
    const auto at = commands_.find(*queued_.begin());
    const auto& frame = at->second.act->frame;
    out.insert(out.end(), frame.begin(), frame.end());
    set_phase(at, Phase::sent);
  }
  // Behind the commands: a question is answered as of those that were sent before it.
  for (auto& [ticket, query] : queries_) {
    if (query.sent || out.size() >= bytes) continue;
    query.sent = true;
    append_message(out, [&](schema::Message::Builder message) {
      write(message.initOutcomeQuery().initId(), query.id);
    });
  }
}

void Pending::on_lost() {
  for (auto at = commands_.begin(); at != commands_.end();) {
    const auto next = std::next(at);
    if (at->second.phase == Phase::sent || at->second.phase == Phase::delayed) {
      if (at->second.is_forgotten) {
        erase(at);
      } else {
        set_phase(at, Phase::queued);
      }
    }
    at = next;
  }
  paused_until_.reset();
  for (auto& [ticket, query] : queries_) query.sent = false;
}

std::optional<Instant> Pending::due() const {
  std::optional<Instant> first = paused_until_;
  for (const auto& [number, at] : delayed_) first = first ? std::min(*first, at) : at;
  return first;
}

void Pending::tick(Instant now) {
  if (paused_until_ && now >= *paused_until_) paused_until_.reset();
  while (true) {
    const auto due =
        std::ranges::find_if(delayed_, [&](const auto& entry) { return entry.second <= now; });
    if (due == delayed_.end()) return;
    set_phase(commands_.find(due->first), Phase::queued);
  }
}

// --- Answers ---------------------------------------------------------------------------------------------------------

void Pending::on_accepted(const Accepted& accepted) {
  answer_queries(accepted.id, accepted);
  const auto at = find(accepted.id);
  if (at == commands_.end() || at->second.phase == Phase::accepted) return;
  if (at->second.is_forgotten) return erase(at);
  auto& command = at->second;
  auto answer = std::move(command.answer);
  command.outcome = accepted;
  set_phase(at, Phase::accepted);
  command.is_held = false;
  if (outbox_ != nullptr) keep(command, frame_of(accepted));
  if (answer) answer({}, accepted);
}

void Pending::on_rejected(schema::Rejected::Reader reader, Instant now) {
  auto rejected = read_rejected(reader);
  const auto at = find(rejected.id);
  if (at == commands_.end() || at->second.phase != Phase::sent) return;
  auto& command = at->second;
  if (command.is_forgotten) return erase(at);
  // Not a verdict on the command: it is sent again on the next connection.
  if (rejected.code == Code::GOING_AWAY) return;
  if (is_pause(rejected.code)) {
    const Millis asked(rejected.facts.retry_after_millis);
    const auto until = now + std::clamp(asked, kPauseMin, kPauseMax);
    paused_until_ = paused_until_ ? std::max(*paused_until_, until) : until;
    return set_phase(at, Phase::queued);
  }
  command.outcome = std::move(rejected);
  set_phase(at, Phase::settling);
  if (outbox_ == nullptr) return settle(at, Status::rejected);
  record::AlignedBytes frame;
  append_message(frame, [&](schema::Message::Builder message) { message.setRejected(reader); });
  keep(command, std::move(frame));
}

void Pending::on_not_recorded(Id id) { answer_queries(id, NotRecorded{id}); }

void Pending::on_unknown(Id id, Instant again) {
  const auto at = find(id);
  if (at == commands_.end() || at->second.phase != Phase::sent) return;
  if (at->second.is_forgotten) return erase(at);
  set_phase(at, Phase::delayed);
  delayed_[at->first] = again;
}

void Pending::on_events(std::span<const record::Entry> entries) {
  if (commands_.empty()) return;
  for (const auto& entry : entries) {
    const auto& envelope = entry.event.envelope();
    if (envelope.command_index != 0 || !numbers_.contains(envelope.command_id)) continue;
    on_accepted({.id = envelope.command_id,
                 .stream = envelope.stream,
                 .first_version = envelope.version,
                 .first_position = envelope.position,
                 .count = envelope.command_count});
  }
}

void Pending::answer_queries(Id id, const Outcome& outcome) {
  for (auto at = queries_.begin(); at != queries_.end();) {
    const auto next = std::next(at);
    if (at->second.id == id && at->second.sent) {
      at->second.answer({}, outcome);
      queries_.erase(at);
    }
    at = next;
  }
}

// --- What is over ----------------------------------------------------------------------------------------------------

std::vector<Accepted> Pending::unconfirmed() const {
  std::vector<Accepted> out;
  for (const auto number : accepted_) {
    const auto& command = commands_.at(number);
    if (command.stores == 0) out.push_back(*accepted(*command.outcome));
  }
  return out;
}

void Pending::confirm(Id id) {
  const auto at = find(id);
  if (at != commands_.end() && at->second.phase == Phase::accepted) settle(at, Status::confirmed);
}

void Pending::settle(Commands::iterator at, Status status) {
  auto answer = std::move(at->second.answer);
  auto told = status_of(at->second);
  told.status = status;
  told.outcome = at->second.outcome;
  const auto number = at->first;
  erase(at);
  add_settled(number, told);
  tell(told);
  if (answer) answer({}, std::move(*told.outcome));
}

void Pending::add_settled(std::uint64_t number, CommandStatus status) {
  numbers_[status.id] = number;
  settled_.emplace(number, std::move(status));
  while (settled_.size() > limits_.settled_max) drop_settled(settled_.begin()->first);
}

void Pending::drop_settled(std::uint64_t number) {
  const auto at = settled_.find(number);
  const auto known = numbers_.find(at->second.id);
  if (known != numbers_.end() && known->second == number) numbers_.erase(known);
  if (outbox_ != nullptr) outbox_->erase(number);
  settled_.erase(at);
}

CommandStatus Pending::status(Id id) const {
  const auto known = numbers_.find(id);
  if (known == numbers_.end()) return {.id = id};
  if (const auto at = commands_.find(known->second); at != commands_.end()) {
    return status_of(at->second);
  }
  return settled_.at(known->second);
}

std::vector<CommandStatus> Pending::unsettled() const {
  std::vector<CommandStatus> out;
  for (const auto& [number, command] : commands_) {
    if (!command.is_forgotten) out.push_back(status_of(command));
  }
  return out;
}

std::vector<CommandStatus> Pending::settled() const {
  std::vector<CommandStatus> out;
  for (const auto& [number, status] : settled_) out.push_back(status);
  return out;
}

std::vector<ActPointer> Pending::acts(Id stream) const {
  std::vector<ActPointer> out;
  for (const auto& [number, command] : commands_) {
    const bool shown = command.act->is_decided_here && command.phase != Phase::accepted;
    if (shown && !command.is_forgotten && !command.is_held && command.act->stream == stream) {
      out.push_back(command.act);
    }
  }
  return out;
}

void Pending::abort(error_code error) {
  std::vector<Answer> answers;
  for (auto& [ticket, query] : std::exchange(queries_, {})) {
    answers.push_back(std::move(query.answer));
  }
  for (auto at = commands_.begin(); at != commands_.end();) {
    const auto next = std::next(at);
    if (at->second.answer) answers.push_back(std::exchange(at->second.answer, {}));
    if (outbox_ == nullptr && at->second.phase != Phase::accepted) {
      at->second.is_forgotten = true;
      const auto status = status_of(at->second);
      at->second.is_forgotten = false;
      erase(at);
      tell(status);
    }
    at = next;
  }
  for (auto& answer : answers) answer(error, {});
}

}  // namespace daybook::client::detail
