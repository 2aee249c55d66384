#include "apps/cli/rejection.hpp"

#include <capnp/message.h>
#include <fmt/format.h>

#include "apps/cli/terminal.hpp"
#include "model/rejection.hpp"
#include "schema/json/json.hpp"

namespace daybook::cli {
namespace {

using schema::Code;

// {field}: what it stands for in the facts; a part in [brackets] is left out if one of its fields is not set.
std::string_view sentence(Code code) {
  switch (code) {
    case Code::NONE:
      return "no reason was given";
    case Code::MALFORMED:
      return "the command is not of the form that the schema says[: {field}]";
    case Code::TOO_LARGE:
      return "the command is too large[: {count} bytes][, at most {limit} are taken]";
    case Code::NOT_SUPPORTED:
      return "this server does not do that";
    case Code::UNAUTHENTICATED:
      return "the token is unknown, expired or revoked";
    case Code::NOT_PERMITTED:
      return "this member may not do that[: it takes the role {required}]";
    case Code::OVERLOADED:
      return "the server has too much to do; try again[ in {retry} ms]";
    case Code::STORAGE_FULL:
      return "the server's disk is full; nothing was recorded. Free some space and try again";
    case Code::NEWER_EVENTS:
      return "the stream holds events of a newer version of Daybook: this server only reads it";
    case Code::TEXT_INVALID:
      return "a text is empty, longer than 16 KiB, holds NUL or is not UTF-8[: {field}]";
    case Code::SEED_INVALID:
      return "the seed is not 32 bytes";
    case Code::COMMAND_ID_REUSED:
      return "another command has this id";
    case Code::IMPORTER_REQUIRED:
      return "acting on behalf of somebody takes a token with the importer's right";
    case Code::RATE_LIMITED:
      return "too many commands; try again[ in {retry} ms]";
    case Code::NOT_FOUND:
      return "there is no such thing, as far as this token may know";
    case Code::NOTHING_TO_DO:
      return "it is so already: nothing would change";
    case Code::ALREADY_EXISTS:
      return "the id is in use[: {id}]";
    case Code::CHANGED_MEANWHILE:
      return "[{field} ]was changed meanwhile[ by {by}][; it is now {present}]";
    case Code::TEXT_REQUIRED:
      return "a text is missing[: {field}]";
    case Code::OUT_OF_RANGE:
      return "a number is out of range[: {field}][, at most {limit}]"
             "[, which lies in the past: it is {now} now]";
    case Code::TOO_MANY:
      return "that is too many[: {field}][, at most {limit}]";
    case Code::DUPLICATE:
      return "something is named twice[: {field}][ {task}][ {column}]";
    case Code::REASON_REQUIRED:
      return "[{task}: ]this takes a reason[: {field}]";
    case Code::ID_REQUIRED:
      return "an id is missing[: {field}]";
    case Code::KEY_INVALID:
      return "a project's key is 2 to 10 of A-Z and 0-9, a letter first";
    case Code::KEY_TAKEN:
      return "another project has this key[: {id}]";
    case Code::UNKNOWN_MEMBER:
      return "there is no such member[: {member}][: {id}]";
    case Code::UNKNOWN_PROJECT:
      return "there is no such project[: {id}]";
    case Code::UNKNOWN_TOKEN:
      return "there is no such token[: {id}]";
    case Code::TOKEN_INVALID:
      return "the token's hash is not 32 bytes, or is in use";
    case Code::TOKEN_SCOPE_INVALID:
      return "the token's kind does not go with what it is for";
    case Code::EXPIRY_INVALID:
      return "the token would have expired already";
    case Code::ROLE_INVALID:
      return "that role cannot be granted here";
    case Code::LAST_ADMIN:
      return "the workspace would be left without an admin";
    case Code::WORKSPACE_NOT_OPEN:
      return "the log has no workspace yet";
    case Code::PROJECT_NOT_OPEN:
      return "the project is registered but not opened: its first manager gives openProject";
    case Code::PROJECT_ARCHIVED:
      return "the project is archived: restore it first";
    case Code::LAST_MANAGER:
      return "the project would be left without a manager";
    case Code::MEMBER_REQUIRED:
      return "it takes a member with a role in this project[: {field}][; {member} has none]";
    case Code::NOT_IN_PROJECT:
      return "[{member} ]is not in this project";
    case Code::BOARD_NOT_DEFINED:
      return "the project has no board yet: a manager gives defineBoard";
    case Code::UNKNOWN_COLUMN:
      return "there is no such column[: {column}][: {id}]";
    case Code::COLUMN_REQUIRED:
      return "a board needs a column";
    case Code::COLUMN_NOT_EMPTY:
      return "tasks stand in column {column}[: {tasks}]";
    case Code::UNKNOWN_TASK:
      return "there is no such task[: {task}][: {id}]";
    case Code::TASK_RETIRED:
      return "{task} is retired: restore it first";
    case Code::TASK_BLOCKED:
      return "{task} is blocked: unblock it first";
    case Code::TASK_DONE:
      return "{task} is done";
    case Code::MOVED_MEANWHILE:
      return "{task} was moved meanwhile[ by {by}][; it is now in {present}]";
    case Code::TRANSITION_NOT_ALLOWED:
      return "{task} may not go from there to {column}";
    case Code::WIP_LIMIT_REACHED:
      return "WIP limit {limit} of column {column} is reached[ for {member}][: {tasks}]";
    case Code::AHEAD_OF_LOG:
      return "the server's log is shorter than what was seen of it";
    case Code::OTHER_LOG:
      return "the server's log was begun anew";
    case Code::SUBSCRIPTION_ID_REUSED:
      return "the subscription's number is in use";
    case Code::BEHIND_TOO_FAR:
      return "too far behind";
    case Code::GOING_AWAY:
      return "the server is stopping; try again in a moment";
    case Code::INTERNAL:
      return "the server failed";
    case Code::METHOD_NOT_ALLOWED:
      return "the server does not take that method there";
    case Code::PREDECESSOR_OPEN:
      return "{task} waits for what is not done[: {tasks}]";
    case Code::CYCLE:
      return "the tasks would wait for each other[: {tasks}]";
    case Code::SELF_LINK:
      return "{task} cannot wait for itself";
    case Code::UNKNOWN_LINK:
      return "these tasks are not linked";
    case Code::PROGRESS_BEFORE_START:
      return "{task} was never begun: move it to a column of work first";
    case Code::UNKNOWN_TIME_ENTRY:
      return "there is no such time entry[: {id}]";
    case Code::UNKNOWN_SUBJECT:
      return "there is no such thing in this project[: {id}]";
    case Code::UNKNOWN_POOL:
      return "there is no such pool[: {id}]";
    case Code::POOL_TOO_SMALL:
      return "the pool[ {id}] could not reach the quorum[ of {limit}][: only {count} could approve]"
             "[ ({members})][; whoever has a part in {subject} may not approve it: let somebody do "
             "this who is not needed for that]";
    case Code::SEPARATION_OF_DUTIES:
      return "whoever asks would be the only one who could approve[: {member}]";
    case Code::POLICY_REQUIRED:
      return "nobody has said who approves this: a manager gives defineApprovalPolicy first";
    case Code::NO_APPROVAL_REQUESTED:
      return "nobody has asked for this to be approved[: {subject}]";
    case Code::NOT_APPROVABLE:
      return "[{subject} ]is not approved in this way";
    case Code::APPROVAL_CLOSED:
      return "[{subject} ]is decided already, or was withdrawn";
    case Code::APPROVAL_EXPIRED:
      return "the time for approving[ {subject}] is over: renewRequest asks again";
    case Code::SELF_APPROVAL:
      return "nobody approves what is their own";
    case Code::CONTRIBUTOR_EXCLUDED:
      return "whoever worked on it may not approve it";
    case Code::NOT_IN_POOL:
      return "[{member} ]is not among those who may approve[: {members}]";
    case Code::ALREADY_VOTED:
      return "[{member} ]has voted already";
    case Code::STALE_REVISION:
      return "it was rewritten since it was looked at[; the present revision is {revision}]";
    case Code::ESCALATION_NOT_DUE:
      return "nothing is to be escalated yet";
    case Code::UNKNOWN_CHANGE:
      return "there is no such change request[: {id}]";
    case Code::CHANGE_CLOSED:
      return "[{id} ]is decided, or over: submit another change request";
    case Code::CHANGE_DEFERRED:
      return "[{subject} ]is deferred: a manager resumes it first";
    case Code::NOT_REQUESTER:
      return "only whoever asked for it may do that[: {member}]";
    case Code::SIMULATION_REQUIRED:
      return "an effect on the schedule must come from a simulation on a version that exists"
             "[; the newest is {present}]";
    case Code::IMPACT_NOT_ASSESSED:
      return "its impact has not been assessed yet[: {subject}][: {id}]";
    case Code::IMPACT_NOT_ACCEPTED:
      return "whoever asked for it has not accepted its impact yet[: {subject}]";
    case Code::NOT_APPROVED:
      return "[{id} ]is not approved";
    case Code::UNKNOWN_RISK:
      return "there is no such risk[: {id}]";
    case Code::RISK_CLOSED:
      return "[{id} ]is closed";
    case Code::RISK_NOT_ASSESSED:
      return "[{id} ]has not been assessed yet";
    case Code::UNKNOWN_RISK_ACTION:
      return "the risk has no such action[: {id}]";
    case Code::OPEN_ACTIONS:
      return "actions[ of {id}] are open[: {ids}]";
    case Code::EXTREME_NEEDS_BOARD:
      return "an extreme risk is accepted by a binding decision of an advisory board alone";
    case Code::OWNER_IS_SOLE_APPROVER:
      return "the consent[ of {member}] alone does not accept the risk[ {id}]: it takes that of "
             "another, who does not own it and never did";
    case Code::UNKNOWN_ADVISORY_BOARD:
      return "there is no such advisory board[: {id}]";
    case Code::QUORUM_ABOVE_MEMBERS:
      return "the quorum[ of {count}] is more than there are members who can vote[: {limit}]";
    case Code::OPTIONS_REQUIRED:
      return "a question takes two options at least";
    case Code::UNKNOWN_OPTION:
      return "the decision has no such option[: {id}]";
    case Code::OUT_OF_REMIT:
      return "the board[ {id}] may not bind in this matter: the topic is not in its remit";
    case Code::UNKNOWN_DECISION:
      return "there is no such decision[: {id}]";
    case Code::NOT_BOARD_MEMBER:
      return "[{member} ]is not on the board[: {members}]";
    case Code::CONFLICT_OF_INTEREST:
      return "[{member} ]has stepped aside from this decision";
    case Code::QUORUM_NOT_REACHED:
      return "the quorum[ of {limit}] is not reached[: {count} have voted][; missing: {members}]";
    case Code::MAJORITY_NOT_REACHED:
      return "no option has the majority[ of {limit} votes][: the most that one has is {count}]"
             "[; missing: {members}]";
    case Code::DECISION_FINAL:
      return "a decision that was made is not changed: another one supersedes it";
    case Code::DECISION_OPEN:
      return "the decision[ {id}] has not been made yet";
    case Code::DECISION_WITHDRAWN:
      return "the decision[ {id}] was withdrawn: a new question can be put";
    case Code::NOT_BINDING:
      return "[{id} ]is not a decision that binds here[: on {subject}, as it is now]";
    case Code::UNKNOWN_COMMENT:
      return "there is no such comment[: {id}]";
    case Code::NOT_AUTHOR:
      return "only its author may correct a comment";
    case Code::UNKNOWN_ATTACHMENT:
      return "there is no such attachment[: {id}]";
    case Code::HASH_INVALID:
      return "a file's hash is 32 bytes of SHA-256";
    case Code::UNKNOWN_VERSION:
      return "the project did not exist then";
  }
  return "this version does not know the reason";
}

std::string role_name(schema::Role role) {
  const auto ordinal = static_cast<unsigned>(role);
  const auto known = capnp::Schema::from<schema::Role>().getEnumerants();
  return ordinal < known.size() ? known[ordinal].getProto().getName().cStr() : "of a newer version";
}

// What a field of a sentence stands for; empty: not set.
std::string fact(std::string_view name, const client::Facts& facts, const Names& names) {
  const auto of = [&](Id id) { return id.is_nil() ? std::string() : names.of(id); };
  const auto number = [](std::uint64_t value) { return value == 0 ? "" : std::to_string(value); };
  if (name == "field") return shown(facts.field);
  if (name == "task") return of(facts.task);
  if (name == "column") return of(facts.column);
  if (name == "member") return of(facts.member);
  if (name == "id") return of(facts.id);
  if (name == "by") return of(facts.by_member);
  if (name == "limit") return number(facts.limit);
  if (name == "count") return number(facts.count);
  if (name == "retry") return number(facts.retry_after_millis);
  if (name == "required") {
    return facts.required == schema::Role::NONE ? std::string() : role_name(facts.required);
  }
  if (name == "present") {
    if (!facts.present_id.is_nil()) return of(facts.present_id);
    if (!facts.present_text.is_none()) {
      return "another text (commitment " +
             record::to_hex(record::Bytes(facts.present_text.commitment)) + ')';
    }
    return facts.present_number == 0 ? "" : std::to_string(facts.present_number);
  }
  if (name == "now") return shown_time({facts.present_number});
  if (name == "subject") return of(facts.subject);
  if (name == "revision") {
    return facts.present_revision ? record::to_hex(record::Bytes(*facts.present_revision)) : "";
  }
  const auto list = [&](const std::vector<Id>& ids) {
    std::string text;
    for (const auto id : ids) text += (text.empty() ? "" : ", ") + names.of(id);
    return text;
  };
  return list(name == "ids" ? facts.ids : name == "members" ? facts.members : facts.tasks);
}

// Fills in the fields; `complete` becomes false if one is not set.
std::string filled(std::string_view text, const client::Facts& facts, const Names& names,
                   bool& complete) {
  std::string out;
  while (!text.empty()) {
    if (text.front() == '{') {
      const auto end = text.find('}');
      const auto value = fact(text.substr(1, end - 1), facts, names);
      complete &= !value.empty();
      out += value;
      text.remove_prefix(end + 1);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

std::string explain(const client::Rejected& rejected, const Names& names) {
  std::string out;
  auto text = sentence(rejected.code);
  while (!text.empty()) {
    const bool optional = text.front() == '[';
    const auto end = optional ? text.find(']') : std::min(text.find('['), text.size());
    bool complete = true;
    const auto part = filled(text.substr(optional ? 1 : 0, end - (optional ? 1 : 0)),
                             rejected.facts, names, complete);
    if (!optional || complete) out += part;
    text.remove_prefix(std::min(text.size(), end + (optional ? 1 : 0)));
  }
  return out;
}

std::string outcome_json(const client::Outcome& outcome) {
  capnp::MallocMessageBuilder builder;
  auto message = builder.initRoot<schema::Message>();
  if (const auto* accepted = client::accepted(outcome)) {
    auto out = message.initAccepted();
    write(out.initId(), accepted->id);
    write(out.initStream(), accepted->stream);
    out.setFirstVersion(accepted->first_version.value);
    out.setFirstPosition(accepted->first_position.value);
    out.setCount(accepted->count);
  } else if (const auto* rejected = client::rejected(outcome)) {
    const auto& facts = rejected->facts;
    const model::Rejection rejection{rejected->code,
                                     {.field = facts.field,
                                      .task = facts.task,
                                      .tasks = facts.tasks,
                                      .column = facts.column,
                                      .member = facts.member,
                                      .limit = facts.limit,
                                      .count = facts.count,
                                      .required = facts.required,
                                      .present_id = facts.present_id,
                                      .present_number = facts.present_number,
                                      .present_text = facts.present_text,
                                      .id = facts.id,
                                      .by_member = facts.by_member,
                                      .retry_after_millis = facts.retry_after_millis,
                                      .subject = facts.subject,
                                      .members = facts.members,
                                      .present_revision = facts.present_revision,
                                      .ids = facts.ids}};
    model::write(message.initRejected(), rejected->id, rejection);
  } else {
    write(message.initNotRecorded().initId(), std::get<client::NotRecorded>(outcome).id);
  }
  std::string out;
  schema::json::encode(out, message.asReader());
  return shown_json(out);
}

}  // namespace daybook::cli
