#include "server/demo.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <queue>
#include <stdexcept>

#include "model/rejection.hpp"
#include "server/access/random.hpp"
#include "server/first_start.hpp"

namespace daybook::server {
namespace {

using engine::Accepted;
using model::Code;
using schema::board::Category;
using schema::task::BlockKind;

constexpr std::int64_t kHour = 3'600'000'000;
constexpr std::int64_t kDay = 24 * kHour;
constexpr int kDaysOfHistory =
    14;  // the plan's days; they are told in the ten working days before now
constexpr int kWorkingDays = 10;
constexpr std::int64_t kMorning = 9 * kHour;
constexpr std::int64_t kHoursOfWork = 8 * kHour;

Id named_id(std::string_view name) {
  const auto source = "daybook-demo/" + std::string(name);
  return make_id_v8(std::as_bytes(std::span(source)));
}

struct Person {
  std::string_view name;
  schema::Role role;
};
constexpr std::array kPeople{
    Person{"Ines Okafor", schema::Role::MANAGER},
    Person{"Tomas Lindqvist", schema::Role::CONTRIBUTOR},
    Person{"Mei Tanaka", schema::Role::CONTRIBUTOR},
    Person{"Rafael Duarte", schema::Role::CONTRIBUTOR},
    Person{"Hanna Weiss", schema::Role::CONTRIBUTOR},
    Person{"Priya Raman", schema::Role::CONTRIBUTOR},
    Person{"Jonas Petit", schema::Role::VIEWER},
};

struct ColumnPlan {
  std::string_view name;
  Category category;
  std::uint32_t limit;
};
constexpr std::array kColumns{
    ColumnPlan{"Backlog", Category::TODO, 0},      ColumnPlan{"Ready", Category::TODO, 8},
    ColumnPlan{"In progress", Category::DOING, 4}, ColumnPlan{"Review", Category::DOING, 3},
    ColumnPlan{"Waiting", Category::WAIT, 0},      ColumnPlan{"Testing", Category::DOING, 4},
    ColumnPlan{"Done", Category::DONE, 0},
};
enum Stage : std::size_t { backlog, ready, in_progress, review, waiting, testing, done };

struct TaskPlan {
  std::string_view title;
  int owner;  // index of kPeople; -1: nobody
  unsigned points;
  unsigned hours;     // estimate
  double start_day;   // leaves the backlog
  double stage_days;  // how long each stage takes
  Stage until;        // how far it has come
};

// Accounts and transactions: two deliverables that can ship on their own; then what both stand on.
constexpr std::array kTasks{
    TaskPlan{"Accounts: list all accounts with balances", 1, 5, 24, 0.3, 1.1, done},
    TaskPlan{"Accounts: account detail with the last 30 days", 1, 5, 24, 2.2, 1.2, done},
    TaskPlan{"Accounts: pull to refresh without losing the scroll position", 4, 2, 8, 4.1, 0.8,
             done},
    TaskPlan{"Accounts: rename an account", 4, 2, 6, 6.3, 0.9, done},
    TaskPlan{"Accounts: hide balances when the phone is turned over", 4, 3, 12, 8.0, 1.4, testing},
    TaskPlan{"Accounts: statement download as PDF", 1, 5, 20, 8.5, 1.6, review},
    TaskPlan{"Accounts: joint accounts show both holders", 1, 3, 14, 10.4, 1.8, in_progress},
    TaskPlan{"Accounts: close an account from the app", -1, 8, 40, 20, 1, backlog},
    TaskPlan{"Accounts: savings goals with progress", -1, 5, 24, 20, 1, backlog},
    TaskPlan{"Accounts: foreign currency balances", -1, 5, 24, 20, 1, backlog},
    TaskPlan{"Accounts: offline view of the last known balances", 4, 5, 22, 11.2, 1, ready},
    TaskPlan{"Accounts: accessibility labels for amounts", 4, 2, 8, 12.1, 1, ready},
    TaskPlan{"Transactions: list with search", 2, 5, 26, 0.4, 1.3, done},
    TaskPlan{"Transactions: filter by category and amount", 2, 3, 16, 2.6, 1.1, done},
    TaskPlan{"Transactions: transfer between own accounts", 3, 8, 36, 0.6, 1.5, done},
    TaskPlan{"Transactions: transfer to another bank", 3, 8, 40, 5.2, 1.7, testing},
    TaskPlan{"Transactions: confirm a transfer with biometrics", 3, 5, 24, 7.4, 1.6, review},
    TaskPlan{"Transactions: scheduled and repeating transfers", 3, 8, 40, 10.1, 1.9, in_progress},
    TaskPlan{"Transactions: cancel a scheduled transfer", 3, 3, 12, 11.8, 1, ready},
    TaskPlan{"Transactions: scan an invoice and pay it", 2, 8, 44, 9.2, 2.4, in_progress},
    TaskPlan{"Transactions: split a payment with friends", -1, 5, 24, 20, 1, backlog},
    TaskPlan{"Transactions: dispute a card payment", -1, 5, 26, 20, 1, backlog},
    TaskPlan{"Transactions: receipt photo on a payment", -1, 3, 14, 20, 1, backlog},
    TaskPlan{"Transactions: push message for every debit", 2, 3, 14, 6.6, 1.3, done},
    TaskPlan{"Transactions: daily limit with a clear message", 3, 3, 12, 8.8, 1.5, testing},
    TaskPlan{"Transactions: instant payments behind a switch", 3, 8, 36, 12.4, 1, ready},
    TaskPlan{"Sign-in: device binding", 5, 8, 36, 0.2, 1.4, done},
    TaskPlan{"Sign-in: recover access after a lost phone", 5, 8, 40, 4.4, 1.9, testing},
    TaskPlan{"Sign-in: lock after five wrong codes", 5, 3, 10, 3.1, 0.9, done},
    TaskPlan{"Sign-in: session ends after ten idle minutes", 5, 2, 8, 7.1, 1.0, done},
    TaskPlan{"Security: penetration test of the transfer flow", 5, 5, 24, 9.6, 2.6, in_progress},
    TaskPlan{"Security: certificate pinning with a rotation plan", 5, 5, 22, 10.6, 2.2, review},
    TaskPlan{"Platform: contract tests against the core banking system", 2, 5, 24, 1.4, 1.4, done},
    TaskPlan{"Platform: feature switches per customer group", 1, 3, 14, 3.6, 1.1, done},
    TaskPlan{"Platform: crash reports without personal data", 4, 3, 12, 5.6, 1.0, done},
    TaskPlan{"Platform: release pipeline for both app stores", 1, 5, 26, 6.0, 1.8, done},
    TaskPlan{"Platform: load test at the end-of-month peak", 2, 5, 24, 11.4, 1.5, ready},
    TaskPlan{"Support: train the service desk on transfers", -1, 2, 8, 20, 1, backlog},
    TaskPlan{"Support: in-app help for the first transfer", 4, 2, 8, 9.9, 1.7, waiting},
    TaskPlan{"Launch: pilot with 200 customers", 0, 5, 24, 13.0, 1, ready},
    TaskPlan{"Launch: data protection assessment signed", 0, 3, 12, 7.8, 2.0, waiting},
};

struct BlockPlan {
  std::size_t task;  // index of kTasks
  double from_day;
  double until_day;  // beyond the history: still blocked
  std::string_view reason;
  BlockKind kind;
  std::string_view needs;
  std::string_view resolution = {};
};
constexpr std::array kBlocks{
    BlockPlan{15, 6.6, 9.4, "The sandbox of the clearing house rejects our certificate",
              BlockKind::SUPPLIER, "A renewed test certificate from the clearing house",
              "The clearing house renewed it; transfers pass"},
    BlockPlan{19, 11.5, 30, "The scanning library's licence does not cover our use",
              BlockKind::DECISION,
              "A decision: buy the licence or drop photo scanning from the first release"},
    BlockPlan{30, 12.2, 30, "The external testers start two weeks later than agreed",
              BlockKind::SUPPLIER, "A confirmed date from the testing company"},
    BlockPlan{40, 10.0, 30, "The data protection officer has open questions on crash reports",
              BlockKind::PERSON, "Answers to three questions, due Thursday"},
};

// The mornings of the last ten working days that are over at `now`, the oldest first.
std::array<std::int64_t, kWorkingDays> working_days(Timestamp now) {
  std::array<std::int64_t, kWorkingDays> mornings;
  auto day = now.micros / kDay;
  if (day * kDay + kMorning + kHoursOfWork > now.micros) --day;
  for (auto at = mornings.rbegin(); at != mornings.rend(); --day) {
    const auto weekday = (day + 3) % 7;  // from Monday; 1970 began on a Thursday
    if (weekday < 5) *at++ = day * kDay + kMorning;
  }
  return mornings;
}

class Story {
 public:
  // The clock is read on the sequencer's thread.
  using SharedClock = std::atomic<std::int64_t>;
  static constexpr std::int64_t kBetweenActs = 20'000'000;

