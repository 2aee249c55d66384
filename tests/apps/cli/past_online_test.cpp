// A data folder and the server on it tell the same of every moment: what was shown, what changed, why, and what was known.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "apps/cli/moment.hpp"
#include "model/views/view.hpp"
#include "tests/apps/cli/console.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_folder.hpp"

using namespace daybook;
using namespace daybook::cli;
using namespace daybook::cli::testing;

namespace {

// The server with its demonstration.
struct Demo {
  daybook::testing::TempFolder folder;
  daybook::testing::Daybookd server{DAYBOOKD, folder.path() / "data", {"--demo"}};

  [[nodiscard]] Said online(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--server", server.url(), "--token", server.token()});
    return call(arguments);
  }
  [[nodiscard]] Said offline(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--data", (folder.path() / "data").string()});
    return call(arguments);
  }
  // What both say, if it is the same.
  Said both(const std::vector<std::string>& arguments) const {
    CAPTURE(arguments);
    const auto there = online(arguments);
    const auto here = offline(arguments);
    CHECK(there.exit == here.exit);
    CHECK(there.out == here.out);
    CHECK(there.err == here.err);
    CHECK_FALSE((there.out + there.err).empty());
    return there;
  }
  [[nodiscard]] std::vector<boost::json::value> events(std::vector<std::string> conditions) const {
    conditions.insert(conditions.begin(), {"log", "--json"});
    const auto text = offline(conditions).out;
    std::vector<boost::json::value> events;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      events.push_back(boost::json::parse(text.substr(at, end - at)));
      at = end + 1;
    }
    return events;
  }
};

// When an event was recorded, and a moment before it.
std::int64_t recorded_at(const boost::json::value& event) {
  return std::stoll(event.at("envelope").at("recordedAt").as_string().c_str());
}
std::string time_text(std::int64_t micros) { return to_string(Moment(Timestamp{micros})); }

}  // namespace

TEST_CASE("A folder and its server show the same views of every moment", "[cli][online][past]") {
  const Demo demo;
  const auto events = demo.events({"--project", "BANK"});
  const auto newest = events.size();
  REQUIRE(newest > 400);
  std::vector<std::string> moments{"1",
                                   "40",
                                   "400",
                                   std::to_string(newest),
                                   std::to_string(newest + 1),
                                   "1970-01-01",
                                   "1960-01-01",
                                   "2999-01-01",
                                   time_text(recorded_at(events[200])),
                                   time_text(recorded_at(events[200]) - 1),
                                   time_text(recorded_at(events[400]) + 1)};
  // Before an attempt and after the version that it was made at, and with it.
  const auto attempts = demo.events({"--type", "actRejected"});
  REQUIRE(!attempts.empty());
  moments.push_back(time_text(recorded_at(attempts.front()) - 1));
  moments.push_back(time_text(recorded_at(attempts.front())));
  for (const auto name : model::all_views()) {
    const std::vector<std::string> show{"show", std::string(model::to_string(name)), "--project",
                                        "BANK", "--json"};
    CHECK(demo.both(show).exit == Exit::ok);
    for (const auto& moment : moments) {
      auto then = show;
      then.insert(then.end(), {"--at", moment});
      demo.both(then);
    }
  }
  CHECK(demo.both({"show", "board", "--project", "BANK", "--at", "2999-01-01"}).exit ==
        Exit::failed);
  CHECK(demo.both({"show", "board", "--project", "BANK", "--at", "1970-01-01"}).exit ==
        Exit::failed);
}

TEST_CASE("A folder and its server tell the same of why, what changed, and what was known",
          "[cli][online][past]") {
  const Demo demo;
  for (const auto* entity : {"T-25", "CR-1", "CR-2", "R-1", "D-1"}) {
    CHECK(demo.both({"why", entity, "--project", "BANK"}).exit == Exit::ok);
    demo.both({"why", entity, "--project", "BANK", "--json"});
  }
  CHECK(demo.both({"diff", "--project", "BANK", "--from", "60", "--to", "400"}).exit == Exit::ok);
  CHECK(demo.both({"diff", "--project", "BANK", "--from", "400", "--json"}).exit == Exit::ok);
  for (const auto* entity : {"CR-1", "CR-2", "D-1"}) {
    const auto said = demo.both({"context", entity, "--project", "BANK", "--json"});
    CHECK(said.exit == Exit::ok);
    for (const auto& act : boost::json::parse(said.out).at("acts").as_array()) {
      const auto version = std::string(act.at("version").as_string().c_str());
      demo.both({"context", entity, "--project", "BANK", "--version", version});
    }
  }
}
