// Fuzz targets as an ordinary test: each seed, and then so many mutations of seeds, always the same ones.
//
//   fuzz_replay TARGET [--runs N]    the seeds and N mutations
//   fuzz_replay TARGET FILE ...      these inputs alone, as found by ./dev fuzz
//
// Where something does not hold, the input is written to a file, whose name is said.

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "tests/fuzz/target.hpp"
#include "tests/support/random.hpp"

// Of the sanitizers' run time, where there is one.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace daybook::fuzz {
namespace {

constexpr std::size_t kBytesMax = 16 * 1024;

std::string current;          // the input that is being run
std::string reproducer_name;  // where it goes if it fails

void save_current() {
  std::FILE* file = std::fopen(reproducer_name.c_str(), "wb");
  if (file == nullptr) return;
  std::fwrite(current.data(), 1, current.size(), file);
  std::fclose(file);
  std::fprintf(stderr, "the input is in %s\n", reproducer_name.c_str());
}

void on_death(int signal) {
  save_current();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

// Changes what a fuzzer without any knowledge would: bits, bytes, numbers, lengths, pieces of other seeds.
void mutate(std::string& input, const Seeds& seeds, testing::Random& random) {
  constexpr std::uint64_t kNumbers[] = {0,
                                        1,
                                        2,
                                        7,
                                        8,
                                        0x7F,
                                        0xFF,
                                        0x7FFF,
                                        0xFFFF,
                                        0x7FFFFFFF,
                                        0xFFFFFFFF,
                                        0x7FFFFFFFFFFFFFFF,
                                        0xFFFFFFFFFFFFFFFF};
  for (std::uint64_t changes = 1 + random.below(4); changes > 0; --changes) {
    const std::size_t at = input.empty() ? 0 : random.below(input.size());
    const std::size_t length = std::min<std::size_t>(1 + random.below(32), input.size() - at);
    switch (random.below(7)) {
      case 0:
        if (!input.empty()) input[at] = static_cast<char>(input[at] ^ (1 << random.below(8)));
        break;
      case 1:
        if (!input.empty()) input[at] = static_cast<char>(random.below(256));
        break;
      case 2: {
        const std::uint64_t number = kNumbers[random.below(std::size(kNumbers))];
        const std::size_t width = std::size_t{1} << random.below(4);
        const std::size_t place = at / width * width;
        for (std::size_t i = 0; i < width && place + i < input.size(); ++i) {
          input[place + i] = static_cast<char>(number >> (8 * i));
        }
        break;
      }
      case 3:
        input.erase(at, length);
        break;
      case 4:
        input.insert(at, input.substr(at, length));
        break;
      case 5: {
        const auto& other = seeds[random.below(seeds.size())];
        if (!other.empty()) input.insert(at, other, random.below(other.size()), 64);
        break;
      }
      default:
        input.resize(at);
    }
  }
  if (input.size() > kBytesMax) input.resize(kBytesMax);
}

void run_one(const Target& target, std::string input) {
  current = std::move(input);
  // A copy of exactly this length, so that reading behind its end is seen.
  const std::vector<std::byte> copy(bytes(current).begin(), bytes(current).end());
  target.run(copy);
}

int usage() {
  std::cerr << "usage: fuzz_replay TARGET [--runs N | FILE ...]; the targets:";
  for (const auto& target : targets()) std::cerr << ' ' << target.name;
  std::cerr << '\n';
  return 2;
}

int run_files(const Target& target, std::span<char*> files) {
  for (const char* name : files) {
    std::ifstream in(name, std::ios::binary);
    if (!in) {
      std::cerr << "fuzz_replay: " << name << " cannot be read\n";
      return 2;
    }
    run_one(target, {std::istreambuf_iterator<char>(in), {}});
  }
  std::cout << target.name << ": " << files.size() << " inputs hold\n";
  return 0;
}

int main(std::span<char*> arguments) {
  if (arguments.size() < 2) return usage();
  const std::string_view name = arguments[1];
  const auto target = std::ranges::find(targets(), name, &Target::name);
  if (target == targets().end()) return usage();
  reproducer_name = "fuzz-" + std::string(name) + "-" + std::to_string(::getpid()) + ".input";
  std::signal(SIGABRT, on_death);
  if (&__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(save_current);
  } else {
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) std::signal(signal, on_death);
  }

  std::uint64_t runs = 0;
  if (arguments.size() > 2) {
    if (std::string_view(arguments[2]) != "--runs") return run_files(*target, arguments.subspan(2));
    if (arguments.size() != 4) return usage();
    const std::string_view number = arguments[3];
    const auto [end, ec] = std::from_chars(number.data(), number.data() + number.size(), runs);
    if (ec != std::errc() || end != number.data() + number.size()) return usage();
  }
  const auto seeds = target->seeds();
  if (seeds.empty()) {
    std::cerr << "fuzz_replay: " << name << " has no seeds\n";
    return 1;
  }
  for (const auto& seed : seeds) run_one(*target, seed);
  testing::Random random(1);
  for (std::uint64_t run = 0; run < runs; ++run) {
    auto input = seeds[random.below(seeds.size())];
    mutate(input, seeds, random);
    run_one(*target, std::move(input));
  }
  std::cout << name << ": " << seeds.size() << " seeds and " << runs << " mutations hold\n";
  return 0;
}

}  // namespace
}  // namespace daybook::fuzz

int main(int argc, char** argv) {
  return daybook::fuzz::main(std::span(argv, static_cast<std::size_t>(argc)));
}
