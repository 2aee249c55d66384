// The routes that take commands.

#include <capnp/serialize.h>

#include <algorithm>

#include "server/net/command_body.hpp"
#include "server/net/engine_calls.hpp"
#include "server/net/routes.hpp"

namespace daybook::net {
namespace {

using model::Code;
using model::Rejection;
namespace json = schema::json;

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
  auto root = message.initRoot<schema::Message>();
  engine::write(root, outcome.id, outcome.answer);
  if (root.isRejected() && !outcome.field.empty())
    root.getRejected().getFacts().setField(outcome.field.c_str());
  json::encode(out, message.getRoot<schema::Message>().asReader());
}

Response single(const Outcome& outcome) {
  if (const auto* rejection = std::get_if<Rejection>(&outcome.answer)) {
    auto told = *rejection;
    if (!outcome.field.empty()) told.facts.field = outcome.field;
    return problem(told, outcome.detail, outcome.id);
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

// The request as a whole, before anything of it was done.
Response refuse(const Call& call, const Rejection& rejection, std::string_view detail,
                std::size_t commands = 1) {
  call.door().count_refused(rejection.code, commands);
  return problem(rejection, detail);
}
Response refuse(const Call& call, Code code, std::string_view detail) {
  return refuse(call, Rejection{.code = code, .facts = {}}, detail);
}

asio::awaitable<Response> take_commands(Call& call, Id stream) {
  if (call.door().engine().queue_length() > call.thread.shared().options.engine_queue_max) {
    co_return refuse(call, Code::OVERLOADED, "too many commands are waiting");
  }
  if (call.thread.draining()) co_return refuse(call, Code::GOING_AWAY, "the server is stopping");
  const auto body = read_command_body(call.request.body, call.request.idempotency_key);
  if (!body) co_return refuse(call, body.error().rejection, body.error().detail);
  const auto commands = body->items.size();
  if (const auto limited = call.rate.take(call.thread.services().steady(), commands)) {
    co_return refuse(call, *limited, "too many commands on this connection", commands);
  }
  std::vector<Checked> checked;
  for (const auto& item : body->items) {
    checked.push_back(check_command(item, stream, body->key, access::sender(call.principal)));
  }
  const auto outcomes = co_await submit_all(call.door(), std::move(checked));
  co_return body->is_batch ? several(outcomes) : single(outcomes.front());
}

}  // namespace

asio::awaitable<Response> post_project_commands(Call& call) {
  const Id stream = find_project(*call.door().workspace(), call.parameters[0]);
  if (stream.is_nil()) {
    co_return refuse(call, Code::NOT_FOUND, "no such project, as far as this token may know");
  }
  co_return co_await take_commands(call, stream);
}

asio::awaitable<Response> post_workspace_commands(Call& call) {
  co_return co_await take_commands(call, Id{});
}

}  // namespace daybook::net
