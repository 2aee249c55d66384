#include "client-sdk/examples/kep_import.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "model/event_meta.hpp"
#include "model/snapshot.hpp"

namespace daybook::examples {
namespace {

namespace net = boost::asio;
constexpr auto kTuple = net::as_tuple(net::use_awaitable);

// More at once gain nothing: the server takes 256 of a connection.
constexpr std::size_t kAtOnceMax = 1024;

// Wakes a coroutine that waits for a condition.
class Signal {
 public:
  explicit Signal(const net::any_io_executor& executor)
      : timer_(executor, net::steady_timer::time_point::max()) {}
  void notify() { timer_.cancel(); }
  template <typename F>
  net::awaitable<void> wait(F until) {
    while (!until()) {
      timer_.expires_at(net::steady_timer::time_point::max());
      co_await timer_.async_wait(kTuple);
    }
  }

 private:
  net::steady_timer timer_;
};

}  // namespace

net::awaitable<ImportReport> run_import(client::Client& client, Plan& plan,
                                        double lines_per_second) {
  const auto executor = co_await net::this_coro::executor;
  // Shared with the answers, which may come when this is gone.
  struct State {
    explicit State(const net::any_io_executor& executor) : answered(executor) {}
    ImportReport report;
    std::size_t waiting = 0;
    client::error_code error;
    Signal answered;
  };
  const auto state = std::make_shared<State>(executor);
  const Position before = client.server()->position;
  const auto start = std::chrono::steady_clock::now();
  net::steady_timer pace(executor);
  const auto all_answered = [state] { return state->waiting == 0; };

  bool may_import = false;  // as an answer has shown
  for (auto& act : plan.acts) {
    if (state->error || state->report.importer_required) break;
    if (lines_per_second > 0 && act.line > 0) {
      const std::chrono::duration<double> due(static_cast<double>(act.line - 1) / lines_per_second);
      pace.expires_at(start + std::chrono::duration_cast<std::chrono::nanoseconds>(due));
      co_await pace.async_wait(kTuple);
    }
    const bool for_somebody = !act.options.on_behalf_of.is_nil();
    const auto has_room = [state] { return state->waiting < kAtOnceMax; };
    co_await state->answered.wait(has_room);
    ++state->waiting;
    ++state->report.commands;
    client.submit(
        act.stream, std::move(act.command), act.options,
        [state, before, line = act.line](client::error_code error, const client::Outcome& outcome) {
          auto& report = state->report;
          --state->waiting;
          if (error) {
            state->error = error;
          } else if (const auto* yes = client::accepted(outcome)) {
            const bool fresh = yes->first_position > before;
            ++(fresh ? report.fresh : report.repeated);
            if (fresh) report.events += yes->count;
          } else if (const auto* no = client::rejected(outcome)) {
            report.importer_required |= no->code == client::Code::IMPORTER_REQUIRED;
            report.refused.push_back("line " + std::to_string(line) + ": " +
                                     client::code_name(no->code) + " " + no->facts.field);
          }
          state->answered.notify();
        });
    if (!may_import && for_somebody) {
      co_await state->answered.wait(all_answered);
      may_import = true;
    }
  }
  co_await state->answered.wait(all_answered);
  if (state->error) throw boost::system::system_error(state->error);
  state->report.took = std::chrono::steady_clock::now() - start;
  co_return std::move(state->report);
}

net::awaitable<std::vector<ProjectDigest>> compare_digests(
    client::Client& client, const std::vector<PlannedProject>& projects) {
  const auto executor = co_await net::this_coro::executor;
  std::vector<ProjectDigest> digests;
  for (const auto& planned : projects) {
    auto project = client.open(planned.id);
    co_await project.ready(net::use_awaitable);
    const auto shown = project.snapshot();

    model::Project folded;
    folded.id = planned.id;
    Signal progress(executor);
    client::FollowHandlers handlers;
    handlers.on_command = [&](std::span<const record::Entry> entries) {
      for (const auto& entry : entries) {
        const auto& envelope = entry.event.envelope();
        if (envelope.version > shown->version()) return;
        const auto meta = model::meta_of(envelope);
        entry.event.with_event(
            [&](schema::Event::Reader event) { model::evolve(folded, event, meta); });
      }
      progress.notify();
    };
    bool ended = false;
    handlers.on_end = [&](client::error_code) {
      ended = true;
      progress.notify();
    };
    client::FollowOptions options;
    options.stream = planned.id;
    const auto follow = client.follow(options, handlers);
    const auto is_folded = [&] { return ended || folded.version >= shown->version(); };
    co_await progress.wait(is_folded);

    const auto digest = shown->digest();
    digests.push_back({.key = planned.key,
                       .version = shown->version(),
                       .digest = record::to_hex(digest),
                       .replay_agrees = model::digest(folded) == digest});
  }
  co_return digests;
}

}  // namespace daybook::examples
