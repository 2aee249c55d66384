#include "server/demo_work.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "server/demo_governance.hpp"

namespace daybook::server::demo {
namespace {

constexpr double kAnHour = 0.125;
constexpr std::uint32_t kMinutesOfPerson = 10 * 60;  // in a day, over all tasks
constexpr std::uint32_t kMinutesOfDay = 7 * 60;      // that go into one task at most
constexpr unsigned kHoursWorthReporting = 12;        // smaller tasks are done before anybody asks

Id column_id(std::size_t stage) { return named_id("column", kColumns[stage].name); }

// Waiting is a siding, not a station.
Stage stage_after(Stage stage, Stage until) {
  if (stage == in_progress && until == waiting) return waiting;
  const auto next = static_cast<Stage>(stage + 1);
  return next == waiting ? testing : next;
}

// The part of a task's estimate that a stage takes, in eighths.
std::uint32_t eighths(Stage stage) {
  switch (stage) {
    case in_progress:
      return 5;
    case review:
      return 1;
    case testing:
      return 2;
    case backlog:
    case ready:
    case waiting:
    case done:
      break;
  }
  return 0;
}

bool is_worth_another_try(Code code) {
  return code == Code::WIP_LIMIT_REACHED || code == Code::TASK_BLOCKED ||
         code == Code::PREDECESSOR_OPEN;
}

}  // namespace

Id task_id(std::size_t task) { return named_id("task", kTasks[task].title); }

Who Work::actor_of(std::size_t task) const {
  return kTasks[task].owner == nobody ? ines : kTasks[task].owner;
}

void Work::define_board() {
  story_.must("the board", ines, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto columns = command.initBoard().initDefineBoard().initColumns(kColumns.size());
                for (unsigned i = 0; i < kColumns.size(); ++i) {
                  write(columns[i].initColumn(), column_id(i));
                  request.text(columns[i].initName(), kColumns[i].name);
                  columns[i].setCategory(kColumns[i].category);
                  columns[i].initWip().setCount(kColumns[i].limit);
                }
              });
}

void Work::plan() {
  auto& agenda = story_.agenda();
  for (std::size_t i = 0; i < kTasks.size(); ++i) {
    agenda.at(kTasks[i].created, [this, i] { create(i); });
    agenda.at(kTasks[i].start, [this, i] { advance(i, kTasks[i].start); });
  }
  for (const auto& link_plan : kLinks) {
    const auto both =
        std::max(kTasks[link_plan.predecessor].created, kTasks[link_plan.successor].created);
    agenda.at(both, [this, &link_plan] { link(link_plan); });
  }
  for (const auto& block_plan : kBlocks) {
    agenda.at(block_plan.from, [this, &block_plan] { block(block_plan, block_plan.from); });
    agenda.at(block_plan.until, [this, &block_plan] { unblock(block_plan); });
  }
  agenda.at(kRetirement.day, [this] { retire(); });
  agenda.at(kReopening.day, [this] { reopen(); });
  agenda.at(kOverride.day - kAnHour, [this] {
    for (std::size_t i = 0; i < kTasks.size(); ++i) log_time(i, kOverride.day);
  });
  agenda.at(kOverride.day, [this] { move(kOverride.task, kOverride.to, {}, kOverride.reason); });
}

void Work::create(std::size_t task) {
  const auto& plan = kTasks[task];
  const bool is_under_change = task == kUnderChange.task;
  const auto command = story_.must("a task", ines, project_id(),
                                   [&](model::Request& request, schema::Command::Builder command) {
                                     auto create = command.initTask().initCreateTask();
                                     write(create.initTask(), task_id(task));
                                     request.text(create.initTitle(), plan.title);
                                     if (plan.owner != nobody)
                                       write(create.initOwner(), story_.person(plan.owner));
                                     create.setPoints(plan.points);
                                     create.setEstimateMinutes(plan.hours * 60);
                                     write(create.initColumn(), column_id(backlog));
                                     if (is_under_change)
                                       write(create.initChange(), change_id(kUnderChange.change));
                                   });
  if (is_under_change) under_change_.push_back(command);
}

void Work::link(const LinkPlan& plan) {
  story_.must("a link", ines, project_id(), [&](model::Request&, schema::Command::Builder command) {
    auto link = command.initTask().initLinkTasks();
    write(link.initPredecessor(), task_id(plan.predecessor));
    write(link.initSuccessor(), task_id(plan.successor));
    link.setLagDays(plan.lag_days);
  });
}

