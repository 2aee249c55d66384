// The routes that take commands.

#include <capnp/serialize.h>

#include <algorithm>

#include "server/net/engine_calls.hpp"
#include "server/net/routes.hpp"

namespace daybook::net {
namespace {

using model::Code;
using model::Rejection;
namespace json = schema::json;

constexpr std::size_t kBatchCommandsMax = 256;

// What became of one command: its id, and the engine's answer or the door's.
struct Outcome {
  Id id;
  engine::Answer answer;
  std::string detail;  // for people
};

Outcome rejected(Id id, Rejection rejection, std::string detail = {}) {
  return {.id = id, .answer = std::move(rejection), .detail = std::move(detail)};
}

// A command checked at the door, or why it goes no further.
struct Checked {
  std::optional<engine::Submission> submission;
  Outcome outcome;
};

Checked refused(Id id, Code code, std::string detail) {
  return {.submission = std::nullopt,
          .outcome = rejected(id, Rejection{.code = code, .facts = {}}, std::move(detail))};
}

// `key` is the header's id; nil: none.
Checked check(const Call& call, const boost::json::value& value, Id stream, Id key) {
  capnp::MallocMessageBuilder message;
  auto request = message.initRoot<schema::Message>().initCommand();
  if (const auto decoded = json::decode(value, request); !decoded) {
    return refused(key, Code::MALFORMED, json::to_string(decoded.error()));
  }
  const Id own = read(request.asReader().getId());
  if (!own.is_nil() && !key.is_nil() && own != key) {
    return refused(own, Code::MALFORMED, "Idempotency-Key names another id");
  }
  const Id id = own.is_nil() ? key : own;
  const Id named = read(request.asReader().getStream());
  if (!named.is_nil() && named != stream) {
    return refused(id, Code::MALFORMED, "stream: the address names another");
  }
  write(request.initId(), id);
  write(request.initStream(), stream);
  if (request.getSeed().size() == 0) {
    const auto seed = sync::make_seed();
    request.setSeed(kj::arrayPtr(reinterpret_cast<const kj::byte*>(seed.data()), seed.size()));
  }
  // Written anew: one segment without holes, as limits count it.
  const auto root = message.getRoot<schema::Message>().asReader();
  capnp::MallocMessageBuilder copy(static_cast<capnp::uint>(root.totalSize().wordCount + 1));
  copy.setRoot(root);
  auto submission =
      engine::check_submission(capnp::messageToFlatArray(copy), access::sender(call.principal));
  if (!submission) return {.submission = std::nullopt, .outcome = rejected(id, submission.error())};
  return {.submission = std::move(*submission), .outcome = {.id = id, .answer = {}, .detail = {}}};
}

// Submits all in order, and waits for the last answer. The handler runs once.
asio::awaitable<std::vector<Outcome>> submit_all(sync::Door& door, std::vector<Checked> checked) {
  struct Batch {
    std::vector<Outcome> outcomes;
    std::size_t left = 1;  // one for the submitting itself
    std::move_only_function<void(std::vector<Outcome>)> done;
    void one_less() {
      if (--left == 0) done(std::move(outcomes));
    }
  };
  co_return co_await await_answer<std::vector<Outcome>>(
      [&door, checked = std::move(checked)](auto handler) mutable {
        auto batch = std::make_shared<Batch>();
        batch->done = std::move(handler);
        for (auto& one : checked) batch->outcomes.push_back(std::move(one.outcome));
        for (std::size_t i = 0; i < checked.size(); ++i) {
          if (!checked[i].submission) {
            door.count_refused(std::get<Rejection>(batch->outcomes[i].answer).code);
            continue;
          }
          ++batch->left;
          door.submit(std::move(*checked[i].submission), [batch, i](engine::Answer answer) {
            batch->outcomes[i].answer = std::move(answer);
            batch->one_less();
          });
        }
        // The handler must not run within the call that it waits for.
        door.inbox().post([batch] { batch->one_less(); });
      });
}

void append_message(std::string& out, const Outcome& outcome) {
  capnp::MallocMessageBuilder message;
  engine::write(message.initRoot<schema::Message>(), outcome.id, outcome.answer);
  json::encode(out, message.getRoot<schema::Message>().asReader());
}

Response single(const Outcome& outcome) {
  if (const auto* rejection = std::get_if<Rejection>(&outcome.answer)) {
    return problem(*rejection, outcome.detail, outcome.id);
  }
  if (std::holds_alternative<engine::Unknown>(outcome.answer)) return unknown_outcome(outcome.id);
  Response response;
  append_message(response.body, outcome);
  response.body += '\n';
  return response;
}

Response several(std::span<const Outcome> outcomes) {
  Response response;
  response.body = "[";
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (i > 0) response.body += ',';
    append_message(response.body, outcomes[i]);
  }
  response.body += "]\n";
  return response;
}

// A batch is refused as a whole, before anything of it was done.
std::optional<Response> over_rate(const Call& call, std::size_t commands) {
  const auto rejection = call.rate.take(call.thread.services().steady(), commands);
  if (!rejection) return std::nullopt;
  call.door().count_refused(rejection->code, commands);
  return problem(*rejection, "too many commands on this connection");
}

asio::awaitable<Response> take_commands(Call& call, Id stream) {
  if (call.door().engine().queue_length() > call.thread.shared().options.engine_queue_max) {
    call.door().count_refused(Code::OVERLOADED);
    co_return problem(Code::OVERLOADED, "too many commands are waiting");
  }
  if (call.thread.draining()) co_return problem(Code::GOING_AWAY, "the server is stopping");
  Id key;
  if (!call.request.idempotency_key.empty()) {
    std::string_view text = call.request.idempotency_key;
    if (text.size() > 2 && text.front() == '"' && text.back() == '"') {
      text = text.substr(1, text.size() - 2);
    }
    const auto parsed = parse_id(text);
    if (!parsed) co_return problem(Code::MALFORMED, "Idempotency-Key: a UUID is needed");
    key = *parsed;
  }
  const auto body = json::parse(call.request.body);
  if (!body) co_return problem(Code::MALFORMED, json::to_string(body.error()));
  std::vector<Checked> checked;
  if (body->is_array()) {
    if (!key.is_nil()) {
      co_return problem(Code::MALFORMED, "Idempotency-Key goes with a single command");
    }
    const auto& batch = body->as_array();
    if (batch.size() > kBatchCommandsMax) {
      co_return problem(Rejection{.code = Code::TOO_MANY,
                                  .facts = {.limit = kBatchCommandsMax, .count = batch.size()}},
                        "too many commands in one batch");
    }
    if (auto limited = over_rate(call, batch.size())) co_return std::move(*limited);
    for (const auto& value : batch) checked.push_back(check(call, value, stream, {}));
  } else {
    if (auto limited = over_rate(call, 1)) co_return std::move(*limited);
    checked.push_back(check(call, *body, stream, key));
  }
  const auto outcomes = co_await submit_all(call.door(), std::move(checked));
  co_return body->is_array() ? several(outcomes) : single(outcomes.front());
}

}  // namespace

asio::awaitable<Response> post_project_commands(Call& call) {
  const Id stream = find_project(*call.door().workspace(), call.parameters[0]);
  if (stream.is_nil()) {
    co_return problem(Code::NOT_FOUND, "no such project, as far as this token may know");
  }
  co_return co_await take_commands(call, stream);
}

asio::awaitable<Response> post_workspace_commands(Call& call) {
  co_return co_await take_commands(call, Id{});
}

}  // namespace daybook::net
