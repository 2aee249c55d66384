// Bytes of one's own and bytes that are shared come out in the order in which they were added.
#include "server/sync/gather.hpp"

#include <catch2/catch.hpp>

#include "tests/support/random.hpp"

namespace daybook::testing {
namespace {

using sync::Gather;

TEST_CASE("A message is what was added to it, in order", "[sync][gather]") {
  const auto seed = fresh_seed();
  INFO("DAYBOOK_SEED=" << seed);
  Random random(seed);
  for (int round = 0; round < 200; ++round) {
    Gather message;
    std::string expected;
    for (auto parts = random.below(8); parts > 0; --parts) {
      Gather frame;
      for (auto pieces = random.below(5); pieces > 0; --pieces) {
        const std::string bytes(random.below(4000), static_cast<char>('a' + random.below(26)));
        expected += bytes;
        if (random.one_in(2)) {
          frame.add(bytes);
        } else {
          const auto owner = std::make_shared<const std::string>(bytes);
          frame.add_shared(owner, *owner);
        }
      }
      message.append(std::move(frame));
    }
    REQUIRE(message.flat() == expected);
    REQUIRE(message.size() == expected.size());
    REQUIRE(message.empty() == expected.empty());
  }
}

TEST_CASE("What is shared is neither copied nor let go", "[sync][gather]") {
  auto owner = std::make_shared<const std::string>(50'000, 'x');
  const auto* bytes = owner->data();
  Gather message(std::string("head"));
  message.add_shared(owner, *owner);
  CHECK(owner.use_count() == 2);
  owner.reset();
  std::vector<std::string_view> stretches;
  message.for_each([&](std::string_view stretch) { stretches.push_back(stretch); });
  REQUIRE(stretches.size() == 2);
  CHECK(stretches[0] == "head");
  CHECK(stretches[1].data() == bytes);
}

}  // namespace
}  // namespace daybook::testing
