#pragma once
// What happened in a run: its last steps in words, all of it as one number, and what did not hold.
//
// Two runs of one seed have one digest, or something in the program depends on more than its inputs.

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <span>
#include <string>
#include <string_view>

namespace daybook::simulation {

// Threading: confined to one thread.
class Trace {
 public:
  static constexpr std::size_t kLinesMax = 80;

  explicit Trace(bool is_shown = false) : is_shown_(is_shown) {}

  // A step, in words.
  template <typename... Args>
  void say(fmt::format_string<Args...> format, Args&&... args) {
    add(fmt::format(format, std::forward<Args>(args)...));
  }
  // Bytes that went over a connection or to the disk.
  void bytes(std::span<const std::byte> data) { mix(data.data(), data.size()); }

  // Something does not hold: the run ends with the next step. The first is told.
  void fail(std::string what) {
    if (!failure_.empty()) return;
    failure_ = std::move(what);
    add("FAILED: " + failure_);
  }
  void require(bool holds, std::string_view what) {
    if (!holds) fail(std::string(what));
  }

  [[nodiscard]] bool has_failed() const { return !failure_.empty(); }
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  [[nodiscard]] const std::deque<std::string>& lines() const { return lines_; }

 private:
  void add(std::string line) {
    ++steps_;
    mix(line.data(), line.size());
    if (is_shown_)
      std::printf("%6llu  %s\n", static_cast<unsigned long long>(steps_), line.c_str());
    lines_.push_back(fmt::format("{:6}  {}", steps_, line));
    if (lines_.size() > kLinesMax) lines_.pop_front();
  }
  void mix(const void* data, std::size_t size) {
    const auto* at = static_cast<const unsigned char*>(data);
    while (size > 0) {
      std::uint64_t word = 0;
      const auto n = std::min<std::size_t>(size, sizeof word);
      std::memcpy(&word, at, n);
      digest_ = (digest_ ^ word ^ n) * 0x9E3779B97F4A7C15;
      digest_ ^= digest_ >> 29;
      at += n;
      size -= n;
    }
  }

  bool is_shown_;
  std::uint64_t digest_ = 0;
  std::uint64_t steps_ = 0;
  std::deque<std::string> lines_;
  std::string failure_;
};

}  // namespace daybook::simulation
