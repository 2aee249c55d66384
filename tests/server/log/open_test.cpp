// Opening: who may, and what another process may do meanwhile.
#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "server/log/event_log.hpp"
#include "tests/server/log/sample_log.hpp"
#include "tests/support/temp_folder.hpp"

namespace daybook::log {
namespace {

using testing::TempFolder;

OpenFault fault_of(const OpenOptions& options) {
  const auto opened = EventLog::open(options);
  REQUIRE_FALSE(opened);
  CHECK_FALSE(opened.error().message.empty());
  return opened.error().fault;
}

OpenOptions read_only(const std::filesystem::path& folder) {
  auto options = options_for(folder);
  options.mode = OpenOptions::Mode::read_only;
  return options;
}

// Another process of this program; what it says, 0 to 255.
class Child {
 public:
  template <typename F>
  explicit Child(F&& body) : process_(::fork()) {
    if (process_ == 0) ::_exit(body());
  }
  int wait() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
  }

 private:
  pid_t process_;
};

TEST_CASE("What is not there is not created by reading", "[log][open]") {
  TempFolder folder;
  CHECK(fault_of(read_only(folder.path())) == OpenFault::missing);
  CHECK(fault_of(read_only(folder.path() / "nothing")) == OpenFault::missing);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("A second writer is refused, in this process and in another", "[log][open]") {
  TempFolder folder;
  auto log = open_or_throw(options_for(folder.path()));
  CHECK(fault_of(options_for(folder.path())) == OpenFault::in_use);
  CHECK(Child([&] {
          const auto opened = EventLog::open(options_for(folder.path()));
          return !opened && opened.error().fault == OpenFault::in_use ? 7 : 1;
        }).wait() == 7);
  commit(*log, {{.id = {1, 1}}});
  log.reset();
  CHECK(open_or_throw(options_for(folder.path()))->head().position == Position{1});
}

TEST_CASE("A reader in another process verifies beside a writer and follows it", "[log][open]") {
  TempFolder folder;
  int to_child[2], to_parent[2];
  REQUIRE(::pipe(to_child) == 0);
  REQUIRE(::pipe(to_parent) == 0);
  const auto say = [](int pipe) { return ::write(pipe, "x", 1) == 1; };
  const auto hear = [](int pipe) {
    char c;
    return ::read(pipe, &c, 1) == 1;
  };
  // The child is forked before there is an environment, as LMDB demands.
  Child reader([&] {
    if (!hear(to_child[0])) return 1;
    const auto log = EventLog::open(read_only(folder.path()));
    if (!log || (*log)->head().position != Position{2} || !(*log)->verify({}).faults.empty())
      return 2;
    if (!say(to_parent[1]) || !hear(to_child[0])) return 3;
    const auto report = (*log)->verify({});
    if (!report.faults.empty() || report.position != Position{102} ||
        report.root != (*log)->head().root)
      return 4;
    if ((*log)->read_stream(kStreamA, {}, {.bytes = 1 << 20, .events = 1000}).count != 102)
      return 5;
    try {
      static_cast<void>((*log)->begin());
      return 6;
    } catch (const std::logic_error&) {
    }
    return 42;
  });
  const auto log = open_or_throw(options_for(folder.path()));
  commit(*log, {{.id = {1, 1}}, {.id = {1, 2}, .title = "words"}});
  REQUIRE(say(to_child[1]));
  REQUIRE(hear(to_parent[0]));
  for (std::uint64_t i = 3; i <= 102; ++i) commit(*log, {{.id = {1, i}}});
  REQUIRE(say(to_child[1]));
  CHECK(reader.wait() == 42);
  for (const int pipe : {to_child[0], to_child[1], to_parent[0], to_parent[1]}) ::close(pipe);
}

TEST_CASE("A creation that was interrupted is begun anew", "[log][open]") {
  TempFolder folder;
  std::ofstream(folder.path() / "data.mdb.new") << "half a page";
  std::ofstream(folder.path() / "data.mdb.new-lock") << "anything";
  const auto log = open_or_throw(options_for(folder.path()));
  commit(*log, {{.id = {1, 1}}});
  CHECK_FALSE(std::filesystem::exists(folder.path() / "data.mdb.new"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "data.mdb.new-lock"));
}

TEST_CASE("LMDB's own tool opens the environment and counts the same", "[log][open]") {
  if (std::system("command -v mdb_stat > /dev/null 2>&1") != 0) {
    WARN("mdb_stat (package lmdb-utils) is not installed: skipped");
    return;
  }
  TempFolder folder;
  {
    const auto log = open_or_throw(options_for(folder.path()));
    commit(*log, {{.id = {1, 1}, .events = 5, .title = "words"}, {.id = {1, 2}}});
  }
  const auto output = [&](const std::string& arguments) {
    std::string text;
    FILE* const pipe =
        ::popen(("mdb_stat " + arguments + " " + folder.path().string() + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    char buffer[512];
    while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) text += buffer;
    CHECK(::pclose(pipe) == 0);
    return text;
  };
  for (const auto& [table, entries] : {std::pair{"events", 6},
                                       {"streams", 6},
                                       {"tree", 6},
                                       {"commands", 2},
                                       {"texts", 1},
                                       {"meta", 2}}) {
    CHECK_THAT(output(std::string("-s ") + table),
               Catch::Contains("Entries: " + std::to_string(entries)));
  }
  CHECK_THAT(output("-e -f -r"), Catch::Contains("Page size: 4096"));
}

}  // namespace
}  // namespace daybook::log
