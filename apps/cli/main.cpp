// daybook: the auditor's and operator's command line.

#include <string>
#include <vector>

#include "apps/cli/cli.hpp"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto console = daybook::cli::system_console();
  auto exit = daybook::cli::run(arguments, console);
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    console.say("daybook: the output could not be written whole\n");
    if (exit == daybook::cli::Exit::ok) exit = daybook::cli::Exit::failed;
  }
  return static_cast<int>(exit);
}
