// Runs seeds, one after the other:  simulate [--first-seed S] [--seeds N] [--steps N] [--twice-every N] [--show]
//                                            [--expect-failure]
#include <spdlog/spdlog.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "tests/simulation/simulation.hpp"

namespace daybook::simulation {
namespace {

struct Arguments {
  std::uint64_t first_seed = 1;
  std::uint64_t seeds = 100;
  std::size_t steps = RunOptions().steps;
  std::uint64_t twice_every =
      100;  // every so many seeds one is run again, and must do the same; 0: none
  bool is_shown = false;
  bool expects_failure = false;
};

[[noreturn]] void usage(std::string_view what) {
  std::fprintf(stderr, "simulate: %.*s\n", static_cast<int>(what.size()), what.data());
  std::exit(2);
}

std::uint64_t number(std::string_view option, const char* text) {
  std::uint64_t value = 0;
  if (text == nullptr) usage(std::string(option) + " needs a number");
  const auto* const end = text + std::strlen(text);
  const auto read = std::from_chars(text, end, value);
  if (read.ec != std::errc() || read.ptr != end) usage(std::string(option) + " needs a number");
  return value;
}

Arguments parse(int count, char** given) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string_view option = given[i];
    if (option == "--show") {
      arguments.is_shown = true;
    } else if (option == "--expect-failure") {
      arguments.expects_failure = true;
    } else {
      const auto value = number(option, i + 1 < count ? given[++i] : nullptr);
      if (option == "--first-seed") {
        arguments.first_seed = value;
      } else if (option == "--seeds") {
        arguments.seeds = value;
      } else if (option == "--steps") {
        arguments.steps = value;
      } else if (option == "--twice-every") {
        arguments.twice_every = value;
      } else {
        usage("no such option: " + std::string(option));
      }
    }
  }
  return arguments;
}

struct Sums {
  std::uint64_t runs = 0, acts = 0, accepted = 0, rejected = 0, given_up = 0, known_lost = 0;
  std::uint64_t events = 0;
  std::array<std::uint64_t, kTroubles> troubles{};

  void add(const Result& result) {
    ++runs;
    acts += result.acts;
    accepted += result.accepted;
    rejected += result.rejected;
    given_up += result.given_up;
    known_lost += result.known_lost;
    events += result.events;
    for (std::size_t i = 0; i < kTroubles; ++i) troubles[i] += result.troubles[i];
  }
  void print(double seconds) const {
    const auto n = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::printf(
        "%llu seeds in %.1f s (%.1f ms each): %llu events, %llu acts: %llu accepted, %llu "
        "rejected, "
        "%llu whose app had gone, %llu lost with an old backup\n",
        n(runs), seconds, 1000 * seconds / static_cast<double>(std::max<std::uint64_t>(runs, 1)),
        n(events), n(acts), n(accepted), n(rejected), n(given_up), n(known_lost));
    std::printf("trouble:");
    for (std::size_t i = 0; i < kTroubles; ++i) {
      const auto name = to_string(static_cast<Trouble>(i));
      std::printf("%s %.*s %llu", i == 0 ? "" : ",", static_cast<int>(name.size()), name.data(),
                  n(troubles[i]));
    }
    std::printf("\n");
  }
};

void print_failure(const Result& result, const Arguments& arguments, std::uint64_t seed) {
  std::printf("\nSeed %llu does not hold: %s\n\nIts last steps:\n",
              static_cast<unsigned long long>(seed), result.failure.c_str());
  for (const auto& line : result.lines) std::printf("%s\n", line.c_str());
  std::printf("\nTo run it again: ./dev simulate --first-seed %llu --seeds 1",
              static_cast<unsigned long long>(seed));
  if (arguments.steps != RunOptions().steps) std::printf(" --steps %zu", arguments.steps);
  std::printf(" --show\n");
}

int simulate(const Arguments& arguments) {
  spdlog::set_level(arguments.is_shown ? spdlog::level::warn : spdlog::level::off);
  Sums sums;
  const auto began = std::chrono::steady_clock::now();
  const auto passed = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  for (std::uint64_t i = 0; i < arguments.seeds; ++i) {
    const auto seed = arguments.first_seed + i;
    const RunOptions options{
        .seed = seed, .steps = arguments.steps, .is_shown = arguments.is_shown};
    auto result = run(options);
    if (result.failure.empty() && arguments.twice_every != 0 && i % arguments.twice_every == 0) {
      auto quiet = options;
      quiet.is_shown = false;
      const auto again = run(quiet);
      if (again.digest != result.digest) result.failure = "the same seed went another way";
    }
    sums.add(result);
    if (!result.failure.empty()) {
      if (arguments.expects_failure) {
        std::printf("Found by seed %llu, after %llu: %s\n", static_cast<unsigned long long>(seed),
                    static_cast<unsigned long long>(i + 1), result.failure.c_str());
        return 0;
      }
      print_failure(result, arguments, seed);
      return 1;
    }
    if ((i + 1) % 200 == 0) {
      std::printf("%llu of %llu seeds hold\n", static_cast<unsigned long long>(i + 1),
                  static_cast<unsigned long long>(arguments.seeds));
      std::fflush(stdout);
    }
  }
  sums.print(passed());
  if (!arguments.expects_failure) return 0;
  std::printf("None of the seeds found what is broken here.\n");
  return 1;
}

}  // namespace
}  // namespace daybook::simulation

int main(int count, char** arguments) {
  return daybook::simulation::simulate(daybook::simulation::parse(count, arguments));
}
