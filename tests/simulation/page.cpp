#include "tests/simulation/page.hpp"

#include <capnp/schema.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "model/request.hpp"
#include "schema/json/json.hpp"

namespace daybook::simulation {

using namespace std::chrono_literals;
namespace bj = boost::json;
using boost::json::object;

namespace {

constexpr auto kPingAfter = 10s;
constexpr auto kSilenceMax = 30s;

std::string_view text(const object& in, std::string_view field) {
  const auto* const value = in.if_contains(field);
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

// 0 is left out; 64 bits stand as text.
std::uint64_t number(const object& in, std::string_view field) {
  const auto* const value = in.if_contains(field);
  if (value == nullptr) return 0;
  if (!value->is_string()) return value->to_number<std::uint64_t>();
  std::uint64_t read = 0;
  const auto& digits = value->get_string();
  std::from_chars(digits.data(), digits.data() + digits.size(), read);
  return read;
}

bool flag(const object& in, std::string_view field) {
  const auto* const value = in.if_contains(field);
  return value != nullptr && value->as_bool();
}

const bj::array& list(const object& in, std::string_view field) {
  static const bj::array empty;
  const auto* const value = in.if_contains(field);
  return value != nullptr ? value->as_array() : empty;
}

Id id(const object& in, std::string_view field) { return parse_id(text(in, field)).value_or(Id()); }

// The views that a page may have have entities as their rows.
std::string_view key_of(const object& row) {
  const auto* const column = row.if_contains("column");
  const auto* const card = row.if_contains("card");
  if (column != nullptr && column->is_object()) return text(column->get_object(), "column");
  return text(card != nullptr ? card->as_object() : row, "task");
}

std::string line_of(const testing::Command& command, Id id, Id stream, const record::Hash& seed) {
  model::Request request(id, stream, seed);
  request.request().setCommand(command.reader());
  auto words = request.request().initWords(static_cast<capnp::uint>(command.words.size()));
  for (capnp::uint i = 0; i < words.size(); ++i) words.set(i, command.words[i].c_str());
  std::string line;
  schema::json::encode(line, request.request().asReader());
  return line;
}

std::optional<model::ViewName> view_named(std::string_view name) {
  if (name.empty()) return model::ViewName::NONE;
  for (const auto view : model::all_views()) {
    if (model::to_string(view) == name) return view;
  }
  return std::nullopt;
}

}  // namespace

void take_rows(PageRows& rows, const object& update) {
  for (const auto& removed : list(update, "removed")) rows.erase(std::string(removed.as_string()));
  const auto* const of_view = update.if_contains("rows");
  if (of_view == nullptr) return;
  for (const auto& [view, all] : of_view->as_object()) {
    for (const auto& row : all.as_array())
      rows.insert_or_assign(std::string(key_of(row.as_object())), bj::serialize(row));
  }
}

Page::Page(Surroundings surroundings, const Place& place, MadeToken token)
    : world_(std::move(surroundings)), place_(place), token_(std::move(token)) {}

void Page::fault(std::string_view what) const {
  world_.trace.fail(fmt::format("{}: {}", describe(), what));
}

// --- The connection --------------------------------------------------------------------------------------------------

bool Page::is_connected() const {
  return wire_ != nullptr && is_welcome_ && !wire_->is_cut && !wire_->is_silent;
}

bool Page::deliver() {
  if (wire_ == nullptr || wire_->frozen_until > world_.time.now()) return false;
  auto& pipe = world_.random.one_in(2) ? wire_->up : wire_->down;
  if (pipe.in_flight() == 0) return false;
  pipe.deliver(world_.random.one_in(2) ? pipe.in_flight()
                                       : 1 + world_.random.below(pipe.in_flight()));
  return true;
}

bool Page::step() {
  const auto now = world_.time.now();
  if (wire_ == nullptr) {
    if (needs_token_ || now < next_attempt_) return false;
    connect();
    return true;
  }
  if (wire_->is_cut) {
    lose_connection(0);
    return true;
  }
  if (wire_->down.has_message()) {
    heard_ = now;
    const auto message = wire_->down.take();
    world_.trace.bytes(message);
    receive({reinterpret_cast<const char*>(message.data()), message.size()});
    return true;
  }
  if (const auto code = wire_->down.closed()) {
    lose_connection(*code);
    return true;
  }
  if (now - heard_ > kSilenceMax) {
    wire_->cut();
    return true;
  }
  if (now - sent_ <= kPingAfter) return false;
  send(R"({"ping":{"nonce":"1"}})");
  return true;
}

void Page::connect() {
  auto wire = std::make_shared<Wire>();
  wire->number = (place_.number + 100) * 1000 + ++wires_;
  wire->is_text = true;
  next_attempt_ = world_.time.now() + std::chrono::milliseconds(1 + world_.random.below(2000));
  if (!world_.connect(wire)) return;
  wire_ = std::move(wire);
  heard_ = world_.time.now();
  auto subscriptions = subscribe_view();
  if (!is_room()) subscriptions += "," + subscribe_events();
  send(fmt::format(R"({{"hello":{{"protocolVersions":[1],"token":"{}","client":"{}",)"
                   R"("subscriptions":[{}]}}}})",
                   token_.secret, to_string(Id{1, place_.number + 1}), subscriptions));
  send(fmt::format(R"({{"presence":{{"project":"{}","view":"{}"}}}})", to_string(place_.project),
                   model::to_string(place_.view)));
  for (const auto& given : unanswered_) send(given.line);
}

void Page::lose_connection(std::uint16_t code) {
  world_.trace.say("W{}: its connection has ended with {}", place_.number, code);
  needs_token_ = code == 4501 || code == 4505;
  if (code == 4500 || code == 4502 || code == 4503 || code == 4504)
    fault(fmt::format("the server finds fault with it ({})", code));
  wire_->cut();
  wire_.reset();
  is_welcome_ = false;
  is_present_ = false;
  is_update_open_ = false;
  view_version_ = {};
  arriving_.clear();
  here_.clear();
  questions_.clear();
  forbidden_.clear();
}

void Page::send(std::string line) {
  sent_ = world_.time.now();
  const auto bytes = std::as_bytes(std::span(line));
  world_.trace.bytes(bytes);
  wire_->up.send(bytes);
}

// --- What it asks for ------------------------------------------------------------------------------------------------

std::string Page::subscribe_events() {
  events_number_ = ++last_number_;
  return fmt::format(R"({{"subscription":{},"scope":{{"project":"{}"}},"from":{{"after":"{}"}},)"
                     R"("content":{{"events":null}}{}}})",
                     events_number_, to_string(place_.project), events_.size(),
                     log_id_.empty() ? "" : R"(,"logId":")" + log_id_ + "\"");
}

std::string Page::subscribe_view() {
  view_number_ = ++last_number_;
  return fmt::format(R"({{"subscription":{},"scope":{{"project":"{}"}},"from":{{"snapshot":null}},)"
                     R"("content":{{"views":["{}"]}}}})",
                     view_number_, to_string(place_.project), model::to_string(place_.view));
}

void Page::reload() {
  if (wire_ != nullptr) lose_connection(0);
  for (const auto& given : unanswered_) world_.ledger.given_up(given.act);
  unanswered_.clear();
  events_.clear();
  log_id_.clear();
}

void Page::mend() {
  if (!is_connected()) return;
  if (view_number_ == 0) send(R"({"subscribe":)" + subscribe_view() + "}");
  if (!is_room() && events_number_ == 0) send(R"({"subscribe":)" + subscribe_events() + "}");
  if (is_present_) return;
  send(fmt::format(R"({{"presence":{{"project":"{}","view":"{}"}}}})", to_string(place_.project),
                   model::to_string(place_.view)));
}

void Page::put_token(MadeToken token) {
  token_ = std::move(token);
  needs_token_ = false;
  if (is_connected() && world_.random.one_in(2))
    send(R"({"renewToken":{"token":")" + token_.secret + R"("}})");
}

void Page::act(Id stream, const testing::Command& command) {
  const auto high = world_.random.next();
  const Id id{high, world_.random.next()};
  record::Hash seed;
  for (auto& byte : seed) byte = static_cast<std::byte>(world_.random.next());
  const auto act = world_.ledger.submitted(id);
  world_.trace.say("W{}: act {} in {}", place_.number, act, testing::name_of(stream));
  unanswered_.push_back({act, id, R"({"command":)" + line_of(command, id, stream, seed) + "}"});
  if (wire_ != nullptr) send(unanswered_.back().line);
}

void Page::try_out(const testing::Command& command) {
  if (is_connected()) ask(command, is_room() ? Forbidden::yes : Forbidden::no);
}

void Page::ask(const testing::Command& command, Forbidden forbidden) {
  const auto high = world_.random.next();
  const Id id{high, world_.random.next()};
  record::Hash seed;
  for (auto& byte : seed) byte = static_cast<std::byte>(world_.random.next());
  world_.ledger.tried(id);
  const auto question = ++last_number_;
  questions_[question] = forbidden == Forbidden::yes ? Id() : id;
  world_.trace.say("W{}: what if, {}", place_.number, question);
  send(
      fmt::format(R"({{"whatIf":{{"question":{},"project":"{}","commands":[{}],"views":["{}"]}}}})",
                  question, to_string(place_.project), line_of(command, id, place_.project, seed),
                  model::to_string(place_.view)));
}

void Page::overreach() {
  if (!is_connected() || !is_room()) return;
  const auto project = to_string(place_.project);
  const auto kind = world_.random.below(6);
  world_.trace.say("W{}: tries what it may not, {}", place_.number, kind);
  const auto subscribe = [&](const std::string& scope, std::string_view from,
                             const std::string& content) {
    forbidden_.insert(++last_number_);
    send(fmt::format(R"({{"subscribe":{{"subscription":{},"scope":{},"from":{},"content":{}}}}})",
                     last_number_, scope, from, content));
  };
  const auto of_project = R"({"project":")" + project + R"("})";
  const auto command = testing::archive_project("as it is late");
  switch (kind) {
    case 0:
      return subscribe(of_project, R"({"after":"0"})", R"({"events":null})");
    case 1:
      return subscribe(of_project, R"({"snapshot":null})", R"({"views":["people"]})");
    case 2:
      return subscribe(R"({"all":null})", R"({"after":"0"})", R"({"events":null})");
    case 3:
      return subscribe(R"({"project":"00000000-0000-0000-0000-000000000000"})", R"({"tail":3})",
                       R"({"events":null})");
    case 4:
      return ask(command, Forbidden::yes);
    default: {
      const auto high = world_.random.next();
      const Id id{high, world_.random.next()};
      world_.ledger.tried(id);
      forbidden_commands_.insert(to_string(id));
      return send(R"({"command":)" + line_of(command, id, place_.project, record::Hash{}) + "}");
    }
  }
}

// --- What it is told -------------------------------------------------------------------------------------------------

void Page::receive(std::string_view message) {
  while (!message.empty()) {
    const auto end = std::min(message.find('\n'), message.size());
    const auto parsed = schema::json::parse(message.substr(0, end));
    message.remove_prefix(std::min(end + 1, message.size()));
    if (!parsed || !parsed->is_object() || parsed->get_object().size() != 1)
      return fault("a line is no message");
    const auto& [kind, body] = *parsed->get_object().begin();
    try {
      take({kind.data(), kind.size()}, body.as_object());
    } catch (const std::exception& error) {
      fault(fmt::format("{} is of another form: {}", bj::serialize(*parsed), error.what()));
    }
    if (world_.trace.has_failed()) return;
  }
}

void Page::take(std::string_view kind, const object& body) {
  if (kind == "welcome") {
    is_welcome_ = true;
    const auto log_id = text(body, "logId");
    if (!log_id_.empty() && log_id_ != log_id) fault("the log is another one");
    log_id_ = log_id;
    if (id(body, "member") != place_.member) fault("the server takes it for somebody else");
    return world_.trace.say("W{}: connected", place_.number);
  }
  if (!is_welcome_) return fault("something came before the welcome");
  if (kind == "events") return take_events(body);
  if (kind == "viewUpdate") return take_view(body);
  if (kind == "subscriptionEnd") return take_end(body);
  if (kind == "presenceUpdate") return take_presence(body);
  if (kind == "whatIfResult") return take_answer(body);
  if (kind == "ping") return send(R"({"pong":)" + bj::serialize(body) + "}");
  if (kind == "pong" || kind == "goingAway") return;
  if (kind == "rejected" && text(body, "code") == "notPermitted" &&
      forbidden_commands_.erase(std::string(text(body, "id"))) == 1)
    return;
  if (kind == "accepted" || kind == "rejected") return take_outcome(kind == "accepted", body);
  if (kind == "unknown") return;  // the server ends, and it is given again
  if (kind == "error") {
    const auto code = text(body, "code");
    world_.trace.say("W{}: error {}", place_.number, code);
    if (code == "unauthenticated") return;  // a new token that has ended already
    if (code == "notPermitted" || code == "notFound") {
      // Nobody is present where they may not read.
      is_present_ = false;
      here_.clear();
      return;
    }
  }
  fault(fmt::format("nobody asked for {} {}", kind, bj::serialize(body)));
}

void Page::take_events(const object& body) {
  if (is_room()) return fault("a room is told of events");
  if (number(body, "subscription") != events_number_) return;  // it has ended meanwhile
  for (const auto& event : list(body, "events")) {
    const auto& envelope = event.as_object().at("envelope").as_object();
    if (id(envelope, "stream") != place_.project) return fault("an event is of another stream");
    const auto version = number(envelope, "version");
    if (version != events_.size() + arriving_.size() + 1)
      return fault(
          fmt::format("version {} came behind {}", version, events_.size() + arriving_.size()));
    arriving_.push_back({.position = number(envelope, "position"),
                         .command = std::string(text(envelope, "commandId"))});
  }
  if (!flag(body, "complete")) return;
  std::ranges::move(arriving_, std::back_inserter(events_));
  arriving_.clear();
  if (number(body, "completeThrough") != events_.size())
    fault("a batch is not complete through what it says");
}

void Page::take_view(const object& body) {
  if (number(body, "subscription") != view_number_) {
    if (forbidden_.contains(static_cast<std::uint32_t>(number(body, "subscription"))))
      fault("a room is shown a view that is not its");
    return;
  }
  if (!std::exchange(is_update_open_, true))
    arriving_rows_ = flag(body, "whole") ? PageRows() : rows_;
  take_rows(arriving_rows_, body);
  if (!flag(body, "complete")) return;
  is_update_open_ = false;
  rows_ = std::move(arriving_rows_);
  view_version_ = {number(body, "version")};
  world_.trace.say("W{}: sees {} at {}", place_.number, model::to_string(place_.view),
                   view_version_.value);
}

void Page::take_end(const object& body) {
  const auto subscription = static_cast<std::uint32_t>(number(body, "subscription"));
  const auto code = text(body, "code");
  world_.trace.say("W{}: subscription {} ends: {}", place_.number, subscription, code);
  if (forbidden_.erase(subscription) == 1) {
    if (code != "notPermitted" && code != "notFound")
      fault(fmt::format("what it may not read ends with {}", code));
    return;
  }
  if (subscription == view_number_) view_number_ = 0;
  if (subscription != events_number_) {
    if (is_room()) fault("a room loses its view");
    return;
  }
  events_number_ = 0;
  arriving_.clear();
  if (code != "aheadOfLog") return;
  events_.clear();  // an older log was restored
  mend();
}

void Page::take_presence(const object& body) {
  if (id(body, "project") != place_.project) return fault("it is told who is elsewhere");
  if (flag(body, "whole")) here_.clear();
  if (!flag(body, "whole") && !is_present_) return fault("it is told of a change of nothing");
  is_present_ = true;
  for (const auto& gone : list(body, "gone")) {
    std::uint64_t connection = 0;
    const auto& digits = gone.as_string();
    std::from_chars(digits.data(), digits.data() + digits.size(), connection);
    if (here_.erase(connection) == 0) return fault("somebody leaves who never came");
  }
  for (const auto& row : list(body, "here")) {
    const auto& present = row.as_object();
    const auto view = view_named(text(present, "view"));
    if (!view) return fault("somebody looks at no view");
    here_[number(present, "connection")] = {
        .member = id(present, "member"), .view = *view, .entity = id(present, "entity")};
  }
  if (number(body, "total") != here_.size())
    fault(fmt::format("{} are there, and {} are known", number(body, "total"), here_.size()));
}

// Given again, it may be answered again.
void Page::take_outcome(bool is_accepted, const object& body) {
  const auto command = id(body, "id");
  const auto given = std::ranges::find(unanswered_, command, &Given::id);
  if (given == unanswered_.end()) return;
  const auto act = given->act;
  unanswered_.erase(given);
  if (is_accepted) {
    world_.trace.say("W{}: act {} accepted", place_.number, act);
    return world_.ledger.accepted(act,
                                  {.id = command,
                                   .stream = id(body, "stream"),
                                   .first_version = {number(body, "firstVersion")},
                                   .first_position = {number(body, "firstPosition")},
                                   .count = static_cast<std::uint32_t>(number(body, "count"))});
  }
  const std::string code(text(body, "code"));
  world_.trace.say("W{}: act {} rejected {}", place_.number, act, code);
  const auto known = capnp::Schema::from<schema::Code>().findEnumerantByName(code);
  KJ_IF_MAYBE (enumerant, known) {
    const auto ordinal = static_cast<client::Code>(enumerant->getOrdinal());
    return world_.ledger.rejected(act, command, ordinal, false);
  }
  fault("a code that nobody knows");
}

void Page::take_answer(const object& body) {
  const auto question = static_cast<std::uint32_t>(number(body, "question"));
  const auto asked = questions_.find(question);
  if (asked == questions_.end()) return fault("an answer to what was not asked");
  const auto code = text(body, "code");
  if (!code.empty()) {
    const bool may_be = asked->second.is_nil()
                            ? code == "notPermitted"
                            : code == "notFound" || code == "overloaded" || code == "goingAway";
    if (!may_be) return fault(fmt::format("what it tries ends with {}", code));
    questions_.erase(asked);
    return;
  }
  if (asked->second.is_nil()) return fault("a room may try");
  for (const auto& each : list(body, "outcomes")) {
    const auto& outcome = each.as_object();
    if (id(outcome, "id") != asked->second) return fault("an outcome is another's");
    const auto is_known = outcome.contains("accepted") ? number(outcome, "accepted") > 0
                                                       : outcome.contains("rejected");
    if (!is_known) return fault("what it tries leads to nothing at all");
  }
  if (flag(body, "complete")) questions_.erase(asked);
}

// --- What there is to see --------------------------------------------------------------------------------------------

bool Page::has_all_events(Version version) const {
  return is_connected() && events_number_ != 0 && events_.size() == version.value;
}

bool Page::shows(Version version, const PageRows& rows) const {
  return is_connected() && view_number_ != 0 && view_version_ == version && rows_ == rows;
}

std::optional<std::vector<Guest>> Page::guests() const {
  if (!is_connected() || !is_present_) return std::nullopt;
  std::vector<Guest> all;
  for (const auto& [connection, guest] : here_) all.push_back(guest);
  std::ranges::sort(all);
  return all;
}

void Page::check(const log::EventLog& log) const {
  if (events_.empty()) return;
  const auto batch = log.read_stream(place_.project, {}, {.bytes = 1 << 24, .events = 1 << 20});
  record::Bytes rest = batch.entries;
  for (const auto& seen : events_) {
    const auto entry = record::next_entry(rest, record::EventView::Check::hashes);
    if (!entry || !*entry) return fault("it knows of more events than there are");
    const auto& envelope = (*entry)->event.envelope();
    if (envelope.position.value != seen.position || to_string(envelope.command_id) != seen.command)
      return fault("an event that it knows is not in the log");
  }
}

std::string Page::describe() const {
  return fmt::format("W{} ({} of {}): {}, {} events, view at {}", place_.number,
                     is_room() ? "a room" : testing::name_of(place_.member),
                     testing::name_of(place_.project),
                     needs_token_     ? "needs a token"
                     : is_connected() ? "connected"
                                      : "not connected",
                     events_.size(), view_version_.value);
}

}  // namespace daybook::simulation
