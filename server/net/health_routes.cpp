// The routes for whoever watches the server: is it alive, is it ready, how is it doing.

#include <fmt/format.h>

#include "schema/json/json.hpp"
#include "server/net/engine_calls.hpp"
#include "server/net/metrics_text.hpp"
#include "server/net/routes.hpp"

namespace daybook::net {
namespace {

namespace json = schema::json;

// Asks every thread, and has the sum when the last has answered.
asio::awaitable<Traffic> traffic_of_all(IoThread& asking) {
  co_return co_await await_answer<Traffic>([&asking](auto handler) {
    struct Sum {
      std::mutex mutex;
      Traffic traffic;
      std::size_t left = 0;
      std::move_only_function<void(Traffic)> done;
    };
    auto sum = std::make_shared<Sum>();
    const auto& threads = asking.shared().threads;
    sum->left = threads.size();
    sum->done = std::move(handler);
    for (auto* thread : threads) {
      thread->report([sum, &asking](const Traffic& traffic) {
        {
          const std::lock_guard lock(sum->mutex);
          sum->traffic.add(traffic);
          if (--sum->left > 0) return;
        }
        asking.post([sum] { sum->done(sum->traffic); });  // it lives until its request is answered
      });
    }
  });
}

std::vector<engine::Reason> reasons_not_ready(Call& call) {
  const auto& engine = call.door().engine();
  auto reasons = engine.not_ready();
  const bool stopping = std::ranges::any_of(
      reasons, [](const engine::Reason& reason) { return reason.code == "goingAway"; });
  if (call.thread.draining() && !stopping)
    reasons.push_back({"goingAway", "the server is stopping"});
  const auto most = call.thread.shared().options.engine_queue_max;
  if (const auto waiting = engine.queue_length(); waiting > most) {
    reasons.push_back(
        {"overloaded", fmt::format("{} commands wait to be decided; {} may", waiting, most)});
  }
  return reasons;
}

}  // namespace

asio::awaitable<Response> get_health(Call&) {
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = "ok\n";
  co_return response;
}

asio::awaitable<Response> get_readiness(Call& call) {
  const auto reasons = reasons_not_ready(call);
  Response response;
  response.status = reasons.empty() ? 200 : 503;
  response.body = fmt::format(R"({{"ready":{},"reasons":[)", reasons.empty());
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    response.body += i > 0 ? R"(,{"code":)" : R"({"code":)";
    json::encode_string(response.body, reasons[i].code);
    response.body += R"(,"text":)";
    json::encode_string(response.body, reasons[i].text);
    response.body += '}';
  }
  response.body += "]}\n";
  co_return response;
}

asio::awaitable<Response> get_metrics(Call& call) {
  const auto& shared = call.thread.shared();
  if (!shared.options.metrics) {
    co_return problem(model::Code::NOT_FOUND, "this server shows no metrics");
  }
  Figures figures{.metrics = call.door().engine().metrics()};
  figures.traffic = co_await traffic_of_all(call.thread);
  const auto& engine = call.door().engine();
  figures.backlog = engine.backlog();
  figures.log = engine.log().usage();
  figures.ring = shared.events.usage();
  figures.position = engine.log().head().position;
  figures.uptime = std::chrono::steady_clock::now() - shared.began;
  figures.ready = reasons_not_ready(call).empty();
  figures.version = shared.options.version;
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = metrics_text(figures);
  co_return response;
}

}  // namespace daybook::net
