// An include goes only downwards. First the rules themselves are tried on made-up files, then on the tree.

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/tree/include_rules.hpp"

namespace daybook::tree {
namespace {

namespace fs = std::filesystem;

bool allowed(const std::string& path, const std::string& line) {
  return include_faults(path, "#pragma once\n" + line + "\n").empty();
}

TEST_CASE("An include may go downwards", "[tree]") {
  CHECK(allowed("schema/json/json.cpp", R"(#include "schema/wire.capnp.h")"));
  CHECK(allowed("model/parts/task.cpp", R"(#include "schema/parts/task.capnp.h")"));
  CHECK(allowed("model/parts/task.cpp", R"(#include "model/ids.hpp")"));
  CHECK(allowed("server/log/event_log.cpp", R"(#include "model/record/hash.hpp")"));
  CHECK(allowed("server/engine/sequencer.cpp", R"(#include "server/log/event_log.hpp")"));
  CHECK(allowed("server/access/rights.cpp", R"(#include "server/engine/sequencer.hpp")"));
  CHECK(allowed("server/net/listener.cpp", R"(#include "server/sync/cursor.hpp")"));
  CHECK(allowed("server/main.cpp", R"(#include "server/net/listener.hpp")"));
  CHECK(allowed("server/net/pages.cpp", R"(#include "apps/dashboard/dashboard.hpp")"));
  CHECK(allowed("client-sdk/src/client.cpp", R"(#include "model/project.hpp")"));
  CHECK(allowed("client-sdk/src/client.cpp", "#include <daybook/client.hpp>"));
  CHECK(allowed("apps/cli/main.cpp", "#include <daybook/client.hpp>"));
  CHECK(allowed("apps/cli/verify.cpp", R"(#include "server/log/event_log.hpp")"));
  CHECK(allowed("tests/server/log/event_log_test.cpp", R"(#include "server/net/listener.hpp")"));
}

TEST_CASE("An include that goes upwards or aside is a fault", "[tree]") {
  CHECK_FALSE(allowed("schema/json/json.cpp", R"(#include "model/ids.hpp")"));
  CHECK_FALSE(allowed("model/parts/task.cpp", R"(#include "server/log/event_log.hpp")"));
  CHECK_FALSE(allowed("server/log/event_log.cpp", R"(#include "server/engine/sequencer.hpp")"));
  CHECK_FALSE(allowed("server/engine/sequencer.cpp", R"(#include "server/access/rights.hpp")"));
  CHECK_FALSE(allowed("server/sync/cursor.cpp", R"(  #  include "server/net/listener.hpp")"));
  CHECK_FALSE(allowed("server/net/listener.cpp", R"(#include "server/main.hpp")"));
  CHECK_FALSE(allowed("server/sync/cursor.cpp", R"(#include "apps/dashboard/dashboard.hpp")"));
  CHECK_FALSE(allowed("server/net/listener.cpp", R"(#include "apps/cli/output.hpp")"));
  CHECK_FALSE(allowed("server/net/listener.cpp", R"(#include "client-sdk/src/client.hpp")"));
  CHECK_FALSE(allowed("server/net/listener.cpp", "#include <daybook/client.hpp>"));
  CHECK_FALSE(allowed("client-sdk/src/client.cpp", R"(#include "server/log/event_log.hpp")"));
  CHECK_FALSE(allowed("client-sdk/src/client.cpp", R"(#include "apps/cli/output.hpp")"));
  CHECK_FALSE(allowed("apps/cli/show.cpp", R"(#include "server/engine/sequencer.hpp")"));
  CHECK_FALSE(allowed("apps/other/main.cpp", R"(#include "server/log/event_log.hpp")"));
  CHECK_FALSE(allowed("model/ids.cpp", R"(#include "tests/tree/include_rules.hpp")"));
}

TEST_CASE("Our headers are included by their path from the root", "[tree]") {
  CHECK_FALSE(allowed("model/ids.cpp", R"(#include "ids.hpp")"));
  CHECK_FALSE(allowed("model/parts/task.cpp", R"(#include "../ids.hpp")"));
  CHECK_FALSE(allowed("client-sdk/src/client.cpp", R"(#include "program.hpp")"));
  // The examples lie beside each other also where their users have them.
  CHECK(allowed("client-sdk/examples/board_tail.cpp", R"(#include "program.hpp")"));
}

TEST_CASE("A folder without a rule is a fault", "[tree]") {
  CHECK_FALSE(allowed("server/other/thing.cpp", "#include <vector>"));
  CHECK_FALSE(allowed("elsewhere/thing.cpp", "#include <vector>"));
}

TEST_CASE("A library stays where it belongs", "[tree]") {
  CHECK(allowed("server/log/environment.cpp", "#include <lmdb.h>"));
  CHECK(allowed("client-sdk/src/outbox_file.cpp", "#include <lmdb.h>"));
  CHECK_FALSE(allowed("client-sdk/src/session.cpp", "#include <lmdb.h>"));
  CHECK_FALSE(allowed("server/engine/sequencer.cpp", "#include <lmdb.h>"));
  CHECK(allowed("server/net/session.cpp", "#include <boost/beast/websocket.hpp>"));
  CHECK(allowed("client-sdk/src/connection.cpp", "#include <boost/beast/websocket.hpp>"));
  CHECK_FALSE(allowed("server/sync/cursor.cpp", "#include <boost/beast/core.hpp>"));
  CHECK(allowed("server/net/metrics.cpp", "#include <prometheus/text_serializer.h>"));
  CHECK_FALSE(allowed("server/engine/metrics.hpp", "#include <prometheus/counter.h>"));
  CHECK(allowed("server/config.cpp", "#include <toml++/toml.h>"));
  CHECK_FALSE(allowed("server/main.cpp", "#include <toml++/toml.h>"));
  CHECK_FALSE(
      allowed("client-sdk/include/daybook/client.hpp", "#include <boost/beast/websocket.hpp>"));
}

TEST_CASE("What is pure has no clock, randomness, threads or I/O", "[tree]") {
  CHECK(allowed("model/ids.cpp", "#include <chrono>"));
  CHECK_FALSE(allowed("model/ids.cpp", "auto now = std::chrono::system_clock::now();"));
  CHECK_FALSE(allowed("model/ids.cpp", "#include <random>"));
  CHECK_FALSE(allowed("model/ids.cpp", "#include <thread>"));
  CHECK_FALSE(allowed("model/ids.cpp", "#include <boost/asio/post.hpp>"));
  CHECK_FALSE(allowed("model/ids.cpp", "#include <lmdb.h>"));
  CHECK_FALSE(allowed("schema/json/json.cpp", "#include <fstream>"));
}

TEST_CASE("No include of the tree goes upwards", "[tree]") {
  const fs::path root = DAYBOOK_SOURCE_DIR;
  std::size_t files = 0;
  for (const char* top : {"schema", "model", "server", "client-sdk", "apps", "tests", "bench"}) {
    if (!fs::exists(root / top)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const auto extension = entry.path().extension();
      if (extension != ".hpp" && extension != ".cpp") continue;
      if (entry.path().string().find("node_modules") != std::string::npos) continue;
      std::ifstream in(entry.path());
      const std::string contents{std::istreambuf_iterator<char>(in), {}};
      const auto path = entry.path().lexically_relative(root).generic_string();
      for (const auto& fault : include_faults(path, contents)) FAIL_CHECK(path << ":" << fault);
      ++files;
    }
  }
  CHECK(files > 10);
}

}  // namespace
}  // namespace daybook::tree