  Story(engine::Engine& engine, engine::LocalInbox& inbox, SharedClock& clock,
        const std::array<std::int64_t, kWorkingDays>& mornings)
      : engine_(engine), inbox_(inbox), clock_(clock), mornings_(mornings) {}

  // `day` is one of the plan's, from 0.
  void set_time(double day) {
    const auto worked = day * kWorkingDays / kDaysOfHistory;
    const auto index = std::min(static_cast<std::size_t>(worked), mornings_.size() - 1);
    const auto part = worked - static_cast<double>(index);
    clock_ = mornings_[index] + static_cast<std::int64_t>(part * static_cast<double>(kHoursOfWork));
  }

  // Builds one command and gives it; `fill` gets (Request&, Command::Builder).
  engine::Answer act(Id actor, Id stream, auto&& fill) {
    model::Request request(access::random_id({clock_}), stream, access::random_32());
    fill(request, request.command());
    clock_ += kBetweenActs;
    return engine::submit_and_wait(engine_, inbox_, {.member = actor}, std::move(request));
  }

  // Likewise, for what the plan takes for granted.
  void must(std::string_view what, Id actor, Id stream, auto&& fill) {
    const auto answer = act(actor, stream, fill);
    if (std::holds_alternative<Accepted>(answer)) return;
    const auto* rejection = std::get_if<model::Rejection>(&answer);
    throw std::runtime_error(
        "demonstration: " + std::string(what) + " was refused: " +
        std::string(rejection != nullptr ? model::to_string(rejection->code) : "unknown"));
  }

