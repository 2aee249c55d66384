#include "bench/mix.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "model/parts/subject.hpp"
#include "model/record/stored_event.hpp"
#include "tests/support/approval_commands.hpp"
#include "tests/support/attachment_commands.hpp"
#include "tests/support/change_commands.hpp"
#include "tests/support/comment_commands.hpp"
#include "tests/support/decision_commands.hpp"
#include "tests/support/risk_commands.hpp"

namespace daybook::bench {
namespace {

namespace make = testing;
using model::board::Category;

constexpr std::array kColumns{Id{0xc0, 1}, Id{0xc0, 2}, Id{0xc0, 3}, Id{0xc0, 4}};
constexpr Id kPool{0xb001, 1};
constexpr Id kAdvisoryBoard{0xb0a4d, 1};
constexpr std::uint32_t kManyTasks = 1'000'000;  // a limit that is checked and never reached

Id next_column(Id column) {
  for (std::size_t i = 0; i + 1 < kColumns.size(); ++i) {
    if (kColumns[i] == column) return kColumns[i + 1];
  }
  return kColumns.front();
}

record::Hash revision_of(const model::Project& state, Id subject) {
  const auto revision = model::subject::revision_of(state, subject);
  if (!revision) throw std::runtime_error("the bench's subject cannot be approved");
  return revision->hash;
}

}  // namespace

std::vector<Act> opening(const Crew& crew) {
  std::vector<Act> acts;
  acts.push_back({make::open_project({.name = "Online banking"}), {}});
  acts.push_back({make::define_board(
                      {.columns = {{kColumns[0], "To do", Category::TODO, {}},
                                   {kColumns[1], "Doing", Category::DOING, {.count = kManyTasks}},
                                   {kColumns[2], "Review", Category::DOING, {}},
                                   {kColumns[3], "Done", Category::DONE, {}}}}),
                  {}});
  for (const auto member : crew.others) acts.push_back({make::grant_role({.member = member}), {}});
  acts.push_back({make::define_pool(
                      {.pool = kPool, .members = {crew.manager, crew.others[0], crew.others[1]}}),
                  {}});
  for (const auto kind :
       {model::approval::SubjectKind::CHANGE, model::approval::SubjectKind::TASK}) {
    const model::approval::Policy policy{.quorum = 1, .pool = kPool};
    acts.push_back({make::define_approval_policy({.kind = kind, .to = policy}), {}});
  }
  const model::decision::Charter charter{.members = {crew.others[1], crew.others[2]}, .quorum = 2};
  acts.push_back(
      {make::constitute_advisory_board({.board = kAdvisoryBoard, .charter = charter}), {}});
  return acts;
}

model::Request to_request(const Act& act, Id project, Id id, const record::Hash& seed) {
  model::Request request(id, project, seed);
  request.request().setCommand(act.command.reader());
  if (!act.on_behalf_of.is_nil()) write(request.request().initOnBehalfOf(), act.on_behalf_of);
  // The command's references count its words from 1 already.
  capnp::MallocMessageBuilder scratch;
  for (const auto& words : act.command.words)
    request.text(scratch.initRoot<schema::TextRef>(), words);
  return request;
}

Mix::Mix(const Crew& crew, Id project, const MixSize& size, std::uint64_t line)
    : crew_(crew), size_(size), line_(line), now_(Ids::now()) {
  state_.id = project;
  for (const auto& act : opening(crew)) decide_and_fold(act, ids_.next(), ids_.seed());
}

model::Request Mix::next() {
  const auto act = is_under_way() ? work() : create();
  const auto id = ids_.next();
  const auto seed = ids_.seed();
  decide_and_fold(act, id, seed);
  return to_request(act, state_.id, id, seed);
}

void Mix::decide_and_fold(const Act& act, Id id, const record::Hash& seed) {
  const auto words = act.command.views();
  model::Context context;
  context.actor = crew_.manager;
  context.on_behalf_of = act.on_behalf_of;
  context.is_admin = true;
  context.is_importer = true;
  context.registration = model::Registration{"BENCH", crew_.manager};
  now_.micros += size_.pause_micros;
  context.now = now_;
  context.command_id = id;
  context.seed = seed;
  context.words = words;
  const auto verdict = model::decide(state_, act.command.reader(), context);
  if (!verdict) {
    throw std::runtime_error(fmt::format("the bench's command is refused: {} (round {}, step {})",
                                         model::to_string(verdict.error().code), round_, step_));
  }
  for (const auto& draft : verdict->events) {
    const model::EventMeta meta{.position = {state_.version.value + 1},
                                .version = {state_.version.value + 1},
                                .recorded_at = now_,
                                .actor = crew_.manager,
                                .on_behalf_of = act.on_behalf_of};
    evolve(state_, draft.event(), meta);
  }
}

Act Mix::create() {
  const auto n = created_++;
  if (n < size_.tasks) {
    const auto title = fmt::format("Task {} of the bench", n);
    return {make::create_task({.task = {0x7a00 + line_, n + 1},
                               .title = title,
                               .owner = crew_.others[n % crew_.others.size()],
                               .estimate_minutes = 480,
                               .points = static_cast<std::uint32_t>(1 + n % 8),
                               .column = kColumns[0]}),
            {}};
  }
  return {make::identify_risk({.risk = {0x4150000 + line_, n - size_.tasks + 1},
                               .cause = "One supplier only",
                               .owner = crew_.others[0]}),
          {}};
}

// A round works on kTasksPerRound tasks, one risk, one change request and one question.
Act Mix::work() {
  const auto step = step_++;
  auto act = step < 20   ? work_on_tasks(step)
             : step < 25 ? work_on_risks(step - 20)
             : step < 30 ? work_on_change(step - 25)
                         : work_on_decision(step - 30);
  if (step_ == 34) {
    step_ = 0;
    ++round_;
  }
  return act;
}

Act Mix::work_on_tasks(std::size_t step) {
  const auto* first = model::task::find_task(state_.task, task(1));
  const auto* blocked = model::task::find_task(state_.task, task(4));
  switch (step) {
    case 0:
      return move(0);
    case 1: {
      const auto title = fmt::format("Task of round {}", round_);
      return {make::edit_task({.task = task(1), .title = {first->title, title}}), crew_.others[0]};
    }
    case 2:
      return move(2);
    case 3:
      return report_progress();
    case 4:
      if (!grows()) return correct_time();
      return {make::log_time({.entry = added('T'),
                              .task = task(0),
                              .day = date_of(now_),
                              .minutes = 90,
                              .note = "with the supplier"}),
              {}};
    case 5:
      if (!grows()) return correct_comment();
      return {make::add_comment({.comment = added('C'), .subject = task(1)}), {}};
    case 6: {
      const auto owner = model::task::find_task(state_.task, task(3))->owner;
      const auto to = owner == crew_.others[0] ? crew_.others[1] : crew_.others[0];
      return {make::assign_task({.task = task(3), .from = owner, .to = to}), {}};
    }
    case 7:
      return move(3);
    case 8: {
      auto to = blocked->priority;
      to.value = to.value % 10 + 1;
      return {make::prioritize_task({.task = task(4), .from = blocked->priority, .to = to}), {}};
    }
    case 9:
      if (blocked->column == kColumns.back()) return move(4);
      return {make::block_task({.task = task(4)}), {}};
    case 10: {
      const auto& description = model::task::find_task(state_.task, task(5))->description;
      const auto words = fmt::format("As agreed in round {}, and what follows from it", round_);
      return {make::edit_task({.task = task(5), .description = {description, words}}), {}};
    }
    case 11:
      return move(5);
    case 12:
      return link();
    case 13:
      if (!blocked->blocked) return move(4);
      return {make::unblock_task({.task = task(4)}), {}};
    case 14:
      return {make::request_approval(task(1)), crew_.others[0]};
    case 15:
      return {make::approve({.subject = task(1), .revision = revision_of(state_, task(1))}),
              crew_.others[1]};
    case 16:
      return move(6);
    case 17:
      return correct_comment();
    case 18:
      return move(7);
    default:
      if (!grows()) return move(1);
      return {make::attach_file({.attachment = added('A'), .subject = task(2)}), {}};
  }
}

Act Mix::work_on_risks(std::size_t step) {
  const auto& present = *model::risk::find_risk(state_.risk, risk());
  switch (step) {
    case 0: {
      auto to = present.assessment;
      to.likelihood = to.likelihood % 5 + 1;
      to.impact = to.likelihood;
      to.probability_permille = 100 * to.likelihood;
      to.cost_impact = {100'000, "EUR"};
      return {make::assess_risk({.risk = risk(), .from = present.assessment, .to = to}), {}};
    }
    case 1:
      return {make::review_risk({.risk = risk()}), {}};
    case 2: {
      const auto words = fmt::format("The supplier is late in round {}", round_);
      return {make::edit_risk({.risk = risk(), .event = {present.event, words}}), {}};
    }
    case 3:
      if (!grows() || present.actions.size() >= 10) return move(0);
      return {make::plan_response(
                  {.risk = risk(), .actions = {{.action = added('P'), .owner = crew_.others[1]}}}),
              {}};
    default: {
      const auto open = model::risk::open_actions(present);
      if (open.empty()) return move(2);
      return {make::complete_risk_action({.risk = risk(), .action = open.front()}), {}};
    }
  }
}

Act Mix::work_on_change(std::size_t step) {
  if (!grows()) return move(step);
  const auto id = added('H');
  switch (step) {
    case 0:
      return {make::submit_change({.change = id, .affected = {task(0)}}), crew_.others[0]};
    case 1: {
      model::change::Impact impact;
      impact.cost = {250'000, "EUR"};
      impact.tasks_added = 3;
      return {make::assess_change({.change = id, .impact = impact, .note = "two people, a week"}),
              {}};
    }
    case 2:
      return {make::accept_impact({.change = id, .revision = revision_of(state_, id)}),
              crew_.others[0]};
    case 3:
      return {make::approve({.subject = id, .revision = revision_of(state_, id)}), crew_.others[1]};
    default:
      return {make::implement_change({.change = id}), {}};
  }
}

Act Mix::work_on_decision(std::size_t step) {
  if (!grows()) return step == 0 ? correct_time() : move(4 + step);
  const auto id = added('D');
  const auto option = added('O');
  switch (step) {
    case 0:
      return {make::open_decision(
                  {.decision = id,
                   .board = kAdvisoryBoard,
                   .options = {{.option = option, .accepts = true}, {.option = added('Q')}},
                   .subject = risk()}),
              {}};
    case 1:
    case 2:
      return {make::cast_vote({.decision = id, .option = option, .rationale = "it is cheaper"}),
              crew_.others[step]};
    default:
      return {make::conclude_decision({.decision = id}), {}};
  }
}

Act Mix::move(std::size_t which) {
  const auto id = task(which);
  const auto from = model::task::find_task(state_.task, id)->column;
  auto to = next_column(from);
  // What waits for another task cannot be done yet: back from review.
  if (to == kColumns.back() && !model::task::open_predecessors(state_.task, id, 1).empty())
    to = kColumns[1];
  const auto* reason = from == kColumns.back() ? "a case is missing" : "";
  return {make::move_task({.task = id, .from = from, .to = to, .reason = reason}), {}};
}

// Chains within the round's tasks; the next time round they are taken apart again.
Act Mix::link() {
  const auto at = round_ % (kTasksPerRound - 1);
  const auto predecessor = task(at);
  const auto successor = task(at + 1);
  if (state_.task.links.contains({predecessor, successor}))
    return {make::unlink_tasks({.predecessor = predecessor, .successor = successor}), {}};
  return {make::link_tasks({.predecessor = predecessor, .successor = successor, .lag_days = 1}),
          {}};
}

Act Mix::report_progress() {
  const auto percent = model::task::find_task(state_.task, task(0))->percent;
  const auto to = (percent + 10) % 110;
  return {make::report_progress({.task = task(0),
                                 .from_percent = percent,
                                 .percent = to,
                                 .remaining_minutes = 480 - 4 * to}),
          {}};
}

Act Mix::correct_comment() {
  const auto* comment = state_.comment.comments.find(added('C'));
  const auto& said = comment->corrected.is_none() ? comment->text : comment->corrected;
  const auto words = fmt::format("I doubted it in round {}", round_);
  return {make::correct_comment({.comment = added('C'), .text = {said, words}}), {}};
}

Act Mix::correct_time() {
  const auto minutes = state_.task.time_entries.find(added('T'))->minutes;
  return {
      make::correct_time_entry({.entry = added('T'), .from = minutes, .to = minutes % 480 + 30}),
      {}};
}

Id Mix::added(char kind) const {
  const auto round = grows() ? round_ : round_ % size_.growing_rounds;
  return {(static_cast<std::uint64_t>(kind) << 32U) + line_, round + 1};
}

Id Mix::task(std::size_t which) const {
  return {0x7a00 + line_, (round_ * kTasksPerRound + which) % size_.tasks + 1};
}

Id Mix::risk() const { return {0x4150000 + line_, round_ % size_.risks + 1}; }

}  // namespace daybook::bench
