// What an auditor asks of a data folder: what was so then, what changed, who did it and why; on the demonstration's log.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <regex>
#include <set>

#include "apps/cli/row_name.hpp"
#include "apps/cli/source.hpp"
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
                 "the newest version is " + std::to_string(entries.size())));
  CHECK(at("yesterday").exit == Exit::usage);
  CHECK(at("0").exit == Exit::usage);
  CHECK(contains(at("2999-01-01").err,
                 "lies in the future: the newest version is " + std::to_string(entries.size())));
  for (const auto* before : {"1970-01-01", "1969-07-20", "1970-01-01T01:00:00+01:00"}) {
    CHECK(at(before).exit == Exit::failed);
    CHECK(contains(at(before).err, "did not exist yet"));
  }
}

TEST_CASE("What is shown of the present is looked at today", "[cli][history]") {
  const DemoLog demo;
  const auto overdue = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"show", "summary", "--project", "bank", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto summary = boost::json::parse(demo(arguments).out).at("rows").at("summary");
    const auto* number = summary.at(0).as_object().if_contains("riskReviewsOverdue");
    return number == nullptr ? 0 : number->to_number<int>();
  };
  const auto newest = std::to_string(demo.log->stream_version(demo.project()).value);
  CHECK(overdue({}) >
        overdue({"--at", newest}));  // the demonstration ends weeks before this machine's clock
}

TEST_CASE("What changed between two moments is told row by row", "[cli][history]") {
  const DemoLog demo;
  const auto said = demo({"diff", "--project", "bank", "--from", "60", "--to", "200"});
  CHECK(said.exit == Exit::ok);
  CHECK(contains(said.out, "version 60 → version 200"));
  CHECK(contains(said.out, " → "));
  const auto tasks =
      demo({"diff", "--project", "bank", "--from", "60", "--to", "200", "--view", "tasks"}).out;
  CHECK(contains(tasks, "column: Backlog → "));
  const std::regex id("[0-9a-f]{8}-[0-9a-f]{4}-");
  CHECK(!std::regex_search(tasks, id));  // though other views have the names
  const auto all = demo({"diff", "--project", "bank", "--from", "1"}).out;
  CHECK(contains(all, "  + T-1  Discovery: interviews with twelve customers"));
  CHECK(contains(all, "  + change CR-1  "));
  CHECK(contains(all, "    BANK  Mobile banking app"));
  CHECK(contains(all, "  + comment on T-"));
  CHECK(contains(all, "attachments\n"));

  const auto same = demo({"diff", "--project", "bank", "--from", "60", "--to", "60"});
  CHECK(contains(same.err, "Nothing differs"));

  const auto json = boost::json::parse(
      demo({"diff", "--project", "bank", "--from", "60", "--view", "tasks", "--json"}).out);
  CHECK(json.at("from").as_int64() == 60);
  CHECK(json.at("to").as_int64() ==
        static_cast<std::int64_t>(demo.log->stream_version(demo.project()).value));
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

  // Of several kinds all conditions hold, of one kind one.
  const auto own_moves = json_lines(log({"--actor", "Ines Okafor", "--type", "taskMoved"}).out);
  CHECK(!own_moves.empty());
  CHECK(own_moves.size() < by_ines.size());
  CHECK(own_moves.size() < every_move.size());
  const auto both = json_lines(log({"--entity", "T-1", "--entity", "T-2"}).out);
  CHECK(both.size() > of_task.size());
  const auto created = json_lines(log({"--type", "taskCreated"}).out);
  CHECK(json_lines(log({"--type", "taskCreated", "--type", "taskMoved"}).out).size() ==
        created.size() + every_move.size());

  CHECK(log({"--until", "2000-01-01"}).out.empty());
  CHECK(contains(log({"--until", "2000-01-01"}).err, "No event meets"));
  CHECK(log({"--until", "1970-01-01"}).out.empty());
  CHECK(contains(log({"--until", "1970-01-01"}).err, "No event meets"));
  CHECK(json_lines(log({"--since", "1970-01-01"}).out).size() == all.size());
  CHECK(log({"--since", "2000-01-01", "--until", "1970-01-01"}).exit == Exit::usage);
  CHECK(log({"--until", ""}).exit == Exit::usage);
  CHECK(contains(log({"--from", "99999"}).err, "no version 99999"));
  CHECK(log({"--from", "5", "--to", "2"}).exit == Exit::usage);
  CHECK(log({"--since", "2026-02-01", "--until", "2026-01-01"}).exit == Exit::usage);
  CHECK(contains(log({"--type", "actRejected"}).err, "leave --project out"));
  CHECK(contains(log({"--limit", "0"}).err, "takes a number from 1, not 0"));
  CHECK(contains(log({"--actor", "Ines"}).err, "give the whole name"));
  CHECK(contains(log({"--actor", "T-1"}).err, "nobody in this project"));
  CHECK(contains(demo({"log", "--entity", "T-1"}).err, "add --project"));
  CHECK(contains(demo({"log", "--actor", "Nobody Such"}).err, "whole name"));
  CHECK(json_lines(log({"--since", "2000-01-01"}).out).size() == all.size());
  CHECK(log({"--part", "weather"}).exit == Exit::usage);
  CHECK(contains(log({"--part", "weather"}).err, "there are: workspace, member, project"));
  CHECK(log({"--type", "taskEaten"}).exit == Exit::usage);
  CHECK(log({"--since", "soon"}).exit == Exit::usage);
  CHECK(log({"--entity", "T-9999"}).exit == Exit::failed);
}

