#pragma once
// A session with its channels over a server in memory, in virtual time. Messages go to and fro only by exchange().

#include <boost/asio/io_context.hpp>
#include <optional>
#include <vector>

#include "client-sdk/src/follow.hpp"
#include "client-sdk/src/replica.hpp"
#include "client-sdk/src/session.hpp"
#include "tests/client-sdk/wire_server.hpp"

namespace daybook::testing {

using namespace std::chrono_literals;
namespace detail = client::detail;
using client::Condition;
using client::Errc;
using client::State;

class SessionRig {
 public:
  explicit SessionRig(client::ClientOptions options = {}) {
    options.token = "dbk_good";
    options.client_id = {5, 5};
    options.jitter = [this] { return jitter; };
    session.emplace(
        options,
        detail::Session::Hooks{
            .connect = [this] { ++connects; },
            .send = [this](Message message) { sent.push_back(std::move(message)); },
            .close = [this](std::uint16_t code) { closes.push_back(code); },
            .close_and_tell = [this](std::uint16_t code) { closes.push_back(code); },
            .state = [this](client::StateChange change) { states.push_back(std::move(change)); },
            .clock = [this] { return wall; }});
  }

  // --- The network --------------------------------------------------------------------------------------------------
  void open() {
    server.connect();
    session->on_open(now);
    settle();
  }
  // Everything that either side has to say, until both are silent.
  void exchange() {
    for (int turn = 0; turn < 1000; ++turn) {
      for (const auto& message : std::exchange(sent, {})) server.take(message);
      if (server.refused_with != 0) return close(server.refused_with);
      auto said = server.said();
      if (said.empty() && sent.empty()) return;
      for (const auto& message : said) feed(message);
    }
  }
  void feed(const Message& message) {
    session->on_message(message, now);
    settle();
  }
  void close(std::uint16_t code) {
    session->on_closed({.close_code = code}, now);
    settle();
  }
  void start() {
    session->start(now);
    settle();
    open();
    exchange();
  }
  // The network breaks; the next attempt succeeds.
  void reconnect() {
    close(0);
    advance_to_deadline();
    open();
    exchange();
  }

  // --- Time -----------------------------------------------------------------------------------------------------------
  void advance(std::chrono::milliseconds by) {
    now += by;
    wall.micros += std::chrono::microseconds(by).count();
    session->tick(now);
    settle();
  }
  void advance_to_deadline() {
    const auto at = session->deadline().value();
    advance(std::chrono::ceil<std::chrono::milliseconds>(std::max(at - now, 0ns)));
  }
  void settle() {
    session->flush(now);
    // Nobody has a replica that would have to catch up.
    for (const auto& accepted : session->pending().unconfirmed()) {
      session->pending().confirm(accepted.id);
    }
    notifier.run([] { return false; });
    io.restart();
    io.poll();
  }

  // --- What is opened -------------------------------------------------------------------------------------------------
  std::shared_ptr<detail::Replica<model::Project>> open_project(Id id = kProject) {
    auto replica = std::make_shared<detail::Replica<model::Project>>(id, notifier);
    session->attach(replica);
    settle();
    return replica;
  }
  std::shared_ptr<detail::FollowChannel> follow(client::FollowOptions options,
                                                client::FollowHandlers handlers) {
    auto channel =
        std::make_shared<detail::FollowChannel>(std::move(options), std::move(handlers), notifier);
    session->attach(channel);
    settle();
    return channel;
  }

  // --- What is submitted ----------------------------------------------------------------------------------------------
  struct Result {
    bool done = false;
    client::error_code error;
    client::Outcome outcome;
  };
  using Shared = std::shared_ptr<Result>;
  detail::Completion<client::Outcome> completion(const Shared& result) {
    return {io.get_executor(), gone, [result](client::error_code error, client::Outcome outcome) {
              *result = {.done = true, .error = error, .outcome = std::move(outcome)};
            }};
  }
  // As Core does it.
  Shared submit(detail::Pending::Ticket ticket, client::CommandBuilder command, Id id,
                bool claims_time = true) {
    auto result = std::make_shared<Result>();
    auto request = command.request();
    write(request.initId(), id);
    write(request.initStream(), kProject);
    if (claims_time && !session->sends_at_once()) {
      request.setEffectiveAt(session->server_now(now).micros);
    }
    const record::Hash seed = record::sha256(to_bytes(id));
    request.setSeed({reinterpret_cast<const kj::byte*>(seed.data()), seed.size()});
    auto act = detail::make_act(
        {.number = ticket, .id = id, .stream = kProject, .submitted_at = wall}, std::move(command));
    auto answer = completion(result);
    if (act) {
      session->pending().submit(std::move(*act), std::move(answer));
    } else {
      answer({}, act.error());
    }
    settle();
    return result;
  }

  [[nodiscard]] const client::StateChange& last_state() const { return states.back(); }

  boost::asio::io_context io;
  detail::Gone gone = std::make_shared<const std::atomic<bool>>(false);
  WireServer server;
  detail::Notifier notifier;
  client::Instant now{1h};
  Timestamp wall{1'800'000'000'000'000};
  double jitter = 0.5;
  int connects = 0;
  std::vector<Message> sent;
  std::vector<std::uint16_t> closes;
  std::vector<client::StateChange> states;
  std::optional<detail::Session> session;
};

inline client::CommandBuilder create_task_command(Id task, std::string_view title) {
  client::CommandBuilder command;
  auto create = command.root().initTask().initCreateTask();
  write(create.initTask(), task);
  command.text(create.initTitle(), title);
  write(create.initColumn(), kColumnA);
  return command;
}

}  // namespace daybook::testing
