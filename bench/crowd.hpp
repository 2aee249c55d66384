#pragma once
// Thousands of WebSocket clients in one thread over epoll: receivers that cost little beside the server they listen to.
// What they speak above WebSocket is a CrowdMember's affair, so that the same crowd listens to every peer.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace daybook::bench {

// What a member has to say, as binary WebSocket messages. Masked by zeros, which leaves the bytes as they are.
class CrowdOut {
 public:
  explicit CrowdOut(std::vector<std::byte>& bytes) : bytes_(bytes) {}
  void send(std::span<const std::byte> payload);

 private:
  void add(unsigned opcode, std::span<const std::byte> payload);
  friend class Crowd;

  std::vector<std::byte>& bytes_;
};

// One client above WebSocket. It lives through reconnects.
class CrowdMember {
 public:
  virtual ~CrowdMember() = default;
  // The connection is upgraded, for the first time or again.
  virtual void greet(CrowdOut& out) = 0;
  // The payload of one data frame, valid during the call. Throws std::runtime_error on what must not come.
  virtual void take(std::span<const std::byte> payload, CrowdOut& out) = 0;
};

struct CrowdTarget {
  std::uint16_t port = 0;  // of 127.0.0.1
  std::string path = "/";
  std::string subprotocol = {};           // empty: none is asked for
  std::size_t connecting_max = 256;       // handshakes at a time
  std::size_t members_per_address = 500;  // each source address, 127.0.0.1 and on, has so many
};

// Threading: one thread at a time; nothing happens outside of poll().
// Failure: std::system_error, std::runtime_error if a handshake is refused, and what members throw.
// Limits: a frame from the server of at most kFrameBytesMax; as many members as the process may have files: see
// allow_files().
class Crowd {
 public:
  static constexpr std::size_t kFrameBytesMax = 4 * 1024 * 1024;

  explicit Crowd(CrowdTarget target);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  // It will be connected by poll(). Its number counts from 0.
  std::size_t add(std::unique_ptr<CrowdMember> member);
  [[nodiscard]] std::size_t size() const { return lines_.size(); }

  // Cuts the connection without a word, and begins a new one.
  void reconnect(std::size_t number);

  // Waits for something to happen and handles all that has; false: nothing did.
  bool poll(std::chrono::milliseconds patience);
  // Polls until done(); false: that took longer than `patience`.
  bool poll_until(const std::function<bool()>& done, std::chrono::milliseconds patience);

  [[nodiscard]] std::size_t ended_by_peer() const { return ended_by_peer_; }

 private:
  struct Line {
    std::unique_ptr<CrowdMember> member;
    int fd = -1;
    enum class Stage { waiting, connecting, upgrading, open, closed } stage = Stage::waiting;
    std::uint32_t interest = 0;
    std::vector<std::byte> in;  // the beginning of what has not come whole
    std::vector<std::byte> out;
  };

  void connect_some();
  void connect(std::size_t number);
  void handle(std::size_t number, std::uint32_t events);
  void receive(std::size_t number);
  [[nodiscard]] std::size_t take(std::size_t number, std::span<const std::byte> data);
  [[nodiscard]] std::size_t take_reply(std::size_t number, std::span<const std::byte> data);
  void flush(std::size_t number);
  void watch(std::size_t number);
  void close_line(Line& line);

  CrowdTarget target_;
  int epoll_;
  std::vector<Line> lines_;
  std::deque<std::size_t> to_connect_;
  std::size_t connecting_ = 0;
  std::size_t ended_by_peer_ = 0;
  std::vector<std::byte> buffer_;
};

// Raises the limit on open files of this process, and of those that it starts, as far as the system lets it. Throws
// std::runtime_error if that is less than `files`.
void allow_files(std::size_t files);

}  // namespace daybook::bench
