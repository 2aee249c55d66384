#pragma once
// Every command of the schema, made in one line: create_task({.task = id, .title = "Pay by card", .column = todo}).
// What is left out is what a client would leave out. Empty words: no text.

#include <capnp/message.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.hpp"
#include "model/parts/board.hpp"
#include "model/parts/task.hpp"
#include "model/parts/workspace.hpp"
#include "model/record/hash.hpp"
#include "model/text.hpp"
#include "schema/parts.capnp.h"

namespace daybook::testing {

// A value; copies share the message, which is not changed any more.
struct Command {
  std::shared_ptr<capnp::MallocMessageBuilder> message;
  std::vector<std::string> words;

  [[nodiscard]] schema::Command::Reader reader() const {
    return message->getRoot<schema::Command>().asReader();
  }
  // As in schema::wire: borrowed from this command.
  [[nodiscard]] std::vector<std::string_view> views() const { return {words.begin(), words.end()}; }
};

// --- What commands are made of ---------------------------------------------------------------------------------------

// An edit of a text that was seen as `from`; both empty: not edited.
struct TextEdit {
  model::Text from = {};
  std::string to = {};
};
struct NumberEdit {
  std::int64_t from = 0;
  std::int64_t to = 0;
};
struct NewColumn {
  Id column = {};
  std::string name = "Column";
  model::board::Category category = model::board::Category::TODO;
  model::board::WipLimit wip = {};
};

// --- workspace, member -----------------------------------------------------------------------------------------------

struct OpenWorkspace {
  std::string name = "Workspace";
  bool demonstration = false;
  Id admin = {};
  std::string admin_name = "Admin";
  Id token = {};
  std::vector<std::byte> token_hash = std::vector<std::byte>(32, std::byte{1});
};
struct RegisterProject {
  Id project = {};
  std::string key = "BANK";
  Id first_manager = {};
};
struct IssueToken {
  Id token = {};
  std::vector<std::byte> hash = std::vector<std::byte>(32, std::byte{2});
  model::workspace::TokenKind kind = model::workspace::TokenKind::MEMBER;
  Id member = {};
  bool importer = false;
  Id project = {};
  std::vector<std::uint16_t> views = {};
  std::int64_t expires_at = 0;
  std::string label = {};
};
struct RecordRejectedAct {
  Id project = {};
  Id member = {};
  Id command = {1, 1};
  schema::Code code = schema::Code::SELF_APPROVAL;
  Id subject = {};
  std::uint32_t attempt = 1;
};
struct RevokeToken {
  Id token = {};
  std::string reason = {};
};
struct AddMember {
  Id member = {};
  std::string name = "Somebody";
  std::string address = {};
};
struct EditMember {
  Id member = {};
  TextEdit name = {};
  TextEdit address = {};
};
struct WorkspaceRole {
  Id member = {};
  schema::Role role = schema::Role::ADMIN;
};
[[nodiscard]] Command open_workspace(const OpenWorkspace& fields);
[[nodiscard]] Command register_project(const RegisterProject& fields);
[[nodiscard]] Command issue_token(const IssueToken& fields);
[[nodiscard]] Command revoke_token(const RevokeToken& fields);
[[nodiscard]] Command record_rejected_act(const RecordRejectedAct& fields);
[[nodiscard]] Command add_member(const AddMember& fields);
[[nodiscard]] Command edit_member(const EditMember& fields);
[[nodiscard]] Command grant_workspace_role(const WorkspaceRole& fields);
[[nodiscard]] Command revoke_workspace_role(const WorkspaceRole& fields);

// --- project ---------------------------------------------------------------------------------------------------------

struct OpenProject {
  std::string name = "Project";
  bool demonstration = false;
};
struct GrantRole {
  Id member = {};
  schema::Role from = schema::Role::NONE;
  schema::Role role = schema::Role::CONTRIBUTOR;
};
struct RevokeRole {
  Id member = {};
  schema::Role from = schema::Role::NONE;
};
struct RecordImportRemainder {
  Id subject = {};
  std::string source = "line 1";
  std::string text = "more";
};
[[nodiscard]] Command open_project(const OpenProject& fields = {});
[[nodiscard]] Command rename_project(const TextEdit& name);
[[nodiscard]] Command grant_role(const GrantRole& fields);
[[nodiscard]] Command revoke_role(const RevokeRole& fields);
[[nodiscard]] Command archive_project(std::string reason);
[[nodiscard]] Command restore_project(std::string reason);
[[nodiscard]] Command record_import_remainder(const RecordImportRemainder& fields);

// --- board -----------------------------------------------------------------------------------------------------------

struct DefineBoard {
  std::vector<NewColumn> columns = {};
  std::vector<model::board::Transition> transitions = {};
};
struct AddColumn {
  NewColumn column = {};
  Id before = {};
};
struct RenameColumn {
  Id column = {};
  TextEdit name = {};
};
struct SetWipLimit {
  Id column = {};
  model::board::WipLimit from = {};
  model::board::WipLimit to = {};
};
struct SetTransitions {
  std::vector<model::board::Transition> from = {};
  std::vector<model::board::Transition> to = {};
};
struct ReorderColumn {
  Id column = {};
  Id before = {};
};
[[nodiscard]] Command define_board(const DefineBoard& fields);
[[nodiscard]] Command add_column(const AddColumn& fields);
[[nodiscard]] Command rename_column(const RenameColumn& fields);
[[nodiscard]] Command set_wip_limit(const SetWipLimit& fields);
[[nodiscard]] Command set_transitions(const SetTransitions& fields);
[[nodiscard]] Command reorder_column(const ReorderColumn& fields);
[[nodiscard]] Command retire_column(Id column);

// --- task ------------------------------------------------------------------------------------------------------------

struct CreateTask {
  Id task = {};
  std::string title = "Task";
  std::string description = {};
  Id owner = {};
  std::uint32_t estimate_minutes = 0;
  std::uint32_t points = 0;
  model::task::Priority priority = {};
  Id column = {};
  Id before = {};
  std::string override_reason = {};
  Id change = {};
};
struct EditTask {
  Id task = {};
  TextEdit title = {};
  TextEdit description = {};
  NumberEdit estimate_minutes = {};
  NumberEdit points = {};
  std::string override_reason = {};
  Id change = {};
};
struct AssignTask {
  Id task = {};
  Id from = {};
  Id to = {};
  std::string override_reason = {};
};
struct PrioritizeTask {
  Id task = {};
  model::task::Priority from = {};
  model::task::Priority to = {};
};
struct MoveTask {
  Id task = {};
  Id from = {};
  Id to = {};
  Id before = {};
  std::string reason = {};
  std::string override_reason = {};
};
struct Move {
  Id task = {};
  Id from = {};
};
struct MoveTasks {
  std::vector<Move> moves = {};
  Id to = {};
  Id before = {};
  std::string reason = {};
  std::string override_reason = {};
};
struct BlockTask {
  Id task = {};
  std::string reason = "waits for an answer";
  model::task::BlockKind kind = model::task::BlockKind::OTHER;
  std::string needs = {};
};
struct UnblockTask {
  Id task = {};
  std::string reason = {};
};
struct RetireTask {
  Id task = {};
  std::string reason = "not needed";
  Id change = {};
};
struct RestoreTask {
  Id task = {};
  Id column = {};
  Id before = {};
  std::string override_reason = {};
  std::string reason = {};
};
struct LinkTasks {
  Id predecessor = {};
  Id successor = {};
  model::task::LinkType type = model::task::LinkType::FINISH_TO_START;
  std::int32_t lag_days = 0;
};
struct UnlinkTasks {
  Id predecessor = {};
  Id successor = {};
  std::string reason = "not so";
};
struct SetPredecessorPolicy {
  model::task::PredecessorPolicy from = model::task::PredecessorPolicy::WARN;
  model::task::PredecessorPolicy to = model::task::PredecessorPolicy::BLOCK;
};
struct ReportProgress {
  Id task = {};
  std::uint32_t from_percent = 0;
  std::uint32_t percent = 0;
  std::uint32_t remaining_minutes = 0;
};
struct LogTime {
  Id entry = {};
  Id task = {};
  Id member = {};
  Date day = {};
  std::uint32_t minutes = 60;
  std::string note = {};
};
struct CorrectTimeEntry {
  Id entry = {};
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::string reason = "mistyped";
};
[[nodiscard]] Command create_task(const CreateTask& fields);
[[nodiscard]] Command edit_task(const EditTask& fields);
[[nodiscard]] Command assign_task(const AssignTask& fields);
[[nodiscard]] Command prioritize_task(const PrioritizeTask& fields);
[[nodiscard]] Command move_task(const MoveTask& fields);
[[nodiscard]] Command move_tasks(const MoveTasks& fields);
[[nodiscard]] Command block_task(const BlockTask& fields);
[[nodiscard]] Command unblock_task(const UnblockTask& fields);
[[nodiscard]] Command retire_task(const RetireTask& fields);
[[nodiscard]] Command restore_task(const RestoreTask& fields);
[[nodiscard]] Command link_tasks(const LinkTasks& fields);
[[nodiscard]] Command unlink_tasks(const UnlinkTasks& fields);
[[nodiscard]] Command set_predecessor_policy(const SetPredecessorPolicy& fields);
[[nodiscard]] Command report_progress(const ReportProgress& fields);
[[nodiscard]] Command log_time(const LogTime& fields);
[[nodiscard]] Command correct_time_entry(const CorrectTimeEntry& fields);

}  // namespace daybook::testing
