#pragma once
// A folder of its own for a test, in memory where the system has such a place; gone with the object.

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace daybook::testing {

class TempFolder {
 public:
  TempFolder() {
    static std::atomic<int> count = 0;
    const std::filesystem::path memory = "/dev/shm";
    std::error_code ignored;
    const bool usable = ::access(memory.c_str(), W_OK) == 0;
    const auto root = usable ? memory : std::filesystem::temp_directory_path(ignored);
    path_ = root / ("daybook-test-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace daybook::testing
