// HTTP requests as the routes see them: the target, its path and query, the key and the body, of commands and of a question
// what they would lead to. The input is their text: target, Idempotency-Key, and then the body, one behind the other on lines.

#include <algorithm>

#include "schema/json/json.hpp"
#include "schema/utf8.hpp"
#include "server/net/address.hpp"
#include "server/net/what_if_body.hpp"
#include "tests/fuzz/client_message.hpp"

namespace daybook::fuzz {
namespace {

std::string_view line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto result = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return result;
}

// A path is the pattern's if what is put in place of the open segments is that path, encoding apart.
void check_path(std::string_view pattern, std::string_view path) {
  const auto open = net::match_path(pattern, path);
  if (!open) return;
  const auto segments = [](std::string_view text) { return std::ranges::count(text, '/'); };
  require(segments(pattern) == segments(path), "a pattern has the path's segments");
  std::string put_together;
  auto next = open->begin();
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!pattern.substr(i).starts_with("{}")) {
      put_together += pattern[i];
      continue;
    }
    require(next != open->end() && !next->empty(), "an open segment has something in it");
    put_together += *next++;
    ++i;
  }
  require(next == open->end(), "there are as many segments as are open");
  require(path.contains('%') || put_together == path, "nothing is lost, and nothing added");
  require(put_together.size() <= path.size(), "what is decoded is no longer than the path");
}

void check_query(const net::Request& request) {
  const auto refusal = net::refuse_query(request, "from,to");
  const auto times = [&](std::string_view name) {
    return std::ranges::count(request.query, name, [](const auto& p) { return p.first; });
  };
  const auto known = static_cast<std::size_t>(times("from") + times("to"));
  const bool good = times("from") < 2 && times("to") < 2 && known == request.query.size();
  require(refusal.has_value() != good, "a query has what it may have, once");
  if (refusal) require(schema::json::parse(refusal->body).has_value(), "its refusal is JSON");
}

void check_target(std::string_view target) {
  net::Request request;
  if (!net::read_target(target, request)) return;
  require(!request.path.empty() && request.path.front() == '/', "a path begins with a slash");
  std::size_t bytes = request.path.size();
  for (const auto& [key, value] : request.query) {
    bytes += key.size() + value.size();
    require(request.parameter(key).has_value(), "a parameter is found");
  }
  require(bytes <= target.size(), "what is decoded is no longer than the target");
  check_query(request);
  for (const auto* pattern : {"/", "/healthz", "/api/v1/projects/{}/views/{}", "/api/v1/{}/events"})
    check_path(pattern, request.path);
}

void check_problem(const model::Rejection& rejection, std::string_view detail, Id command) {
  const auto response = net::problem(rejection, detail, command);
  require(response.status >= 400 && response.status < 600, "a problem has a status of errors");
  require(schema::is_utf8(response.body), "a problem is UTF-8");
  if (response.body.size() < schema::protocol::kClientJsonBytesMax) {
    require(schema::json::parse(response.body).has_value(), "a problem is JSON");
  }
}

void check_body(std::string_view key, std::string_view text) {
  const auto body = net::read_command_body(text, key);
  if (!body) return check_problem(body.error().rejection, body.error().detail, {});
  require(body->items.size() <= net::kBatchCommandsMax, "a batch is bounded");
  require(body->is_batch || body->items.size() == 1, "no batch is one command");
  for (const auto& item : body->items) {
    auto checked = net::check_command(item, small_id(1), body->key, {.member = small_id(1)});
    if (!checked.submission) {
      const auto* rejection = std::get_if<model::Rejection>(&checked.outcome.answer);
      require(rejection != nullptr, "what goes no further is rejected");
      check_problem(*rejection, checked.outcome.detail, checked.outcome.id);
      continue;
    }
    require(checked.submission->stream == small_id(1),
            "a command is for the stream of its address");
    require(checked.submission->id == checked.outcome.id, "an outcome is of its command");
    require(body->key.is_nil() || checked.submission->id == body->key, "the key is the id");
    check_client_message(std::move(checked.submission->message));
  }
}

void check_question_body(std::string_view text) {
  const auto question =
      net::read_what_if_body(text, small_id(1), {.member = small_id(1)}, fresh_ids());
  if (!question) return check_problem(question.error().rejection, question.error().detail, {});
  require(question->project == small_id(1), "a question is about the project of its address");
  check_question(*question);
  for (const auto& trying : question->what.commands) {
    if (!trying.submission) check_problem(trying.submission.error(), {}, trying.id);
  }
}

void run(Input input) {
  auto rest = text(input);
  check_target(line(rest));
  const auto key = line(rest);
  check_body(key, rest);
  check_question_body(rest);
}

Seeds seeds() {
  Seeds all = {"/api/v1/projects/BANK/events?from=1&to=%32\n", "/api/v1/P%2f1/events?from=&from=1",
               "/api/v1/projects/%42/views/board?at=2026-01-05T10:00:00+01:00",
               "/%00%ff/..//?a&b=&=c&a+b\n\n[]",
               "/api/v1/projects/BANK/commands\n\"00000000-0000-0001-0000-000000000001\"\n{}"};
  const std::string head = "/api/v1/projects/BANK/commands?x=y\n\n";
  std::string batch;
  for_each_request([&](schema::Message::Reader message) {
    std::string body;
    schema::json::encode(body, message.getCommand());
    all.push_back(head + body);
    if (batch.size() < 4096) batch += (batch.empty() ? "[" : ",") + body;
  });
  all.push_back(head + batch + "]");
  for_each_question([&](schema::Message::Reader message) {
    all.push_back("/api/v1/projects/BANK/what-if\n\n");
    schema::json::encode(all.back(), message.getWhatIf());
  });
  return all;
}

const Registration registration({.name = "http_requests", .run = run, .seeds = seeds});

}  // namespace
}  // namespace daybook::fuzz