 private:
  engine::Engine& engine_;
  engine::LocalInbox& inbox_;
  SharedClock& clock_;
  const std::array<std::int64_t, kWorkingDays> mornings_;
};

Id column_id(std::size_t stage) { return named_id("column/" + std::string(kColumns[stage].name)); }
Id task_id(std::size_t task) { return named_id("task/" + std::string(kTasks[task].title)); }
const Id kProject = named_id("project");

class Plan {
 public:
  Plan(Story& story, Id manager) : story_(story) {
    people_[0] = manager;
    for (std::size_t i = 1; i < kPeople.size(); ++i)
      people_[i] = named_id("member/" + std::string(kPeople[i].name));
  }

  void set_up() {
    for (std::size_t i = 1; i < kPeople.size(); ++i) {
      story_.must("a member", people_[0], {},
                  [&](model::Request& request, schema::Command::Builder command) {
                    auto add = command.initMember().initAddMember();
                    write(add.initMember(), people_[i]);
                    request.text(add.initName(), kPeople[i].name);
                  });
    }
    story_.must("the project", people_[0], {},
                [&](model::Request&, schema::Command::Builder command) {
                  auto project = command.initWorkspace().initRegisterProject();
                  write(project.initProject(), kProject);
                  project.setKey("BANK");
                  write(project.initFirstManager(), people_[0]);
                });
    story_.must("the opening", people_[0], kProject,
                [&](model::Request& request, schema::Command::Builder command) {
                  auto open = command.initProject().initOpenProject();
                  request.text(open.initName(), "Mobile banking app");
                  open.setDemonstration(true);
                });
    for (std::size_t i = 1; i < kPeople.size(); ++i) {
      story_.must("a role", people_[0], kProject,
                  [&](model::Request&, schema::Command::Builder command) {
                    auto grant = command.initProject().initGrantRole();
                    write(grant.initMember(), people_[i]);
                    grant.setRole(kPeople[i].role);
                  });
    }
    story_.must("the board", people_[0], kProject,
                [&](model::Request& request, schema::Command::Builder command) {
                  auto columns = command.initBoard().initDefineBoard().initColumns(kColumns.size());
                  for (unsigned i = 0; i < kColumns.size(); ++i) {
                    write(columns[i].initColumn(), column_id(i));
                    request.text(columns[i].initName(), kColumns[i].name);
                    columns[i].setCategory(kColumns[i].category);
                    columns[i].initWip().setCount(kColumns[i].limit);
                  }
                });
    for (std::size_t i = 0; i < kTasks.size(); ++i) create(i);
  }

  // Plays every act in the order of its time. A move that the limit refuses is tried again some hours later, as people do.
  void play() {
    for (std::size_t i = 0; i < kTasks.size(); ++i) {
      stages_[i] = backlog;
      schedule(kTasks[i].start_day, i, Act::advance);
    }
    for (std::size_t i = 0; i < kBlocks.size(); ++i) {
      schedule(kBlocks[i].from_day, i, Act::block);
      schedule(kBlocks[i].until_day, i, Act::unblock);
    }
    while (!acts_.empty()) {
      const auto act = acts_.top();
      acts_.pop();
      story_.set_time(act.day);
      switch (act.kind) {
        case Act::advance:
          advance(act.day, act.index);
          break;
        case Act::block:
          block(act.day, act.index);
          break;
        case Act::unblock:
          unblock(act.index);
          break;
      }
    }
  }

  void finish() {
    story_.set_time(kDaysOfHistory - 0.05);
    // One card too many, let in by the manager, who says why.
    story_.must(
        "the override", people_[0], kProject,
        [&](model::Request& request, schema::Command::Builder command) {
          auto move = command.initTask().initMoveTask();
          write(move.initTask(), task_id(25));
          write(move.initFromColumn(), column_id(stages_[25]));
          write(move.initToColumn(), column_id(in_progress));
          request.text(
              move.initOverrideReason(),
              "Instant payments become mandatory next quarter; agreed with Rafael to start now");
        });
  }

