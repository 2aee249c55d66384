// The way into a target for libFuzzer. `PROGRAM --seeds DIR` writes the target's seeds there, and a dictionary for JSON
// beside them (DIR.dict), instead of fuzzing.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/fuzz/target.hpp"

namespace {

void write(const std::filesystem::path& file, const std::string& content) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  daybook::fuzz::require(out.good(), "a seed can be written");
}

void write_seeds(const daybook::fuzz::Target& target, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  int number = 0;
  for (const auto& seed : target.seeds())
    write(folder / ("seed-" + std::to_string(number++)), seed);
  write(folder.string() + ".dict", daybook::fuzz::json_dictionary());
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  const auto& targets = daybook::fuzz::targets();
  daybook::fuzz::require(targets.size() == 1, "a program has one target");
  if (*argc == 3 && std::string_view((*argv)[1]) == "--seeds") {
    write_seeds(targets.front(), (*argv)[2]);
    std::exit(0);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  daybook::fuzz::targets().front().run(std::as_bytes(std::span(data, size)));
  return 0;
}
