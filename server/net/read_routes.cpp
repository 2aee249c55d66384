// The routes that read.

#include <fmt/format.h>

#include <algorithm>
#include <expected>

#include "schema/context.capnp.h"
#include "server/net/address.hpp"
#include "server/net/engine_calls.hpp"
#include "server/net/routes.hpp"

namespace daybook::net {
namespace {

using model::Code;
namespace json = schema::json;

constexpr std::size_t kPageBytes = 64 * 1024;

Response going_away() { return problem(Code::GOING_AWAY, "the server is stopping"); }

// Whoever asks often waits for their own answers, not the others for theirs.
auto ask_past(Call& call) { return call.thread.shared().past_shares->enter(call.principal.token); }
Response too_many_questions() {
  return problem(model::Rejection{Code::OVERLOADED, {.retry_after_millis = 1000}},
                 "as many questions about the past wait as one token may have");
}

// The words of one text; empty: none, or redacted.
std::string words_of(const log::EventLog& log, const model::Text& text) {
  if (text.is_none()) return {};
  const sync::WordsIndex index(log, std::span(&text, 1));
  const auto* stored = index.find(text.position, text.index);
  return stored == nullptr || stored->redacted ? std::string() : stored->words;
}

std::string_view explain(Code code) {
  switch (code) {
    case Code::UNKNOWN_VERSION:
      return "versions count from 1, and the project may have begun later";
    case Code::AHEAD_OF_LOG:
      return "that lies in the future; facts.presentNumber has the newest version";
    case Code::OVERLOADED:
      return "too many questions about the past are waiting";
    default:
      return "";
  }
}

// The project that the path names, if the token may read it whole.
asio::awaitable<std::expected<std::shared_ptr<const model::Project>, Response>> readable_project(
    Call& call) {
  const Id id = find_project(*call.door().workspace(), call.parameters[0]);
  const auto project = co_await read_project(call.door(), id);
  if (!project) co_return std::unexpected(no_project(project.error()));
  const auto workspace = call.door().workspace();
  if (!access::may_read_project(*workspace, call.principal, **project))
    co_return std::unexpected(no_project());
  co_return *project;
}

// From which version to which, both included.
struct EventRange {
  std::uint64_t from = 1;
  std::optional<std::uint64_t> to;
};
std::expected<EventRange, Response> parse_range(const Request& request) {
  EventRange range;
  if (const auto text = request.parameter("from")) {
    const auto value = parse_number(*text);
    if (!value || *value == 0) {
      return std::unexpected(problem(Code::MALFORMED, "from: a version, from 1"));
    }
    range.from = *value;
  }
  if (const auto text = request.parameter("to")) {
    range.to = parse_number(*text);
    if (!range.to) return std::unexpected(problem(Code::MALFORMED, "to: a version"));
  }
  return range;
}

// A stream's events, page by page. Somebody who reads slowly may lose the right to meanwhile: each page asks anew.
class EventPages {
 public:
  EventPages(IoThread& thread, access::Principal principal, Id stream, const EventRange& range,
             Version newest)
      : thread_(thread),
        principal_(std::move(principal)),
        stream_(stream),
        source_(stream.is_nil() ? "/api/v1/workspace" : "/api/v1/projects/" + to_string(stream)),
        after_(range.from - 1),
        through_(std::min(range.to.value_or(newest.value), newest.value)) {}

  asio::awaitable<std::optional<std::string>> next() {
    std::string page;
    if (after_ >= through_) co_return page;
    if (!co_await may_read()) co_return std::nullopt;
    const auto batch = sync::read_log(thread_.door().log(), {.all = false, .stream = stream_},
                                      after_, through_, kPageBytes);
    sync::for_each_cloud_event(batch, source_, [&](const std::string& line) {
      page += line;
      page += '\n';
    });
    after_ = batch.count == 0 ? through_ : batch.last;
    co_return page;
  }

 private:
  asio::awaitable<bool> may_read() {
    const auto project = co_await read_project(thread_.door(), stream_);
    const auto workspace = thread_.door().workspace();
    if (!access::is_valid(*workspace, principal_, thread_.services().clock())) co_return false;
    if (stream_.is_nil()) co_return access::may_read_all(*workspace, principal_);
    co_return project.has_value() && access::may_read_project(*workspace, principal_, **project);
  }

