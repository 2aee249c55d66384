#include "tests/support/history.hpp"

#include <algorithm>

#include "model/snapshot.hpp"
#include "tests/support/describe.hpp"
#include "tests/support/governance_play.hpp"

// Every random number is drawn in a statement, or between braces, whose order the language fixes; never among the
// arguments of a call.

namespace daybook::testing {
namespace {

using model::board::Category;
using model::board::WipPolicy;
using schema::Role;

constexpr std::uint64_t kPeople = 6;
constexpr Id kFirst = member_id(1);

constexpr std::string_view kWords[] = {"Pay by card",
                                       "Konto eröffnen",
                                       "残高を見る",
                                       "a",
                                       "Log in with a passkey, and without one",
                                       "😀 celebrate",
                                       "line one\nline two",
                                       "\"quoted\" \\ slash"};

record::Hash payloads_hash(const std::vector<RecordedEvent>& events) {
  std::vector<std::byte> bytes;
  for (const auto& event : events) {
    const auto payload = std::as_bytes(std::span(event.payload));
    bytes.insert(bytes.end(), payload.begin(), payload.end());
  }
  return record::sha256(bytes);
}

template <typename Play>
std::string digest_line(std::string_view kind, std::uint64_t seed, std::size_t attempts) {
  const auto stream = play<Play>(seed, attempts);
  std::string line(kind);
  line += " " + std::to_string(seed) + " " + std::to_string(attempts);
  line += " " + std::to_string(stream.state().version.value);
  line += " " + record::to_hex(payloads_hash(stream.events()));
  line += " " + record::to_hex(model::digest(stream.state())) + "\n";
  return line;
}

}  // namespace

// --- Project ---------------------------------------------------------------------------------------------------------

ProjectStream ProjectPlay::start() {
  return {{.id = project_id(1)}, model::Registration{"BANK", kFirst}};
}

Attempt ProjectPlay::next(const State& state, Timestamp now) {
  Attempt attempt;
  attempt.pause_micros = static_cast<std::int64_t>(random_.below(3600)) * kSecond;
  now_ = now;
  attempt.command = command(state);
  // Mostly somebody who may do everything, so that most attempts succeed.
  attempt.actor = Actor(random_.below(4) == 0 ? member() : kFirst);
  if (random_.one_in(6)) {
    const auto ago = static_cast<std::int64_t>(random_.below(7200)) - 60;
    attempt.actor = attempt.actor.at({now.micros - ago * kSecond});
  }
  if (random_.one_in(10)) attempt.actor = attempt.actor.as_importer().for_member(member());
  if (random_.one_in(10)) attempt.actor = attempt.actor.as_importer();
  return attempt;
}

Command ProjectPlay::command(const State& state) {
  if (!state.project.opened) return open_project({.name = words()});
  if (state.project.archived && !random_.one_in(3)) return restore_project(words());
  if (!state.board.defined && !random_.one_in(3)) return define(state);
  const auto kind = random_.below(50);
  if (kind < 10) return create(state);
  if (kind < 20) return move(state);
  if (kind < 22) return bulk_move(state);
  if (kind < 25) return edit(state);
  if (kind < 33) return task_command(state, kind);
  if (kind < 35) return column_command(state);
  if (kind < 36) return limit(state);
  if (kind < 37) return transitions(state);
  if (kind < 39) return role(state);
  if (kind < 40) return project_command(state);
  if (kind < 44) return link_command(state);
  if (kind < 47) return progress(state);
  return time(state);
}

Command ProjectPlay::define(const State& state) {
  DefineBoard fields;
  for (auto n = 2 + random_.below(5); n > 0; --n) fields.columns.push_back(new_column());
  fields.columns.back().category = Category::DONE;
  (void)state;
  return define_board(fields);
}

Command ProjectPlay::column_command(const State& state) {
  switch (random_.below(8)) {
    case 0:
      return retire_column(pick_column(state));
    case 1: {
      const auto column = pick_column(state);
      return reorder_column({.column = column, .before = pick_column(state)});
    }
    case 2:
    case 3: {
      const auto id = pick_column(state);
      const auto* column = model::board::find_column(state.board, id);
      return rename_column(
          {.column = id, .name = text_edit(column ? column->name : model::Text{})});
    }
    case 4:
      return define(state);
    default: {
      const auto column = new_column();
      return add_column({.column = column, .before = pick_column(state)});
    }
  }
}

Command ProjectPlay::limit(const State& state) {
  const auto id = pick_column(state);
  const auto* column = model::board::find_column(state.board, id);
  auto from = column != nullptr ? column->wip : model::board::WipLimit{};
  if (random_.one_in(8)) ++from.count;
  if (random_.one_in(16)) ++from.points;
  if (random_.one_in(16)) ++from.per_person;
  return set_wip_limit({.column = id, .from = from, .to = new_limit()});
}

Command ProjectPlay::transitions(const State& state) {
  auto from = state.board.transitions;
  if (random_.one_in(8)) from.clear();
  return set_transitions({.from = from, .to = new_transitions(state)});
}

Command ProjectPlay::role(const State& state) {
  const auto who = member();
  auto from = model::project::role_of(state.project, who);
  if (random_.one_in(8)) from = Role::VIEWER;
  if (random_.one_in(3)) return revoke_role({.member = who, .from = from});
  constexpr Role kRoles[] = {Role::CONTRIBUTOR, Role::MANAGER, Role::VIEWER, Role::CONTRIBUTOR,
                             Role::AUDITOR};
  return grant_role({.member = who, .from = from, .role = kRoles[random_.below(5)]});
}

Command ProjectPlay::project_command(const State& state) {
  switch (random_.below(4)) {
    case 0:
      return archive_project(maybe_words());
    case 1:
      return rename_project(text_edit(state.project.name));
    case 2:
      return open_project();
    default: {
      const auto subject = pick_task(state);
      const auto source = words();
      return record_import_remainder({.subject = subject, .source = source, .text = maybe_words()});
    }
  }
}

Command ProjectPlay::create(const State& state) {
  CreateTask fields;
  fields.task = random_.one_in(16) ? pick_task(state) : fresh_id();
  fields.title = random_.one_in(16) ? "" : words();
  fields.description = maybe_words();
  if (random_.one_in(3)) fields.owner = member();
  if (random_.one_in(3))
    fields.estimate_minutes = static_cast<std::uint32_t>(random_.below(10'000));
  fields.points = static_cast<std::uint32_t>(random_.below(14));
  if (random_.one_in(4)) fields.priority = new_priority();
  if (!random_.one_in(3)) fields.column = pick_column(state);
  if (random_.one_in(2)) fields.before = pick_task(state);
  if (random_.one_in(6)) fields.override_reason = words();
  return create_task(fields);
}

Command ProjectPlay::edit(const State& state) {
  EditTask fields;
  fields.task = pick_task(state);
  const auto* task = model::task::find_task(state.task, fields.task);
  const auto present = task != nullptr ? *task : model::task::Task{};
  if (random_.one_in(2)) fields.title = text_edit(present.title);
  if (random_.one_in(2)) fields.description = text_edit(present.description);
  const auto number = [&](std::int64_t now, std::uint64_t limit) {
    NumberEdit edit{now, static_cast<std::int64_t>(random_.below(limit))};
    if (random_.one_in(10)) ++edit.from;
    return edit;
  };
  if (random_.one_in(3)) fields.estimate_minutes = number(present.estimate_minutes, 20'000);
  if (random_.one_in(3)) fields.points = number(present.points, random_.one_in(4) ? 1010 : 14);
  if (random_.one_in(6)) fields.override_reason = words();
  return edit_task(fields);
}

Command ProjectPlay::move(const State& state) {
  MoveTask fields;
  fields.task = pick_task(state);
  const auto* task = model::task::find_task(state.task, fields.task);
  fields.from = task != nullptr ? task->column : Id{};
  if (random_.one_in(12)) fields.from = pick_column(state);
  fields.to = random_.one_in(5) ? fields.from : pick_column(state);
  if (random_.one_in(2)) fields.before = pick_task(state);
  fields.reason = maybe_words();
  if (random_.one_in(8)) fields.override_reason = words();
  return move_task(fields);
}

Command ProjectPlay::bulk_move(const State& state) {
  MoveTasks fields;
  for (auto n = 1 + random_.below(6); n > 0; --n) {
    const auto id = pick_task(state);
    if (!random_.one_in(8) && std::any_of(fields.moves.begin(), fields.moves.end(),
                                          [&](const Move& m) { return m.task == id; })) {
      continue;
    }
    const auto* task = model::task::find_task(state.task, id);
    fields.moves.push_back({id, task != nullptr ? task->column : Id{}});
  }
  fields.to = pick_column(state);
  if (random_.one_in(2)) fields.before = pick_task(state);
  fields.reason = maybe_words();
  if (random_.one_in(4)) fields.override_reason = words();
  return move_tasks(fields);
}

Command ProjectPlay::task_command(const State& state, std::uint64_t kind) {
  const auto id = pick_task(state);
  const auto* found = model::task::find_task(state.task, id);
  const auto task = found != nullptr ? *found : model::task::Task{};
  switch (kind % 8) {
    case 0:
    case 1:
      return assign_task({.task = id,
                          .from = random_.one_in(10) ? member() : task.owner,
                          .to = random_.one_in(4) ? Id{} : member(),
                          .override_reason = random_.one_in(6) ? words() : std::string()});
    case 2:
      return prioritize_task({.task = id, .from = task.priority, .to = new_priority()});
    case 3: {
      const auto block = static_cast<model::task::BlockKind>(random_.below(5));
      return block_task({.task = id, .reason = words(), .kind = block, .needs = maybe_words()});
    }
    case 4:
      return unblock_task({.task = id, .reason = maybe_words()});
    case 5:
      return retire_task({.task = id, .reason = maybe_words()});
    default:
      return restore_task({.task = id,
                           .column = random_.one_in(2) ? pick_column(state) : Id{},
                           .before = pick_task(state),
                           .override_reason = random_.one_in(8) ? words() : std::string()});
  }
}

Command ProjectPlay::link_command(const State& state) {
  const auto kind = random_.below(8);
  if (kind == 0) {
    using model::task::PredecessorPolicy;
    const auto from = random_.one_in(8) ? PredecessorPolicy::BLOCK : state.task.predecessor_policy;
    return set_predecessor_policy(
        {.from = from, .to = static_cast<PredecessorPolicy>(random_.below(2))});
  }
  const auto& links = state.task.links;
  if (kind < 4 && !links.empty()) {
    const auto at = links.lower_bound({pick_task(state), {}});
    const auto& [predecessor, successor] = at != links.end() ? at->first : links.begin()->first;
    return unlink_tasks(
        {.predecessor = predecessor, .successor = successor, .reason = maybe_words()});
  }
  LinkTasks fields;
  fields.predecessor = pick_task(state);
  fields.successor = pick_task(state);
  if (random_.one_in(3)) fields.type = static_cast<model::task::LinkType>(random_.below(4));
  if (random_.one_in(3)) fields.lag_days = static_cast<std::int32_t>(random_.below(2004)) - 1002;
  return link_tasks(fields);
}

Command ProjectPlay::progress(const State& state) {
  ReportProgress fields;
  fields.task = pick_task(state);
  const auto* task = model::task::find_task(state.task, fields.task);
  fields.from_percent = task != nullptr ? task->percent : 0;
  if (random_.one_in(10)) ++fields.from_percent;
  fields.percent = static_cast<std::uint32_t>(random_.below(103));
  if (random_.one_in(2))
    fields.remaining_minutes = static_cast<std::uint32_t>(random_.below(20'000));
  return report_progress(fields);
}

Command ProjectPlay::time(const State& state) {
  const auto& entries = state.task.time_entries;
  if (!entries.empty() && random_.one_in(3)) {
    const auto found = entries.lower_bound(fresh_id());
    const auto& [id, entry] = found != entries.end() ? *found : *entries.begin();
    CorrectTimeEntry fields{.entry = id, .from = entry.minutes};
    if (random_.one_in(8)) ++fields.from;
    fields.to = static_cast<std::uint32_t>(random_.below(1445));
    fields.reason = maybe_words();
    return correct_time_entry(fields);
  }
  LogTime fields;
  fields.entry = random_.one_in(16) ? pick_task(state) : fresh_id();
  fields.task = pick_task(state);
  if (random_.one_in(3)) fields.member = member();
  fields.day = {date_of(now_).days + 1 - static_cast<std::int32_t>(random_.below(8))};
  fields.minutes = static_cast<std::uint32_t>(random_.below(1445));
  fields.note = maybe_words();
  return log_time(fields);
}

Id ProjectPlay::fresh_id() { return {random_.next() >> 16 << 16 | 0x8000, random_.next() | 1}; }

Id ProjectPlay::member() { return member_id(1 + random_.below(kPeople)); }

Id ProjectPlay::pick_task(const State& state) {
  const auto& tasks = state.task.tasks;
  const auto around = fresh_id();
  if (tasks.empty() || random_.one_in(64)) return around;
  const auto at = tasks.lower_bound(around);
  return at != tasks.end() ? at->first : tasks.begin()->first;
}

Id ProjectPlay::pick_column(const State& state) {
  const auto& columns = state.board.columns;
  if (columns.empty() || random_.one_in(64)) return fresh_id();
  return columns[random_.below(columns.size())].id;
}

std::string ProjectPlay::words() { return std::string(kWords[random_.below(std::size(kWords))]); }

std::string ProjectPlay::maybe_words() { return random_.one_in(2) ? words() : std::string(); }

NewColumn ProjectPlay::new_column() {
  return {.column = fresh_id(),
          .name = words(),
          .category = static_cast<Category>(random_.below(4)),
          .wip = new_limit()};
}

model::board::WipLimit ProjectPlay::new_limit() {
  model::board::WipLimit limit;
  if (random_.one_in(2)) limit.count = static_cast<std::uint32_t>(1 + random_.below(12));
  if (random_.one_in(3)) limit.points = static_cast<std::uint32_t>(1 + random_.below(60));
  if (random_.one_in(3)) limit.per_person = static_cast<std::uint32_t>(1 + random_.below(3));
  if (random_.one_in(4)) limit.policy = WipPolicy::WARN;
  return limit;
}

TextEdit ProjectPlay::text_edit(const model::Text& present) {
  TextEdit edit{present, random_.one_in(8) ? std::string() : words()};
  if (random_.one_in(12) && !edit.from.is_none()) edit.from.commitment[7] ^= std::byte{1};
  return edit;
}

model::task::Priority ProjectPlay::new_priority() {
  const auto figure = [&] { return static_cast<std::uint32_t>(random_.below(102)); };
  return {figure(), figure(), figure(), figure()};
}

std::vector<model::board::Transition> ProjectPlay::new_transitions(const State& state) {
  std::vector<model::board::Transition> list;
  if (random_.one_in(2)) return list;
  for (const auto& from : state.board.columns) {
    for (const auto& to : state.board.columns) {
      if (from.id != to.id && !random_.one_in(4)) list.emplace_back(from.id, to.id);
    }
  }
  return list;
}

// --- Workspace -------------------------------------------------------------------------------------------------------

namespace {

std::vector<std::byte> token_hash(std::uint64_t n) {
  const auto hash = record::sha256(to_bytes(Id{n, n}));
  return {hash.begin(), hash.end()};
}

}  // namespace

Attempt WorkspacePlay::next(const model::Workspace& state, Timestamp now) {
  Attempt attempt;
  attempt.pause_micros = static_cast<std::int64_t>(random_.below(3600)) * kSecond;
  attempt.command = command(state, now);
  attempt.actor = Actor(kFirst).as_admin();
  const auto given = attempt.command.reader();
  const bool by_server = given.isWorkspace() && given.getWorkspace().isRecordRejectedAct();
  if (!state.workspace.opened || by_server) attempt.actor = Actor().as_server();
  if (random_.one_in(20)) attempt.actor = Actor(member_id(2));
  return attempt;
}

Command WorkspacePlay::command(const model::Workspace& state, Timestamp now) {
  if (!state.workspace.opened)
    return open_workspace({.admin = kFirst, .token = token_id(1), .token_hash = token_hash(1)});
  const auto id = member_id(1 + random_.below(20));
  const auto* member = model::member::find_member(state.member, id);
  const auto role = random_.one_in(2) ? Role::ADMIN : Role::AUDITOR;
  switch (random_.below(11)) {
    case 0:
    case 1:
    case 2: {
      const auto name = std::string(kWords[random_.below(std::size(kWords))]);
      return add_member(
          {.member = id, .name = name, .address = random_.one_in(2) ? "somebody@example.org" : ""});
    }
    case 3: {
      const auto present = member != nullptr ? *member : model::member::Member{};
      EditMember fields{.member = id, .name = {}, .address = {}};
      if (random_.one_in(2)) fields.name = {present.name, "renamed"};
      if (random_.one_in(2))
        fields.address = {present.address, random_.one_in(2) ? "" : "else@example.org"};
      return edit_member(fields);
    }
    case 4:
      return grant_workspace_role({.member = id, .role = role});
    case 5:
      return revoke_workspace_role({.member = id, .role = role});
    case 6: {
      const auto n = 1 + random_.below(12);
      return register_project(
          {.project = project_id(n), .key = "P" + std::to_string(n), .first_manager = id});
    }
    case 10: {
      const auto n = 1 + random_.below(12);
      return record_rejected_act({.project = project_id(n), .member = id});
    }
    case 7:
      return revoke_token({.token = token_id(1 + random_.below(30)), .reason = "lost"});
    default:
      return token(state, now);
  }
}

Command WorkspacePlay::token(const model::Workspace&, Timestamp now) {
  const auto n = 2 + random_.below(40);
  IssueToken fields;
  fields.token = token_id(n);
  fields.hash = token_hash(n);
  fields.kind = static_cast<model::workspace::TokenKind>(random_.below(3));
  if (fields.kind == model::workspace::TokenKind::ROOM) {
    fields.project = project_id(1 + random_.below(12));
    fields.views = {1, 4};
  } else {
    fields.member = member_id(1 + random_.below(20));
    fields.importer = random_.one_in(3);
  }
  if (random_.one_in(2)) fields.expires_at = now.micros + 3600 * kSecond;
  if (random_.one_in(2)) fields.label = "the wall";
  return issue_token(fields);
}

// --- Digests ---------------------------------------------------------------------------------------------------------

std::string history_digests() {
  std::string text;
  for (std::uint64_t seed = 1; seed <= 24; ++seed)
    text += digest_line<ProjectPlay>("project", seed, 50 * seed);
  for (std::uint64_t seed = 1; seed <= 16; ++seed)
    text += digest_line<GovernancePlay>("governance", seed, 50 * seed);
  for (std::uint64_t seed = 1; seed <= 8; ++seed)
    text += digest_line<WorkspacePlay>("workspace", seed, 40 * seed);
  return text;
}

namespace {

// Histories one after another, as a log has them.
class LogWriter {
 public:
  template <typename Play>
  void add(Id stream, std::uint64_t seed, std::size_t attempts) {
    const auto before = position_;
    (void)play<Play>(
        seed, attempts,
        [&](const auto&, const Attempt& attempt, const model::Verdict& verdict, const auto& after) {
          if (!verdict) return;
          ++commands_;
          const auto count = verdict->events.size();
          const auto first = after.events().size() - count;
          for (std::size_t i = 0; i < count; ++i)
            append(stream, before, attempt, *verdict, i, after.events()[first + i]);
        });
  }
  [[nodiscard]] record::AlignedBytes take() { return std::move(log_); }

 private:
  void append(Id stream, std::uint64_t before, const Attempt& attempt,
              const model::Decision& decision, std::size_t index, const RecordedEvent& event) {
    const auto& draft = decision.events[index];
    position_ = before + event.meta.position.value;
    record::EnvelopeFields fields;
    fields.position = {position_};
    fields.stream = stream;
    fields.version = event.meta.version;
    fields.recorded_at = event.meta.recorded_at;
    fields.effective_at = event.meta.effective_at;
    fields.actor = event.meta.actor;
    fields.on_behalf_of = event.meta.on_behalf_of;
    fields.seen_version = event.meta.seen_version;
    fields.role = decision.role;
    fields.command_id = {0xC0DE, commands_};
    fields.command_index = static_cast<std::uint16_t>(index);
    fields.command_count = static_cast<std::uint16_t>(decision.events.size());
    fields.texts = static_cast<std::uint16_t>(draft.texts.size());
    std::vector<std::byte> rows;
    for (const auto& text : draft.texts)
      record::append_text_row(rows, text.salt, attempt.command.words[text.word - 1]);
    const auto payload = kj::arrayPtr(reinterpret_cast<const capnp::word*>(event.payload.data()),
                                      event.payload.size());
    record::append_entry(log_, record::encode_event(fields, payload), fields.texts, rows);
  }

  record::AlignedBytes log_;
  std::uint64_t position_ = 0;
  std::uint64_t commands_ = 0;
};

}  // namespace

record::AlignedBytes history_log(std::uint64_t seed, std::size_t attempts) {
  LogWriter log;
  log.add<GovernancePlay>(project_id(1), seed, attempts);
  return log.take();
}

record::AlignedBytes history_log() {
  LogWriter log;
  log.add<WorkspacePlay>({}, 1, 200);
  // Few that have every kind of event between them.
  constexpr std::pair<std::uint64_t, std::size_t> kPlays[] = {
      {7, 1000}, {11, 400}, {14, 800}, {20, 1000}, {27, 400}, {43, 1000}};  // seed, attempts
  for (const auto& [seed, attempts] : kPlays)
    log.add<GovernancePlay>(project_id(seed), seed, attempts);
  return log.take();
}

}  // namespace daybook::testing
