#include "client-sdk/src/pending.hpp"

#include <cstring>

#include "model/check_command.hpp"
#include "schema/protocol.hpp"

namespace daybook::client::detail {
namespace {

// What leaves later than this after it was submitted says when it was submitted.
constexpr std::chrono::milliseconds kAtOnce{1000};

model::Text text_of(schema::TextRef::Reader reference) {
  // Foreign: a commitment of another length is none.
  model::Text text{.position = {reference.getPosition()}, .index = reference.getIndex()};
  const auto commitment = reference.getCommitment();
  if (commitment.size() == text.commitment.size()) {
    std::memcpy(text.commitment.data(), commitment.begin(), commitment.size());
  }
  return text;
}

Rejected read(schema::Rejected::Reader reader) {
  const auto from = reader.getFacts();
  Rejected out{.id = daybook::read(reader.getId()),
               .code = reader.getCode(),
               .retryable = reader.getRetryable()};
  Facts& facts = out.facts;
  facts.field.assign(from.getField().begin(), from.getField().size());
  facts.task = daybook::read(from.getTask());
  for (const auto task : from.getTasks()) facts.tasks.push_back(daybook::read(task));
  facts.column = daybook::read(from.getColumn());
  facts.member = daybook::read(from.getMember());
  facts.limit = from.getLimit();
  facts.count = from.getCount();
  facts.required = from.getRequired();
  facts.present_id = daybook::read(from.getPresentId());
  facts.present_number = from.getPresentNumber();
  facts.present_text = text_of(from.getPresentText());
  facts.id = daybook::read(from.getId());
  facts.by_member = daybook::read(from.getByMember());
  facts.retry_after_millis = from.getRetryAfterMillis();
  facts.subject = daybook::read(from.getSubject());
  for (const auto member : from.getMembers()) facts.members.push_back(daybook::read(member));
  if (const auto revision = from.getPresentRevision(); revision.size() == sizeof(record::Hash)) {
    facts.present_revision.emplace();
    std::copy(revision.begin(), revision.end(),
              reinterpret_cast<kj::byte*>(facts.present_revision->data()));
  }
  for (const auto id : from.getIds()) facts.ids.push_back(daybook::read(id));
  return out;
}

Outcome reject_here(Id id, Code code, std::string field = {}) {
  Rejected rejected{.id = id, .code = code, .local = true};
  rejected.facts.field = std::move(field);
  return rejected;
}

}  // namespace

void Pending::submit(Ticket ticket, Submission submission) {
  const Id id = submission.id;
  auto request = submission.command.request();
  const auto& given = submission.command.words();
  const std::vector<std::string_view> words(given.begin(), given.end());
  // What the server would refuse without looking at the state is refused here: a malformed message would end the
  // connection for everybody.
  if (const auto checked = model::check_command(request.getCommand().asReader(), words); !checked) {
    return submission.answer(
        {}, reject_here(id, checked.error().code, std::string(checked.error().facts.field)));
  }
  auto list = request.initWords(static_cast<unsigned>(words.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    list.set(i, capnp::Text::Reader(given[i].c_str(), given[i].size()));
  }
  const std::size_t bytes = (request.asReader().totalSize().wordCount + 2) * sizeof(capnp::word);
  if (bytes > schema::protocol::kCommandBytesMax) {
    return submission.answer({}, reject_here(id, Code::TOO_LARGE));
  }
  if (tickets_.contains(id)) return submission.answer(Errc::already_pending, {});
  if (commands_.size() >= limits_.commands_max || bytes_ + bytes > limits_.bytes_max) {
    return submission.answer(Errc::overloaded, {});
  }
  tickets_.emplace(id, ticket);
  queued_.insert(ticket);
  bytes_ += bytes;
  ++waiting_;
  commands_.emplace(ticket, Command{.id = id,
                                    .command = std::move(submission.command),
                                    .bytes = bytes,
                                    .claims_time = submission.claims_time,
                                    .submitted = submission.submitted,
                                    .answer = std::move(submission.answer)});
}

void Pending::query(Ticket ticket, Id command, Answer answer) {
  if (queries_.size() >= limits_.commands_max) return answer(Errc::overloaded, {});
  queries_.emplace(ticket, Query{.id = command, .answer = std::move(answer)});
}

void Pending::cancel(Ticket ticket) {
  if (const auto at = commands_.find(ticket); at != commands_.end() && !at->second.forgotten) {
    auto answer = std::move(at->second.answer);
    at->second.forgotten = true;
    --waiting_;
    if (!at->second.sent) erase(at);
    answer(net::error::operation_aborted, {});
  } else if (const auto query = queries_.find(ticket); query != queries_.end()) {
    auto answer = std::move(query->second.answer);
    queries_.erase(query);
    answer(net::error::operation_aborted, {});
  }
}

void Pending::encode(Command& command, Moment at) {
  auto request = command.command.request();
  const auto waited = at.now - command.submitted;
  if (command.claims_time && waited > kAtOnce) {
    request.setEffectiveAt(at.server_time.micros -
                           std::chrono::duration_cast<std::chrono::microseconds>(waited).count());
  }
  append_message(command.frame,
                 [&](schema::Message::Builder message) { message.setCommand(request); });
  command.command = CommandBuilder();
}

bool Pending::wants_to_send(std::size_t in_flight_max) const {
  if (!queued_.empty() && in_flight_ < in_flight_max) return true;
  for (const auto& [ticket, query] : queries_) {
    if (!query.sent) return true;
  }
  return false;
}

void Pending::send(record::AlignedBytes& out, std::size_t in_flight_max, std::size_t bytes,
                   Moment at) {
  while (!queued_.empty() && in_flight_ < in_flight_max && out.size() < bytes) {
    auto& command = commands_.at(*queued_.begin());
    queued_.erase(queued_.begin());
    if (command.frame.empty()) encode(command, at);
    command.sent = true;
    ++in_flight_;
    out.insert(out.end(), command.frame.begin(), command.frame.end());
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

Pending::Commands::iterator Pending::find(Id id) {
  const auto at = tickets_.find(id);
  return at == tickets_.end() ? commands_.end() : commands_.find(at->second);
}

void Pending::erase(Commands::iterator at) {
  if (at->second.sent) --in_flight_;
  bytes_ -= at->second.bytes;
  queued_.erase(at->first);
  delayed_.erase(at->first);
  tickets_.erase(at->second.id);
  commands_.erase(at);
}

void Pending::finish(Id id, Outcome outcome) {
  const auto at = find(id);
  if (at == commands_.end()) return;
  auto answer = std::move(at->second.answer);
  if (!at->second.forgotten) --waiting_;
  erase(at);
  answer({}, std::move(outcome));
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

void Pending::on_accepted(schema::Accepted::Reader reader) {
  const Accepted accepted{.id = daybook::read(reader.getId()),
                          .stream = daybook::read(reader.getStream()),
                          .first_version = {reader.getFirstVersion()},
                          .first_position = {reader.getFirstPosition()},
                          .count = reader.getCount()};
  finish(accepted.id, accepted);
  answer_queries(accepted.id, accepted);
}

void Pending::on_rejected(schema::Rejected::Reader reader) {
  auto rejected = read(reader);
  if (rejected.code == Code::GOING_AWAY) {
    // Not a verdict on the command: it is sent again on the next connection.
    const auto at = find(rejected.id);
    if (at != commands_.end() && at->second.forgotten) erase(at);
    return;
  }
  const Id id = rejected.id;
  finish(id, std::move(rejected));
}

void Pending::on_not_recorded(Id id) { answer_queries(id, NotRecorded{id}); }

void Pending::on_unknown(Id id, Instant again) {
  const auto at = find(id);
  if (at == commands_.end()) return;
  if (at->second.forgotten) return erase(at);
  if (!at->second.sent) return;
  at->second.sent = false;
  --in_flight_;
  delayed_[at->first] = again;
}

void Pending::on_lost() {
  for (auto at = commands_.begin(); at != commands_.end();) {
    const auto next = std::next(at);
    if (at->second.forgotten) {
      erase(at);
    } else {
      at->second.sent = false;
      queued_.insert(at->first);
    }
    at = next;
  }
  delayed_.clear();
  in_flight_ = 0;
  for (auto& [ticket, query] : queries_) query.sent = false;
}

std::optional<Instant> Pending::due() const {
  std::optional<Instant> first;
  for (const auto& [ticket, at] : delayed_) first = first ? std::min(*first, at) : at;
  return first;
}

void Pending::tick(Instant now) {
  std::erase_if(delayed_, [&](const auto& entry) {
    if (entry.second > now) return false;
    queued_.insert(entry.first);
    return true;
  });
}

std::vector<Pending::Answer> Pending::release() {
  std::vector<Answer> answers;
  for (auto& [ticket, command] : commands_) {
    if (command.answer) answers.push_back(std::move(command.answer));
  }
  for (auto& [ticket, query] : queries_) answers.push_back(std::move(query.answer));
  *this = Pending(limits_);
  return answers;
}

void Pending::abort(error_code error) {
  for (auto& answer : release()) answer(error, {});
}

}  // namespace daybook::client::detail
