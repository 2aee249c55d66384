#pragma once
// One client's connection to a FakeServer: takes the client's messages and says the server's.

#include <map>
#include <memory>

#include "client-sdk/testing/src/fake_replies.hpp"
#include "schema/protocol.hpp"

namespace daybook::testing::detail {

using schema::protocol::CloseCode;

// Who a token acts as. A value.
struct Principal {
  Id token = {};
  model::workspace::Token row = {};
};

// Threading: one thread at a time.
// Lifetime:  `office` outlives it.
class FakeConnection {
 public:
  // The server around it.
  class Office {
   public:
    virtual ~Office() = default;
    [[nodiscard]] virtual const FakeLog& log() const = 0;
    [[nodiscard]] virtual Timestamp now() const = 0;
    virtual void on_command(FakeConnection& from, schema::CommandRequest::Reader request) = 0;
    // Its hello was good: another connection of the same client ends.
    virtual void on_hello(FakeConnection& from) = 0;
    // Somebody came, looks at something else, or left.
    virtual void on_presence() = 0;
    virtual void say(FakeConnection& to, Message message) = 0;
    // To be closed with this code: the connection itself does nothing any more.
    virtual void on_end(FakeConnection& connection, CloseCode code) = 0;
  };
  FakeConnection(Office& office, std::uint64_t number) : office_(office), number_(number) {}
  FakeConnection(const FakeConnection&) = delete;
  FakeConnection& operator=(const FakeConnection&) = delete;

  // A WebSocket message, 8-aligned.
  void take(record::Bytes message);
  // What subscriptions have not had yet; and their end, where rights have ended.
  void pump();
  void say_answer(Id command, const FakeLog::Answer& answer);
  void say_going_away();
  void say_presence(const std::vector<const FakeConnection*>& all);

  // Takes and says nothing any more.
  void close() { is_over_ = true; }

  [[nodiscard]] bool is_greeted() const { return !is_over_ && principal_.has_value(); }
  [[nodiscard]] const Principal& principal() const { return *principal_; }
  [[nodiscard]] Id client() const { return client_; }
  // What somebody looks at; its project is nil: nothing.
  struct Present {
    Id project = {};
    schema::ViewName view = schema::ViewName::NONE;
    Id entity = {};
    Timestamp since = {};
  };
  [[nodiscard]] const Present& present() const { return present_; }

 private:
  struct Subscription {
    bool all = false;
    Id stream = {};
    std::uint64_t after = 0;
    std::uint64_t last = UINT64_MAX;
    bool tell = false;  // also when there is nothing
    std::map<schema::ViewName, std::optional<model::View>> views = {};  // as told; empty: events
  };

  void take(schema::Message::Reader message);
  void greet(schema::Hello::Reader hello);
  void renew(std::string_view token);
  void subscribe(schema::Subscribe::Reader request);
  // The answer to a subscription for events. none: it goes on.
  [[nodiscard]] schema::Code begin_events(std::uint32_t number, Subscription& added,
                                          schema::Subscribe::Reader request);
  [[nodiscard]] schema::Code say_past(std::uint32_t number, Id project,
                                      schema::Subscribe::From::Reader at);
  void end(std::uint32_t number, schema::Code code);
  void pump(std::uint32_t number, Subscription& to);
  // none: it may be read.
  [[nodiscard]] schema::Code right_to(const Subscription& subscription) const;
  [[nodiscard]] std::optional<Principal> authenticate(std::string_view token) const;
  [[nodiscard]] const StoredCommands& commands_of(const Subscription& subscription) const;

  void end_with(CloseCode code) {
    if (std::exchange(is_over_, true)) return;
    office_.on_end(*this, code);
  }
  template <typename F>
  void say(F&& fill) {
    say_message(sayer(), fill);
  }
  [[nodiscard]] Say sayer() {
    return [this](Message message) {
      if (!is_over_) office_.say(*this, std::move(message));
    };
  }

  Office& office_;
  std::uint64_t number_;
  bool is_over_ = false;
  std::optional<Principal> principal_;
  Id client_ = {};
  std::map<std::uint32_t, Subscription> subscriptions_;
  Present present_;
};

}  // namespace daybook::testing::detail
