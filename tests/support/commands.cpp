#include "tests/support/commands.hpp"

#include "tests/support/command_maker.hpp"

namespace daybook::testing {
namespace {

void put_column(const NewColumn& fields, schema::board::Column::Builder out, Maker& maker) {
  put(fields.column, [&] { return out.initColumn(); });
  maker.text(fields.name, [&] { return out.initName(); });
  out.setCategory(fields.category);
  model::board::write(out.initWip(), fields.wip);
}

template <typename Init>
void put_transitions(const std::vector<model::board::Transition>& transitions, Init&& init) {
  if (transitions.empty()) return;
  auto list = init(static_cast<unsigned>(transitions.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    put(transitions[i].first, [&] { return list[i].initFrom(); });
    put(transitions[i].second, [&] { return list[i].initTo(); });
  }
}

}  // namespace

Command open_workspace(const OpenWorkspace& fields) {
  Maker maker;
  auto out = maker.root().initWorkspace().initOpenWorkspace();
  maker.text(fields.name, [&] { return out.initName(); });
  out.setDemonstration(fields.demonstration);
  put(fields.admin, [&] { return out.initAdmin(); });
  maker.text(fields.admin_name, [&] { return out.initAdminName(); });
  put(fields.token, [&] { return out.initToken(); });
  out.setTokenHash(data(fields.token_hash));
  return maker.take();
}

Command register_project(const RegisterProject& fields) {
  Maker maker;
  auto out = maker.root().initWorkspace().initRegisterProject();
  put(fields.project, [&] { return out.initProject(); });
  out.setKey(fields.key.c_str());
  put(fields.first_manager, [&] { return out.initFirstManager(); });
  return maker.take();
}

Command issue_token(const IssueToken& fields) {
  Maker maker;
  auto out = maker.root().initWorkspace().initIssueToken();
  put(fields.token, [&] { return out.initToken(); });
  out.setHash(data(fields.hash));
  out.setKind(fields.kind);
  put(fields.member, [&] { return out.initMember(); });
  out.setImporter(fields.importer);
  put(fields.project, [&] { return out.initProject(); });
  auto views = out.initViews(static_cast<unsigned>(fields.views.size()));
  for (unsigned i = 0; i < views.size(); ++i) views.set(i, fields.views[i]);
  out.setExpiresAt(fields.expires_at);
  maker.text(fields.label, [&] { return out.initLabel(); });
  return maker.take();
}

Command revoke_token(const RevokeToken& fields) {
  Maker maker;
  auto out = maker.root().initWorkspace().initRevokeToken();
  put(fields.token, [&] { return out.initToken(); });
  maker.text(fields.reason, [&] { return out.initReason(); });
  return maker.take();
}

Command record_rejected_act(const RecordRejectedAct& fields) {
  Maker maker;
  auto out = maker.root().initWorkspace().initRecordRejectedAct().initAct();
  put(fields.project, [&] { return out.initProject(); });
  put(fields.member, [&] { return out.initMember(); });
  put(fields.command, [&] { return out.initCommand(); });
  out.setPart(static_cast<std::uint16_t>(schema::Command::APPROVAL));
  out.setType(static_cast<std::uint16_t>(schema::approval::Command::APPROVE));
  out.setCode(static_cast<std::uint16_t>(fields.code));
  put(fields.subject, [&] { return out.initSubject(); });
  out.setVersion(1);
  out.setAttempt(fields.attempt);
  return maker.take();
}

Command add_member(const AddMember& fields) {
  Maker maker;
  auto out = maker.root().initMember().initAddMember();
  put(fields.member, [&] { return out.initMember(); });
  maker.text(fields.name, [&] { return out.initName(); });
  maker.text(fields.address, [&] { return out.initAddress(); });
  return maker.take();
}

Command edit_member(const EditMember& fields) {
  Maker maker;
  auto out = maker.root().initMember().initEditMember();
  put(fields.member, [&] { return out.initMember(); });
  maker.edit(fields.name, [&] { return out.initName(); });
  maker.edit(fields.address, [&] { return out.initAddress(); });
  return maker.take();
}

Command grant_workspace_role(const WorkspaceRole& fields) {
  Maker maker;
  auto out = maker.root().initMember().initGrantRole();
  put(fields.member, [&] { return out.initMember(); });
  out.setRole(fields.role);
  return maker.take();
}

Command revoke_workspace_role(const WorkspaceRole& fields) {
  Maker maker;
  auto out = maker.root().initMember().initRevokeRole();
  put(fields.member, [&] { return out.initMember(); });
  out.setRole(fields.role);
  return maker.take();
}

Command open_project(const OpenProject& fields) {
  Maker maker;
  auto out = maker.root().initProject().initOpenProject();
  maker.text(fields.name, [&] { return out.initName(); });
  out.setDemonstration(fields.demonstration);
  return maker.take();
}

Command rename_project(const TextEdit& name) {
  Maker maker;
  auto out = maker.root().initProject().initRenameProject();
  maker.edit(name, [&] { return out.initName(); });
  return maker.take();
}

Command grant_role(const GrantRole& fields) {
  Maker maker;
  auto out = maker.root().initProject().initGrantRole();
  put(fields.member, [&] { return out.initMember(); });
  out.setFrom(fields.from);
  out.setRole(fields.role);
  return maker.take();
}

Command revoke_role(const RevokeRole& fields) {
  Maker maker;
  auto out = maker.root().initProject().initRevokeRole();
  put(fields.member, [&] { return out.initMember(); });
  out.setFrom(fields.from);
  return maker.take();
}

Command archive_project(std::string reason) {
  Maker maker;
  auto out = maker.root().initProject().initArchiveProject();
  maker.text(reason, [&] { return out.initReason(); });
  return maker.take();
}

Command restore_project(std::string reason) {
  Maker maker;
  auto out = maker.root().initProject().initRestoreProject();
  maker.text(reason, [&] { return out.initReason(); });
  return maker.take();
}

Command record_import_remainder(const RecordImportRemainder& fields) {
  Maker maker;
  auto out = maker.root().initProject().initRecordImportRemainder();
  put(fields.subject, [&] { return out.initSubject(); });
  maker.text(fields.source, [&] { return out.initSource(); });
  maker.text(fields.text, [&] { return out.initText(); });
  return maker.take();
}

Command define_board(const DefineBoard& fields) {
  Maker maker;
  auto out = maker.root().initBoard().initDefineBoard();
  auto columns = out.initColumns(static_cast<unsigned>(fields.columns.size()));
  for (unsigned i = 0; i < columns.size(); ++i) put_column(fields.columns[i], columns[i], maker);
  put_transitions(fields.transitions, [&](unsigned size) { return out.initTransitions(size); });
  return maker.take();
}

Command add_column(const AddColumn& fields) {
  Maker maker;
  auto out = maker.root().initBoard().initAddColumn();
  put_column(fields.column, out.initColumn(), maker);
  put(fields.before, [&] { return out.initBefore(); });
  return maker.take();
}

Command rename_column(const RenameColumn& fields) {
  Maker maker;
  auto out = maker.root().initBoard().initRenameColumn();
  put(fields.column, [&] { return out.initColumn(); });
  maker.edit(fields.name, [&] { return out.initName(); });
  return maker.take();
}

Command set_wip_limit(const SetWipLimit& fields) {
  Maker maker;
  auto out = maker.root().initBoard().initSetWipLimit();
  put(fields.column, [&] { return out.initColumn(); });
  model::board::write(out.initFrom(), fields.from);
  model::board::write(out.initTo(), fields.to);
  return maker.take();
}

Command set_transitions(const SetTransitions& fields) {
  Maker maker;
  auto out = maker.root().initBoard().initSetTransitions();
  put_transitions(fields.from, [&](unsigned size) { return out.initFrom(size); });
  put_transitions(fields.to, [&](unsigned size) { return out.initTo(size); });
  return maker.take();
}

Command reorder_column(const ReorderColumn& fields) {
  Maker maker;
  auto out = maker.root().initBoard().initReorderColumn();
  put(fields.column, [&] { return out.initColumn(); });
  put(fields.before, [&] { return out.initBefore(); });
  return maker.take();
}

Command retire_column(Id column) {
  Maker maker;
  auto out = maker.root().initBoard().initRetireColumn();
  put(column, [&] { return out.initColumn(); });
  return maker.take();
}

Command create_task(const CreateTask& fields) {
  Maker maker;
  auto out = maker.root().initTask().initCreateTask();
  put(fields.task, [&] { return out.initTask(); });
  maker.text(fields.title, [&] { return out.initTitle(); });
  maker.text(fields.description, [&] { return out.initDescription(); });
  put(fields.owner, [&] { return out.initOwner(); });
  out.setEstimateMinutes(fields.estimate_minutes);
  out.setPoints(fields.points);
  put(fields.priority, [&] { return out.initPriority(); });
  put(fields.column, [&] { return out.initColumn(); });
  put(fields.before, [&] { return out.initBefore(); });
  maker.text(fields.override_reason, [&] { return out.initOverrideReason(); });
  put(fields.change, [&] { return out.initChange(); });
  return maker.take();
}

Command edit_task(const EditTask& fields) {
  Maker maker;
  auto out = maker.root().initTask().initEditTask();
  put(fields.task, [&] { return out.initTask(); });
  maker.edit(fields.title, [&] { return out.initTitle(); });
  maker.edit(fields.description, [&] { return out.initDescription(); });
  put(fields.estimate_minutes, [&] { return out.initEstimateMinutes(); });
  put(fields.points, [&] { return out.initPoints(); });
  maker.text(fields.override_reason, [&] { return out.initOverrideReason(); });
  put(fields.change, [&] { return out.initChange(); });
  return maker.take();
}

Command assign_task(const AssignTask& fields) {
  Maker maker;
  auto out = maker.root().initTask().initAssignTask();
  put(fields.task, [&] { return out.initTask(); });
  put(fields.from, [&] { return out.initFrom(); });
  put(fields.to, [&] { return out.initTo(); });
  maker.text(fields.override_reason, [&] { return out.initOverrideReason(); });
  return maker.take();
}

Command prioritize_task(const PrioritizeTask& fields) {
  Maker maker;
  auto out = maker.root().initTask().initPrioritizeTask();
  put(fields.task, [&] { return out.initTask(); });
  put(fields.from, [&] { return out.initFrom(); });
  put(fields.to, [&] { return out.initTo(); });
  return maker.take();
}

Command move_task(const MoveTask& fields) {
  Maker maker;
  auto out = maker.root().initTask().initMoveTask();
  put(fields.task, [&] { return out.initTask(); });
  put(fields.from, [&] { return out.initFromColumn(); });
  put(fields.to, [&] { return out.initToColumn(); });
  put(fields.before, [&] { return out.initBefore(); });
  maker.text(fields.reason, [&] { return out.initReason(); });
  maker.text(fields.override_reason, [&] { return out.initOverrideReason(); });
  return maker.take();
}

Command move_tasks(const MoveTasks& fields) {
  Maker maker;
  auto out = maker.root().initTask().initMoveTasks();
  auto moves = out.initMoves(static_cast<unsigned>(fields.moves.size()));
  for (unsigned i = 0; i < moves.size(); ++i) {
    put(fields.moves[i].task, [&] { return moves[i].initTask(); });
    put(fields.moves[i].from, [&] { return moves[i].initFromColumn(); });
  }
  put(fields.to, [&] { return out.initToColumn(); });
  put(fields.before, [&] { return out.initBefore(); });
  maker.text(fields.reason, [&] { return out.initReason(); });
  maker.text(fields.override_reason, [&] { return out.initOverrideReason(); });
  return maker.take();
}

Command block_task(const BlockTask& fields) {
  Maker maker;
  auto out = maker.root().initTask().initBlockTask();
  put(fields.task, [&] { return out.initTask(); });
  maker.text(fields.reason, [&] { return out.initReason(); });
  out.setKind(fields.kind);
  maker.text(fields.needs, [&] { return out.initNeeds(); });
  return maker.take();
}

Command unblock_task(const UnblockTask& fields) {
  Maker maker;
  auto out = maker.root().initTask().initUnblockTask();
  put(fields.task, [&] { return out.initTask(); });
  maker.text(fields.reason, [&] { return out.initReason(); });
  return maker.take();
}

Command retire_task(const RetireTask& fields) {
  Maker maker;
  auto out = maker.root().initTask().initRetireTask();
  put(fields.task, [&] { return out.initTask(); });
  maker.text(fields.reason, [&] { return out.initReason(); });
  put(fields.change, [&] { return out.initChange(); });
  return maker.take();
}

Command restore_task(const RestoreTask& fields) {
  Maker maker;
  auto out = maker.root().initTask().initRestoreTask();
  put(fields.task, [&] { return out.initTask(); });
  put(fields.column, [&] { return out.initColumn(); });
  put(fields.before, [&] { return out.initBefore(); });
  maker.text(fields.override_reason, [&] { return out.initOverrideReason(); });
  maker.text(fields.reason, [&] { return out.initReason(); });
  return maker.take();
}

Command link_tasks(const LinkTasks& fields) {
  Maker maker;
  auto out = maker.root().initTask().initLinkTasks();
  put(fields.predecessor, [&] { return out.initPredecessor(); });
  put(fields.successor, [&] { return out.initSuccessor(); });
  out.setType(fields.type);
  out.setLagDays(fields.lag_days);
  return maker.take();
}

Command unlink_tasks(const UnlinkTasks& fields) {
  Maker maker;
  auto out = maker.root().initTask().initUnlinkTasks();
  put(fields.predecessor, [&] { return out.initPredecessor(); });
  put(fields.successor, [&] { return out.initSuccessor(); });
  maker.text(fields.reason, [&] { return out.initReason(); });
  return maker.take();
}

Command set_predecessor_policy(const SetPredecessorPolicy& fields) {
  Maker maker;
  auto out = maker.root().initTask().initSetPredecessorPolicy();
  out.setFrom(fields.from);
  out.setTo(fields.to);
  return maker.take();
}

Command report_progress(const ReportProgress& fields) {
  Maker maker;
  auto out = maker.root().initTask().initReportProgress();
  put(fields.task, [&] { return out.initTask(); });
  out.setFromPercent(fields.from_percent);
  out.setPercent(fields.percent);
  out.setRemainingMinutes(fields.remaining_minutes);
  return maker.take();
}

Command log_time(const LogTime& fields) {
  Maker maker;
  auto out = maker.root().initTask().initLogTime();
  put(fields.entry, [&] { return out.initEntry(); });
  put(fields.task, [&] { return out.initTask(); });
  put(fields.member, [&] { return out.initMember(); });
  out.setDay(fields.day.days);
  out.setMinutes(fields.minutes);
  maker.text(fields.note, [&] { return out.initNote(); });
  return maker.take();
}

Command correct_time_entry(const CorrectTimeEntry& fields) {
  Maker maker;
  auto out = maker.root().initTask().initCorrectTimeEntry();
  put(fields.entry, [&] { return out.initEntry(); });
  out.setFrom(fields.from);
  out.setTo(fields.to);
  maker.text(fields.reason, [&] { return out.initReason(); });
  return maker.take();
}

}  // namespace daybook::testing
