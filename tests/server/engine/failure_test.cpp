// The disk is full, the disk is broken, the engine stops: every command still gets its one answer, and the right one.
#include <catch2/catch.hpp>

#include <thread>

#include "server/engine/loader.hpp"
#include "tests/server/engine/disk.hpp"
#include "tests/server/engine/running_engine.hpp"

namespace daybook::testing {
namespace {

Act create(std::uint64_t n, std::size_t description = 0) {
  return {.command = create_task(
              {.task = task_id(n), .description = std::string(description, 'd'), .column = kTodo})};
}

TEST_CASE("When storage is full, reads go on, what is known is answered, and service resumes",
          "[engine][failure]") {
  RunningEngine world({.group_bytes_max = 64 * 1024});
  Disk disk(world.folder().string());
  const ScopedIoHook hook(disk);
  auto known = create(1);
  known.id = world.new_id();
  const auto answer = world.submit(known);
  CHECK(answer.starts_with("accepted"));

  disk.full = true;
  std::uint64_t next = 2;
  std::string refused;
  do {
    refused = world.submit(create(next++, 16 * 1024));
    REQUIRE(next < 1000);
  } while (refused.starts_with("accepted"));
  CHECK(refused == "storageFull retryAfterMillis=1000");
  const auto before = world.head();
  CHECK(world.not_ready() == std::vector<std::string>{"storageFull"});
  const auto answers = world.submit_all({create(900), known, create(901)});
  CHECK(answers == std::vector<std::string>{refused, answer, refused});
  auto reused = create(902);
  reused.id = known.id;
  CHECK(world.submit(reused) == refused);  // it is not decided, so nothing is said of its id
  CHECK(world.query(known.id) == answer);
  CHECK(world.query({99, 99}) == "notRecorded");
  world.catch_up();
  CHECK(world.read_project()->task.tasks.size() == next - 2);
  CHECK(world.head() == before);

  disk.full = false;
  world.given(create(900));
  CHECK(world.not_ready().empty());
  world.restart();
  CHECK(world.submit(known) == answer);
  world.verify();
}

TEST_CASE("Room that is there again is found without a command", "[engine][failure]") {
  RunningEngine world(
      {.group_bytes_max = 64 * 1024, .storage_probe = std::chrono::milliseconds(1)});
  Disk disk(world.folder().string());
  const ScopedIoHook hook(disk);
  disk.full = true;
  std::uint64_t next = 1;
  while (world.submit(create(next++, 16 * 1024)).starts_with("accepted")) REQUIRE(next < 1000);
  CHECK(world.not_ready() == std::vector<std::string>{"storageFull"});
  disk.full = false;
  while (!world.not_ready().empty()) std::this_thread::yield();
  world.given(create(900));
  disk.full = true;  // and stopping does not wait for it
  while (world.submit(create(++next + 1000, 16 * 1024)).starts_with("accepted")) {
    REQUIRE(next < 1000);
  }
  world.stop();
  world.verify();
}

TEST_CASE("When a commit fails, everything in flight is unknown, and the engine takes no more",
          "[engine][failure]") {
  std::atomic<int> failures = 0;
  RunningEngine world({.on_failure = [&](const std::string&) { ++failures; }});
  Disk disk(world.folder().string());
  const ScopedIoHook hook(disk);
  auto known = create(1);
  known.id = world.new_id();
  const auto answer = world.submit(known);
  CHECK(answer.starts_with("accepted"));

  // The sequencer is held up behind one commit, while a group gathers.
  StuckInbox stuck;
  auto first =
      engine::check_submission(to_request(create(2), world.new_id()).flat(), {.member = kAdmin});
  first->inbox = &stuck;
  first->answer = [](engine::Answer) {};
  world.engine().submit(std::move(*first));
  stuck.wait_until_stuck();
  std::vector<std::string> answers(6);
  auto in_flight = create(3);
  in_flight.id = world.new_id();
  world.send(in_flight, answers[0]);
  world.send(create(3), answers[1]);  // would be rejected
  world.send(known, answers[2]);
  world.send_query(known.id, answers[3]);
  world.send_query(in_flight.id, answers[4]);
  world.send(create(4), answers[5]);
  disk.broken = true;
  stuck.release();
  for (const auto& each : answers) world.wait(each);
  CHECK(answers == std::vector<std::string>(6, "unknown"));

  // It cannot know any more what became of a command that comes again.
  CHECK(world.submit(known) == "unknown");
  CHECK(world.submit(create(5)) == "unknown");
  CHECK(world.query(known.id) == "unknown");
  CHECK(world.engine().metrics().unknown.value() == 6);  // questions are no commands
  CHECK(world.not_ready() == std::vector<std::string>{"logFailed"});
  world.stop();
  CHECK(world.not_ready() == std::vector<std::string>{"logFailed"});
  CHECK(failures == 1);

  disk.broken = false;
  world.restart({});
  CHECK(world.submit(known) == answer);
  // Recorded or not, the repetition makes it so once.
  CHECK(world.submit(in_flight).starts_with("accepted"));
  CHECK(world.submit(in_flight) == world.query(in_flight.id));
  world.catch_up();
  CHECK(model::digest(*world.read_project()) ==
        model::digest(engine::replay_project(world.log(), kProject)));
  world.verify();
}

// The meta page cannot be written: what the file holds is not known any more.
class BrokenMetaPage : public IoHook {
 public:
  int before(const IoCall& call) override {
    return call.kind == IoKind::write && call.synchronous ? EIO : 0;
  }
};

TEST_CASE("Of what a broken disk holds nothing is said", "[engine][failure]") {
  std::atomic<int> failures = 0;
  RunningEngine world({.on_failure = [&](const std::string&) { ++failures; }});
  world.restart();  // no project is loaded
  BrokenMetaPage broken;
  const ScopedIoHook hook(broken);
  CHECK(world.submit(create(1)) == "unknown");
  CHECK(world.why_unread() == engine::Unread::ended);
  CHECK(world.why_unread({9, 9}) == engine::Unread::ended);
  world.stop();
  CHECK(failures == 1);
}

TEST_CASE("A question alone does not hide that the disk broke", "[engine][failure]") {
  RunningEngine world;
  Disk disk(world.folder().string());
  const ScopedIoHook hook(disk);
  disk.broken = true;
  CHECK(world.submit(create(1)) == "unknown");
  CHECK(world.query({1, 1}) == "unknown");
}

TEST_CASE_METHOD(RunningEngine, "Stopping finishes what was taken and refuses what comes later",
                 "[engine][failure]") {
  std::vector<std::string> answers(300);
  for (std::uint64_t n = 0; n < answers.size(); ++n) send(create(n + 1), answers[n]);
  stop();
  for (const auto& answer : answers) {
    wait(answer);
    REQUIRE(answer.starts_with("accepted"));
  }
  CHECK(submit(create(900)) == "goingAway");
  CHECK(query({1, 1}) == "unknown");
  // Readers too get an answer.
  CHECK(why_unread() == engine::Unread::ended);
  CHECK(read_view(model::ViewName::BOARD) == nullptr);
  stop();
  restart();
  CHECK(read_project()->task.tasks.size() == 300);
  verify();
}

TEST_CASE("A burst becomes few groups, bounded by commands and by bytes", "[engine]") {
  const auto groups = [](engine::Options options, std::size_t description) {
    RunningEngine world(std::move(options));
    int notices = 0;
    const auto listener =
        world.engine().add_listener(world.inbox(), [&](const auto&) { ++notices; });
    StuckInbox stuck;
    auto first =
        engine::check_submission(to_request(create(1), world.new_id()).flat(), {.member = kAdmin});
    first->inbox = &stuck;
    first->answer = [](engine::Answer) {};
    world.engine().submit(std::move(*first));
    stuck.wait_until_stuck();
    std::vector<std::string> answers(100);
    for (std::uint64_t n = 0; n < answers.size(); ++n)
      world.send(create(n + 2, description), answers[n]);
    CHECK(world.engine().queue_length() == 100);
    stuck.release();
    for (const auto& answer : answers) {
      world.wait(answer);
      CHECK(answer.starts_with("accepted"));
    }
    world.catch_up();
    world.engine().remove_listener(listener);
    world.given(create(900));
    world.catch_up();
    world.verify();
    return notices;
  };
  CHECK(groups({}, 0) == 2);
  CHECK(groups({.group_commands_max = 10}, 0) == 11);
  CHECK(groups({.group_commands_max = 1}, 0) == 101);
  CHECK(groups({.group_bytes_max = 1}, 0) == 101);
  CHECK(groups({.group_bytes_max = 20'000}, 10'000) == 51);
}

TEST_CASE("A slow reader's thread holds the sequencer back: what waits is bounded", "[engine]") {
  RunningEngine world({.group_commands_max = 1});
  StuckInbox stuck;
  const auto listener = world.engine().add_listener(stuck, [](const auto&) {});
  static_cast<void>(listener);
  world.given(create(1));
  stuck.wait_until_stuck();  // the projector now waits for the inbox
  const auto before = world.head();
  std::vector<std::string> answers(500);
  for (std::uint64_t n = 0; n < answers.size(); ++n) world.send(create(n + 2), answers[n]);
  world.wait(answers[63]);
  CHECK(world.head() <= before + 66);
  stuck.release();
  for (const auto& answer : answers) {
    world.wait(answer);
    REQUIRE(answer.starts_with("accepted"));
  }
  world.catch_up();
  CHECK(world.read_project()->task.tasks.size() == 501);
}

}  // namespace
}  // namespace daybook::testing
