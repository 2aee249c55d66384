// When a client tries again: bounds, by injected numbers.

#include "client-sdk/src/backoff.hpp"

#include <catch2/catch.hpp>

namespace daybook::client::detail {
using namespace std::chrono_literals;

TEST_CASE("Backoff draws from 0 to a ceiling that doubles up to the most", "[client][backoff]") {
  struct Row {
    double jitter;
    std::vector<Millis> delays;
  };
  const std::vector<Row> rows{
      {0.0, {0ms, 0ms, 0ms, 0ms, 0ms, 0ms}},
      {0.5, {50ms, 100ms, 200ms, 400ms, 500ms, 500ms}},
      {1.0, {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}},
      {7.0, {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}},  // a bad source stays in bounds
      {-1.0, {0ms, 0ms, 0ms, 0ms, 0ms, 0ms}},
  };
  for (const auto& row : rows) {
    Backoff backoff(100ms, 1s, [&] { return row.jitter; });
    for (const auto delay : row.delays) CHECK(backoff.next() == delay);
    backoff.reset();
    CHECK(backoff.next() == row.delays.front());
  }
}

TEST_CASE("Backoff stays at its most after a thousand attempts", "[client][backoff]") {
  Backoff backoff(1ms, 30s, [] { return 1.0; });
  for (int i = 0; i < 1000; ++i) CHECK(backoff.next() <= 30s);
  CHECK(backoff.next() == 30s);
}

TEST_CASE("Backoff keeps to the range that the server asked for", "[client][backoff]") {
  double jitter = 0;
  Backoff backoff(100ms, 1s, [&] { return jitter; });
  CHECK(backoff.next_between(2s, 6s) == 2s);
  jitter = 0.5;
  CHECK(backoff.next_between(2s, 6s) == 4s);
  jitter = 1;
  CHECK(backoff.next_between(2s, 6s) == 6s);
  CHECK(backoff.next_between(6s, 2s) == 6s);
}

}  // namespace daybook::client::detail