  IoThread& thread_;
  access::Principal principal_;
  Id stream_;
  std::string source_;
  std::uint64_t after_;
  std::uint64_t through_;
};

Response event_lines(Call& call, Id stream, const EventRange& range, Version newest) {
  Response response;
  response.content_type = "application/x-ndjson";
  auto pages = std::make_shared<EventPages>(call.thread, call.principal, stream, range, newest);
  response.more = [pages] { return pages->next(); };
  return response;
}

}  // namespace

// No project is loaded for the list: covers are kept of all that were read since the start, a few hundred bytes each. What was
// not is read once, one after the other (a snapshot and the events behind it), so that only the first list after a start takes
// longer; it is not kept, so that projects in use stay in memory.
asio::awaitable<Response> get_projects(Call& call) {
  if (call.principal.kind == model::workspace::TokenKind::ROOM) {  // it reads views, no project
    Response none;
    none.body = "{\"projects\":[]}\n";
    co_return none;
  }
  const auto known = call.door().workspace();
  const auto covers = co_await read_covers(call.door());
  if (!covers) co_return no_project(covers.error());
  Response response;
  response.body = R"({"projects":[)";
  bool first = true;
  for (const auto& [id, row] : known->workspace.projects) {
    auto at = covers;
    if (!(*at)->contains(id)) at = co_await read_cover(call.door(), id);
    if (!at) co_return no_project(at.error());
    const auto found = (*at)->find(id);
    if (found == (*at)->end()) continue;  // registered, not opened; or damaged
    const auto& cover = *found->second;
    const auto workspace = call.door().workspace();
    if (!access::may_read_project(*workspace, call.principal, cover.project)) continue;
    if (!std::exchange(first, false)) response.body += ',';
    response.body += fmt::format(R"({{"id":"{}","key":"{}","name":)", to_string(id), row.key);
    json::encode_string(response.body, words_of(call.door().log(), cover.project.name));
    response.body += fmt::format(R"(,"version":"{}"}})", cover.version.value);
  }
  response.body += "]}\n";
  co_return response;
}

asio::awaitable<Response> get_view(Call& call) {
  const auto name = model::parse_view_name(call.parameters[1]);
  if (!name) co_return problem(Code::NOT_FOUND, "no view has this name");
  const Id id = find_project(*call.door().workspace(), call.parameters[0]);
  const auto project = co_await read_project(call.door(), id);
  if (!project) co_return no_project(project.error());
  const auto workspace = call.door().workspace();
  if (!access::may_read_view(*workspace, call.principal, **project, *name)) co_return no_project();
  const auto acts = access::rejected_acts(*workspace, call.principal);
  std::shared_ptr<const model::View> view;
  if (const auto text = call.request.parameter("at")) {
    const auto at = parse_at(*text);
    if (!at) {
      co_return problem(Code::MALFORMED,
                        "at: a version, or a time from 1970 on, as in 2026-01-05T09:00:00Z or "
                        "...T10:00:00+01:00");
    }
    const auto asked = ask_past(call);
    if (!asked) co_return too_many_questions();
    const auto then = co_await read_view_at(call.door(), id, *name, *at, acts);
    if (!then) co_return problem(then.error(), explain(then.error().code));
    view = *then;
  } else {
    const auto now = co_await read_view(call.door(), id, *name, acts);
    if (!now) co_return no_project(now.error());
    view = *now;
  }
  if (call.thread.aborted()) co_return going_away();

  const auto rows = model::whole(*view).rows;
  const auto texts = model::texts_of(*name, rows);
  const sync::WordsIndex words(call.door().log(), texts);
  capnp::MallocMessageBuilder message;
  auto update = message.initRoot<schema::ViewUpdate>();
  update.setView(*name);
  update.setVersion(view->version.value);
  update.setRecordedAt(view->recorded_at.micros);
  update.setWhole(true);
  update.setComplete(true);
  model::write_rows(update.initRows(), *name, rows);
  Response response;
  json::encode(response.body, update.asReader(), words.json_options());
  response.body += '\n';
  co_return response;
}

asio::awaitable<Response> get_context(Call& call) {
  const auto entity = parse_id(call.parameters[1]);
  if (!entity) {
    co_return problem(Code::NOT_FOUND, "behind decisions/ stands the id of what was decided on");
  }
  std::optional<Version> version;
  if (const auto text = call.request.parameter("version")) {
    const auto value = parse_number(*text);
    if (!value) co_return problem(Code::MALFORMED, "version: that of a vote or a conclusion");
    version = Version{*value};
  }
  const auto project = co_await readable_project(call);
  if (!project) co_return project.error();
  const bool shows_rejected = access::may_read_all(*call.door().workspace(), call.principal);
  const auto asked = ask_past(call);
  if (!asked) co_return too_many_questions();
  const auto context =
      co_await read_context(call.door(), (*project)->id, *entity, version, shows_rejected);
  if (!context) {
    const auto code = context.error().code;
    co_return problem(context.error(),
                      code == Code::NOT_FOUND ? "no decision, and nobody asked for its approval"
                      : code == Code::UNKNOWN_VERSION ? "nobody acted on it at that version"
                                                      : explain(code));
  }
  if (call.thread.aborted()) co_return going_away();
  const auto root = (*context)->getRoot<schema::context::Context>().asReader();
  std::vector<model::Text> texts;
  for (const auto reference : record::collect_texts(capnp::DynamicStruct::Reader(root)))
    texts.push_back(model::read(reference));
  const sync::WordsIndex words(call.door().log(), texts);
  Response response;
  json::encode(response.body, root, words.json_options());
  response.body += '\n';
  co_return response;
}

asio::awaitable<Response> get_events(Call& call) {
  auto range = parse_range(call.request);
  if (!range) co_return std::move(range).error();
  const auto project = co_await readable_project(call);
  if (!project) co_return project.error();
  co_return event_lines(call, (*project)->id, *range, (*project)->version);
}

asio::awaitable<Response> get_workspace_events(Call& call) {
  auto range = parse_range(call.request);
  if (!range) co_return std::move(range).error();
  const auto workspace = call.door().workspace();
  if (!access::may_read_all(*workspace, call.principal)) {
    co_return problem(Code::NOT_PERMITTED,
                      "the workspace's own events are for auditors and admins");
  }
  co_return event_lines(call, {}, *range, workspace->version);
}

}  // namespace daybook::net
