#pragma once
// The terminal as a screen of lines and a source of keys; left as it was found when the object goes.

#include <termios.h>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace daybook::examples {

enum class Style { plain, bold, dim, reverse, red, yellow };

// Text in exactly so many columns, cut off with "…" or filled up.
[[nodiscard]] std::string fitted(std::string_view text, std::size_t columns);
[[nodiscard]] std::string styled(Style style, const std::string& text);

struct Cell {
  std::string text;
  Style style = Style::plain;
};
struct Lane {
  std::string head;
  std::vector<Cell> cells;
  std::size_t chosen = SIZE_MAX;  // shown in reverse, and always in sight
};
// As many lanes around the chosen one as fit side by side, in exactly so many rows.
[[nodiscard]] std::vector<std::string> side_by_side(const std::vector<Lane>& lanes,
                                                    std::size_t chosen, std::size_t columns,
                                                    std::size_t rows);

enum class Key { left, right, up, down, take_left, take_right, enter, erase, escape, letter };

// Applies a key to a line that is being typed. False: it is finished, by Enter or Escape.
[[nodiscard]] bool edit(std::string& line, Key key, const std::string& letter);

// Threading: confined to the loop. Failure: the constructor throws Failure if there is no terminal.
class Terminal {
 public:
  explicit Terminal(boost::asio::io_context& io);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  struct Size {
    std::size_t columns = 80;
    std::size_t rows = 24;
  };
  [[nodiscard]] Size size() const;
  // What does not fit is left out.
  void draw(const std::vector<std::string>& lines) const;
  // `letter` is with Key::letter: one character, UTF-8.
  void on_key(std::function<void(Key key, const std::string& letter)> handler);
  void on_resize(std::function<void()> handler);

 private:
  void read();
  void watch_size();
  void take(std::string_view input);

  int out_;
  termios found_{};
  boost::asio::posix::stream_descriptor in_;
  boost::asio::signal_set resized_;
  std::function<void(Key, const std::string&)> key_;
  std::function<void()> resize_;
  char buffer_[256];
};

}  // namespace daybook::examples
