#pragma once
// A session without a socket, over a real engine and the ring that the server has, under a clock that the test moves.

#include <capnp/serialize.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "server/sync/ring.hpp"
#include "server/sync/session.hpp"
#include "tests/server/engine/running_engine.hpp"

namespace daybook::testing {

using namespace std::chrono_literals;
using M = schema::Message;
using schema::Code;
using schema::protocol::CloseCode;
namespace protocol = schema::protocol;

// One session, in JSON if not said otherwise, over a real engine, on the test's own thread.
class Conversation : public RunningEngine {
 public:
  // 0 a second: no limit.
  explicit Conversation(sync::Encoding encoding = sync::Encoding::json,
                        std::uint32_t commands_per_second = 3) {
    const auto made = access::make_token();
    token_ = made.secret;
    given({.command = issue_token({.token = token_id(50),
                                   .hash = {made.hash.begin(), made.hash.end()},
                                   .member = kAdmin,
                                   .expires_at = kStart.micros + 60'000'000}),
           .stream = {}});
    catch_up();
    told_ = head();
    services_.clock = [this] { return now(); };
    services_.steady = [this] {
      if (broken_) throw std::runtime_error("damaged");
      return steady_;
    };
    services_.options.commands_per_second = commands_per_second;
    listener_ = engine().add_listener(inbox(), [this](const auto& n) {
      services_.notice(*n);
      told_ = n->head.position.value;
    });
    session_ = std::make_shared<sync::Session>(services_, encoding, [] {});
  }
  ~Conversation() {
    engine().remove_listener(listener_);
    session_.reset();
    while (door_.outstanding() > 0) inbox().run_one();
  }

  sync::Session& session() { return *session_; }
  void pass(std::chrono::milliseconds time) {
    steady_ += time;
    set_clock({now().micros + std::chrono::microseconds(time).count()});
  }
  void say(const std::string& line) { session_->receive(std::as_bytes(std::span(line))); }
  // Hello of a client with an id, which has to ask for admission.
  void hello_as(std::uint64_t client) {
    say(R"({"hello":{"protocolVersions":[1],"token":")" + token_ + R"(","client":")" +
        to_string(Id{1, client}) + R"("}})");
  }
  // From now on, what the session needs of its surroundings fails.
  void break_down() { broken_ = true; }
  void hello() {
    say(R"({"hello":{"protocolVersions":[1],"token":")" + token_ + R"("}})");
    REQUIRE(hear().starts_with(R"({"welcome")"));
  }
  // The next message; waits for the engine if need be.
  std::string hear() {
    while (true) {
      auto message = session_->next().flat();
      if (!message.empty() || session_->closing()) return message;
      inbox().run_one();
    }
  }
  // What it says now, without waiting for anything.
  std::string hear_now() { return session_->next().flat(); }
  // Runs what the engine has for readers, until the log's end is seen.
  void settle() {
    while (told_ < head()) inbox().run_one();
    wait_answers();
  }
  // Questions to the engine that it has not answered yet.
  [[nodiscard]] std::size_t asked() const { return door_.outstanding(); }
  void wait_answers() {
    while (door_.outstanding() > 0) inbox().run_one();
  }
  CloseCode closed_as() {
    REQUIRE(session_->closing());
    return session_->closing()->code;
  }
  void create(std::uint64_t n) { given({.command = create_task({.task = task_id(n)})}); }
  void subscribe(const std::string& from, const std::string& content) {
    say(R"({"subscribe":{"subscription":1,"scope":{"project":")" + to_string(kProject) +
        R"("},"from":)" + from + R"(,"content":)" + content + "}}");
  }

  // Binary.
  template <typename F>
  void say_message(F&& fill) {
    const auto frame = sync::make_frame(sync::Encoding::binary, fill).flat();
    session_->receive(std::as_bytes(std::span(frame)));
  }
  [[nodiscard]] const std::string& token() const { return token_; }

  [[nodiscard]] sync::Ring& ring() { return ring_; }
  [[nodiscard]] sync::Services& services() { return services_; }

 private:
  std::string token_;
  bool broken_ = false;
  sync::Instant steady_ = sync::Instant() + 1000h;
  sync::Door door_{engine(), inbox()};
  sync::Ring ring_{engine(), 64 * 1024 * 1024};
  sync::Clients clients_;
  sync::Services services_{
      .door = door_, .events = ring_, .clients = clients_, .options = {}, .clock = {}};
  engine::Engine::ListenerId listener_ = 0;
  std::uint64_t told_ = head();
  std::shared_ptr<sync::Session> session_;
};

// The same without a limit on its rate.
class LongConversation : public Conversation {
 public:
  LongConversation() : Conversation(sync::Encoding::json, 0) {}
};

class BinaryConversation : public Conversation {
 public:
  explicit BinaryConversation(std::uint32_t commands_per_second = 3)
      : Conversation(sync::Encoding::binary, commands_per_second) {
    say_message([&](M::Builder& m) {
      auto hello = m.initHello();
      hello.initProtocolVersions(1).set(0, 1);
      hello.setToken(token().c_str());
    });
    REQUIRE_FALSE(hear().empty());
  }
  void ask(std::uint32_t subscription, std::uint64_t version) {
    say_message([&](M::Builder& m) {
      auto out = m.initSubscribe();
      out.setSubscription(subscription);
      write(out.initScope().initProject(), kProject);
      out.initFrom().setAtVersion(version);
      out.initContent().setEvents();
    });
  }
  void unsubscribe(std::uint32_t subscription) {
    say_message([&](M::Builder& m) { m.initUnsubscribe().setSubscription(subscription); });
  }
};

}  // namespace daybook::testing
