// What one token may ask of the past at a time.
#include "server/sync/past_shares.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace daybook::testing {
namespace {

using sync::PastShares;

TEST_CASE("A token has so many questions waiting, and gets back what is answered",
          "[sync][past_shares]") {
  constexpr Id kOne{1, 1}, kOther{1, 2};
  PastShares shares;
  std::vector<PastShares::Place> places;
  while (auto place = shares.enter(kOne)) places.push_back(std::move(place));
  CHECK(places.size() == PastShares::kWaitingMax);
  CHECK(shares.enter(kOther) != nullptr);
  places.pop_back();
  CHECK(shares.enter(kOne) != nullptr);
  CHECK(shares.size() == 1);
  places.clear();
  CHECK(shares.size() == 0);
}

}  // namespace
}  // namespace daybook::testing
