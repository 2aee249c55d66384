// Digests of fixed histories, against the file that every build and every later version must agree with.
#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <sstream>

#include "model/snapshot.hpp"
#include "tests/support/history.hpp"

namespace daybook::testing {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST_CASE("a changed digest needs a new model version", "[model][digest][compat]") {
  const auto path = std::string(DAYBOOK_COMPAT_DIR) + "/digests-v" +
                    std::to_string(model::kModelVersion) + ".txt";
  const auto expected = read_file(path);
  INFO("a version of the model keeps its file; a new one gets its own, " << path);
  std::istringstream then(expected);
  std::istringstream now(history_digests());
  std::string line_then;
  std::string line_now;
  while (std::getline(now, line_now)) {
    // kind, seed, attempts, versions, SHA-256 of the payloads (what was decided), digest (what it was folded to)
    REQUIRE(std::getline(then, line_then));
    CHECK(line_now == line_then);
  }
  CHECK(!std::getline(then, line_then));
}

// Run by name to make the file of a new version: model_digests_test "[.print]" > tests/compat/digests-vN.txt
TEST_CASE("prints the digests", "[.print]") { std::cout << history_digests(); }

}  // namespace
}  // namespace daybook::testing
