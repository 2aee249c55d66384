// A request that nobody answers goes up its escalation path, level by level, each told once.
#include "server/engine/escalator.hpp"

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "tests/server/engine/disk.hpp"
#include "tests/server/engine/running_engine.hpp"
#include "tests/support/approval_commands.hpp"

namespace daybook::testing {
namespace {

constexpr std::int64_t kHour = 3'600'000'000;
constexpr Id kPool{0xF001, 1};

class Asked : public RunningEngine {
 public:
  explicit Asked(engine::Options options = {}) : RunningEngine(std::move(options)) {
    given({.command = define_pool({.pool = kPool, .members = {kAdmin, kContributor}})});
    const model::approval::Policy policy{.quorum = 1, .pool = kPool};
    given({.command = define_approval_policy(
               {.kind = model::approval::SubjectKind::TASK, .from = {}, .to = policy})});
    given({.command = define_escalation_path(
               {.kind = model::approval::SubjectKind::TASK,
                .from = {},
                .to = {{.after_hours = 4, .role = schema::Role::MANAGER, .pool = {}},
                       {.after_hours = 24, .role = schema::Role::NONE, .pool = kPool}}})});
    given({.command = create_task({.task = task_id(1)})});
    given({.command = request_approval(task_id(1))});
  }
  void pass(std::int64_t micros) { set_clock({now().micros + micros}); }
  std::size_t round() {
    catch_up();
    return escalator_->run_round();
  }
  void new_escalator(engine::IdSource fresh_id = engine::random_id) {
    escalator_ = std::make_unique<engine::Escalator>(engine(), [this] { return now(); }, fresh_id);
  }
  [[nodiscard]] engine::Escalator& escalator() { return *escalator_; }
  [[nodiscard]] std::uint32_t told() {
    catch_up();
    return model::approval::find_request(read_project()->approval, task_id(1))->escalated;
  }

 private:
  std::unique_ptr<engine::Escalator> escalator_ =
      std::make_unique<engine::Escalator>(engine(), [this] { return now(); });
};

TEST_CASE_METHOD(Asked, "Each level is told when it is due, once", "[engine][escalator]") {
  CHECK(round() == 0);
  pass(4 * kHour - 1'000'000);
  CHECK(round() == 0);
  pass(1'000'000);
  CHECK(round() == 1);
  CHECK(told() == 1);
  CHECK(round() == 0);
  pass(20 * kHour);
  CHECK(round() == 1);
  CHECK(told() == 2);
  pass(1000 * kHour);
  CHECK(round() == 0);  // no level is left
  const auto last = envelopes(log()).back();
  CHECK(last.actor.is_nil());
  CHECK(last.role == schema::Role::SERVER);
}

TEST_CASE_METHOD(Asked, "What was decided is not escalated", "[engine][escalator]") {
  const auto request = *model::approval::find_request(read_project()->approval, task_id(1));
  given({.command = approve({.subject = task_id(1), .revision = request.revision}),
         .by = {.member = kContributor}});
  pass(100 * kHour);
  CHECK(round() == 0);
}

TEST_CASE_METHOD(Asked, "After a start what fell due meanwhile is told, and nothing twice",
                 "[engine][escalator]") {
  pass(5 * kHour);
  CHECK(round() == 1);
  new_escalator();  // knows nothing any more
  CHECK(round() == 0);
  pass(20 * kHour);
  new_escalator();
  CHECK(round() == 1);
  CHECK(told() == 2);
}

TEST_CASE_METHOD(Asked,
                 "Its commands have fresh ids, and one that is used up is tried with another",
                 "[engine][escalator]") {
  std::vector<Id> ids{{0xE5, 1}, {0xE5, 2}};
  given({.command = create_task({.task = task_id(2)}), .id = ids[0]});
  std::size_t next = 0;
  new_escalator([&](Timestamp) { return ids.at(next++); });
  pass(5 * kHour);
  CHECK(round() == 0);
  CHECK(told() == 0);
  CHECK(round() == 1);
  CHECK(told() == 1);
  CHECK(envelopes(log()).back().command_id == ids[1]);
}

TEST_CASE(
    "What is refused since storage is full is told when there is room, in a quiet project too",
    "[engine][escalator]") {
  Asked world({.group_bytes_max = 64 * 1024});
  Disk disk(world.folder().string());
  const ScopedIoHook hook(disk);
  disk.full = true;
  std::uint64_t next = 100;
  while (world
             .submit({.command = create_task(
                          {.task = task_id(next++), .description = std::string(16 * 1024, 'd')})})
             .starts_with("accepted"))
    REQUIRE(next < 1000);
  world.pass(5 * kHour);
  CHECK(world.round() == 0);
  CHECK(world.round() == 0);
  const auto before = world.head();
  disk.full = false;
  CHECK(world.round() == 1);
  CHECK(world.head() == before + 1);
  CHECK(world.told() == 1);
}

TEST_CASE_METHOD(Asked, "Each of several projects is looked at, and none is loaded for the readers",
                 "[engine][escalator]") {
  for (std::uint64_t n = 2; n <= 60; ++n) {
    given({.command = register_project(
               {.project = project_id(n), .key = "P" + std::to_string(n), .first_manager = kAdmin}),
           .stream = {}});
    if (n == 2) continue;  // never opened
    given({.command = open_project(), .stream = project_id(n)});
    if (n > 4) continue;
    const auto here = [&](Command command) {
      given({.command = std::move(command), .stream = project_id(n)});
    };
    here(grant_role({.member = kContributor}));
    here(define_pool({.pool = kPool, .members = {kAdmin, kContributor}}));
    here(define_approval_policy({.kind = model::approval::SubjectKind::TASK,
                                 .from = {},
                                 .to = model::approval::Policy{.quorum = 1, .pool = kPool}}));
    here(define_escalation_path(
        {.kind = model::approval::SubjectKind::TASK,
         .from = {},
         .to = {{.after_hours = 4, .role = schema::Role::MANAGER, .pool = {}}}}));
    here(define_board({.columns = {{.column = column_id(n * 10)}}}));
    here(create_task({.task = task_id(n)}));
    here(request_approval(task_id(n)));
  }
  given({.command = archive_project("done"), .stream = project_id(4)});
  pass(5 * kHour);
  restart();
  new_escalator();
  CHECK(round() == 2);  // the first project's and the third's
  CHECK(engine().metrics().projector_projects.value() <= 2);
  CHECK(round() == 0);
  given({.command = restore_project("not done"), .stream = project_id(4)});
  CHECK(round() == 1);
}

TEST_CASE_METHOD(Asked, "It looks by itself once it is started", "[engine][escalator]") {
  pass(5 * kHour);
  escalator().start();
  while (told() == 0) std::this_thread::yield();
  escalator().stop();
  CHECK(told() == 1);
}

}  // namespace
}  // namespace daybook::testing
