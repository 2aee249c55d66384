#pragma once
// The command line as a function, so that tests can call it.

#include <span>
#include <string>
#include <vector>

#include "apps/cli/context.hpp"

namespace daybook::cli {

// Where this process's output goes: a terminal's colour and width, NO_COLOR, COLUMNS.
[[nodiscard]] Console system_console();

// Every command that there is, as one types it: {"log"}, {"token", "issue"}.
[[nodiscard]] std::vector<std::vector<std::string>> all_commands();

// Runs one command line, without the program's name; DAYBOOK_SERVER and DAYBOOK_TOKEN are read from the environment.
// Never throws (but for memory).
[[nodiscard]] Exit run(std::span<const std::string> arguments, const Console& console);

}  // namespace daybook::cli
