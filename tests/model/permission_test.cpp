// Every command of the schema names its least role, and a role below it is refused.
#include "model/permission.hpp"

#include <capnp/dynamic.h>

#include <map>
#include <set>

#include "tests/model/support.hpp"

namespace daybook::testing {
namespace {

using schema::Role;

// One command of every kind, as small as it gets: of every member of every Command union but `none`, by
// "task.createTask".
std::map<std::string, Command> samples() {
  std::map<std::string, Command> commands;
  for (const auto part : capnp::Schema::from<schema::Command>().getUnionFields()) {
    if (!part.getType().isStruct()) continue;
    for (const auto type : part.getType().asStruct().getUnionFields()) {
      if (!type.getType().isStruct()) continue;
      Command command{std::make_shared<capnp::MallocMessageBuilder>(), {}};
      capnp::DynamicStruct::Builder root = command.message->initRoot<schema::Command>();
      root.init(part).as<capnp::DynamicStruct>().init(type);
      commands.emplace(
          std::string(part.getProto().getName().cStr()) + "." + type.getProto().getName().cStr(),
          std::move(command));
    }
  }
  return commands;
}

bool is_of_workspace(const std::string& name) {
  return name.starts_with("workspace.") || name.starts_with("member.");
}

TEST_CASE("every command of the schema names its least role", "[model][permission]") {
  const auto known = samples();
  CHECK(known.size() > 80);
  for (const auto& [name, command] : known) {
    INFO(name);
    CHECK(model::permission(command.reader()).least != Role::NONE);
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

TEST_CASE("without the role for it, these alone are attempts against governance",
          "[model][permission]") {
  std::set<std::string> governed;
  for (const auto& [name, command] : samples()) {
    if (model::is_breach(command.reader(), model::Code::NOT_PERMITTED)) governed.insert(name);
    CHECK(model::is_breach(command.reader(), model::Code::SELF_APPROVAL));
    CHECK(!model::is_breach(command.reader(), model::Code::NOTHING_TO_DO));
  }
  CHECK(governed ==
        std::set<std::string>{
            "approval.approve", "approval.defineApprovalPolicy", "approval.definePool",
            "approval.editPool", "approval.refuse", "change.acceptImpact", "change.implementChange",
            "decision.amendAdvisoryBoard", "decision.castVote", "decision.concludeDecision",
            "decision.constituteAdvisoryBoard", "decision.supersedeDecision", "risk.acceptRisk"});
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
        if (is_of_workspace(name)) {
          CHECK(workspace.when(command, kContributor) == refused);
          CHECK(workspace.when(command, Actor(kManager).as_admin()) == refused);
          CHECK(is_allowed(workspace.when(command, Actor().as_server())));
        } else {
          CHECK(project.when(command, kManager) == refused);
          CHECK(project.when(command, Actor(kManager).as_admin()) == refused);
          CHECK(is_allowed(project.when(command, Actor().as_server())));
        }
        break;
      case Role::NONE:
      case Role::VIEWER:
      case Role::AUDITOR:
        FAIL("no command is for such a role");
    }
  }
}

TEST_CASE("an archived project takes nothing but its management", "[model][permission]") {
  auto given = with_board();
  const auto name = given.state().project.name;
  given.given(archive_project("over"));
  for (const auto& [command_name, command] : samples()) {
    if (is_of_workspace(command_name)) continue;
    INFO(command_name);
    const auto least = model::permission(command.reader()).least;
    const auto verdict = given.when(
        command, least == Role::SERVER ? Actor().as_server() : Actor(kManager).as_importer());
    const bool is_management =
        command_name.starts_with("project.") && (least == Role::MANAGER || least == Role::ADMIN);
    CHECK((verdict == "projectArchived") == !is_management);
  }
  check(given, {{"a name", rename_project({name, "Bank"}), "projectRenamed", kManager},
                {"a role", grant_role({.member = kOutsider}), "roleGranted", kManager},
                {"a role less", revoke_role({.member = kContributor, .from = Role::CONTRIBUTOR}),
                 "roleRevoked", kManager},
                {"the way back", restore_project("again"), "projectRestored", kManager}});
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
