#pragma once
// The command line called as a function, its output kept.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "apps/cli/cli.hpp"

namespace daybook::cli::testing {

struct Said {
  Exit exit = Exit::ok;
  std::string out;
  std::string err;
};

// A file whose text stays in memory.
class MemoryFile {
 public:
  MemoryFile() : file_(::open_memstream(&data_, &size_)) {}
  ~MemoryFile() {
    std::fclose(file_);
    std::free(data_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  [[nodiscard]] std::FILE* get() const { return file_; }
  [[nodiscard]] std::string text() const {
    std::fflush(file_);
    return {data_, size_};
  }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* file_;
};

// Without colour, 100 characters wide, and without what the environment would add.
inline Said call(const std::vector<std::string>& arguments) {
  ::unsetenv("DAYBOOK_SERVER");
  ::unsetenv("DAYBOOK_TOKEN");
  const MemoryFile out;
  const MemoryFile err;
  const auto exit = run(arguments, {.out = out.get(), .err = err.get()});
  return {exit, out.text(), err.text()};
}

inline bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace daybook::cli::testing
