#pragma once
// A server in memory, of one project: it decides with the real model and speaks the real bytes, one connection at a time.
// What it is told and what it says are WebSocket messages; nothing happens by itself.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <daybook/presence.hpp>

#include "client-sdk/src/frames.hpp"
#include "model/project.hpp"
#include "schema/limits.hpp"
#include "tests/support/commands.hpp"

namespace daybook::testing {

inline constexpr Id kProject{1, 100};
inline constexpr Id kManager{1, 7};
inline constexpr Id kLog{1, 1};
inline constexpr Id kColumnA{0x10, 201};
inline constexpr Id kColumnB{0x10, 202};

using Message = record::AlignedBytes;

class FakeServer {
 public:
  FakeServer();

  // Decides and commits, as if another client had asked. Returns the answer.
  schema::Code commit(Id id, schema::Command::Reader command, const std::vector<std::string>& words,
                      const record::Hash& seed = {});
  schema::Code commit(const Command& command) {
    return commit({9, ++next_id_}, command.reader(), command.words);
  }

  // --- The connection ---------------------------------------------------------------------------------------------
  void connect();  // ends the one before
  // Takes a message and answers; what it says is in said().
  void take(record::Bytes message);
  // Sends what subscriptions have not had yet.
  void pump();
  [[nodiscard]] std::vector<Message> said() { return std::exchange(said_, {}); }
  template <typename F>
  void say(F&& fill) {
    client::detail::append_message(said_.emplace_back(), fill);
  }

  // --- What it is like ----------------------------------------------------------------------------------------------
  std::string token = "dbk_good";
  Id log_id = kLog;
  Id member = kManager;  // who the token is said to be of; it acts as kManager
  std::uint32_t in_flight = 256;
  std::uint32_t heartbeat_millis = 15'000;
  bool answers_commands = true;               // false: commits, but keeps the answers to itself
  bool commits = true;                        // false: commands go nowhere
  schema::Code refuses = schema::Code::NONE;  // subscriptions
  bool resets = false;                        // instead of going on after a version
  bool answers_past = true;                   // false: questions about the past go nowhere
  std::optional<std::uint64_t> past_version;  // whatever was asked, the state of this one is sent
  std::function<void(Message& batch)> spoil;  // what is sent as events or snapshots
  model::Facts facts{.limit = 2};             // what its rejections rest on

  // --- What it saw --------------------------------------------------------------------------------------------------
  struct Received {
    Id id;
    record::AlignedBytes bytes;  // the frame's message
    std::int64_t effective_at;
    std::uint64_t seen_version;
  };
  std::vector<Received> commands;
  std::uint16_t last_close = 0;
  std::uint32_t subscribed = 0;
  std::uint32_t unsubscribed = 0;
  std::uint32_t snapshots = 0;
  std::uint32_t pings = 0;
  std::vector<std::string> renewals;
  std::vector<client::Looking> looked;
  std::uint16_t refused_with = 0;  // the close code that it would have ended the connection with

  [[nodiscard]] const model::Project& state() const { return state_; }
  // As of every version; 0: empty.
  [[nodiscard]] const std::vector<model::Project>& states() const { return states_; }
  [[nodiscard]] record::Hash digest() const;
  // Whether the command took effect.
  [[nodiscard]] bool has(Id command) const { return outcomes_.contains(command); }
  // With the member of another token of the same kind.
  std::string other_members_token = "dbk_other";

 private:
  struct Stored {
    std::uint64_t first = 0;
    std::uint32_t count = 0;
    record::AlignedBytes entries;
  };
  struct Subscription {
    std::uint64_t after = 0;
    bool all = false;
    std::uint64_t last = UINT64_MAX;
    bool tell = false;
    bool people = false;
    std::map<model::ViewName, model::View> views = {};
  };
  struct Word {
    record::Hash salt;
    std::string words;
  };
  void take(schema::Message::Reader message, record::Bytes bytes);
  void subscribe(schema::Subscribe::Reader request);
  void send_snapshot(std::uint32_t subscription, const model::Project& state);
  void answer_past(std::uint32_t subscription, schema::Subscribe::From::Reader at);
  void end(std::uint32_t subscription, schema::Code code);
  void send_people(std::uint32_t subscription);
  // What leads from the view that the subscription has to the present one.
  void send_view(std::uint32_t subscription, model::View& has, bool whole);
  void send_batch(std::uint32_t number, Subscription& to);
  void answer(Id id, schema::Code code);

  model::Project state_;
  std::vector<model::Project> states_;
  std::vector<Stored> log_;
  std::map<std::pair<std::uint64_t, std::uint32_t>, Word> words_;
  std::map<Id, std::size_t> outcomes_;  // id → index in log_
  std::map<std::uint32_t, Subscription> subscriptions_;
  std::vector<Message> said_;
  bool greeted_ = false;
  std::uint64_t next_id_ = 0;
};

}  // namespace daybook::testing
