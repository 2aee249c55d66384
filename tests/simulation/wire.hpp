#pragma once
// A connection in memory: bytes on their way in both directions, which may come late, in pieces, or never.

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "model/record/hash.hpp"
#include "tests/simulation/virtual_time.hpp"

namespace daybook::simulation {

// One direction. Whole messages go in and come out; between them are bytes, which a cut may divide anywhere.
class Pipe {
 public:
  void send(std::span<const std::byte> message) {
    if (is_dead_ || close_code_) return;
    const auto size = static_cast<std::uint32_t>(message.size());
    const auto* const header = reinterpret_cast<const std::byte*>(&size);
    bytes_.insert(bytes_.end(), header, header + sizeof size);
    bytes_.insert(bytes_.end(), message.begin(), message.end());
  }
  // A farewell, behind what was sent.
  void close(std::uint16_t code) {
    if (!close_code_) close_code_ = code;
  }

  [[nodiscard]] std::size_t in_flight() const { return bytes_.size() - arrived_; }
  void deliver(std::size_t bytes) { arrived_ += std::min(bytes, in_flight()); }

  // Whether a whole message has arrived.
  [[nodiscard]] bool has_message() const {
    std::uint32_t size = 0;
    if (arrived_ - taken_ < sizeof size) return false;
    std::memcpy(&size, &bytes_[taken_], sizeof size);
    return arrived_ - taken_ >= sizeof size + size;
  }
  // Requires: has_message().
  [[nodiscard]] record::AlignedBytes take() {
    std::uint32_t size = 0;
    std::memcpy(&size, &bytes_[taken_], sizeof size);
    const auto from = bytes_.begin() + static_cast<std::ptrdiff_t>(taken_ + sizeof size);
    record::AlignedBytes message(from, from + size);
    taken_ += sizeof size + size;
    if (taken_ == bytes_.size()) {
      bytes_.clear();
      arrived_ = taken_ = 0;
    }
    return message;
  }
  // The farewell, once all before it was taken.
  [[nodiscard]] std::optional<std::uint16_t> closed() const {
    return close_code_ && in_flight() == 0 && !has_message() ? close_code_ : std::nullopt;
  }

  // What is on its way is lost, and what is sent from now on too.
  void die() {
    is_dead_ = true;
    bytes_.resize(arrived_);
    close_code_.reset();
  }

 private:
  std::vector<std::byte> bytes_;
  std::size_t arrived_ = 0;  // of bytes_: at the receiver
  std::size_t taken_ = 0;    // of these: by it
  std::optional<std::uint16_t> close_code_;
  bool is_dead_ = false;
};

struct Wire {
  std::uint64_t number = 0;
  bool is_text = false;  // of the JSON form
  Pipe up;               // to the server
  Pipe down;             // to the client
  // The connection is gone, and each end will notice.
  bool is_cut = false;
  // It is gone, and no end is told: they can only miss each other.
  bool is_silent = false;
  // Neither end has anything delivered before then.
  Instant frozen_until{};

  void cut() {
    is_cut = true;
    up.die();
    down.die();
  }
  void fall_silent() {
    is_silent = true;
    up.die();
    down.die();
  }
};

}  // namespace daybook::simulation
