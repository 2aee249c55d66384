// What an auditor asks of a data folder: what was so then, what changed, who did it and why; on the demonstration's log.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "model/time.hpp"
#include "model/views/view.hpp"
#include "tests/apps/cli/demo_log.hpp"

using namespace daybook;
using namespace daybook::cli;
using namespace daybook::cli::testing;

namespace {

// Every line of the output, parsed.
std::vector<boost::json::value> json_lines(const std::string& text) {
  std::vector<boost::json::value> values;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    values.push_back(boost::json::parse(text.substr(at, end - at)));
    at = end + 1;
  }
  return values;
}

}  // namespace

TEST_CASE("Every view is shown as a table", "[cli][history]") {
  const DemoLog demo;
  for (const auto view : model::all_views()) {
    const auto name = std::string(model::to_string(view));
    INFO(name);
    const auto said = demo({"show", name, "--project", "bank"});
    CHECK(said.exit == Exit::ok);
    CHECK(lines(said.out) > 3);  // headings, rows, and what version it is of
    CHECK(contains(said.out, "version "));
    CHECK(said.err.empty());
  }
  const auto risks = demo({"show", "risks", "--project", "bank"});
  CHECK(contains(risks.out, "R-1"));
  CHECK(contains(risks.out, "likelihood"));
  CHECK(contains(demo({"show", "changes", "--project", "bank"}).out, "CR-1"));
  CHECK(contains(demo({"show", "decisions", "--project", "bank"}).out, "D-1"));
  CHECK(contains(demo({"show", "summary", "--project", "bank"}).out, "not available: noBaseline"));
}

TEST_CASE("The timeline as of a time has the attempts that were made until then",
          "[cli][history]") {
  const DemoLog demo;
  const auto attempts_at = [&](Timestamp time) {
    const auto said =
        demo({"show", "timeline", "--project", "bank", "--at", to_rfc3339(time), "--json"});
    std::int64_t count = 0;
    for (const auto& row : boost::json::parse(said.out).at("rows").at("timeline").as_array()) {
      const auto* day = row.as_object().if_contains("day");
      if (day == nullptr) continue;
      const auto* acts = day->as_object().if_contains("rejectedActs");  // 0 is left out
      if (acts != nullptr) count += acts->to_number<std::int64_t>();
    }
    return count;
  };
  std::int64_t made = 0;
  for (const auto& entry : json_lines(demo({"log", "--json"}).out)) {
    const auto* part = entry.at("event").as_object().if_contains("workspace");
    if (part == nullptr || !part->as_object().contains("actRejected")) continue;
    const Timestamp at{std::stoll(entry.at("envelope").at("recordedAt").as_string().c_str())};
    CHECK(attempts_at({at.micros - 1}) == made);
    CHECK(attempts_at(at) == ++made);
  }
  CHECK(made > 0);
}

TEST_CASE("A project is shown as it was at a version and at a time", "[cli][history]") {
  const DemoLog demo;
  const auto at = [&](const std::string& moment) {
    return demo({"show", "summary", "--project", "bank", "--at", moment, "--json"});
  };
  const auto then = boost::json::parse(at("40").out);
  CHECK(then.at("version") == boost::json::value("40"));
  const auto entries = json_lines(demo({"log", "--project", "bank", "--json"}).out);
  CHECK(at("2000-01-01").exit == Exit::failed);  // it did not exist yet
  CHECK(contains(at("2000-01-01").err, "did not exist yet"));
  CHECK(at(std::to_string(entries.size() + 1)).exit == Exit::failed);
  CHECK(contains(at(std::to_string(entries.size() + 1)).err,
                 "its newest is " + std::to_string(entries.size())));
  CHECK(at("yesterday").exit == Exit::usage);
  CHECK(at("0").exit == Exit::usage);
  const auto newest = boost::json::parse(at("2999-01-01").out);
  CHECK(newest.at("version") == boost::json::value(std::to_string(entries.size())));
}

TEST_CASE("What changed between two moments is told row by row", "[cli][history]") {
  const DemoLog demo;
  const auto said = demo({"diff", "--project", "bank", "--from", "60", "--to", "200"});
  CHECK(said.exit == Exit::ok);
  CHECK(contains(said.out, "version 60 → version 200"));
  CHECK(contains(said.out, "column: "));  // cards were moved, by the names of columns
  CHECK(contains(said.out, " → "));

  const auto same = demo({"diff", "--project", "bank", "--from", "60", "--to", "60"});
  CHECK(contains(same.err, "Nothing differs"));

  const auto json = boost::json::parse(
      demo({"diff", "--project", "bank", "--from", "60", "--view", "tasks", "--json"}).out);
  CHECK(json.at("from").as_int64() == 60);
  CHECK(!json.at("views").at("tasks").as_array().empty());
  CHECK(demo({"diff", "--project", "bank"}).exit == Exit::usage);  // --from is needed
}

