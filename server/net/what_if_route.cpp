// The route that tries commands and records nothing.

#include <expected>
#include <utility>

#include "schema/json/json.hpp"
#include "server/net/engine_calls.hpp"
#include "server/net/routes.hpp"
#include "server/sync/what_if_request.hpp"

namespace daybook::net {
namespace {

using model::Code;
namespace json = schema::json;

std::string_view explain(Code code) {
  switch (code) {
    case Code::OUT_OF_RANGE:
      return "commands: 1 to 32 of them";
    case Code::DUPLICATE:
      return "views: one is there twice";
    case Code::NOT_FOUND:
      return "views: one does not exist";
    default:
      return "";
  }
}

// Nothing of the body is needed any more when it returns.
std::expected<sync::WhatIfRequest, Response> read_question(const Call& call, Id project) {
  const auto value = json::parse(call.request.body);
  if (!value) return std::unexpected(problem(Code::MALFORMED, json::to_string(value.error())));
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<schema::WhatIf>();
  if (const auto decoded = json::decode(*value, root); !decoded)
    return std::unexpected(problem(Code::MALFORMED, json::to_string(decoded.error())));
  const Id named = daybook::read(root.getProject().asReader());
  if (!named.is_nil() && named != project)
    return std::unexpected(problem(Code::MALFORMED, "project: another one than the address has"));
  daybook::write(root.initProject(), project);
  auto request = sync::read_what_if(root.asReader(), access::sender(call.principal),
                                    [&] { return call.door().engine().fresh_id(); });
  if (!request) return std::unexpected(problem(request.error(), explain(request.error())));
  return std::move(*request);
}

using Tried = std::expected<std::shared_ptr<const engine::WhatIfAnswer>, model::Rejection>;
asio::awaitable<Tried> try_out(sync::Door& door, std::shared_ptr<const engine::WhatIf> question) {
  return await_answer<Tried>([&door, question = std::move(question)](auto handler) mutable {
    door.try_out(std::move(question), std::move(handler));
  });
}

}  // namespace

asio::awaitable<Response> post_what_if(Call& call) {
  const Id project = find_project(*call.door().workspace(), call.parameters[0]);
  const auto state = co_await read_project(call.door(), project);
  if (!state) co_return no_project(state.error());
  if (!access::may_read_project(*call.door().workspace(), call.principal, **state))
    co_return no_project();
  auto request = read_question(call, project);
  if (!request) co_return std::move(request).error();
  const auto commands = request->what.commands.size();
  if (const auto limited = call.rate.take(call.thread.services().steady(), commands))
    co_return problem(*limited, "too many commands on this connection");
  const auto place = call.thread.shared().past_shares->enter(call.principal.token);
  if (!place) {
    co_return problem(model::Rejection{Code::OVERLOADED, {.retry_after_millis = 1000}},
                      "as many questions wait as one token may have");
  }
  request->what.state = *state;
  request->what.acts = access::rejected_acts(*call.door().workspace(), call.principal);
  auto question = std::make_shared<const engine::WhatIf>(std::move(request->what));
  const auto answer = co_await try_out(call.door(), std::move(question));
  if (!answer) co_return problem(answer.error(), "too many questions are waiting");
  if (call.thread.aborted()) co_return problem(Code::GOING_AWAY, "the server is stopping");

  Response response;
  response.body = "[";
  sync::WhatIfSender pieces(request->question, *answer);
  while (!pieces.done()) {
    constexpr std::string_view kBefore = R"({"whatIfResult":)";
    const auto line = pieces.next(sync::Encoding::json, call.door().log());
    if (response.body.size() > 1) response.body += ',';
    response.body +=
        std::string_view(line).substr(kBefore.size(), line.size() - kBefore.size() - 1);
  }
  response.body += "]\n";
  co_return response;
}

}  // namespace daybook::net