TEST_CASE("A number means the numbered thing, whatever else is called so", "[cli][history]") {
  Names names;
  names.set({1, 1}, Kind::pool, "CR-5");
  names.set({1, 2}, Kind::change, "CR-5");
  names.set({1, 3}, Kind::pool, "CR-5");
  names.set({2, 1}, Kind::column, "Review");
  names.set({2, 2}, Kind::pool, "Review");
  names.set({3, 1}, Kind::member, R"(Back\\slash)");  // as it is shown
  CHECK(resolve_entity(names, "cr-5") == Id{1, 2});
  CHECK_THROWS_WITH(resolve_entity(names, "Review"),
                    Catch::Matchers::Contains("  column\n") && Catch::Matchers::Contains("  pool"));
  CHECK(resolve_entity(names, R"(back\slash)") == Id{3, 1});
  CHECK(resolve_actor(names, R"(Back\slash)", Where::project) == Id{3, 1});
}

TEST_CASE("Comments that somebody is to read are called so", "[cli][history]") {
  for (const auto* reason : {"mentioned", "commented"}) {
    Names names;
    const Id comment{'X', 1};
    names.learn_view(boost::json::parse(std::string(R"({"rows":{"attention":[{"reason":")") +
                                        reason + R"(","subject":")" + to_string(comment) +
                                        R"("}]}})"));
    CHECK(names.of(comment) == "comment");
  }
}

TEST_CASE("Days, times, money and lists are told as people write them", "[cli][history]") {
  const DemoLog demo;
  const auto why = demo({"why", "CR-1", "--project", "bank"}).out;
  CHECK(contains(why, " EUR"));
  CHECK(!contains(why, "minor "));
  const auto log = demo({"log", "--project", "bank", "--part", "risk"}).out;
  CHECK(contains(log, "due 20"));
  CHECK(!contains(log, "due 20,"));
  const auto diff = demo({"diff", "--project", "bank", "--from", "1", "--view", "risks"}).out +
                    demo({"diff", "--project", "bank", "--from", "200", "--view", "risks"}).out;
  CHECK(!contains(diff, "commitment"));
  CHECK(!contains(diff, "minor"));
  const auto attention = demo({"show", "attention", "--project", "bank", "--at",
                               std::to_string(demo.log->stream_version(demo.project()).value)});
  CHECK(contains(attention.out, "comment on "));
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
  // What is behind it: the risk that it acts against, and the change that this led to.
  const auto behind = demo({"why", "T-25", "--project", "bank"});
  CHECK(contains(behind.out, "risk.riskIdentified  risk R-1,"));
  CHECK(contains(behind.out, "change.changeSubmitted  change CR-1,"));
  CHECK(demo({"why", "T-9999", "--project", "bank"}).exit == Exit::failed);
  CHECK(demo({"why", "T-1"}).exit == Exit::usage);  // which project?
  const auto json = json_lines(demo({"why", "CR-1", "--project", "bank", "--json"}).out);
  CHECK(lines(change.out) >= json.size());
  std::int64_t last = 0;  // in order, the other things' events among its own
  for (const auto& event : json_lines(demo({"why", "T-25", "--project", "bank", "--json"}).out)) {
    const auto version = std::stoll(event.at("envelope").at("version").as_string().c_str());
    CHECK(version > last);
    last = version;
  }
  const auto attempted = demo({"why", "CR-2", "--project", "bank"});
  CAPTURE(attempted.out);
  CHECK(contains(attempted.out, "attempt  "));
  CHECK(contains(attempted.out, "Mei Tanaka  approval.refuse, refused: notInPool"));
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

TEST_CASE("No two rows of a view are taken for one", "[cli][history]") {
  const DemoLog demo;
  for (const auto view : model::all_views()) {
    const auto name = std::string(model::to_string(view));
    INFO(name);
    const auto said = demo({"show", name, "--project", "bank", "--json"});
    const auto rows = boost::json::parse(said.out).at("rows").at(name).as_array();
    std::set<RowKey> keys;
    for (const auto& row : rows) keys.insert(row_key(row));
    CHECK(keys.size() == rows.size());
  }
}
