#pragma once
// The installed server in memory (daybook::testing::FakeServer) without its network and clock: a test carries each message by
// hand, keeps some back, spoils others, and sees what the client said. One connection at a time; nothing happens by itself.

#include <daybook/presence.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client-sdk/src/frames.hpp"
#include "model/project.hpp"
#include "tests/support/commands.hpp"

namespace daybook::testing {

inline constexpr Id kProject{1, 100};
inline constexpr Id kManager{1, 7};  // an admin, whose tokens are "dbk_good" and "dbk_renewed"
inline constexpr Id kOther{1, 8};    // an auditor, whose token is "dbk_other"
inline constexpr Id kLog{1, 1};
inline constexpr Id kColumnA{0x10, 201};
inline constexpr Id kColumnB{0x10, 202};

using Message = record::AlignedBytes;

// Begins with one project, at version 2. Threading: one thread at a time.
class WireServer {
 public:
  WireServer();
  ~WireServer();
  WireServer(const WireServer&) = delete;
  WireServer& operator=(const WireServer&) = delete;

  // Decides and commits, as if another client of the manager's had asked. Returns the answer.
  schema::Code commit(Id id, schema::Command::Reader command,
                      const std::vector<std::string>& words);
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
  bool answers_commands = true;                 // false: commits, but keeps the answers to itself
  bool commits = true;                          // false: commands go nowhere
  schema::Code refuses = schema::Code::NONE;    // subscriptions
  bool resets = false;                          // instead of going on after a version
  bool answers_past = true;                     // false: questions about the past go nowhere
  std::optional<std::uint64_t> past_version;    // whatever was asked, the state of this one is sent
  std::function<void(Message& message)> spoil;  // events, and the end of a snapshot
  std::function<void(schema::Message::Builder message)> edit;  // everything else
  void revoke(const std::string& token);
  void set_log_id(Id log_id);
  // An old backup: the log as it was at the beginning.
  void forget();

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

  [[nodiscard]] const model::Project& state() const { return states().back(); }
  // As of every version; 0: empty.
  [[nodiscard]] const std::vector<model::Project>& states() const;
  [[nodiscard]] record::Hash digest() const;
  [[nodiscard]] std::uint64_t position() const;
  // Whether the command took effect.
  [[nodiscard]] bool has(Id command) const;

 private:
  class Inside;
  friend Inside;
  void take(schema::Message::Reader message, record::Bytes bytes);
  void subscribe(schema::Subscribe::Reader request);

  std::vector<Message> said_;
  std::uint64_t next_id_ = 0;
  std::unique_ptr<Inside> inside_;
};

}  // namespace daybook::testing
