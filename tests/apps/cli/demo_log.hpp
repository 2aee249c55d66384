#pragma once
// The demonstration's log in a folder of its own, and the command line on it.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "server/demo.hpp"
#include "server/log/event_log.hpp"
#include "tests/apps/cli/console.hpp"
#include "tests/support/temp_folder.hpp"

namespace daybook::cli::testing {

using daybook::testing::TempFolder;

inline constexpr Timestamp kNow{1'790'000'000'000'000};

// The log stays open for writing, as a running server has it.
struct DemoLog {
  TempFolder folder;
  std::unique_ptr<log::EventLog> log;
  std::size_t events = 0;

  DemoLog() : log(std::move(*log::EventLog::open({.directory = folder.path()}))) {
    events = server::make_demo(*log, kNow).events;
  }
  [[nodiscard]] Said operator()(std::vector<std::string> arguments) const {
    arguments.emplace_back("--data");
    arguments.push_back(folder.path().string());
    return call(arguments);
  }
  [[nodiscard]] Id project() const {
    for (const auto id : log->streams()) {
      if (!id.is_nil()) return id;
    }
    return {};
  }
};

inline std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

}  // namespace daybook::cli::testing
