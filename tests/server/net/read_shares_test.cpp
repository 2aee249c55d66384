// What one token gets of the server's reading.
#include "server/net/read_shares.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace daybook::testing {
namespace {

using model::Code;
using net::ReadShares;
using Places = std::vector<ReadShares::Place>;

constexpr Id kOne{1, 1}, kOther{1, 2};
constexpr sync::Instant kNow{};

// Takes until nothing is left; the code that ends it.
Code take_all(Places& places, const auto& take) {
  while (places.size() < 1000) {
    auto place = take();
    if (!place) return place.error().code;
    places.push_back(std::move(*place));
  }
  return Code::NONE;
}

TEST_CASE("A token has so many answers under way, and gets back what is given back",
          "[net][read_shares]") {
  ReadShares shares(0);
  const auto enter = [&] { return shares.enter(kOne, kNow); };
  Places places;
  CHECK(take_all(places, enter) == Code::RATE_LIMITED);
  CHECK(places.size() == net::kAnswersOfTokenMax);
  CHECK(shares.enter(kOther, kNow).has_value());
  places.resize(places.size() - 2);
  CHECK(take_all(places, enter) == Code::RATE_LIMITED);
  CHECK(places.size() == net::kAnswersOfTokenMax);
}

TEST_CASE("A token asks so often a second", "[net][read_shares]") {
  ReadShares shares(5);
  const auto enter = [&](Id token, sync::Instant at) {
    return shares.enter(token, at).has_value();
  };
  for (int i = 0; i < 5; ++i) CHECK(enter(kOne, kNow));
  CHECK_FALSE(enter(kOne, kNow));
  CHECK(enter(kOther, kNow));
  CHECK(enter(kOne, kNow + std::chrono::milliseconds(201)));
  CHECK_FALSE(enter(kOne, kNow + std::chrono::milliseconds(202)));
}

TEST_CASE("Many tokens that come and go leave the one that is being answered",
          "[net][read_shares]") {
  ReadShares shares(5);
  auto now = kNow;
  const auto held = shares.enter(kOne, now);
  REQUIRE(held);
  Places places;
  for (std::uint64_t n = 0; n < 10'000; ++n) {
    now += std::chrono::milliseconds(100);
    REQUIRE(shares.enter({2, n}, now));
  }
  const auto enter = [&] { return shares.enter(kOne, now += std::chrono::seconds(1)); };
  CHECK(take_all(places, enter) == Code::RATE_LIMITED);
  CHECK(places.size() + 1 == net::kAnswersOfTokenMax);
}

}  // namespace
}  // namespace daybook::testing
