#pragma once
// What a child process is given, in the form in which execve() takes it.

#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

namespace daybook::testing {

// Lifetime: borrows what it is made of. Made before a fork, as a child of several threads must not allocate.
struct ProgramArguments {
  // `environment`: lines NAME=value, beside what this process has; of a DAYBOOK…=value the child has nothing else.
  ProgramArguments(const std::string& program, const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment) {
    const auto add = [](std::vector<char*>& to, const std::string& text) {
      to.push_back(const_cast<char*>(text.c_str()));
    };
    add(argv, program);
    for (const auto& argument : arguments) add(argv, argument);
    argv.push_back(nullptr);
    for (const auto& line : environment) add(envp, line);
    for (char** line = ::environ; *line != nullptr; ++line) {
      if (!std::string_view(*line).starts_with("DAYBOOK")) envp.push_back(*line);
    }
    envp.push_back(nullptr);
  }

  std::vector<char*> argv;
  std::vector<char*> envp;
};

}  // namespace daybook::testing
