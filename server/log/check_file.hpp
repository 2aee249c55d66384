#pragma once
// Looks at an LMDB data file before it is mapped: a file that is shorter than its own meta pages say would end the
// process with SIGBUS, and LMDB itself does not look.

#include <filesystem>
#include <optional>
#include <string>

namespace daybook::log {

// What is wrong, for the operator; nullopt: nothing was found. Safe beside a running writer.
[[nodiscard]] std::optional<std::string> check_file(const std::filesystem::path& file);

}  // namespace daybook::log
