// The rules of the part `project`, in the order in which the checks apply.
#include "tests/model/support.hpp"

namespace daybook::testing {
namespace {

using schema::Role;

TEST_CASE("openProject is for the first manager or an admin, once, with a name",
          "[model][project]") {
  const auto nameless = open_project({.name = ""});
  check(registered(), {{"somebody else", nameless, "notPermitted required=admin", kContributor},
                       {"no name", nameless, "textRequired field=project.name", kManager},
                       {"the first manager", open_project(), "projectOpened", kManager},
                       {"an admin", open_project(), "projectOpened", Actor(kOutsider).as_admin()}});
  check(opened(), {{"again", nameless, "alreadyExists field=project", kManager},
                   {"again, by an admin", nameless, "alreadyExists field=project",
                    Actor(kOutsider).as_admin()},
                   {"again, by others", nameless, "notPermitted required=admin", kContributor}});
  const ProjectScenario unregistered(ProjectStream({.id = kProject}, std::nullopt));
  check(unregistered, {{"not registered", nameless, "unknownProject", Actor(kManager).as_admin()},
                       {"not registered, by others", nameless, "notPermitted required=admin"}});
}

TEST_CASE("a project opened by an admin belongs to its first manager", "[model][project]") {
  auto scenario = registered();
  scenario.given(open_project({.name = "Bank", .demonstration = true}),
                 Actor(kOutsider).as_admin());
  const auto& state = scenario.state().project;
  CHECK(state.key == "BANK");
  CHECK(state.demonstration);
  CHECK(model::project::role_of(state, kManager) == Role::MANAGER);
  CHECK(model::project::role_of(state, kOutsider) == Role::NONE);
  // An admin has no rights of work.
  CHECK(scenario.when(define_board({.columns = columns()}), Actor(kOutsider).as_admin()) ==
        "notPermitted required=manager");
}

TEST_CASE("nothing but opening is taken before a project is open", "[model][project]") {
  check(registered(),
        {{"work", create_task({.task = task_id(1)}), "projectNotOpen id=P1", kManager},
         {"roles", grant_role({.member = kContributor}), "projectNotOpen id=P1", kManager}});
  const ProjectScenario unregistered(ProjectStream({.id = kProject}, std::nullopt));
  CHECK(unregistered.when(create_task({.task = task_id(1)})) == "unknownProject id=P1");
}

TEST_CASE("renameProject is refused for each reason, in this order", "[model][project]") {
  const auto given = opened().after(grant_role({.member = kOutsider}));
  const auto name = given.state().project.name;
  auto other = name;
  other.commitment[0] ^= std::byte{1};
  check(given,
        {{"another name", rename_project({other, ""}),
          "changedMeanwhile field=project.name presentText=1.1", kManager},
         {"removed", rename_project({name, ""}), "textRequired field=project.name", kManager},
         {"nothing", rename_project({}), "nothingToDo", kManager},
         {"renamed", rename_project({name, "Bank 2"}), "projectRenamed", kManager},
         {"a contributor", rename_project({}), "notPermitted required=manager"}});
}

TEST_CASE("grantRole is refused for each reason, in this order", "[model][project]") {
  const auto given = opened();
  check(
      given,
      {{"nobody", grant_role({.from = Role::VIEWER, .role = Role::ADMIN}),
        "memberRequired field=project.member", kManager},
       {"none", grant_role({.member = kOutsider, .from = Role::VIEWER, .role = Role::NONE}),
        "roleInvalid member=M9", kManager},
       {"a role of the workspace",
        grant_role({.member = kOutsider, .from = Role::VIEWER, .role = Role::AUDITOR}),
        "roleInvalid member=M9", kManager},
       {"the server's", grant_role({.member = kOutsider, .role = Role::SERVER}),
        "roleInvalid member=M9", kManager},
       {"not a viewer any more",
        grant_role({.member = kContributor, .from = Role::VIEWER, .role = Role::VIEWER}),
        "changedMeanwhile field=project.role member=M2 presentNumber=2", kManager},
       {"not in the project",
        grant_role({.member = kOutsider, .from = Role::VIEWER, .role = Role::MANAGER}),
        "changedMeanwhile field=project.role member=M9", kManager},
       {"the same", grant_role({.member = kManager, .from = Role::MANAGER, .role = Role::MANAGER}),
        "nothingToDo member=M1", kManager},
       {"the last manager steps down",
        grant_role({.member = kManager, .from = Role::MANAGER, .role = Role::CONTRIBUTOR}),
        "lastManager member=M1", kManager},
       {"new", grant_role({.member = kOutsider, .role = Role::VIEWER}), "roleGranted", kManager},
       {"raised",
        grant_role({.member = kContributor, .from = Role::CONTRIBUTOR, .role = Role::MANAGER}),
        "roleGranted", kManager}});
  const auto two = given.after(
      grant_role({.member = kContributor, .from = Role::CONTRIBUTOR, .role = Role::MANAGER}));
  check(two, {{"one of two managers steps down",
               grant_role({.member = kManager, .from = Role::MANAGER, .role = Role::VIEWER}),
               "roleGranted", kManager},
              {"or leaves", revoke_role({.member = kManager, .from = Role::MANAGER}), "roleRevoked",
               kManager}});
}

TEST_CASE("revokeRole is refused for each reason, in this order", "[model][project]") {
  auto given = opened();
  check(given, {{"not in the project", revoke_role({.member = kOutsider, .from = Role::VIEWER}),
                 "notInProject member=M9", kManager},
                {"another role", revoke_role({.member = kManager, .from = Role::VIEWER}),
                 "changedMeanwhile field=project.role member=M1 presentNumber=3", kManager},
                {"the last manager", revoke_role({.member = kManager, .from = Role::MANAGER}),
                 "lastManager member=M1", kManager},
                {"revoked", revoke_role({.member = kViewer, .from = Role::VIEWER}), "roleRevoked",
                 kManager}});
  given.given(revoke_role({.member = kContributor, .from = Role::CONTRIBUTOR}));
  CHECK(given.when(revoke_role({.member = kContributor, .from = Role::CONTRIBUTOR})) ==
        "notInProject member=M2");
  CHECK(given.when(record_import_remainder({}), Actor(kContributor).as_importer()) ==
        "notPermitted required=contributor");
  // Back again: as somebody new.
  CHECK(given.when(grant_role({.member = kContributor})) == "roleGranted");
}

TEST_CASE("archiving and restoring take a reason, and stop all work in between",
          "[model][project]") {
  auto given = with_board();
  check(given, {{"no reason", archive_project(""), "textRequired field=project.reason", kManager},
                {"restore without reason", restore_project(""), "textRequired field=project.reason",
                 kManager},
                {"restore what is open", restore_project("why"), "nothingToDo", kManager},
                {"archive", archive_project("over"), "projectArchived", kManager},
                {"a contributor", archive_project("over"), "notPermitted required=manager"}});
  given.given(archive_project("over"));
  check(given, {{"archive again", archive_project("over"), "nothingToDo", kManager},
                {"work", create_task({.task = task_id(1)}), "projectArchived"},
                {"a viewer's work", create_task({.task = task_id(1)}),
                 "notPermitted required=contributor", kViewer},
                {"restore", restore_project("again"), "projectRestored", kManager}});
  given.given(restore_project("again"));
  CHECK(given.when(create_task({.task = task_id(1)})) == "taskCreated");
}

TEST_CASE("recordImportRemainder is refused for each reason, in this order", "[model][project]") {
  const auto importer = Actor(kContributor).as_importer();
  auto given = opened();
  check(given, {{"not an importer", record_import_remainder({.source = "", .text = ""}),
                 "importerRequired", kManager},
                {"a viewer", record_import_remainder({.source = "", .text = ""}),
                 "notPermitted required=contributor", Actor(kViewer).as_importer()},
                {"no source", record_import_remainder({.source = "", .text = ""}),
                 "textRequired field=project.source", importer},
                {"no text", record_import_remainder({.text = ""}),
                 "textRequired field=project.text", importer},
                {"no text, about nothing that there is",
                 record_import_remainder({.subject = task_id(1), .text = ""}),
                 "textRequired field=project.text", importer},
                {"about nothing that there is", record_import_remainder({.subject = task_id(1)}),
                 "unknownSubject field=project.subject id=T1", importer},
                {"recorded", record_import_remainder({}), "importRemainderRecorded", importer}});
  given.given(define_board({.columns = columns()})).given(create_task({.task = task_id(1)}));
  given.given(record_import_remainder({}), importer);
  given.given(record_import_remainder({.subject = task_id(1)}), importer);
  CHECK(given.state().project.remainders == 2);
  given.given(archive_project("all is brought in"));
  CHECK(given.when(record_import_remainder({}), importer) == "projectArchived");
}

TEST_CASE("acting for somebody takes the importer's right", "[model][project]") {
  const auto given = with_board();
  check(given, {{"without", create_task({.task = task_id(1)}), "importerRequired",
                 Actor(kManager).for_member(kOutsider)},
                {"with", create_task({.task = task_id(1)}), "taskCreated",
                 Actor(kManager).as_importer().for_member(kOutsider)},
                {"the importer's own role counts", create_task({.task = task_id(1)}),
                 "notPermitted required=contributor",
                 Actor(kOutsider).as_importer().for_member(kManager)}});
}

TEST_CASE("a project whose events are newer than this build is read-only", "[model][project]") {
  auto stream = with_board().stream();
  auto state = stream.state();
  RecordedEvent unknown;
  unknown.payload = {0x0000000100000000, 9};  // a struct of one data word: part 9
  unknown.meta.version = {5};
  fold(state, unknown);
  CHECK(state.has_newer_events);
  CHECK(state.version.value == 5);
  const ProjectScenario given(ProjectStream(state, model::Registration{"BANK", kManager}));
  check(given, {{"work", create_task({.task = task_id(1)}), "newerEvents"},
                {"by nobody", create_task({}), "newerEvents", kOutsider}});
}

TEST_CASE("a project does not take the workspace's commands", "[model][project]") {
  check(opened(),
        {{"member", add_member({.member = kOutsider}), "notSupported", Actor(kManager).as_admin()},
         {"workspace", register_project({.project = kProject}), "notSupported",
          Actor(kManager).as_admin()}});
}

}  // namespace
}  // namespace daybook::testing
