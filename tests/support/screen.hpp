#pragma once
// A program on a pseudo-terminal, and what a person would see of it.

#include <sys/types.h>
#include <termios.h>

#include <functional>
#include <string>
#include <vector>

namespace daybook::testing {

// Threading: one thread at a time. Failure: std::system_error; std::runtime_error with the screen, if what is waited for
// does not come within 60 s.
class Screen {
 public:
  // `environment`: lines NAME=value, beside what this process has.
  Screen(const std::string& program, const std::vector<std::string>& arguments,
         const std::vector<std::string>& environment, unsigned columns = 80, unsigned rows = 24);
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  void type(const std::string& keys);
  void resize(unsigned columns, unsigned rows);
  void signal(int number) const;

  // Waits until a line holds all of these; returns it.
  std::string wait_for(const std::vector<std::string>& parts);
  // Waits until no line holds this.
  void wait_until_gone(const std::string& part);
  // Waits for the program's end: its exit code, or 128 + the signal.
  int wait();

  // As it is now; without spaces at the ends of lines.
  [[nodiscard]] std::vector<std::string> lines() const;
  [[nodiscard]] bool is_alternate() const { return alternate_; }
  [[nodiscard]] bool has_cursor() const { return cursor_; }
  [[nodiscard]] termios settings() const;
  // What it has written besides the screen, as before it began to draw.
  [[nodiscard]] const std::string& raw() const { return raw_; }

 private:
  void wait_until(const std::function<bool()>& holds, const std::string& what);
  // Takes what has come, or waits a while for it. False: the program has ended, and all has been taken.
  [[nodiscard]] bool fill(int timeout_millis);
  void take(const std::string& bytes);
  void escape(const std::string& sequence);

  pid_t pid_ = -1;
  int master_ = -1;
  int slave_ = -1;  // kept open, so that the settings can be asked for when the program is gone
  std::vector<std::vector<std::string>> cells_;
  std::size_t row_ = 0;
  std::size_t column_ = 0;
  bool alternate_ = false;
  bool cursor_ = true;
  std::string raw_;
  std::string rest_;  // of a sequence or a letter that is not whole yet
};

}  // namespace daybook::testing
