// Every command of the schema names its least role, and a role below it is refused.
#include "model/permission.hpp"

#include <map>

#include "tests/model/support.hpp"

namespace daybook::testing {
namespace {

using schema::Role;

// One command of every kind, as small as it gets.
std::map<std::string, Command> samples() {
  const Id task = task_id(1);
  return {{"workspace.openWorkspace", open_workspace({})},
          {"workspace.registerProject", register_project({})},
          {"workspace.issueToken", issue_token({})},
          {"workspace.revokeToken", revoke_token({})},
          {"member.addMember", add_member({})},
          {"member.editMember", edit_member({})},
          {"member.grantRole", grant_workspace_role({})},
          {"member.revokeRole", revoke_workspace_role({})},
          {"project.openProject", open_project()},
          {"project.renameProject", rename_project({})},
          {"project.grantRole", grant_role({})},
          {"project.revokeRole", revoke_role({})},
          {"project.archiveProject", archive_project("why")},
          {"project.restoreProject", restore_project("why")},
          {"project.recordImportRemainder", record_import_remainder({})},
          {"board.defineBoard", define_board({})},
          {"board.addColumn", add_column({})},
          {"board.renameColumn", rename_column({})},
          {"board.setWipLimit", set_wip_limit({})},
          {"board.setTransitions", set_transitions({})},
          {"board.reorderColumn", reorder_column({})},
          {"board.retireColumn", retire_column({})},
          {"task.createTask", create_task({.task = task})},
          {"task.editTask", edit_task({.task = task})},
          {"task.assignTask", assign_task({.task = task})},
          {"task.prioritizeTask", prioritize_task({.task = task})},
          {"task.moveTask", move_task({.task = task})},
          {"task.moveTasks", move_tasks({})},
          {"task.blockTask", block_task({.task = task})},
          {"task.unblockTask", unblock_task({.task = task})},
          {"task.retireTask", retire_task({.task = task})},
          {"task.restoreTask", restore_task({.task = task})}};
}

// "task.createTask" of every member of every Command union but `none`.
std::vector<std::string> all_commands() {
  std::vector<std::string> names;
  for (const auto part : capnp::Schema::from<schema::Command>().getUnionFields()) {
    if (!part.getType().isStruct()) continue;
    for (const auto type : part.getType().asStruct().getUnionFields()) {
      if (!type.getType().isStruct()) continue;
      names.push_back(std::string(part.getProto().getName().cStr()) + "." +
                      type.getProto().getName().cStr());
    }
  }
  return names;
}

TEST_CASE("every command of the schema names its least role and has a sample here",
          "[model][permission]") {
  const auto known = samples();
  const auto names = all_commands();
  CHECK(names.size() == known.size());
  for (const auto& name : names) {
    INFO(name);
    REQUIRE(known.count(name) == 1);
    CHECK(model::permission(known.at(name).reader()).least != Role::NONE);
  }
  CHECK(model::permission(known.at("task.moveTask").reader()).least == Role::CONTRIBUTOR);
  CHECK(model::permission(known.at("board.addColumn").reader()).least == Role::MANAGER);
  CHECK(model::permission(known.at("member.addMember").reader()).least == Role::ADMIN);
  CHECK(model::permission(known.at("workspace.openWorkspace").reader()).least == Role::SERVER);
}

TEST_CASE("only import remainders take the importer's right", "[model][permission]") {
  for (const auto& [name, command] : samples()) {
    INFO(name);
    CHECK(model::permission(command.reader()).importer_only ==
          (name == "project.recordImportRemainder"));
  }
}

TEST_CASE("a role below the least is refused, the least is not, for every command",
          "[model][permission]") {
  const auto project = with_board();
  const auto workspace = opened_workspace();
  for (const auto& [name, command] : samples()) {
    INFO(name);
    const auto least = model::permission(command.reader()).least;
    const auto refused = "notPermitted required=" + name_of(least);
    const auto is_allowed = [](const std::string& verdict) {
      return !verdict.starts_with("notPermitted") && verdict != "notSupported";
    };
    switch (least) {
      case Role::CONTRIBUTOR:
        CHECK(project.when(command, Actor(kOutsider).as_importer()) == refused);
        CHECK(project.when(command, Actor(kOutsider).as_importer().as_admin()) == refused);
        CHECK(project.when(command, Actor(kViewer).as_importer()) == refused);
        CHECK(is_allowed(project.when(command, Actor(kContributor).as_importer())));
        CHECK(is_allowed(project.when(command, Actor(kManager).as_importer())));
        break;
      case Role::MANAGER:
        CHECK(project.when(command, kOutsider) == refused);
        CHECK(project.when(command, Actor(kOutsider).as_admin()) == refused);
        CHECK(project.when(command, kViewer) == refused);
        CHECK(project.when(command, kContributor) == refused);
        CHECK(is_allowed(project.when(command, kManager)));
        break;
      case Role::ADMIN:
        if (name == "project.openProject") {
          CHECK(registered().when(command, kContributor) == refused);
          CHECK(is_allowed(registered().when(command, Actor(kContributor).as_admin())));
        } else {
          CHECK(workspace.when(command, kContributor) == refused);
          CHECK(is_allowed(workspace.when(command, Actor(kContributor).as_admin())));
        }
        break;
      case Role::SERVER:
        CHECK(workspace.when(command, kContributor) == refused);
        CHECK(workspace.when(command, Actor(kManager).as_admin()) == refused);
        CHECK(is_allowed(workspace.when(command, Actor().as_server())));
        break;
      case Role::NONE:
      case Role::VIEWER:
      case Role::AUDITOR:
        FAIL("no command is for such a role");
    }
  }
}

TEST_CASE("manager includes contributor includes viewer; other roles include nothing",
          "[model][permission]") {
  const Role ladder[] = {Role::NONE, Role::VIEWER, Role::CONTRIBUTOR, Role::MANAGER};
  for (int held = 0; held < 4; ++held) {
    for (int least = 1; least < 4; ++least)
      CHECK(model::includes(ladder[held], ladder[least]) == (held >= least));
  }
  for (const auto held : {Role::AUDITOR, Role::ADMIN, Role::SERVER}) {
    CHECK(!model::includes(held, Role::VIEWER));
    CHECK(!model::includes(Role::MANAGER, held));
    CHECK(!model::is_project_role(held));
  }
  CHECK(!model::is_project_role(Role::NONE));
}

}  // namespace
}  // namespace daybook::testing
