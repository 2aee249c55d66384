#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "bench/table.hpp"
#include "tests/support/history.hpp"

namespace daybook::bench {

void check_digests(Table& table) {
  std::ifstream file(DAYBOOK_DIGESTS_FILE, std::ios::binary);
  std::ostringstream expected;
  expected << file.rdbuf();
  const auto computed = testing::history_digests();
  if (expected.str().empty() || computed != expected.str()) {
    throw std::runtime_error(
        "the digests of the committed histories differ under this build: " DAYBOOK_DIGESTS_FILE);
  }
  table.push_back(
      {"digests of the committed histories", "equal", "",
       fmt::format("{} histories", std::count(computed.begin(), computed.end(), '\n'))});
}

}  // namespace daybook::bench
