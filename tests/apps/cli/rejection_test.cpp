// Rejections as sentences, with names in place of ids.

#include "apps/cli/rejection.hpp"

#include <capnp/schema.h>

#include <catch2/catch.hpp>

using namespace daybook;
using namespace daybook::cli;
using client::Code;

namespace {

const Id kReview{1, 1};
const Id kTask{2, 12};
const Id kOther{2, 15};
const Id kAda{3, 1};

Names names() {
  Names names;
  names.set(kReview, Kind::column, "Review");
  names.set(kTask, Kind::task, "T-12");
  names.set(kOther, Kind::task, "T-15");
  names.set(kAda, Kind::member, "Ada");
  return names;
}

}  // namespace

TEST_CASE("A rejection says what stands in the way, by name", "[cli][rejection]") {
  CHECK(explain({.code = Code::WIP_LIMIT_REACHED,
                 .facts = {.tasks = {kTask, kOther}, .column = kReview, .limit = 2}},
                names()) == "WIP limit 2 of column Review is reached: T-12, T-15");
  CHECK(explain({.code = Code::MOVED_MEANWHILE,
                 .facts = {.task = kTask, .present_id = kReview, .by_member = kAda}},
                names()) == "T-12 was moved meanwhile by Ada; it is now in Review");
  CHECK(explain({.code = Code::CHANGED_MEANWHILE,
                 .facts = {.field = "task.points", .present_number = 5}},
                names()) == "task.points was changed meanwhile; it is now 5");
  CHECK(explain({.code = Code::NOT_PERMITTED, .facts = {.required = schema::Role::MANAGER}},
                names()) == "this member may not do that: it takes the role manager");
}

TEST_CASE("A rejection names what it is about", "[cli][rejection]") {
  const auto of_id = [](Code code) {
    return explain({.code = code, .facts = {.id = kTask}}, names());
  };
  CHECK(of_id(Code::CHANGE_CLOSED) == "T-12 is decided, or over: submit another change request");
  CHECK(of_id(Code::NOT_APPROVED) == "T-12 is not approved");
  CHECK(of_id(Code::RISK_CLOSED) == "T-12 is closed");
  CHECK(of_id(Code::RISK_NOT_ASSESSED) == "T-12 has not been assessed yet");
  CHECK(of_id(Code::IMPACT_NOT_ASSESSED) == "its impact has not been assessed yet: T-12");
  CHECK(explain({.code = Code::IMPACT_NOT_ASSESSED, .facts = {.subject = kTask}}, names()) ==
        "its impact has not been assessed yet: T-12");
  CHECK(explain({.code = Code::OPEN_ACTIONS,
                 .facts = {.count = 2, .id = kTask, .ids = {kOther, kReview}}},
                names()) == "actions of T-12 are open: T-15, Review");
  CHECK(explain({.code = Code::CHANGED_MEANWHILE, .facts = {.field = "risk.assessment"}},
                names()) == "risk.assessment was changed meanwhile");
}

TEST_CASE("A rejection says how far it is from what was asked, and what helps",
          "[cli][rejection]") {
  CHECK(explain({.code = Code::MAJORITY_NOT_REACHED,
                 .facts = {.limit = 3, .count = 2, .members = {kAda}}},
                names()) ==
        "no option has the majority of 3 votes: the most that one has is 2; missing: Ada");
  CHECK(explain({.code = Code::MAJORITY_NOT_REACHED, .facts = {.limit = 2, .count = 1}}, names()) ==
        "no option has the majority of 2 votes: the most that one has is 1");
  CHECK(explain({.code = Code::OUT_OF_RANGE,
                 .facts = {.field = "decision.due", .present_number = 1'767'603'600'000'000}},
                names()) ==
        "a number is out of range: decision.due, which lies in the past: it is "
        "2026-01-05 09:00:00Z now");
  CHECK(explain({.code = Code::OUT_OF_RANGE, .facts = {.field = "task.points", .limit = 100}},
                names()) == "a number is out of range: task.points, at most 100");
  CHECK(explain({.code = Code::SIMULATION_REQUIRED,
                 .facts = {.field = "change.simulatedVersion", .present_number = 42}},
                names()) ==
        "an effect on the schedule must come from a simulation on a version that exists; the "
        "newest is 42");
}

TEST_CASE("What the facts do not say is left out", "[cli][rejection]") {
  CHECK(explain({.code = Code::NOT_PERMITTED}, names()) == "this member may not do that");
  CHECK(explain({.code = Code::UNKNOWN_TASK, .facts = {.id = {0, 7}}}, names()) ==
        "there is no such task: 00000000-0000-0000-0000-000000000007");
}

TEST_CASE("Every code has a sentence, without a trace of its form", "[cli][rejection]") {
  for (const auto code : capnp::Schema::from<Code>().getEnumerants()) {
    const client::Rejected rejected{.code = static_cast<Code>(code.getOrdinal()),
                                    .facts = {.task = kTask, .column = kReview}};
    const auto sentence = explain(rejected, names());
    CAPTURE(code.getProto().getName().cStr(), sentence);
    CHECK(sentence.size() > 5);
    CHECK(sentence.find_first_of("[]{}") == std::string::npos);
    CHECK(sentence != "this version does not know the reason");
  }
  CHECK(explain({.code = static_cast<Code>(9999)}, names()) ==
        "this version does not know the reason");
}

TEST_CASE("Outcomes in JSON are the protocol's", "[cli][rejection]") {
  CHECK(
      outcome_json(client::Rejected{.id = {0, 1},
                                    .code = Code::WIP_LIMIT_REACHED,
                                    .facts = {.column = kReview, .limit = 2}}) ==
      R"({"rejected":{"id":"00000000-0000-0000-0000-000000000001","code":"wipLimitReached",)"
      R"("facts":{"column":"00000000-0000-0001-0000-000000000001","limit":"2"},"retryable":true}})");
  CHECK(outcome_json(client::Accepted{
            .id = {0, 1}, .first_version = {4}, .first_position = {9}, .count = 1}) ==
        R"({"accepted":{"id":"00000000-0000-0000-0000-000000000001","firstVersion":"4",)"
        R"("firstPosition":"9","count":1}})");
}
