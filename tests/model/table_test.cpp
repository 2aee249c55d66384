// Table against std::map, and what its copies share.
#include "model/table.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "tests/support/random.hpp"

namespace daybook::model {
namespace {

using testing::fresh_seed;
using testing::Random;
using Numbers = Table<std::uint64_t, std::uint64_t>;
using Map = std::map<std::uint64_t, std::uint64_t>;

bool same(const Numbers& table, const Map& map) {
  if (table.size() != map.size() || table.empty() != map.empty()) return false;
  auto expected = map.begin();
  for (const auto& [key, row] : table) {
    if (expected == map.end() || key != expected->first || row != expected->second) return false;
    ++expected;
  }
  return expected == map.end();
}

TEST_CASE("an empty table has nothing", "[model][table]") {
  Numbers table;
  CHECK(table.begin() == table.end());
  CHECK(table.lower_bound(0) == table.end());
  CHECK(table.find(1) == nullptr);
  CHECK(table.edit(1) == nullptr);
  CHECK(!table.erase(1));
}

TEST_CASE("a table does what a std::map does, whatever is done to it", "[model][table]") {
  const auto seed = fresh_seed();
  INFO("seed " << seed);
  Random random(seed);
  for (const std::uint64_t keys : {8, 96, 97, 500, 5000}) {
    INFO("keys below " << keys);
    Numbers table;
    Map map;
    for (int step = 0; step < 20'000; ++step) {
      const auto key = random.below(keys);
      switch (random.below(8)) {
        case 0:
        case 1:
        case 2: {
          const auto row = random.next();
          table.set(key, row);
          map[key] = row;
          break;
        }
        case 3:
          table.at_or_new(key) += 3;
          map[key] += 3;
          break;
        case 4:
        case 5:
          REQUIRE(table.erase(key) == (map.erase(key) == 1));
          break;
        case 6: {
          auto* row = table.edit(key);
          const auto at = map.find(key);
          REQUIRE((row != nullptr) == (at != map.end()));
          if (row != nullptr) *row = at->second = random.next();
          break;
        }
        default: {
          const auto at = table.lower_bound(key);
          const auto expected = map.lower_bound(key);
          REQUIRE((at == table.end()) == (expected == map.end()));
          if (expected != map.end()) REQUIRE(at->first == expected->first);
          const auto* row = table.find(key);
          REQUIRE((row != nullptr) == (map.count(key) == 1));
          REQUIRE(table.contains(key) == (map.count(key) == 1));
        }
      }
      if (step % 1000 == 0) REQUIRE(same(table, map));
    }
    CHECK(same(table, map));
    while (!map.empty()) {
      const auto key = random.one_in(2) ? map.begin()->first : map.rbegin()->first;
      REQUIRE(table.erase(key));
      map.erase(key);
    }
    CHECK(same(table, map));
  }
}

TEST_CASE("rows inserted in rising, falling and mixed order are found again", "[model][table]") {
  for (const int way : {0, 1, 2}) {
    Numbers table;
    for (std::uint64_t i = 0; i < 2000; ++i) {
      const auto key = way == 0 ? i : way == 1 ? 1999 - i : i * 997 % 2000;
      table.set(key, key + 1);
    }
    REQUIRE(table.size() == 2000);
    for (std::uint64_t key = 0; key < 2000; ++key) {
      const auto* row = table.find(key);
      REQUIRE(row != nullptr);
      REQUIRE(*row == key + 1);
    }
  }
}

TEST_CASE("iterators walk both ways over every page", "[model][table]") {
  Numbers table;
  for (std::uint64_t key = 0; key < 1000; ++key) table.set(key * 2, key);
  auto at = table.end();
  for (std::uint64_t key = 1000; key-- > 0;) {
    --at;
    REQUIRE(at->first == key * 2);
  }
  CHECK(at == table.begin());
  auto middle = table.lower_bound(999);  // between two keys
  CHECK(middle->first == 1000);
  CHECK((middle++)->first == 1000);
  CHECK(middle->first == 1002);
}

TEST_CASE("copies are not changed by what happens to the original, nor the other way",
          "[model][table]") {
  const auto seed = fresh_seed();
  INFO("seed " << seed);
  Random random(seed);
  std::vector<std::pair<Numbers, Map>> kept;
  Numbers table;
  Map map;
  for (int step = 0; step < 5000; ++step) {
    const auto key = random.below(700);
    if (random.one_in(3)) {
      table.erase(key);
      map.erase(key);
    } else {
      table.set(key, random.next());
      map[key] = *table.find(key);
    }
    if (step % 100 == 0) kept.emplace_back(table, map);
    if (step % 250 == 0) {  // a copy goes its own way
      auto& [copy, expected] = kept[random.below(kept.size())];
      copy.set(key, 7);
      expected[key] = 7;
    }
  }
  CHECK(same(table, map));
  for (const auto& [copy, expected] : kept) CHECK(same(copy, expected));
}

TEST_CASE("a copy shares its pages until one side changes a row", "[model][table]") {
  Table<std::uint64_t, std::string> table;
  for (std::uint64_t key = 0; key < 1000; ++key) table.set(key, "row " + std::to_string(key));
  auto copy = table;
  const auto shared = [&] {
    std::size_t rows = 0;
    for (std::uint64_t key = 0; key < 1000; ++key) rows += table.find(key) == copy.find(key);
    return rows;
  };
  CHECK(shared() == 1000);
  *copy.edit(500) = "changed";
  CHECK(shared() >= 1000 - 96);  // one page was copied
  CHECK(shared() < 1000);
  CHECK(*table.find(500) == "row 500");
  CHECK(copy.edit(2000) == nullptr);  // a miss copies nothing
  const auto before = shared();
  CHECK(!copy.erase(2000));
  CHECK(shared() == before);
}

}  // namespace
}  // namespace daybook::model