TEST_CASE("The log is told by part, type, entity, actor and time", "[cli][history]") {
  const DemoLog demo;
  const auto log = [&](std::vector<std::string> conditions) {
    std::vector<std::string> arguments{"log", "--project", "bank", "--json"};
    arguments.insert(arguments.end(), conditions.begin(), conditions.end());
    return demo(arguments);
  };
  const auto all = json_lines(log({}).out);
  const auto part_of = [](const boost::json::value& event) {
    return event.at("event").as_object().begin()->key();
  };

  const auto risks = json_lines(log({"--part", "risk"}).out);
  CHECK(!risks.empty());
  CHECK(std::ranges::all_of(risks, [&](const auto& event) { return part_of(event) == "risk"; }));
  const auto counted =
      std::ranges::count_if(all, [&](const auto& event) { return part_of(event) == "risk"; });
  CHECK(risks.size() == static_cast<std::size_t>(counted));

  const auto moved = json_lines(log({"--type", "taskMoved", "--limit", "5"}).out);
  REQUIRE(moved.size() == 5);
  const auto every_move = json_lines(log({"--type", "taskMoved"}).out);
  CHECK(moved.back() == every_move.back());  // the newest ones
  const auto first = json_lines(log({"--type", "taskMoved", "--limit", "5", "--from", "1"}).out);
  CHECK(first.front() == every_move.front());

  const auto of_task = json_lines(log({"--entity", "T-1"}).out);
  CHECK(of_task.size() > 2);
  CHECK(of_task.size() < all.size() / 2);
  const auto by_ines = json_lines(log({"--actor", "Ines Okafor"}).out);
  CHECK(!by_ines.empty());
  CHECK(by_ines.size() < all.size());

  CHECK(log({"--until", "2000-01-01"}).out.empty());
  CHECK(json_lines(log({"--since", "2000-01-01"}).out).size() == all.size());
  CHECK(log({"--part", "weather"}).exit == Exit::usage);
  CHECK(contains(log({"--part", "weather"}).err, "there are: workspace, member, project"));
  CHECK(log({"--type", "taskEaten"}).exit == Exit::usage);
  CHECK(log({"--since", "soon"}).exit == Exit::usage);
  CHECK(log({"--entity", "T-9999"}).exit == Exit::failed);
}

TEST_CASE("Attempts against the rules are told by name", "[cli][history]") {
  const DemoLog demo;
  const auto said = demo({"log", "--type", "actRejected"});
  CHECK(said.exit == Exit::ok);
  CHECK(lines(said.out) >= 2);
  CHECK(contains(said.out, "refused selfApproval in project BANK"));
  CHECK(contains(said.out, "approval.approve by "));
}

TEST_CASE("Why something is as it is: its events, and those of what is behind them",
          "[cli][history]") {
  const DemoLog demo;
  const auto change = demo({"why", "CR-1", "--project", "bank"});
  CHECK(change.exit == Exit::ok);
  CHECK(contains(change.out, "change.changeSubmitted"));
  CHECK(contains(change.out, "change.changeImpactAssessed"));
  CHECK(contains(change.out, "approval.approvalGiven"));
  const auto task = demo({"why", "t-1", "--project", "bank"});
  CHECK(contains(task.out, "task.taskCreated"));
  CHECK(!contains(task.out, "task T-2,"));
  CHECK(demo({"why", "T-9999", "--project", "bank"}).exit == Exit::failed);
  CHECK(demo({"why", "T-1"}).exit == Exit::usage);  // which project?
  const auto json = json_lines(demo({"why", "CR-1", "--project", "bank", "--json"}).out);
  CHECK(lines(change.out) >= json.size());
}

TEST_CASE("The context of a decision: who acted, looking at what, under which rules",
          "[cli][history]") {
  const DemoLog demo;
  const auto change = demo({"context", "CR-1", "--project", "bank"});
  CHECK(change.exit == Exit::ok);
  CHECK(contains(change.out, "rules: "));
  CHECK(contains(change.out, "approved"));
  CHECK(contains(change.out, "What there was: version "));
  const auto decision = demo({"context", "D-1", "--project", "bank", "--json"});
  CHECK(decision.exit == Exit::ok);
  const auto document = boost::json::parse(decision.out);
  CHECK(!document.at("acts").as_array().empty());
  CHECK(document.as_object().contains("then"));
  CHECK(demo({"context", "T-1", "--project", "bank"}).exit == Exit::failed);  // nobody asked
}
