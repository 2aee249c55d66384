// The rules of the part `member`, in the order in which the checks apply.
#include "tests/model/support.hpp"

namespace daybook::testing {
namespace {

using schema::Role;

const Actor kAdmin = Actor(kManager).as_admin();

WorkspaceScenario two_members() {
  auto scenario = opened_workspace();
  scenario.given(add_member({.member = kContributor, .name = "Ada", .address = "ada@example.org"}),
                 kAdmin);
  return scenario;
}

const model::member::Member& member(const WorkspaceScenario& scenario, Id id) {
  const auto* found = model::member::find_member(scenario.state().member, id);
  REQUIRE(found != nullptr);
  return *found;
}

TEST_CASE("addMember is refused for each reason, in this order", "[model][member]") {
  check(two_members(),
        {{"no id", add_member({.name = ""}), "idRequired field=member.member", kAdmin},
         {"known", add_member({.member = kContributor, .name = ""}),
          "alreadyExists field=member.member id=M2", kAdmin},
         {"no name", add_member({.member = kViewer, .name = ""}), "textRequired field=member.name",
          kAdmin},
         {"added", add_member({.member = kViewer}), "memberAdded", kAdmin},
         {"not an admin", add_member({.member = kViewer}), "notPermitted required=admin",
          kContributor}});
  CHECK(member(two_members(), kContributor).address.index == 2);
}

TEST_CASE("editMember is refused for each reason, in this order", "[model][member]") {
  const auto given = two_members();  // versions 1 to 4, then Ada at 5
  const auto ada = member(given, kContributor);
  check(given,
        {{"unknown", edit_member({.member = kViewer, .name = {ada.address, ""}}),
          "unknownMember member=M3", kAdmin},
         {"another name", edit_member({.member = kContributor, .name = {ada.address, ""}}),
          "changedMeanwhile field=member.name presentText=5.1", kAdmin},
         {"name removed",
          edit_member({.member = kContributor, .name = {ada.name, ""}, .address = {ada.name, "x"}}),
          "textRequired field=member.name", kAdmin},
         {"another address", edit_member({.member = kContributor, .address = {ada.name, "x"}}),
          "changedMeanwhile field=member.address presentText=5.2", kAdmin},
         {"nothing", edit_member({.member = kContributor}), "nothingToDo member=M2", kAdmin},
         {"address removed", edit_member({.member = kContributor, .address = {ada.address, ""}}),
          "memberEdited", kAdmin},
         {"both", edit_member({kContributor, {ada.name, "Ada L."}, {ada.address, "a@b.org"}}),
          "memberEdited", kAdmin}});
  const auto after =
      given.after(edit_member({.member = kContributor, .address = {ada.address, ""}}), kAdmin);
  CHECK(member(after, kContributor).address.is_none());
  CHECK(member(after, kContributor).name == ada.name);
}

TEST_CASE("granting and revoking admin and auditor is refused for each reason, in this order",
          "[model][member]") {
  auto given = two_members();
  check(given,
        {{"unknown", grant_workspace_role({.member = kViewer, .role = Role::MANAGER}),
          "unknownMember member=M3", kAdmin},
         {"a project's role", grant_workspace_role({.member = kContributor, .role = Role::MANAGER}),
          "roleInvalid member=M2", kAdmin},
         {"the server's", grant_workspace_role({.member = kContributor, .role = Role::SERVER}),
          "roleInvalid member=M2", kAdmin},
         {"held already", grant_workspace_role({.member = kManager}), "nothingToDo member=M1",
          kAdmin},
         {"granted", grant_workspace_role({.member = kContributor}), "roleGranted", kAdmin},
         {"auditor too", grant_workspace_role({.member = kManager, .role = Role::AUDITOR}),
          "roleGranted", kAdmin},
         {"revoke from whom", revoke_workspace_role({.member = kViewer, .role = Role::NONE}),
          "unknownMember member=M3", kAdmin},
         {"revoke what", revoke_workspace_role({.member = kManager, .role = Role::NONE}),
          "roleInvalid member=M1", kAdmin},
         {"revoke what is not held", revoke_workspace_role({.member = kContributor}),
          "nothingToDo member=M2", kAdmin},
         {"the last admin", revoke_workspace_role({.member = kManager}), "lastAdmin member=M1",
          kAdmin}});
  given.given(grant_workspace_role({.member = kContributor}), kAdmin);
  given.given(grant_workspace_role({.member = kContributor, .role = Role::AUDITOR}), kAdmin);
  CHECK(member(given, kContributor).is_auditor);
  given.given(revoke_workspace_role({.member = kManager}), kAdmin);
  CHECK(!member(given, kManager).is_admin);
  CHECK(given.when(revoke_workspace_role({.member = kContributor}),
                   Actor(kContributor).as_admin()) == "lastAdmin member=M2");
  CHECK(given.when(revoke_workspace_role({.member = kContributor, .role = Role::AUDITOR}),
                   Actor(kContributor).as_admin()) == "roleRevoked");
}

}  // namespace
}  // namespace daybook::testing
