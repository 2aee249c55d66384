// A request that nobody answers goes up its escalation path, level by level, each told once.
#include "server/engine/escalator.hpp"

#include <catch2/catch.hpp>

#include "tests/server/engine/running_engine.hpp"
#include "tests/support/approval_commands.hpp"

namespace daybook::testing {
namespace {

constexpr std::int64_t kHour = 3'600'000'000;
constexpr Id kPool{0xF001, 1};

class Asked : public RunningEngine {
 public:
  Asked() {
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
  void new_escalator() {
    escalator_ = std::make_unique<engine::Escalator>(engine(), [this] { return now(); });
  }
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

}  // namespace
}  // namespace daybook::testing