void Work::advance(std::size_t task, double day) {
  const auto& plan = kTasks[task];
  auto& card = cards_[task];
  if (card.stage == plan.until || card.retired) return;
  const auto next = stage_after(card.stage, plan.until);
  const auto answer = story_.act(story_.person(actor_of(task)), project_id(),
                                 [&](model::Request&, schema::Command::Builder command) {
                                   auto move = command.initTask().initMoveTask();
                                   write(move.initTask(), task_id(task));
                                   write(move.initFromColumn(), column_id(card.stage));
                                   write(move.initToColumn(), column_id(next));
                                 });
  auto& agenda = story_.agenda();
  if (const auto* rejection = std::get_if<model::Rejection>(&answer)) {
    if (!is_worth_another_try(rejection->code)) {
      throw std::runtime_error("demonstration: a move was refused: " +
                               std::string(model::to_string(rejection->code)));
    }
    const auto later = day + kAnHour;
    agenda.at(later, [this, task, later] { advance(task, later); });
    return;
  }
  log_time(task, day);
  card.stage = next;
  card.entered = day;
  if (plan.hours >= kHoursWorthReporting) {
    const auto half = day + plan.step_days / 2;
    if (next == in_progress) agenda.at(half, [this, task] { report(task, 40); });
    if (next == review || next == waiting) report(task, 65);
    if (next == testing) report(task, 80);
  }
  const auto then = day + plan.step_days;
  agenda.at(then, [this, task, then] { advance(task, then); });
}

void Work::move(std::size_t task, Stage to, std::string_view reason,
                std::string_view override_reason) {
  auto& card = cards_[task];
  story_.must("a move", ines, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto move = command.initTask().initMoveTask();
                write(move.initTask(), task_id(task));
                write(move.initFromColumn(), column_id(card.stage));
                write(move.initToColumn(), column_id(to));
                if (!reason.empty()) request.text(move.initReason(), reason);
                if (!override_reason.empty())
                  request.text(move.initOverrideReason(), override_reason);
              });
  card.stage = to;
}

void Work::block(const BlockPlan& plan, double day) {
  if (cards_[plan.task].stage == backlog) {  // not begun yet
    const auto later = day + kAnHour;
    story_.agenda().at(later, [this, &plan, later] { block(plan, later); });
    return;
  }
  story_.must("a block", actor_of(plan.task), project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto block = command.initTask().initBlockTask();
                write(block.initTask(), task_id(plan.task));
                request.text(block.initReason(), plan.reason);
                block.setKind(plan.kind);
                request.text(block.initNeeds(), plan.needs);
              });
}

void Work::unblock(const BlockPlan& plan) {
  story_.must("an unblocking", actor_of(plan.task), project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto unblock = command.initTask().initUnblockTask();
                write(unblock.initTask(), task_id(plan.task));
                request.text(unblock.initReason(), plan.resolution);
              });
}

void Work::retire() {
  story_.must("a retirement", ines, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto retire = command.initTask().initRetireTask();
                write(retire.initTask(), task_id(kRetirement.task));
                request.text(retire.initReason(), kRetirement.reason);
              });
  cards_[kRetirement.task].retired = true;
}

void Work::reopen() {
  move(kReopening.task, testing, kReopening.reason, {});
  cards_[kReopening.task].entered = kReopening.day;
  story_.agenda().at(kReopening.day + 1, [this] { advance(kReopening.task, kReopening.day + 1); });
}

void Work::report(std::size_t task, std::uint32_t percent) {
  auto& card = cards_[task];
  if (card.retired || card.percent >= percent) return;
  story_.must("progress", actor_of(task), project_id(),
              [&](model::Request&, schema::Command::Builder command) {
                auto report = command.initTask().initReportProgress();
                write(report.initTask(), task_id(task));
                report.setFromPercent(card.percent);
                report.setPercent(percent);
                report.setRemainingMinutes(kTasks[task].hours * 60 * (100 - percent) / 100);
              });
  card.percent = percent;
}

void Work::log_time(std::size_t task, double until) {
  const auto& card = cards_[task];
  const auto share = eighths(card.stage);
  if (share == 0 || card.retired) return;
  const auto owner = static_cast<std::size_t>(actor_of(task));
  const auto reviewer = static_cast<Who>(owner == priya ? tomas : owner + 1);
  const auto who = card.stage == review ? reviewer : actor_of(task);
  auto minutes = std::max(15u, kTasks[task].hours * 60 * share / 8 / 15 * 15);
  for (auto day = static_cast<int>(card.entered); day <= static_cast<int>(until) && minutes > 0;
       ++day) {
    auto& worked = worked_[{who, day}];
    const auto today = std::min({minutes, kMinutesOfDay, kMinutesOfPerson - worked});
    if (today == 0) continue;  // they were busy with other tasks
    worked += today;
    log_day(task, who, day, today);
    minutes -= today;
  }
}

void Work::log_day(std::size_t task, Who who, int day, std::uint32_t minutes) {
  const auto name =
      std::string(kTasks[task].title) + "/" + std::to_string(cards_[task].time_entries++);
  story_.must("time", who, project_id(), [&](model::Request&, schema::Command::Builder command) {
    auto entry = command.initTask().initLogTime();
    write(entry.initEntry(), named_id("time", name));
    write(entry.initTask(), task_id(task));
    entry.setDay(story_.calendar().date_of(day).days);
    entry.setMinutes(minutes);
  });
}

}  // namespace daybook::server::demo
