// What holds for every history, whoever did whatever in whichever order.
#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <map>
#include <set>
#include <tuple>

#include "model/record/event_batch.hpp"
#include "model/snapshot.hpp"
#include "model/views/view.hpp"
#include "tests/model/derived.hpp"
#include "tests/support/describe.hpp"
#include "tests/support/governance_play.hpp"
#include "tests/support/history.hpp"

namespace daybook::testing {
namespace {

template <typename State>
State empty_state() {
  State state{};
  if constexpr (requires { state.id; }) state.id = project_id(1);
  return state;
}

template <typename State>
State replay(const std::vector<RecordedEvent>& events, std::size_t from, std::size_t to,
             State state) {
  for (std::size_t i = from; i < to; ++i) fold(state, events[i]);
  return state;
}

std::expected<model::Project, model::SnapshotFault> decode(record::Bytes bytes,
                                                           const model::Project& of) {
  return model::decode_project(bytes, of.id, of.version, of.recorded_at);
}
std::expected<model::Workspace, model::SnapshotFault> decode(record::Bytes bytes,
                                                             const model::Workspace& of) {
  return model::decode_workspace(bytes, of.version, of.recorded_at);
}

struct Plan {
  std::uint64_t seed;
  std::size_t attempts;
};

Plan any_plan() {
  return {*rc::gen::arbitrary<std::uint64_t>().as("seed"),
          *rc::gen::inRange<std::size_t>(1, 250).as("attempts")};
}

// Runs a property; RapidCheck prints the case that fails and how to run it again.
template <typename Property>
void holds(const std::string& what, Property&& property) {
  CHECK(rc::check(what, std::forward<Property>(property)));
}

template <typename Play>
void check_replay() {
  const auto plan = any_plan();
  const auto stream = play<Play>(plan.seed, plan.attempts);
  const auto& live = stream.state();
  const auto& events = stream.events();
  using State = std::remove_cvref_t<decltype(live)>;
  const auto digest = model::digest(live);
  RC_ASSERT(live.version.value == events.size());
  RC_ASSERT(!live.has_newer_events);
  RC_ASSERT(model::digest(replay(events, 0, events.size(), empty_state<State>())) == digest);

  // A snapshot anywhere, and the tail behind it.
  const auto cut = *rc::gen::inRange<std::size_t>(0, events.size() + 1).as("snapshot at");
  const auto then = replay(events, 0, cut, empty_state<State>());
  const auto bytes = model::encode_snapshot(then);
  const auto loaded = decode(bytes, then);
  RC_ASSERT(loaded.has_value());
  RC_ASSERT(model::digest(*loaded) == model::digest(then));
  RC_ASSERT(model::encode_snapshot(*loaded) == bytes);
  RC_ASSERT(model::digest(replay(events, cut, events.size(), *loaded)) == digest);
}

// A stream that goes on from a state.
ProjectStream at(const model::Project& state, Timestamp now) {
  ProjectStream stream(state, model::Registration{"BANK", member_id(1)});
  stream.advance(now.micros - stream.now().micros);
  return stream;
}
WorkspaceStream at(const model::Workspace& state, Timestamp now) {
  WorkspaceStream stream(state, {});
  stream.advance(now.micros - stream.now().micros);
  return stream;
}

// What a snapshot leaves out is in no digest, which is of the same bytes. So the loaded state has to answer as the live one:
// what it shows, and what becomes of every later attempt.
template <typename Play>
void check_loaded() {
  const auto plan = any_plan();
  const auto cut = *rc::gen::inRange<std::size_t>(0, plan.attempts).as("snapshot before attempt");
  auto loaded = Play::start().state();
  using State = decltype(loaded);
  std::size_t attempts = 0;
  (void)play<Play>(
      plan.seed, plan.attempts,
      [&](const auto& before, const Attempt& attempt, const model::Verdict& verdict,
          const auto& after) {
        if (attempts++ < cut) return;
        const auto& live = before.state();
        if (attempts == cut + 1) loaded = *decode(model::encode_snapshot(live), live);
        if constexpr (std::is_same_v<State, model::Project>) {
          for (const auto name : model::all_views()) {
            const auto shown = model::derive(name, live, {});
            RC_ASSERT(model::difference(shown, model::derive(name, loaded, {})).empty());
          }
        }
        const auto again = at(loaded, before.now()).decide(attempt.command, attempt.actor);
        RC_ASSERT(describe(again) == describe(verdict));
        for (auto n = before.events().size(); n < after.events().size(); ++n)
          fold(loaded, after.events()[n]);
      });
}

TEST_CASE("a state that was saved and loaded shows and decides what the live one does",
          "[model][property]") {
  holds("of a project", [] { check_loaded<ProjectPlay>(); });
  holds("of a project with all its parts", [] { check_loaded<GovernancePlay>(); });
  holds("of a workspace", [] { check_loaded<WorkspacePlay>(); });
}

// The same over histories that are long enough for every field to matter, saved and loaded anew now and again.
TEST_CASE("long histories go on from any snapshot as they would have", "[model][property]") {
  constexpr std::size_t kStretch = 40;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    INFO("seed " << seed);
    auto loaded = GovernancePlay::start().state();
    std::size_t attempts = 0;
    std::size_t differences = 0;
    (void)play<GovernancePlay>(
        seed, 1500,
        [&](const auto& before, const Attempt& attempt, const model::Verdict& verdict,
            const auto& after) {
          if (attempts++ % kStretch == 0) {
            loaded = *decode(model::encode_snapshot(before.state()), before.state());
            for (const auto name : model::all_views()) {
              const auto shown = model::derive(name, before.state(), {});
              if (!model::difference(shown, model::derive(name, loaded, {})).empty()) ++differences;
            }
          }
          const auto again = at(loaded, before.now()).decide(attempt.command, attempt.actor);
          if (describe(again) != describe(verdict)) ++differences;
          for (auto n = before.events().size(); n < after.events().size(); ++n)
            fold(loaded, after.events()[n]);
        });
    CHECK(differences == 0);
  }
}

TEST_CASE("replay from zero = snapshot and tail = live", "[model][property]") {
  holds("of a project", [] { check_replay<ProjectPlay>(); });
  holds("of a project with all its parts", [] { check_replay<GovernancePlay>(); });
  holds("of a workspace", [] { check_replay<WorkspacePlay>(); });
}

template <typename Play>
void check_decisions() {
  const auto plan = any_plan();
  (void)play<Play>(plan.seed, plan.attempts,
                   [](const auto& before, const Attempt& attempt, const model::Verdict& verdict,
                      const auto& after) {
                     // Decided again, it is decided the same, to the byte.
                     const auto again = before.decide(attempt.command, attempt.actor);
                     RC_ASSERT(describe(again) == describe(verdict));
                     if (!verdict) {
                       RC_ASSERT(after.state().version == before.state().version);
                       RC_ASSERT(model::digest(after.state()) == model::digest(before.state()));
                       return;
                     }
                     RC_ASSERT(!verdict->events.empty());
                     RC_ASSERT(verdict->events.size() <= record::kEventsPerCommandMax);
                     RC_ASSERT(verdict->role != schema::Role::NONE);
                     for (std::size_t i = 0; i < verdict->events.size(); ++i) {
                       const auto one = record::canonical(capnp::toAny(verdict->events[i].event()));
                       const auto two = record::canonical(capnp::toAny(again->events[i].event()));
                       RC_ASSERT(one.asBytes() == two.asBytes());
                     }
                   });
}

TEST_CASE("a decision is deterministic, and a rejected command changes nothing",
          "[model][property]") {
  holds("of a project", [] { check_decisions<ProjectPlay>(); });
  holds("of a project with all its parts", [] { check_decisions<GovernancePlay>(); });
  holds("of a workspace", [] { check_decisions<WorkspacePlay>(); });
}

void check_texts(const model::EventDraft& draft, const std::vector<std::string>& words) {
  std::vector<bool> named(draft.texts.size());
  for (const auto text : record::collect_texts(capnp::DynamicStruct::Reader(draft.event()))) {
    const auto index = text.getIndex();
    if (index == 0) continue;  // a text seen
    RC_ASSERT(index <= named.size());
    RC_ASSERT(!named[index - 1]);
    named[index - 1] = true;
    const auto& from = draft.texts[index - 1];
    RC_ASSERT(from.word >= 1 && from.word <= words.size());
    const auto commitment = record::text_commitment(from.salt, words[from.word - 1]);
    const auto written =
        std::as_bytes(std::span(text.getCommitment().begin(), text.getCommitment().size()));
    RC_ASSERT(std::equal(commitment.begin(), commitment.end(), written.begin(), written.end()));
  }
  RC_ASSERT(std::find(named.begin(), named.end(), false) == named.end());
}

template <typename Play>
void check_all_texts() {
  const auto plan = any_plan();
  (void)play<Play>(
      plan.seed, plan.attempts,
      [](const auto&, const Attempt& attempt, const model::Verdict& verdict, const auto&) {
        if (!verdict) return;
        for (const auto& draft : verdict->events) check_texts(draft, attempt.command.words);
      });
}

TEST_CASE("every text of an event is named once, in order", "[model][property]") {
  holds("of a project", [] { check_all_texts<ProjectPlay>(); });
  holds("of a project with all its parts", [] { check_all_texts<GovernancePlay>(); });
  holds("of a workspace", [] { check_all_texts<WorkspacePlay>(); });
}

// What must hold of any state of a project.
void check_state(const model::Project& state) {
  std::map<Id, std::uint32_t> standing;
  std::set<std::uint32_t> numbers;
  for (const auto& [id, task] : state.task.tasks) {
    RC_ASSERT(numbers.insert(task.number).second);
    RC_ASSERT(task.number >= 1 && task.number <= state.task.last_number);
    RC_ASSERT(task.entered_at >= task.created_at);
    RC_ASSERT(task.completed_at.is_none() || task.completed_at >= task.created_at);
    RC_ASSERT(task.retired_at.is_none() == !task.retired);
    RC_ASSERT(!task.retired || task.retired_at >= task.entered_at);
    RC_ASSERT(task.blocked == !task.block_reason.is_none());
    RC_ASSERT(task.blocked || task.blocked_at.is_none());
    if (task.retired) continue;
    ++standing[task.column];
    const auto* column = model::board::find_column(state.board, task.column);
    RC_ASSERT(column != nullptr);
    RC_ASSERT((column->category == model::board::Category::DONE) == !task.completed_at.is_none());
    RC_ASSERT(state.task.cards.contains({task.column, task.rank, id}));
  }
  std::size_t cards = 0;
  for (const auto& [column, count] : standing) {
    RC_ASSERT(model::task::count_in_column(state.task, column) == count);
    cards += count;
  }
  RC_ASSERT(state.task.cards.size() == cards);
  if (state.project.opened) {
    std::size_t managers = 0;
    for (const auto& [member, role] : state.project.members)
      managers += role == schema::Role::MANAGER;
    RC_ASSERT(managers >= 1);
  }
}

// Calls check(state) with the state after each accepted attempt.
template <typename Play, typename Check>
void for_each_state(Check&& check) {
  const auto plan = any_plan();
  (void)play<Play>(
      plan.seed, plan.attempts,
      [&](const auto&, const Attempt&, const model::Verdict& verdict, const auto& after) {
        if (verdict) check(after.state());
      });
}

TEST_CASE("any prefix of a history is a sound state", "[model][property]") {
  holds("of a project", [] { for_each_state<ProjectPlay>(check_state); });
  holds("of a project with all its parts", [] { for_each_state<GovernancePlay>(check_state); });
}

TEST_CASE("what follows from a state is what it would be made from scratch", "[model][property]") {
  const auto check = [](const model::Project& state) { RC_ASSERT(wrong_table(state) == ""); };
  holds("of a project", [&] { for_each_state<ProjectPlay>(check); });
  holds("of a project with all its parts", [&] { for_each_state<GovernancePlay>(check); });
}

// Columns that are gone have no transitions.
bool may_go(const model::board::State& board, Id from, Id to) {
  return from == to || model::board::find_column(board, from) == nullptr ||
         model::board::is_transition_allowed(board, from, to);
}

TEST_CASE("whatever moves or comes back goes along the transitions", "[model][property]") {
  holds("of a project", [] {
    const auto plan = any_plan();
    (void)play<ProjectPlay>(
        plan.seed, plan.attempts,
        [](const auto& before, const Attempt&, const model::Verdict& verdict, const auto&) {
          if (!verdict) return;
          const auto& then = before.state();
          for (const auto& draft : verdict->events) {
            if (!draft.event().isTask()) continue;
            const auto event = draft.event().getTask();
            if (event.isTaskMoved()) {
              const auto moved = event.getTaskMoved();
              RC_ASSERT(may_go(then.board, read(moved.getFromColumn()),
                               read(moved.getEntry().getColumn())));
            }
            if (event.isTaskRestored()) {
              const auto restored = event.getTaskRestored();
              const auto* task = model::task::find_task(then.task, read(restored.getTask()));
              RC_ASSERT(task != nullptr);
              RC_ASSERT(may_go(then.board, task->column, read(restored.getEntry().getColumn())));
            }
          }
        });
  });
}

// Every id that something in the project has; of a risk's actions those that are done, as a new plan drops the others.
std::set<Id> ids_of(const model::Project& state) {
  std::set<Id> ids;
  const auto add = [&](const auto& table) {
    for (const auto& [id, row] : table) ids.insert(id);
  };
  for (const auto& column : state.board.columns) ids.insert(column.id);
  add(state.task.tasks);
  add(state.task.time_entries);
  add(state.approval.pools);
  add(state.approval.requests);
  add(state.change.changes);
  add(state.risk.risks);
  add(state.risk.sessions);
  for (const auto& [id, risk] : state.risk.risks) {
    for (const auto& action : risk.actions) {
      if (!action.done_at.is_none()) ids.insert(action.id);
    }
  }
  add(state.decision.boards);
  add(state.decision.decisions);
  add(state.decision.options);
  add(state.comment.comments);
  add(state.attachment.attachments);
  return ids;
}

TEST_CASE("nothing is deleted: what has an id keeps it", "[model][property]") {
  for (const auto root :
       {capnp::Schema::from<schema::Command>(), capnp::Schema::from<schema::Event>()}) {
    for (const auto part : root.getUnionFields()) {
      if (!part.getType().isStruct()) continue;
      for (const auto type : part.getType().asStruct().getUnionFields()) {
        const std::string_view name = type.getProto().getName().cStr();
        INFO(name);
        for (const auto word : {"delete", "Delete", "remove", "Remove"})
          CHECK(name.find(word) == std::string_view::npos);
      }
    }
  }
  holds("of a project with all its parts", [] {
    const auto plan = any_plan();
    (void)play<GovernancePlay>(
        plan.seed, plan.attempts,
        [](const auto& before, const Attempt&, const model::Verdict& verdict, const auto& after) {
          if (!verdict) return;
          for (const auto id : ids_of(before.state()))
            RC_ASSERT(model::part_of(after.state(), id) != schema::Event::NONE);
        });
  });
}

using schema::task::WipMeasure;
// What a limit is about: a column, a measure, and of perPerson whose tasks.
using Limited = std::tuple<Id, WipMeasure, Id>;

// What stands in the columns, by each measure.
std::map<Limited, std::uint64_t> standing(const model::Project& state) {
  std::map<Limited, std::uint64_t> amounts;
  for (const auto& [id, task] : state.task.tasks) {
    if (task.retired) continue;
    amounts[{task.column, WipMeasure::COUNT, {}}] += 1;
    amounts[{task.column, WipMeasure::POINTS, {}}] += task.points;
    if (!task.owner.is_nil()) amounts[{task.column, WipMeasure::PER_PERSON, task.owner}] += 1;
  }
  return amounts;
}

std::set<Limited> overridden(const model::Decision& decision) {
  std::set<Limited> limits;
  for (const auto& draft : decision.events) {
    if (!draft.event().isTask() || !draft.event().getTask().isWipLimitOverridden()) continue;
    const auto act = draft.event().getTask().getWipLimitOverridden();
    limits.emplace(read(act.getColumn()), act.getMeasure(), read(act.getMember()));
    for (const auto other : act.getOthers())
      limits.emplace(read(act.getColumn()), act.getMeasure(), read(other));
  }
  return limits;
}

std::uint32_t limit_of(const model::board::WipLimit& limit, WipMeasure measure) {
  switch (measure) {
    case WipMeasure::COUNT:
      return limit.count;
    case WipMeasure::POINTS:
      return limit.points;
    case WipMeasure::PER_PERSON:
      return limit.per_person;
  }
  return 0;
}

TEST_CASE("what blocks is never exceeded but by a recorded act", "[model][property]") {
  holds("of a project", [] {
    const auto plan = any_plan();
    (void)play<ProjectPlay>(
        plan.seed, plan.attempts,
        [](const auto& before, const Attempt&, const model::Verdict& verdict, const auto& after) {
          if (!verdict) return;
          const auto allowed = overridden(*verdict);
          auto then = standing(before.state());
          for (const auto& [limited, now] : standing(after.state())) {
            const auto& [id, measure, member] = limited;
            const auto* column = model::board::find_column(after.state().board, id);
            RC_ASSERT(column != nullptr);
            const auto limit = limit_of(column->wip, measure);
            if (limit == 0 || column->wip.policy != model::board::WipPolicy::BLOCK) continue;
            RC_ASSERT(now <= std::max<std::uint64_t>(limit, then[limited]) ||
                      allowed.contains(limited));
          }
          // And no override is recorded that was not needed.
          const auto now = standing(after.state());
          for (const auto& limited : allowed) {
            const auto& [id, measure, member] = limited;
            const auto* column = model::board::find_column(after.state().board, id);
            RC_ASSERT(now.at(limited) > limit_of(column->wip, measure));
          }
        });
  });
}

TEST_CASE("links make no cycle, and nothing is completed while a predecessor is open",
          "[model][property]") {
  holds("of a project", [] {
    const auto plan = any_plan();
    (void)play<ProjectPlay>(
        plan.seed, plan.attempts,
        [](const auto&, const Attempt&, const model::Verdict& verdict, const auto& after) {
          if (!verdict) return;
          const auto& state = after.state().task;
          // Taking away what nothing comes before, again and again, leaves nothing.
          std::map<Id, std::size_t> waits;
          std::vector<Id> free;
          for (const auto& [id, task] : state.tasks) waits[id] = 0;
          for (const auto& [key, link] : state.links) ++waits[key.successor];
          for (const auto& [id, count] : waits) {
            if (count == 0) free.push_back(id);
          }
          for (std::size_t i = 0; i < free.size(); ++i) {
            const auto id = free[i];
            for (const auto& [key, link] : state.links) {
              if (key.predecessor == id && --waits[key.successor] == 0)
                free.push_back(key.successor);
            }
          }
          RC_ASSERT(free.size() == state.tasks.size());
          for (const auto& draft : verdict->events) {
            if (!draft.event().isTask() || !draft.event().getTask().isTaskCompleted()) continue;
            const auto done = read(draft.event().getTask().getTaskCompleted().getTask());
            RC_ASSERT(model::task::open_predecessors(state, done, 1).empty());
          }
        });
  });
}

TEST_CASE("what entered a column and did not leave it stands there", "[model][property]") {
  holds("of a project", [] {
    const auto plan = any_plan();
    const auto stream = play<ProjectPlay>(plan.seed, plan.attempts);
    const auto& state = stream.state().task;
    std::map<Id, std::int64_t> standing_there;
    std::int64_t created = 0;
    std::int64_t done = 0;
    for (const auto& [day, flow] : state.days) {
      created += flow.created;
      done += static_cast<std::int64_t>(flow.completed) - flow.reopened;
      for (const auto& [column, moved] : flow.columns) {
        standing_there[column] += static_cast<std::int64_t>(moved.entered) - moved.left;
        RC_ASSERT(standing_there[column] >= 0);  // on every day
      }
    }
    for (const auto& [column, count] : standing_there)
      RC_ASSERT(count == model::task::count_in_column(state, column));
    RC_ASSERT(created == static_cast<std::int64_t>(state.tasks.size()));
    for (const auto& [id, task] : state.tasks) done -= !task.completed_at.is_none();
    RC_ASSERT(done == 0);
  });
}

TEST_CASE("histories reach every event", "[model][property]") {
  std::string seen;
  const auto note = [&](const auto&, const Attempt&, const model::Verdict& verdict, const auto&) {
    if (verdict) seen += " " + describe(verdict) + " ";
  };
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    (void)play<ProjectPlay>(seed, 800, note);
    (void)play<GovernancePlay>(seed, 1500, note);
    (void)play<WorkspacePlay>(seed, 200, note);
  }
  // Supersedes what a risk was accepted under, as few do.
  (void)play<GovernancePlay>(43, 1000, note);
  for (const auto part : capnp::Schema::from<schema::Event>().getUnionFields()) {
    if (!part.getType().isStruct()) continue;
    for (const auto type : part.getType().asStruct().getUnionFields()) {
      const std::string name = type.getProto().getName().cStr();
      if (name == "none" || name == "cardsRespaced") continue;  // the latter takes crowding
      INFO(name);
      CHECK(seen.find(" " + name + " ") != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace daybook::testing
