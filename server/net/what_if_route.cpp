// The route that tries commands and records nothing.

#include <expected>
#include <utility>

#include "server/net/engine_calls.hpp"
#include "server/net/routes.hpp"
#include "server/net/what_if_body.hpp"

namespace daybook::net {
namespace {

using model::Code;

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
  const std::function<Id()> fresh_id = [&] { return call.door().engine().fresh_id(); };
  auto request =
      read_what_if_body(call.request.body, project, access::sender(call.principal), fresh_id);
  if (!request) co_return problem(request.error().rejection, request.error().detail);
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