 private:
  struct Act {
    enum Kind { advance, block, unblock };
    double day;
    std::size_t index;
    Kind kind;
    std::size_t order;
    bool operator<(const Act& other) const {  // the earliest on top
      return day != other.day ? day > other.day : order > other.order;
    }
  };

  void schedule(double day, std::size_t index, Act::Kind kind) {
    if (day < kDaysOfHistory - 0.1) acts_.push({day, index, kind, order_++});
  }

  Id actor_of(std::size_t task) const {
    return people_[static_cast<std::size_t>(std::max(kTasks[task].owner, 0))];
  }

  void create(std::size_t i) {
    const auto& plan = kTasks[i];
    story_.must("a task", people_[0], kProject,
                [&](model::Request& request, schema::Command::Builder command) {
                  auto create = command.initTask().initCreateTask();
                  write(create.initTask(), task_id(i));
                  request.text(create.initTitle(), plan.title);
                  if (plan.owner >= 0)
                    write(create.initOwner(), people_[static_cast<std::size_t>(plan.owner)]);
                  create.setPoints(plan.points);
                  create.setEstimateMinutes(plan.hours * 60);
                  write(create.initColumn(), column_id(backlog));
                });
  }

  void advance(double day, std::size_t i) {
    const auto& plan = kTasks[i];
    if (stages_[i] == plan.until) return;
    auto next = static_cast<Stage>(stages_[i] + 1);
    if (next == waiting && plan.until != waiting)
      next = testing;  // waiting is a siding, not a station
    if (stages_[i] == in_progress && plan.until == waiting) next = waiting;
    const auto answer =
        story_.act(actor_of(i), kProject, [&](model::Request&, schema::Command::Builder command) {
          auto move = command.initTask().initMoveTask();
          write(move.initTask(), task_id(i));
          write(move.initFromColumn(), column_id(stages_[i]));
          write(move.initToColumn(), column_id(next));
        });
    if (std::holds_alternative<Accepted>(answer)) {
      stages_[i] = next;
      schedule(day + plan.stage_days / 2, i, Act::advance);
      return;
    }
    const auto* rejection = std::get_if<model::Rejection>(&answer);
    if (rejection == nullptr ||
        (rejection->code != Code::WIP_LIMIT_REACHED && rejection->code != Code::TASK_BLOCKED)) {
      throw std::runtime_error(
          "demonstration: a move was refused: " +
          std::string(rejection != nullptr ? model::to_string(rejection->code) : "unknown"));
    }
    schedule(day + 0.17, i, Act::advance);
  }

  void block(double day, std::size_t i) {
    const auto& plan = kBlocks[i];
    if (stages_[plan.task] == backlog) return schedule(day + 0.3, i, Act::block);  // not begun yet
    story_.must("a block", actor_of(plan.task), kProject,
                [&](model::Request& request, schema::Command::Builder command) {
                  auto block = command.initTask().initBlockTask();
                  write(block.initTask(), task_id(plan.task));
                  request.text(block.initReason(), plan.reason);
                  block.setKind(plan.kind);
                  request.text(block.initNeeds(), plan.needs);
                });
  }

  void unblock(std::size_t i) {
    story_.must("an unblocking", actor_of(kBlocks[i].task), kProject,
                [&](model::Request& request, schema::Command::Builder command) {
                  auto unblock = command.initTask().initUnblockTask();
                  write(unblock.initTask(), task_id(kBlocks[i].task));
                  request.text(unblock.initReason(), kBlocks[i].resolution);
                });
  }

  Story& story_;
  std::array<Id, kPeople.size()> people_{};
  std::array<Stage, kTasks.size()> stages_{};
  std::priority_queue<Act> acts_;
  std::size_t order_ = 0;
};

}  // namespace

Demo make_demo(log::EventLog& log, Timestamp now) {
  const auto mornings = working_days(now);
  Story::SharedClock clock = mornings.front();
  engine::Options options;
  options.clock = [&] { return Timestamp{clock}; };
  engine::LocalInbox inbox;  // outlives the engine, which posts to it
  engine::Engine engine(log, options);
  engine.start();
  auto first = open_workspace(engine, inbox,
                              {.workspace_name = "Demonstration",
                               .admin_name = std::string(kPeople[0].name),
                               .demonstration = true});
  Story story(engine, inbox, clock, mornings);
  Plan plan(story, first.admin);
  plan.set_up();
  plan.play();
  plan.finish();
  engine.stop();
  return {std::move(first.token), log.head().position.value};
}

}  // namespace daybook::server
