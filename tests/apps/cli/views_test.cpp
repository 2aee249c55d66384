// What the tables of views say beside their rows' numbers.

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "apps/cli/view_tables.hpp"
#include "model/time.hpp"
#include "tests/apps/cli/console.hpp"
#include "tests/server/engine/running_engine.hpp"
#include "tests/support/approval_commands.hpp"
#include "tests/support/change_commands.hpp"

namespace daybook::testing {
namespace {

using cli::Kind;
using cli::testing::contains;

constexpr Id kAnn = member_id(11), kBob = member_id(12), kCleo = member_id(13),
             kDan = member_id(14), kEve = member_id(15);

cli::Names names() {
  cli::Names names;
  names.set(task_id(1), Kind::task, "T-1");
  names.set(kAnn, Kind::member, "Ann");
  names.set(kBob, Kind::member, "Bob");
  names.set(kCleo, Kind::member, "Cleo");
  names.set(kDan, Kind::member, "Dan");
  names.set(kEve, Kind::member, "Eve");
  return names;
}

// A request of Ann's that expires at 2000 and that only Eve may still vote on.
std::string approvals(std::int64_t when, const std::string& more = "") {
  const auto person = [](Id id, const std::string& standing) {
    return R"({"member":")" + to_string(id) + R"(","standing":")" + standing + R"("})";
  };
  const auto rows = R"({"approvals":[{"request":{"subject":")" + to_string(task_id(1)) +
                    R"(","author":")" + to_string(kAnn) + R"(","people":[)" +
                    person(kAnn, "isAuthor") + ',' + person(kDan, "isAgent") + ',' +
                    person(kBob, "isContributor") + ',' + person(kCleo, "hasNoRole") +
                    R"(,{"member":")" + to_string(kEve) + R"("}],)" + more +
                    R"("requestedAt":"1000","expiresAt":"2000"}}]})";
  const cli::testing::MemoryFile out;
  cli::print_view({.out = out.get(), .err = out.get()}, schema::ViewName::APPROVALS,
                  boost::json::parse(rows), names(), {when});
  return out.text();
}

TEST_CASE("Who may not approve is told with the reason", "[cli][views]") {
  const auto table = approvals(1999);
  CHECK(contains(table, "MAY NOT"));
  CHECK(contains(table,
                 "  Eve        Ann (its author), Dan (acted for somebody else), "
                 "Bob (worked on it), Cleo (no contributor any more)"));
  CHECK(contains(table, "T-1             open "));
  // Once it is decided nobody is kept from anything any more.
  CHECK_FALSE(contains(approvals(1999, R"("status":"granted",)"), "Bob"));
}

TEST_CASE("A request that has expired waits for its author, whatever else is missing",
          "[cli][views]") {
  for (const auto* more : {"", R"("obstacle":"impactNotAccepted",)"}) {
    const auto table = approvals(2000, more);
    CHECK(contains(table, "T-1             expired "));
    CHECK(contains(table, "  Ann, to renew it  "));
    CHECK_FALSE(contains(table, "Eve"));
  }
  CHECK(contains(approvals(1999, R"("obstacle":"impactNotAccepted",)"), "  impactNotAccepted  "));
  CHECK(contains(approvals(2000, R"("status":"denied",)"), "denied"));
}

TEST_CASE_METHOD(RunningEngine, "Whether it has expired is told as of the moment that is shown",
                 "[cli][views]") {
  constexpr std::int64_t kHour = 3'600'000'000;
  given({.command = define_pool({.pool = pool_id(1), .members = {kAdmin, kContributor}})});
  given({.command = define_approval_policy(
             {.to = {.quorum = 1, .pool = pool_id(1), .expiry_hours = 48}})});
  given({.command = submit_change({.change = change_id(1)}), .by = {.member = kContributor}});
  const auto asked = std::to_string(log().stream_version(kProject).value);
  set_clock({kStart.micros + 50 * kHour});
  given({.command = create_task({.task = task_id(1), .column = kTodo})});
  const auto later = std::to_string(log().stream_version(kProject).value);
  const auto has_expired = [&](const std::string& at) {
    const auto said = cli::testing::call(
        {"show", "approvals", "--project", "P1", "--at", at, "--data", folder().string()});
    CHECK(said.exit == cli::Exit::ok);
    return contains(said.out, "Mei, to renew it");
  };
  CHECK_FALSE(has_expired(asked));
  CHECK(has_expired(later));
  CHECK_FALSE(has_expired(to_rfc3339({kStart.micros + 47 * kHour})));
  CHECK(has_expired(to_rfc3339({kStart.micros + 49 * kHour})));  // nothing was recorded since
}

}  // namespace
}  // namespace daybook::testing
