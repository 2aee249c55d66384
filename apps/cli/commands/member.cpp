// member add | list | grant | revoke: who there is, and who may do what.

#include <algorithm>
#include <boost/json/array.hpp>

#include "apps/cli/act.hpp"
#include "apps/cli/commands/commands.hpp"
#include "apps/cli/document.hpp"
#include "apps/cli/secret.hpp"
#include "apps/cli/terminal.hpp"
#include "schema/json/json.hpp"

namespace daybook::cli {
namespace {

using schema::Role;

Exit add(const Context& context, const std::string& name, const std::string& address) {
  require_server(context);
  OnlineSource source(context);
  const auto id = fresh_id();
  client::CommandBuilder command;
  auto request = command.root().initMember().initAddMember();
  write(request.initMember(), id);
  command.text(request.initName(), name);
  if (!address.empty()) command.text(request.initAddress(), address);
  if (!act(context, source, {}, std::move(command))) return Exit::failed;
  if (context.json) {
    context.console.print("{}\n", fmt::format(R"({{"member":"{}"}})", to_string(id)));
  } else {
    context.console.print("{} is a member: {}\n", shown(name), to_string(id));
  }
  return Exit::ok;
}

Exit list(const Context& context) {
  const auto source = open_source(context);
  const auto workspace = readable_workspace(*source);
  const auto& members = workspace->state.member.members;
  if (context.json) {
    std::string out = R"({"members":[)";
    for (const auto& [id, member] : members) {
      if (out.back() != '[') out += ',';
      out += fmt::format(R"({{"id":"{}","name":)", to_string(id));
      schema::json::encode_string(out, workspace->text(member.name).value_or(""));
      out += R"(,"address":)";
      schema::json::encode_string(out, workspace->text(member.address).value_or(""));
      out += fmt::format(R"(,"admin":{},"auditor":{}}})", member.is_admin, member.is_auditor);
    }
    context.console.print("{}]}}\n", shown_json(out));
    return Exit::ok;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& [id, member] : members) {
    std::string roles = member.is_admin ? "admin" : "";
    if (member.is_auditor) roles += roles.empty() ? "auditor" : ", auditor";
    rows.push_back({shown(workspace->text(member.name).value_or("[redacted]")),
                    shown(workspace->text(member.address).value_or("")), roles, to_string(id)});
  }
  std::ranges::sort(rows);
  const std::vector<Column> columns{{"NAME"}, {"ADDRESS"}, {"WORKSPACE ROLES"}, {"MEMBER"}};
  print_table(context.console, columns, rows);
  return Exit::ok;
}

Role parse_role(const std::string& text) {
  KJ_IF_MAYBE (role, capnp::Schema::from<Role>().findEnumerantByName(text)) {
    const auto value = static_cast<Role>(role->getOrdinal());
    if (value != Role::NONE && value != Role::SERVER) return value;
  }
  fail(Exit::usage,
       "there is no role {}: with --project viewer, contributor or manager, else auditor "
       "or admin",
       shown(text));
}

// The roles in a project, by member.
std::map<Id, Role> roles_in(Source& source, Id project, Names& names) {
  std::map<Id, Role> roles;
  const auto people = parse_document(source.view(to_string(project), schema::ViewName::PEOPLE));
  names.learn_view(people);
  if (const auto* rows = find(people, "rows")) {
    for (const auto& row : list_of(*rows, "people")) {
      KJ_IF_MAYBE (role, capnp::Schema::from<Role>().findEnumerantByName(
                             std::string(string_of(row, "role")))) {
        roles[id_of(row, "member")] = static_cast<Role>(role->getOrdinal());
      }
    }
  }
  return roles;
}

// By id, or by a name among those of the workspace, or, for who may not read that, of the project.
Id find_member(Source& source, const std::string& typed, const std::map<Id, Role>& roles,
               const Names& names) {
  if (const auto id = parse_id(typed)) return *id;
  if (const auto workspace = source.workspace()) return resolve_member(*workspace, typed);
  std::vector<Id> found;
  for (const auto& [id, role] : roles) {
    if (names.of(id) == shown(typed)) found.push_back(id);
  }
  if (found.size() == 1) return found.front();
  fail(Exit::failed, "{} {} in this project; give the member's id", shown(typed),
       found.empty() ? "is not" : "is the name of several");
}

enum class Change { grant, revoke };

std::string_view name_of(Role role) {
  const auto known = capnp::Schema::from<Role>().getEnumerants();
  return known[static_cast<unsigned>(role)].getProto().getName().cStr();
}

// Whose role, which and where, as it was done. `key`: of the project; empty: in the workspace.
void print_done(const Context& context, const std::string& typed, Id member, Role role,
                Change change, const std::string& key) {
  if (context.json) {
    context.console.print(
        "{}\n", fmt::format(R"({{"member":"{}","{}":"{}"}})", to_string(member),
                            change == Change::grant ? "granted" : "revoked", name_of(role)));
    return;
  }
  context.console.print("done: {} is {} {} {}\n", shown(typed),
                        change == Change::grant ? "now" : "no longer", name_of(role),
                        key.empty() ? "of the workspace" : "in " + shown(key));
}

// Role::NONE: revokes whichever there is.
Exit set_project_role(const Context& context, const std::string& typed, Role role, Change change) {
  OnlineSource source(context);
  const auto project = chosen_project(context, source);
  Names names;
  const auto roles = roles_in(source, project.id, names);
  const auto member = find_member(source, typed, roles, names);
  const auto found = roles.find(member);
  const auto present = found == roles.end() ? Role::NONE : found->second;
  client::CommandBuilder command;
  auto root = command.root().initProject();
  if (change == Change::revoke) {
    if (role == Role::NONE) role = present;
    auto request = root.initRevokeRole();
    write(request.initMember(), member);
    request.setFrom(role);
  } else {
    auto request = root.initGrantRole();
    write(request.initMember(), member);
    request.setFrom(present);
    request.setRole(role);
  }
  if (!act(context, source, project.id, std::move(command))) return Exit::failed;
  print_done(context, typed, member, role, change, project.key);
  return Exit::ok;
}

Exit set_workspace_role(const Context& context, const std::string& typed, Role role,
                        Change change) {
  OnlineSource source(context);
  const auto member = resolve_member(*readable_workspace(source), typed);
  client::CommandBuilder command;
  auto root = command.root().initMember();
  if (change == Change::grant) {
    auto request = root.initGrantRole();
    write(request.initMember(), member);
    request.setRole(role);
  } else {
    auto request = root.initRevokeRole();
    write(request.initMember(), member);
    request.setRole(role);
  }
  if (!act(context, source, {}, std::move(command))) return Exit::failed;
  print_done(context, typed, member, role, change, {});
  return Exit::ok;
}

// Fails for a role of the workspace beside --project: one of the two is not meant.
bool is_workspace_role(const Context& context, Role role) {
  if (role != Role::ADMIN && role != Role::AUDITOR) return false;
  if (!context.project.empty()) {
    fail(Exit::usage, "{} is a role in the whole workspace, not in a project: leave --project out",
         name_of(role));
  }
  return true;
}

Exit grant(const Context& context, const std::string& member, const std::string& role_name) {
  require_server(context);
  const auto role = parse_role(role_name);
  if (is_workspace_role(context, role))
    return set_workspace_role(context, member, role, Change::grant);
  return set_project_role(context, member, role, Change::grant);
}

Exit revoke(const Context& context, const std::string& member, const std::string& role_name) {
  require_server(context);
  const auto role = role_name.empty() ? Role::NONE : parse_role(role_name);
  if (is_workspace_role(context, role))
    return set_workspace_role(context, member, role, Change::revoke);
  if (context.project.empty())
    fail(Exit::usage, "revoke what? --project KEY for a role in a project, or admin or auditor");
  return set_project_role(context, member, role, Change::revoke);
}

struct Arguments {
  std::string member;
  std::string role;
  std::string address;
};

}  // namespace

void add_member(CLI::App& app, Context& context) {
  auto* member = app.add_subcommand("member", "Add and list members, grant and revoke roles");
  member->require_subcommand(1);
  const auto given = std::make_shared<Arguments>();

  auto* adding = member->add_subcommand("add", "Add somebody to the workspace (admins)");
  adding->add_option("NAME", given->member, "What they are called")->required();
  adding->add_option("--address", given->address, "E-mail or the like");
  adding->footer("Example:\n  daybook member add \"Ada Lovelace\" --address ada@example.org");
  adding->callback([&context, given] {
    context.action = [&context, given] { return add(context, given->member, given->address); };
  });

  auto* listing = member->add_subcommand("list", "List members (admins and auditors)");
  listing->footer(
      "Examples:\n  daybook member list\n  daybook member list --data /var/lib/daybook");
  listing->callback([&context] { context.action = [&context] { return list(context); }; });

  auto* granting = member->add_subcommand("grant", "Give a role, in place of the one there is");
  granting->add_option("MEMBER", given->member, "An id, or an exact name")->required();
  granting
      ->add_option("ROLE", given->role,
                   "With --project: viewer, contributor, manager; else auditor, admin")
      ->required();
  granting->footer(
      "Examples:\n"
      "  daybook member grant \"Ada Lovelace\" contributor --project BANK\n"
      "  daybook member grant \"Grace Hopper\" auditor");
  granting->callback([&context, given] {
    context.action = [&context, given] { return grant(context, given->member, given->role); };
  });

  auto* revoking = member->add_subcommand("revoke", "Take a role away");
  revoking->add_option("MEMBER", given->member, "An id, or an exact name")->required();
  revoking->add_option("ROLE", given->role,
                       "auditor or admin; with --project the role that is taken, if it must be "
                       "this one");
  revoking->footer(
      "Examples:\n"
      "  daybook member revoke \"Ada Lovelace\" --project BANK\n"
      "  daybook member revoke \"Grace Hopper\" auditor");
  revoking->callback([&context, given] {
    context.action = [&context, given] { return revoke(context, given->member, given->role); };
  });
}

}  // namespace daybook::cli
