// Who may approve: pools, policies and escalation paths, and what of them is frozen in a request.
#include "tests/model/approval_support.hpp"

namespace daybook::testing {
namespace {

using model::approval::Status;
using schema::Role;

constexpr auto kYear = model::approval::kHoursMax;

std::vector<Id> many_members(std::uint64_t count) {
  std::vector<Id> members;
  for (std::uint64_t n = 1; n <= count; ++n) members.push_back(member_id(1000 + n));
  return members;
}

const model::approval::Pool& pool_of(const ProjectScenario& scenario, Id id) {
  const auto* pool = scenario.state().approval.pools.find(id);
  REQUIRE(pool != nullptr);
  return *pool;
}

TEST_CASE("definePool is refused for each reason, in this order", "[model][approval]") {
  const auto given = pooled();
  check(given.after(archive_project("over")),
        by_manager({{"archived", define_pool({}), "projectArchived"}}));
  check(given, {{"by a contributor", define_pool({}), "notPermitted required=manager"}});
  check(
      given,
      by_manager(
          {{"no id", define_pool({.name = ""}), "idRequired field=approval.pool"},
           {"an id in use", define_pool({.pool = kPool, .name = ""}),
            "alreadyExists field=approval.pool id=O1"},
           {"no name", define_pool({.pool = pool_id(2), .name = "", .members = many_members(257)}),
            "textRequired field=approval.name"},
           {"too many", define_pool({.pool = pool_id(2), .members = many_members(257)}),
            "tooMany field=approval.members limit=256 count=257"},
           {"just not too many", define_pool({.pool = pool_id(2), .members = many_members(256)}),
            "memberRequired field=approval.members member=M1001"},
           {"somebody twice, before somebody without a role",
            define_pool({.pool = pool_id(2), .members = {kOutsider, kAnna, kAnna}}),
            "duplicate field=approval.members id=M4"},
           {"without a role", define_pool({.pool = pool_id(2), .members = {kAnna, kOutsider}}),
            "memberRequired field=approval.members member=M9"},
           {"nobody yet", define_pool({.pool = pool_id(2)}), "poolDefined"},
           {"members", define_pool({.pool = pool_id(2), .members = {kBert, kAnna}}),
            "poolDefined"}}));
  CHECK(names_of(pool_of(given, kPool).members) == "M1 M2 M4 M5");
}

TEST_CASE("an id of a pool is used for nothing else", "[model][approval]") {
  auto given = governed();
  CHECK(given.when(submit_change({.change = kPool}), kContributor) ==
        "alreadyExists field=change.change id=O1");
}

TEST_CASE("editPool is refused for each reason, in this order", "[model][approval]") {
  const auto given = governed();
  const auto name = pool_of(given, kPool).name;
  const auto members = pool_of(given, kPool).members;
  const model::Text other = {{1}, 1, record::Hash{std::byte{1}}};
  check(given, {{"by a contributor", edit_pool({}), "notPermitted required=manager"}});
  check(
      given,
      by_manager(
          {{"unknown", edit_pool({.pool = pool_id(9)}), "unknownPool id=O9"},
           {"renamed meanwhile", edit_pool({.pool = kPool, .name = {other, "x"}, .from = {kAnna}}),
            "changedMeanwhile field=approval.name presentText=7.1 id=O1"},
           {"members changed meanwhile",
            edit_pool({.pool = kPool, .name = {name, ""}, .from = {kAnna}, .to = {kBert}}),
            "changedMeanwhile field=approval.members id=O1 members=[M1 M2 M4 M5]"},
           {"without a name",
            edit_pool(
                {.pool = kPool, .name = {name, ""}, .from = members, .to = many_members(257)}),
            "textRequired field=approval.name"},
           {"too many", edit_pool({.pool = kPool, .from = members, .to = many_members(257)}),
            "tooMany field=approval.members limit=256 count=257"},
           {"somebody twice",
            edit_pool({.pool = kPool, .from = members, .to = {kAnna, kAnna, kOutsider}}),
            "duplicate field=approval.members id=M4"},
           {"without a role, and too few",
            edit_pool({.pool = kPool, .from = members, .to = {kAnna, kOutsider}}),
            "memberRequired field=approval.members member=M9"},
           {"one less than the quorum", edit_pool({.pool = kPool, .from = members, .to = {kAnna}}),
            "poolTooSmall field=approval.pool limit=2 count=1 id=O1"},
           {"as many as the quorum",
            edit_pool({.pool = kPool, .from = members, .to = {kAnna, kBert}}), "poolEdited"},
           {"not edited", edit_pool({.pool = kPool}), "nothingToDo id=O1"},
           {"edited to what it is", edit_pool({.pool = kPool, .from = members, .to = members}),
            "nothingToDo id=O1"},
           {"renamed", edit_pool({.pool = kPool, .name = {name, "Board"}}), "poolEdited"},
           {"seen in another order",
            edit_pool({.pool = kPool,
                       .from = {kBert, kAnna, kContributor, kManager},
                       .to = {kAnna, kBert, kCleo}}),
            "poolEdited"}}));

  auto renamed = given.after(edit_pool({.pool = kPool, .name = {name, "Board"}}));
  CHECK(names_of(pool_of(renamed, kPool).members) == "M1 M2 M4 M5");
  CHECK(pool_of(renamed, kPool).name != name);
  // A pool that no policy names may be emptied.
  auto unused = pooled();
  unused.given(edit_pool({.pool = kPool, .from = members}));
  CHECK(pool_of(unused, kPool).members.empty());
}

TEST_CASE("defineApprovalPolicy is refused for each reason, in this order", "[model][approval]") {
  auto given = pooled();
  given.given(define_approval_policy({.to = two_of_pool()}));
  const auto to = [](const Policy& policy, SubjectKind kind = SubjectKind::TASK) {
    return define_approval_policy({.kind = kind, .to = policy});
  };
  check(given, {{"by a contributor", to({}), "notPermitted required=manager"}});
  check(
      given,
      by_manager(
          {{"no kind", to({.quorum = 9}, SubjectKind::NONE), "malformed field=approval.kind"},
           {"an unknown kind", to({.quorum = 9}, SubjectKind{3}), "malformed field=approval.kind"},
           {"defined meanwhile", to({.quorum = 9}, SubjectKind::CHANGE),
            "changedMeanwhile field=approval.policy presentId=O1 presentNumber=2"},
           {"unknown pool", to({.pool = pool_id(9)}), "unknownPool id=O9"},
           {"nobody", to({.pool = kPool, .expiry_hours = kYear + 1}),
            "outOfRange field=approval.quorum limit=256"},
           {"more than a year", to({.quorum = 9, .pool = kPool, .expiry_hours = kYear + 1}),
            "outOfRange field=approval.expiryHours limit=8784"},
           {"a year", to({.quorum = 1, .pool = kPool, .expiry_hours = kYear}),
            "approvalPolicyDefined"},
           {"one more than are in the pool", to({.quorum = 5, .pool = kPool}),
            "poolTooSmall field=approval.pool limit=5 count=4 id=O1"},
           {"all of the pool", to({.quorum = 4, .pool = kPool}), "approvalPolicyDefined"},
           {"more than there can be", to({.quorum = 0xFFFFFFFF, .pool = kPool}),
            "poolTooSmall field=approval.pool limit=4294967295 count=4 id=O1"},
           {"none where there is none", to({}), "nothingToDo"},
           {"the same", define_approval_policy({.from = two_of_pool(), .to = two_of_pool()}),
            "nothingToDo"},
           {"no more", define_approval_policy({.from = two_of_pool()}), "approvalPolicyDefined"}}));

  given.given(define_approval_policy({.from = two_of_pool()}));
  CHECK(given.state().approval.rules.empty());  // as if there had never been one
}

TEST_CASE("defineEscalationPath is refused for each reason, in this order", "[model][approval]") {
  auto given = pooled();
  const std::vector<Level> path = {{4, Role::MANAGER, {}}, {8, Role::NONE, kPool}};
  given.given(define_escalation_path({.to = path}));
  const auto to = [](std::vector<Level> levels, SubjectKind kind = SubjectKind::TASK) {
    return define_escalation_path({.kind = kind, .to = std::move(levels)});
  };
  std::vector<Level> nine;
  for (std::uint32_t n = 1; n <= 9; ++n) nine.push_back({n, Role::MANAGER, {}});
  auto eight = nine;
  eight.pop_back();
  auto nine_of_unknown = nine;
  nine_of_unknown[0] = {0, Role::NONE, pool_id(9)};
  check(given, {{"by a contributor", to({}), "notPermitted required=manager"}});
  check(given,
        by_manager(
            {{"no kind", to(nine, SubjectKind::NONE), "malformed field=approval.kind"},
             {"an unknown kind", to(nine, SubjectKind{3}), "malformed field=approval.kind"},
             {"nobody", to({{1, Role::NONE, {}}}, SubjectKind::CHANGE),
              "malformed field=approval.levels"},
             {"both", to({{1, Role::MANAGER, kPool}}, SubjectKind::CHANGE),
              "malformed field=approval.levels"},
             {"a role of the workspace", to({{1, Role::ADMIN, {}}}, SubjectKind::CHANGE),
              "malformed field=approval.levels"},
             {"defined meanwhile", to(nine, SubjectKind::CHANGE),
              "changedMeanwhile field=approval.levels presentNumber=2"},
             {"too many", to(nine_of_unknown), "tooMany field=approval.levels limit=8 count=9"},
             {"just not too many", to(eight), "escalationPathDefined"},
             {"unknown pool", to({{0, Role::NONE, pool_id(9)}}), "unknownPool id=O9"},
             {"at once", to({{0, Role::MANAGER, {}}}),
              "outOfRange field=approval.afterHours limit=8784"},
             {"not rising", to({{2, Role::MANAGER, {}}, {2, Role::NONE, kPool}}),
              "outOfRange field=approval.afterHours limit=8784"},
             {"a year", to({{kYear, Role::VIEWER, {}}}), "escalationPathDefined"},
             {"more than a year", to({{kYear + 1, Role::VIEWER, {}}}),
              "outOfRange field=approval.afterHours limit=8784"},
             {"none where there is none", to({}), "nothingToDo"},
             {"the same", define_escalation_path({.from = path, .to = path}), "nothingToDo"},
             {"no more", define_escalation_path({.from = path}), "escalationPathDefined"}}));
  // Either may be taken away; the other stays.
  given.given(define_approval_policy({.to = two_of_pool()}));
  const auto rules = [&] { return given.state().approval.rules.find(SubjectKind::CHANGE); };
  given.given(define_escalation_path({.from = path}));
  REQUIRE(rules() != nullptr);
  CHECK(rules()->policy == two_of_pool());
  given.given(define_approval_policy({.from = two_of_pool()}));
  CHECK(rules() == nullptr);
}

TEST_CASE("a request keeps the policy and the pool that it was made under",
          "[model][approval][domain]") {
  auto given = accepted();
  CHECK(names_of(request_of(given, kChange).voters) == "M1 M4 M5");  // M2 is its author
  const auto members = pool_of(given, kPool).members;
  given
      .given(
          edit_pool({.pool = kPool, .from = members, .to = {kManager, kAnna, kCleo, kContributor}}))
      .given(define_pool({.pool = pool_id(2), .members = {kManager, kCleo}}))
      .given(
          define_approval_policy({.from = two_of_pool(), .to = {.quorum = 1, .pool = pool_id(2)}}));
  CHECK(request_of(given, kChange).policy == two_of_pool());
  CHECK(names_of(request_of(given, kChange).voters) == "M1 M4 M5");
  // M5 left the pool and may vote; one consent is not enough; M6 joined it and may not.
  CHECK(given.when(consent(given, kChange), kBert) == "approvalGiven");
  given.given(consent(given, kChange), kAnna);
  CHECK(request_of(given, kChange).status == Status::OPEN);
  // The next change goes by the new rules.
  given.given(submit_change({.change = change_id(2)}), kContributor);
  CHECK(request_of(given, change_id(2)).policy.quorum == 1);
  CHECK(names_of(request_of(given, change_id(2)).voters) == "M1 M6");
}

TEST_CASE("a pool that can never reach the quorum is refused when the policy is made",
          "[model][approval][domain]") {
  auto given = pooled();
  given.given(define_pool({.pool = pool_id(2), .members = {kAnna, kBert}}));
  CHECK(given.when(define_approval_policy({.to = {.quorum = 3, .pool = pool_id(2)}})) ==
        "poolTooSmall field=approval.pool limit=3 count=2 id=O2");
  CHECK(given.when(define_approval_policy({.to = {.quorum = 2, .pool = pool_id(2)}})) ==
        "approvalPolicyDefined");
}

TEST_CASE("who has no role that votes does not make a quorum", "[model][approval][domain]") {
  auto given = pooled();
  given.given(define_pool({.pool = pool_id(2), .members = {kViewer, kAnna}}));
  const auto policy = define_approval_policy({.to = {.quorum = 2, .pool = pool_id(2)}});
  check(
      given,
      by_manager({{"a viewer", policy, "poolTooSmall field=approval.pool limit=2 count=1 id=O2"}}));
  const auto left = given.after(revoke_role({.member = kAnna, .from = schema::Role::CONTRIBUTOR}));
  CHECK(left.when(policy) == "poolTooSmall field=approval.pool limit=2 id=O2");
  given.given(grant_role({.member = kViewer, .from = schema::Role::VIEWER}));
  CHECK(given.when(policy) == "approvalPolicyDefined");
  given.given(policy)
      .given(revoke_role({.member = kViewer, .from = schema::Role::CONTRIBUTOR}))
      .given(grant_role({.member = kViewer, .role = schema::Role::VIEWER}));
  CHECK(given.when(
            edit_pool({.pool = pool_id(2), .from = {kViewer, kAnna}, .to = {kViewer, kBert}})) ==
        "poolTooSmall field=approval.pool limit=2 count=1 id=O2");
  CHECK(given.when(edit_pool(
            {.pool = pool_id(2), .from = {kViewer, kAnna}, .to = {kAnna, kBert}})) == "poolEdited");
}

TEST_CASE("pools, policies and requests survive saving and loading", "[model][approval]") {
  auto given = accepted();
  given.given(define_escalation_path({.to = {{4, Role::MANAGER, {}}, {8, Role::NONE, kPool}}}))
      .given(consent(given, kChange, "well thought out"), kAnna);
  given.given(submit_change({.change = change_id(2)}), kContributor);
  const auto loaded = reloaded(given);
  CHECK(pool_of(loaded, kPool).members == pool_of(given, kPool).members);
  CHECK(votes_of(loaded, kChange) == "M4+");
  const auto& request = request_of(loaded, change_id(2));
  CHECK(request.levels == request_of(given, change_id(2)).levels);
  CHECK(request.levels.size() == 2);
  CHECK(request.policy == two_of_pool());
  CHECK(loaded.when(consent(given, kChange), kBert) ==
        "approvalGiven approvalGranted changeApproved");
}

}  // namespace
}  // namespace daybook::testing
