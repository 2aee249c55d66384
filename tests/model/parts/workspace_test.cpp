// The rules of the part `workspace`, in the order in which the checks apply.
#include "tests/model/support.hpp"

namespace daybook::testing {
namespace {

using model::workspace::TokenKind;
using schema::Role;

const Actor kAdmin = Actor(kManager).as_admin();
const Actor kServer = Actor().as_server();

std::vector<std::byte> hash(int n) { return std::vector<std::byte>(32, static_cast<std::byte>(n)); }

// M1 admin with K1 (hash 1…), M2; P1 registered under BANK.
WorkspaceScenario given_workspace() {
  auto scenario = opened_workspace();
  scenario.given(add_member({.member = kContributor}), kAdmin)
      .given(register_project({.project = kProject, .first_manager = kContributor}), kAdmin);
  return scenario;
}

TEST_CASE("openWorkspace is the server's, once, and refused for each reason",
          "[model][workspace]") {
  check(new_workspace(),
        {{"an admin", open_workspace({}), "notPermitted required=server", kAdmin},
         {"no name", open_workspace({.name = "", .admin_name = ""}),
          "textRequired field=workspace.name", kServer},
         {"no admin", open_workspace({.admin_name = ""}), "idRequired field=workspace.admin",
          kServer},
         {"no name of the admin", open_workspace({.admin = kManager, .admin_name = ""}),
          "textRequired field=workspace.adminName", kServer},
         {"no token", open_workspace({.admin = kManager, .token_hash = {}}),
          "idRequired field=workspace.token", kServer},
         {"a short hash",
          open_workspace(
              {.admin = kManager, .token = token_id(1), .token_hash = std::vector<std::byte>(31)}),
          "tokenInvalid field=workspace.hash", kServer},
         {"opened", open_workspace({.admin = kManager, .token = token_id(1)}),
          "workspaceOpened memberAdded roleGranted tokenIssued", kServer},
         {"anything else", add_member({.member = kViewer}), "workspaceNotOpen", kAdmin}});
  check(opened_workspace(),
        {{"again", open_workspace({}), "alreadyExists field=workspace", kServer},
         {"a project's command", open_project(), "notSupported", kAdmin}});
}

TEST_CASE("registerProject is refused for each reason, in this order", "[model][workspace]") {
  const auto given = given_workspace();
  const auto keyed = [](std::string key) {
    return register_project(
        {.project = project_id(2), .key = std::move(key), .first_manager = kViewer});
  };
  const std::string invalid = "keyInvalid field=workspace.key";
  const std::string valid = "unknownMember member=M3";  // the check behind it
  check(given,
        {{"no id", register_project({.key = ""}), "idRequired field=workspace.project", kAdmin},
         {"known", register_project({.project = kProject, .key = ""}),
          "alreadyExists field=workspace.project id=P1", kAdmin},
         {"no key", keyed(""), invalid, kAdmin},
         {"one letter", keyed("A"), invalid, kAdmin},
         {"two letters", keyed("AB"), valid, kAdmin},
         {"ten letters", keyed("ABCDEFGHI9"), valid, kAdmin},
         {"eleven letters", keyed("ABCDEFGHIJK"), invalid, kAdmin},
         {"a digit first", keyed("1AB"), invalid, kAdmin},
         {"lower case", keyed("Ab"), invalid, kAdmin},
         {"a hyphen", keyed("A-B"), invalid, kAdmin},
         {"taken", keyed("BANK"), "keyTaken field=workspace.key id=P1", kAdmin},
         {"registered",
          register_project({.project = project_id(2), .key = "B2", .first_manager = kManager}),
          "projectRegistered", kAdmin},
         {"not an admin", keyed("AB"), "notPermitted required=admin", kContributor}});
}

TEST_CASE("issueToken is refused for each reason, in this order", "[model][workspace]") {
  const auto given = given_workspace();
  const auto now = given.stream().now().micros;
  const auto past = now - 1;
  const Id token = token_id(2);
  check(
      given,
      {{"no id", issue_token({.hash = {}}), "idRequired field=workspace.token", kAdmin},
       {"known", issue_token({.token = token_id(1), .hash = {}}),
        "alreadyExists field=workspace.token id=K1", kAdmin},
       {"no hash", issue_token({.token = token, .hash = {}, .member = kViewer}),
        "tokenInvalid field=workspace.hash", kAdmin},
       {"33 bytes", issue_token({.token = token, .hash = std::vector<std::byte>(33)}),
        "tokenInvalid field=workspace.hash", kAdmin},
       {"a hash in use", issue_token({.token = token, .hash = hash(1), .member = kViewer}),
        "tokenInvalid field=workspace.hash", kAdmin},
       {"an unknown member",
        issue_token({.token = token, .member = kViewer, .project = kProject, .expires_at = past}),
        "unknownMember member=M3", kAdmin},
       {"a member's token takes no project",
        issue_token({.token = token, .member = kContributor, .project = kProject}),
        "tokenScopeInvalid field=workspace.project", kAdmin},
       {"nor views",
        issue_token({.token = token, .member = kContributor, .views = {1}, .expires_at = past}),
        "tokenScopeInvalid field=workspace.views", kAdmin},
       {"an auditor's token takes a member",
        issue_token({.token = token, .kind = TokenKind::AUDITOR}), "unknownMember", kAdmin},
       {"an auditor imports nothing",
        issue_token(
            {.token = token, .kind = TokenKind::AUDITOR, .member = kContributor, .importer = true}),
        "tokenScopeInvalid field=workspace.importer", kAdmin},
       {"a room of no project",
        issue_token({.token = token, .kind = TokenKind::ROOM, .views = {1}}), "unknownProject",
        kAdmin},
       {"a room is no member",
        issue_token({.token = token,
                     .kind = TokenKind::ROOM,
                     .member = kContributor,
                     .importer = true,
                     .project = kProject}),
        "tokenScopeInvalid field=workspace.member", kAdmin},
       {"a room imports nothing",
        issue_token(
            {.token = token, .kind = TokenKind::ROOM, .importer = true, .project = kProject}),
        "tokenScopeInvalid field=workspace.importer", kAdmin},
       {"a room without views",
        issue_token({.token = token, .kind = TokenKind::ROOM, .project = kProject}),
        "tokenScopeInvalid field=workspace.views", kAdmin},
       {"a room with the view none",
        issue_token({.token = token, .kind = TokenKind::ROOM, .project = kProject, .views = {0}}),
        "tokenScopeInvalid field=workspace.views", kAdmin},
       {"a room with a view that is not there",
        issue_token(
            {.token = token, .kind = TokenKind::ROOM, .project = kProject, .views = {1, 999}}),
        "tokenScopeInvalid field=workspace.views", kAdmin},
       {"no such kind", issue_token({.token = token, .kind = static_cast<TokenKind>(3)}),
        "tokenScopeInvalid field=workspace.kind", kAdmin},
       {"expired", issue_token({.token = token, .member = kContributor, .expires_at = past}),
        "expiryInvalid field=workspace.expiresAt presentNumber=" + std::to_string(now), kAdmin},
       {"expiring now", issue_token({.token = token, .member = kContributor, .expires_at = now}),
        "expiryInvalid field=workspace.expiresAt presentNumber=" + std::to_string(now), kAdmin},
       {"expiring next",
        issue_token({.token = token, .member = kContributor, .expires_at = now + 1}), "tokenIssued",
        kAdmin},
       {"an importer's", issue_token({.token = token, .member = kContributor, .importer = true}),
        "tokenIssued", kAdmin},
       {"an auditor's",
        issue_token({.token = token, .kind = TokenKind::AUDITOR, .member = kContributor}),
        "tokenIssued", kAdmin},
       {"a room's",
        issue_token({.token = token,
                     .kind = TokenKind::ROOM,
                     .project = kProject,
                     .views = {1, 2, 3, 4},
                     .label = "the wall"}),
        "tokenIssued", kAdmin}});
}

TEST_CASE("a room sees at most 64 views", "[model][workspace]") {
  const auto room = [](std::size_t count) {
    return issue_token({.token = token_id(2),
                        .kind = TokenKind::ROOM,
                        .project = kProject,
                        .views = std::vector<std::uint16_t>(count, 1)});
  };
  check(given_workspace(), {{"64", room(64), "tokenIssued", kAdmin},
                            {"65", room(65), "tokenScopeInvalid field=workspace.views", kAdmin}});
}

TEST_CASE("recordRejectedAct is the server's, of a project that there is", "[model][workspace]") {
  auto given = given_workspace();
  const RecordRejectedAct act{.project = kProject,
                              .member = kContributor,
                              .command = {7, 8},
                              .code = schema::Code::NOT_BINDING,
                              .subject = {'R', 1},
                              .attempt = 16};
  check(given, {{"an admin", record_rejected_act({.project = project_id(9)}),
                 "notPermitted required=server", kAdmin},
                {"no such project", record_rejected_act({.project = project_id(9)}),
                 "unknownProject id=P9", kServer},
                {"recorded", record_rejected_act(act), "actRejected", kServer}});
  given.given(record_rejected_act(act), kServer);
  const auto& live = given.state();
  const auto loaded =
      model::decode_workspace(model::encode_snapshot(live), live.version, live.recorded_at);
  REQUIRE(loaded.has_value());
  CHECK(model::digest(*loaded) == model::digest(live));
  for (const auto& state : {live, *loaded}) {
    const auto* row =
        state.workspace.rejected_acts.find({kProject, given.last_event().meta.position});
    REQUIRE(row != nullptr);
    CHECK(row->at == given.last_event().meta.recorded_at);
    CHECK(row->project == kProject);
    CHECK(row->member == kContributor);
    CHECK(row->command == Id{7, 8});
    CHECK(row->code == schema::Code::NOT_BINDING);
    CHECK(row->subject == Id{'R', 1});
    CHECK(row->attempt == 16);
  }
}

TEST_CASE("revokeToken is refused for each reason, in this order", "[model][workspace]") {
  auto given = given_workspace();
  check(given, {{"unknown", revoke_token({.token = token_id(9)}), "unknownToken id=K9", kAdmin},
                {"revoked", revoke_token({.token = token_id(1), .reason = "lost"}), "tokenRevoked",
                 kAdmin}});
  given.given(revoke_token({.token = token_id(1)}), kAdmin);
  CHECK(given.when(revoke_token({.token = token_id(1)}), kAdmin) == "nothingToDo id=K1");
  CHECK(given.state().workspace.tokens.find(token_id(1))->revoked);
  // The hash of a revoked token stays in use.
  CHECK(given.when(issue_token({.token = token_id(2), .hash = hash(1), .member = kManager}),
                   kAdmin) == "tokenInvalid field=workspace.hash");
}

TEST_CASE("acting for somebody in the workspace takes the importer's right", "[model][workspace]") {
  check(given_workspace(), {{"without", add_member({.member = kViewer}), "importerRequired",
                             kAdmin.for_member(kContributor)},
                            {"with", add_member({.member = kViewer}), "memberAdded",
                             kAdmin.as_importer().for_member(kContributor)}});
}

TEST_CASE("of many attempts within an hour some are recorded, which tell of all until then",
          "[model][workspace]") {
  std::vector<std::uint32_t> recorded;
  std::uint32_t told = 0;
  for (std::uint32_t attempt = 1; attempt <= 200; ++attempt) {
    if (!model::workspace::is_attempt_recorded(attempt)) continue;
    recorded.push_back(attempt);
    told += model::workspace::attempts_told_by(attempt);
    CHECK(told == attempt);
  }
  CHECK(recorded == std::vector<std::uint32_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
                                               16, 32, 64, 128});
  CHECK(model::workspace::attempts_told_by(0) == 1);
  CHECK(model::workspace::attempts_told_by(33) == 1);
}

TEST_CASE("of each project the newest attempts are held, and all are counted by day",
          "[model][workspace]") {
  auto scenario = given_workspace();
  scenario.given(
      register_project({.project = project_id(2), .key = "OTHER", .first_manager = kContributor}),
      kAdmin);
  const auto try_in = [&](Id project, std::uint32_t attempt) {
    scenario.given(record_rejected_act({.project = project, .attempt = attempt}), kServer);
  };
  const auto most = static_cast<std::uint32_t>(model::workspace::kRejectedActsMax);
  try_in(project_id(2), 7);
  const auto first_day = date_of(scenario.last_event().meta.recorded_at);
  for (std::uint32_t n = 1; n <= most; ++n) try_in(kProject, n);
  const auto attempts = [&](const model::Workspace& workspace) {
    std::vector<std::uint32_t> found;
    for (const auto& [key, act] : workspace.workspace.rejected_acts) {
      if (key.project == kProject) found.push_back(act.attempt);
    }
    return found;
  };
  const auto days = [](const model::Workspace& workspace, Id project) {
    std::string text;
    model::workspace::for_each_rejected_day(
        workspace.workspace, project, [&](Date day, std::uint32_t count) {
          text += std::to_string(day.days) + ": " + std::to_string(count) + " ";
        });
    return text;
  };
  const auto today = std::to_string(first_day.days);
  CHECK(attempts(scenario.state()).size() == most);
  const auto told = most + 15 + 31;  // of which the 32nd tells, and the 64th
  scenario.pass(kMicrosPerDay);
  for (std::uint32_t n = 1; n <= 3; ++n) try_in(kProject, most + n);
  const auto newest = scenario.last_event().meta.position;
  const auto check_state = [&](const model::Workspace& workspace) {
    CHECK(attempts(workspace).size() == most);
    CHECK(attempts(workspace).front() == 4);
    CHECK(attempts(workspace).back() == most + 3);
    CHECK(workspace.workspace.rejected_acts.size() == most + 1);  // the other project's stays
    CHECK(days(workspace, kProject) ==
          today + ": " + std::to_string(told) + " " + std::to_string(first_day.days + 1) + ": 3 ");
    CHECK(days(workspace, project_id(2)) == today + ": 1 ");
    CHECK(days(workspace, project_id(3)).empty());
    CHECK(newest_rejected_act(workspace.workspace, kProject) == newest);
    CHECK(newest_rejected_act(workspace.workspace, project_id(2)) < newest);
    CHECK(newest_rejected_act(workspace.workspace, project_id(3)) == Position{});
    CHECK(newest_rejected_act(workspace.workspace, {}) == Position{});
  };
  check_state(scenario.state());
  const auto& live = scenario.state();
  const auto loaded =
      model::decode_workspace(model::encode_snapshot(live), live.version, live.recorded_at);
  REQUIRE(loaded);
  check_state(*loaded);
}

}  // namespace
}  // namespace daybook::testing
