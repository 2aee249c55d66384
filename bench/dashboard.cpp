// What the dashboard costs, measured by the browser itself: apps/dashboard/bench prints rows, which are passed on.

#include <array>
#include <cstdlib>
#include <string_view>

#include "bench/server_process.hpp"
#include "bench/table.hpp"

namespace daybook::bench {
namespace {

constexpr std::string_view kLastLine = "end";

Row row_of(std::string_view line) {
  std::array<std::string, 4> columns;
  for (auto& column : columns) {
    const auto end = line.find('\t');
    column = line.substr(0, end);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  }
  auto& [what, figure, ratio, conditions] = columns;
  return {std::move(what), std::move(figure), std::move(ratio), std::move(conditions)};
}

}  // namespace

void bench_page(Size size, Table& table) {
  if (!is_installed("chromium") || !is_installed("npm")) {
    table.push_back({"the dashboard", "not measured", "", "chromium or npm is not installed"});
    return;
  }
  std::vector<std::string> command{"env", "DAYBOOKD=" + (program_folder() / "daybookd").string()};
  if (size == Size::quick) command.emplace_back("DAYBOOK_BENCH_QUICK=1");
  for (const auto* argument :
       {"npm", "--prefix", DAYBOOK_DASHBOARD_DIR, "run", "--silent", "bench"})
    command.emplace_back(argument);
  Process browser(command);
  for (auto line = browser.next_line(); line != kLastLine; line = browser.next_line())
    table.push_back(row_of(line));
}

}  // namespace daybook::bench
