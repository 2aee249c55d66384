#pragma once
// Says again whatever it hears. It stands where a sync::Session does (only if the server is told to, for tests), so that a
// suite for WebSockets from anywhere meets the very connection that clients have.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "server/sync/session.hpp"

namespace daybook::net {

inline constexpr std::string_view kTestEchoPath = "/test/echo";

// Threading: confined to its I/O thread.
// Limits:    one message at a time: nothing is read while one waits to be written.
class EchoSession {
 public:
  static constexpr std::size_t kMessageBytesMax = std::size_t{16} * 1024 * 1024;

  explicit EchoSession(std::function<void()> wake) : wake_(std::move(wake)) {}

  void receive(std::span<const std::byte> message, bool is_binary) {
    message_.emplace(reinterpret_cast<const char*>(message.data()), message.size());
    is_binary_ = is_binary;
  }
  [[nodiscard]] bool wants_input() const { return !message_; }
  [[nodiscard]] std::optional<std::string> next() { return std::exchange(message_, std::nullopt); }
  [[nodiscard]] bool is_binary() const { return is_binary_; }  // what next() gave last

  [[nodiscard]] sync::Instant wake_at() const { return sync::Instant::max(); }
  [[nodiscard]] const std::optional<sync::Close>& closing() const { return closing_; }
  [[nodiscard]] sync::Session::Load load() const { return {}; }
  void drain() { close(schema::protocol::CloseCode::going_away, "the server is stopping"); }
  void close(schema::protocol::CloseCode code, std::string reason) {
    if (!closing_) closing_ = {code, std::move(reason)};
    wake_();
  }
  void detach() {
    wake_ = [] {};
  }

 private:
  std::function<void()> wake_;
  std::optional<std::string> message_;
  bool is_binary_ = true;
  std::optional<sync::Close> closing_;
};

}  // namespace daybook::net
