#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "bench/table.hpp"
#include "model/snapshot.hpp"
#include "tests/support/history.hpp"

namespace daybook::bench {

void check_digests(Table& table) {
  const auto path = fmt::format("{}/digests-v{}.txt", DAYBOOK_COMPAT_DIR, model::kModelVersion);
  std::ifstream file(path, std::ios::binary);
  std::ostringstream expected;
  expected << file.rdbuf();
  const auto computed = testing::history_digests();
  if (expected.str().empty() || computed != expected.str()) {
    throw std::runtime_error("the digests of the committed histories differ under this build: " +
                             path);
  }
  table.push_back({"digests of the committed histories", "equal", "",
                   fmt::format("{} histories: projects, all parts of governance, workspaces",
                               std::count(computed.begin(), computed.end(), '\n'))});
}

}  // namespace daybook::bench
