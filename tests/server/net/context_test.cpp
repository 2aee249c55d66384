// What was known when something was decided, over HTTP.
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "tests/server/net/approved_change.hpp"
#include "tests/support/decisions.hpp"

namespace daybook::testing {
namespace {

constexpr Id kBoard{0xBD, 1}, kDecision{0xDC, 1}, kOption{0xDC, 2};

class Decided : public RunningServer {
 public:
  Decided() {
    given({.command = create_task({.task = task_id(1), .title = "Store accounts"})});
    given({.command = constitute_board(kBoard, {kAdmin, kContributor})});
    given({.command = open_decision(kDecision, kBoard, task_id(1))});
    opened_ = log().stream_version(kProject).value;
    // Somebody tries who may not.
    given({.command = grant_role({.member = kViewer, .from = schema::Role::VIEWER})});
    CHECK(submit({.command = cast_vote(kDecision, kOption), .by = {.member = kViewer}})
              .starts_with("notBoardMember"));
    given({.command = cast_vote(kDecision, kOption),
           .by = {.member = kContributor},
           .seen_version = opened_});
    voted_ = log().stream_version(kProject).value;
    given({.command = create_task({.task = task_id(2)})});
    given({.command = conclude_decision(kDecision), .seen_version = voted_});
    concluded_ = log().stream_version(kProject).value;
    given({.command = create_task({.task = task_id(3)})});
    catch_up();
  }
  [[nodiscard]] HttpReply context(const std::string& query = "", const std::string& kind = "admin",
                                  Id entity = kDecision) {
    return get("/api/v1/projects/P1/decisions/" + to_string(entity) + "/context" + query, kind);
  }
  std::uint64_t opened_ = 0;
  std::uint64_t voted_ = 0;
  std::uint64_t concluded_ = 0;
};

// The rows of a moment's view.
boost::json::array rows(const boost::json::value& moment, std::string_view view) {
  for (const auto& update : moment.at("views").as_array()) {
    if (str(update.at("view")) != view) continue;
    const auto* found = update.as_object().if_contains("rows");
    return found == nullptr ? boost::json::array() : found->at(view).as_array();
  }
  throw std::runtime_error("no such view");
}

TEST_CASE_METHOD(Decided, "The acts on a decision stand in their order", "[net][context]") {
  const auto reply = context();
  REQUIRE(reply.status == 200);
  const auto found = reply.json();
  CHECK(str(found.at("entity")) == to_string(kDecision));
  const auto& acts = found.at("acts").as_array();
  REQUIRE(acts.size() == 3);
  CHECK(str(acts[0].at("what")) == "opened");
  CHECK(str(acts[0].at("version")) == std::to_string(opened_));
  CHECK(str(acts[1].at("what")) == "voted");
  CHECK(str(acts[1].at("member")) == to_string(kContributor));
  CHECK(str(acts[1].at("version")) == std::to_string(voted_));
  CHECK(str(acts[1].at("seenVersion")) == std::to_string(opened_));
  CHECK(str(acts[1].at("option")) == to_string(kOption));
  CHECK(str(acts[2].at("what")) == "made");
  CHECK(str(acts[2].at("version")) == std::to_string(concluded_));
  CHECK(found.at("act") == 2);  // the newest
}

TEST_CASE_METHOD(Decided, "An act is shown with what there was then, and what was seen",
                 "[net][context]") {
  const auto found = context("?version=" + std::to_string(voted_)).json();
  CHECK(found.at("act") == 1);
  const auto& then = found.at("then");
  const auto& seen = found.at("seen");
  CHECK(str(then.at("version")) == std::to_string(voted_));
  CHECK(str(seen.at("version")) == std::to_string(opened_));
  for (const auto& update : then.at("views").as_array())
    CHECK(str(update.at("version")) == std::to_string(voted_));
  // The roles of those involved.
  const auto people = rows(then, "people");
  CHECK(people.size() == 2);
  // What held for it.
  const auto& charter = found.at("rules").at("charter");
  CHECK(charter.at("members").as_array().size() == 2);
  CHECK(charter.at("quorum") == 1);
  CHECK(rows(then, "summary").size() == 1);
}

TEST_CASE_METHOD(Decided, "Attempts that were refused are for auditors and admins",
                 "[net][context]") {
  for (const char* kind : {"admin", "auditor"}) {
    const auto found = context("", kind).json();
    const auto& attempts = found.at("rejectedAttempts").as_array();
    REQUIRE(attempts.size() == 1);
    CHECK(str(attempts[0].at("act").at("member")) == to_string(kViewer));
    CHECK(str(attempts[0].at("act").at("subject")) == to_string(kDecision));
    CHECK_FALSE(found.as_object().contains("rejectedAttemptsHidden"));
    // None had been made when the question was put.
    const auto first = context("?version=" + std::to_string(opened_), kind).json();
    CHECK(first.at("rejectedAttempts").as_array().empty());
  }
  for (const char* kind : {"viewer", "contributor"}) {
    const auto found = context("", kind).json();
    CHECK(found.at("rejectedAttemptsHidden").is_null());
    CHECK_FALSE(found.as_object().contains("rejectedAttempts"));
  }
  CHECK(context("", "room").status == 404);
  CHECK(context("", "stranger").status == 404);
}

TEST_CASE_METHOD(Decided, "What is no act is answered with a code", "[net][context]") {
  CHECK(context("", "admin", task_id(1)).status == 404);
  CHECK(context("", "admin", {7, 7}).status == 404);
  const auto none = context("?version=" + std::to_string(voted_ + 1));
  CHECK(none.status == 404);
  CHECK(str(none.json().at("code")) == "unknownVersion");
  CHECK(context("?version=x").status == 400);
  CHECK(get("/api/v1/projects/P1/decisions/nonsense/context").status == 404);
}

TEST_CASE_METHOD(RunningServer, "What was known when a change was approved", "[net][context]") {
  const auto made = approve_change(*this);
  const auto path = "/api/v1/projects/P1/decisions/" + to_string(made.change) + "/context";
  const auto acts_of = [](const boost::json::value& found) {
    std::string acts;
    for (const auto& act : found.at("acts").as_array())
      acts += std::string(acts.empty() ? "" : " ") + str(act.at("what"));
    return acts;
  };
  const auto found = get(path).json();
  CHECK(acts_of(found) == "requested revised revised revised approved granted");
  CHECK(str(found.at("acts").at(found.at("act").as_int64()).at("what")) == "granted");
  const auto vote = get(path + "?version=" + std::to_string(made.approved)).json();
  CHECK(acts_of(vote) == acts_of(found));
  CHECK(vote.at("act") == 4);
  CHECK(str(vote.at("then").at("version")) == std::to_string(made.approved));
  CHECK(str(vote.at("seen").at("version")) == std::to_string(made.amended));
  const auto& rules = vote.at("rules").at("approval");
  CHECK(rules.at("policy").at("quorum") == 1);
  CHECK(str(rules.at("policy").at("pool")) == to_string(made.pool));
  CHECK(rules.at("voters").as_array().size() == 1);  // not who asked
  for (const auto* moment : {"then", "seen"}) {
    INFO(moment);
    CHECK(rows(vote.at(moment), "changes").size() == 1);
    CHECK(rows(vote.at(moment), "approvals").size() == 2);  // the request and its pool
    CHECK(rows(vote.at(moment), "people").size() == 2);
  }
}

TEST_CASE_METHOD(Decided, "Recorded attempts are visible to auditors alone", "[net][context]") {
  const auto events = get("/api/v1/workspace/events", "auditor").body;
  CHECK(events.find("daybook.workspace.actRejected") != std::string::npos);
  CHECK(events.find(to_string(kDecision)) != std::string::npos);
  CHECK(get("/api/v1/projects/P1/events", "viewer").body.find("actRejected") == std::string::npos);
}

}  // namespace
}  // namespace daybook::testing
