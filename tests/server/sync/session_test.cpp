// A session without a socket: what it says when, under a clock that the test moves.
#include "tests/server/sync/conversation.hpp"

namespace daybook::testing {
namespace {

TEST_CASE_METHOD(Conversation, "Without hello the connection ends in time", "[sync][session]") {
  CHECK(hear_now().empty());
  pass(29'999ms);
  CHECK(hear_now().empty());
  CHECK_FALSE(session().closing());
  pass(1ms);
  CHECK(hear_now().empty());
  CHECK(closed_as() == CloseCode::heartbeat_timeout);
}

TEST_CASE_METHOD(Conversation, "Each side's silence is limited", "[sync][session]") {
  hello();
  pass(14'999ms);
  CHECK(hear_now().empty());
  pass(1ms);
  CHECK(hear_now() == R"({"ping":{"nonce":"1"}})");
  pass(14'999ms);
  CHECK(hear_now().empty());
  CHECK_FALSE(session().closing());
  say(R"({"pong":{"nonce":"1"}})");
  pass(1ms);
  CHECK(hear_now() == R"({"ping":{"nonce":"2"}})");
  pass(29'999ms);
  static_cast<void>(hear_now());
  CHECK(closed_as() == CloseCode::heartbeat_timeout);
}

TEST_CASE_METHOD(Conversation, "A token that expires ends the session at its time",
                 "[sync][session]") {
  hello();
  CHECK(session().wake_at() <= sync::Instant::max());
  for (int i = 0; i < 5; ++i) {
    pass(10'000ms);
    say(R"({"pong":{}})");
    static_cast<void>(hear_now());
    REQUIRE_FALSE(session().closing());
  }
  pass(10'000ms);
  say(R"({"pong":{}})");
  static_cast<void>(hear_now());
  CHECK(closed_as() == CloseCode::token_ended);
}

TEST_CASE_METHOD(Conversation, "Commands beyond the rate are answered when to come again",
                 "[sync][session]") {
  hello();
  const auto send = [&](std::uint64_t n) {
    say(R"({"command":{"id":")" + to_string({0xA, n}) + R"(","stream":")" + to_string(kProject) +
        R"(","seed":")" + std::string(64, 'a') + R"(","command":{"task":{"createTask":{"task":")" +
        to_string(task_id(n)) + R"(","title":"Task"}}}}})");
    return hear();
  };
  for (std::uint64_t n = 1; n <= 3; ++n) CHECK(send(n).find("accepted") != std::string::npos);
  const auto limited = send(4);
  CHECK(limited.find("rateLimited") != std::string::npos);
  CHECK(limited.find("retryAfterMillis") != std::string::npos);
  pass(400ms);
  CHECK(send(4).find("accepted") != std::string::npos);
  CHECK(send(5).find("rateLimited") != std::string::npos);
}

TEST_CASE_METHOD(Conversation, "Subscriptions count like commands", "[sync][session]") {
  hello();
  for (int i = 0; i < 3; ++i) {
    subscribe(R"({"after":"0"})", R"({"events":null})");
    wait_answers();
    say(R"({"unsubscribe":{"subscription":1}})");
  }
  while (!hear_now().empty()) {
  }
  subscribe(R"({"after":"0"})", R"({"events":null})");
  CHECK(hear_now().find(R"({"error":{"code":"rateLimited")") == 0);
  pass(400ms);
  subscribe(R"({"after":"0"})", R"({"events":null})");
  wait_answers();
  CHECK(hear_now().starts_with(R"({"events")"));
}

TEST_CASE_METHOD(Conversation,
                 "A token that ended while the session waited to enter lets nobody in",
                 "[sync][session]") {
  hello_as(1);
  pass(61'000ms);
  inbox().run_one();
  CHECK(closed_as() == CloseCode::token_ended);
  CHECK(hear_now().empty());
}

TEST_CASE_METHOD(Conversation, "What fails in a posted handler ends the session, and nothing else",
                 "[sync][session]") {
  hello();
  subscribe(R"({"snapshot":null})", R"({"views":["tasks"]})");
  break_down();
  CHECK_NOTHROW(wait_answers());
  CHECK(closed_as() == CloseCode::internal);
}

TEST_CASE_METHOD(Conversation, "What fails while a message is taken or made ends the session",
                 "[sync][session]") {
  hello();
  break_down();
  SECTION("taken") { CHECK_NOTHROW(say(R"({"ping":{"nonce":"1"}})")); }
  SECTION("made") { CHECK_NOTHROW(static_cast<void>(hear_now())); }
  CHECK(closed_as() == CloseCode::internal);
}

// Whatever a client is told in the end it may take as final: that there is no such project, or that it may not read it.
TEST_CASE_METHOD(LongConversation, "What an engine cannot tell any more, a session does not either",
                 "[sync][session]") {
  hello();
  const auto project = R"("project":")" + to_string(kProject) + '"';
  // Nobody hears of it before the engine has ended.
  const auto act_and_stop = [&](Command command) {
    std::string answer;
    send({.command = std::move(command)}, answer);
    stop();
    wait(answer);
    settle();
  };
  SECTION("to who subscribes") {
    stop();
    subscribe(R"({"after":"0"})", R"({"events":null})");
  }
  SECTION("to who subscribes to a view") {
    stop();
    subscribe(R"({"snapshot":null})", R"({"views":["tasks"]})");
  }
  SECTION("to whoever watches") {
    subscribe(R"({"snapshot":null})", R"({"views":["tasks"]})");
    CHECK(hear().find(R"("whole":true)") != std::string::npos);
    pass(1000ms);
    act_and_stop(create_task({.task = task_id(1)}));
  }
  SECTION("to those whose rights have changed") {
    subscribe(R"({"after":"0"})", R"({"events":null})");
    CHECK(hear().starts_with(R"({"events")"));
    act_and_stop(revoke_role({.member = kViewer, .from = schema::Role::VIEWER}));
  }
  SECTION("to who comes into a room") {
    stop();
    say(R"({"presence":{)" + project + R"(,"view":"board"}})");
  }
  SECTION("to who asks what would be") {
    stop();
    say(R"({"whatIf":{"question":1,)" + project +
        R"(,"commands":[{"command":{"project":{"archiveProject":{}}}}]}})");
  }
  CHECK(hear().empty());
  CHECK(closed_as() == CloseCode::internal);
}

TEST_CASE_METHOD(Conversation, "A view is told at its rate, and ends in the true state",
                 "[sync][session][views]") {
  hello();
  subscribe(R"({"snapshot":null})", R"({"views":["tasks"]})");
  CHECK(hear().find(R"("whole":true)") != std::string::npos);
  create(1);
  create(2);
  settle();
  CHECK(hear_now().empty());  // too early
  create(3);
  settle();
  pass(100ms);
  CHECK(hear_now().empty());  // asked for now
  settle();
  const auto update = hear_now();
  CHECK(update.find(to_string(task_id(1))) != std::string::npos);
  CHECK(update.find(to_string(task_id(3))) != std::string::npos);
  CHECK(update.find(R"("whole":true)") == std::string::npos);
  create(4);
  settle();
  CHECK(hear_now().empty());
  CHECK(session().wake_at() <= sync::Instant() + 1000h + 200ms);
  pass(100ms);
  static_cast<void>(hear_now());
  settle();
  CHECK(hear_now().find(to_string(task_id(4))) != std::string::npos);
}

TEST_CASE_METHOD(Conversation, "On another day the views that depend on it are read again",
                 "[sync][session][views]") {
  hello();
  subscribe(R"({"snapshot":null})", R"({"views":["tasks","summary","board"]})");
  for (int views = 0; views < 3;) {  // several may come in one message
    const auto message = hear();
    for (std::size_t at = 0; (at = message.find(R"("whole":true)", at)) != std::string::npos; ++at)
      ++views;
  }
  wait_answers();
  CHECK(hear_now().empty());
  pass(1'000ms);
  services().day_changed();
  CHECK(asked() == 0);
  static_cast<void>(hear_now());
  CHECK(asked() == 1);  // the summary
  wait_answers();
}

// The summary of a project with so much left over from an import.
std::shared_ptr<model::View> summary(std::uint64_t remainders, std::uint64_t version,
                                     std::int32_t date) {
  model::Project project{.id = kProject};
  project.project.remainders = static_cast<std::uint32_t>(remainders);
  auto view = derive(model::ViewName::SUMMARY, project, {});
  view.version = {version};
  view.date = {date};
  return std::make_shared<model::View>(std::move(view));
}

TEST_CASE_METHOD(RunningEngine, "A watcher is told of another day, and never goes back",
                 "[sync][views]") {
  sync::ViewWatcher watcher(1, model::ViewName::SUMMARY, 0ms);
  sync::Instant now{};
  sync::ViewSteps steps;
  const auto told = [&](const std::shared_ptr<model::View>& view) {
    watcher.touch(now);
    REQUIRE(watcher.should_read(now));
    watcher.show(steps, view, now);
    const auto frame = watcher.next(sync::Encoding::json, log());
    return frame ? frame->flat() : std::string();
  };
  CHECK(told(summary(1, 7, 100)).find(R"("whole":true)") != std::string::npos);
  const auto next_day = told(summary(2, 7, 101));  // the same version, other rows
  CHECK(next_day.find(R"("version":"7")") != std::string::npos);
  CHECK(next_day.find(R"("importRemainders":"2")") != std::string::npos);
  CHECK(told(summary(1, 7, 100)).empty());  // late
  CHECK(told(summary(2, 7, 102)).empty());  // nothing new
  CHECK(told(summary(3, 7, 101)).empty());  // late again
  CHECK(told(summary(4, 8, 101)).find(R"("importRemainders":"4")") != std::string::npos);
  CHECK(told(summary(5, 7, 105)).empty());
}

TEST_CASE("A watcher reads no sooner again since nothing had changed", "[sync][views]") {
  sync::ViewWatcher watcher(1, model::ViewName::SUMMARY, 100ms);
  const sync::Instant now{};
  REQUIRE(watcher.should_read(now));
  sync::ViewSteps steps;
  watcher.show(steps, summary(1, 7, 100), now);
  RunningEngine world;
  static_cast<void>(watcher.next(sync::Encoding::json, world.log()));
  watcher.touch(now);
  REQUIRE(watcher.should_read(now + 100ms));
  watcher.show(steps, summary(1, 7, 100), now + 100ms);
  watcher.touch(now);
  CHECK_FALSE(watcher.should_read(now + 199ms));
  CHECK(watcher.due() == now + 200ms);
  CHECK(watcher.should_read(now + 200ms));
}

TEST_CASE_METHOD(BinaryConversation,
                 "Who leaves before the past is told does not ask the next question meanwhile",
                 "[sync][session][past]") {
  ask(1, 1);
  CHECK(asked() == 1);  // for the project: who may read it
  inbox().run_one();
  CHECK(asked() == 1);  // for its past
  CHECK(session().load().lag == 0);
  unsubscribe(1);
  CHECK_FALSE(hear_now().empty());  // its end
  ask(2, 2);
  CHECK(asked() == 1);  // still the first
  inbox().run_one();
  CHECK(hear_now().empty());
  CHECK(asked() == 1);  // the second
  wait_answers();
  CHECK_FALSE(hear_now().empty());
  CHECK(session().load().subscriptions == 0);  // told whole, with its end
}

TEST_CASE_METHOD(BinaryConversation, "Questions about the past count like commands",
                 "[sync][session][past]") {
  for (std::uint32_t id = 1; id <= 4; ++id) ask(id, 1);  // three in a second
  CHECK(session().load().subscriptions == 3);
  wait_answers();
}

TEST_CASE_METHOD(Conversation, "Nothing is made before it can be written", "[sync][session]") {
  hello();
  for (std::uint64_t n = 1; n <= 500; ++n) {
    given({.command = create_task({.task = task_id(n), .description = std::string(5000, 'x')})});
  }
  settle();
  subscribe(R"({"after":"0"})", R"({"events":null})");
  settle();
  std::size_t messages = 0;
  std::uint64_t through = 0;
  while (through < log().stream_version(kProject).value) {
    const auto message = hear();
    REQUIRE(message.size() <= 2 * protocol::kCoalescedBytesMax);
    const auto at = message.rfind(R"("completeThrough":")");
    REQUIRE(at != std::string::npos);
    through = std::stoull(message.substr(at + 19));
    ++messages;
  }
  CHECK(messages > 20);
  CHECK(hear_now().empty());
}

TEST_CASE_METHOD(Conversation, "Several subscriptions take turns", "[sync][session]") {
  hello();
  for (std::uint64_t n = 1; n <= 200; ++n) {
    given({.command = create_task({.task = task_id(n), .description = std::string(2000, 'x')})});
  }
  settle();
  subscribe(R"({"after":"0"})", R"({"events":null})");
  say(R"({"subscribe":{"subscription":2,"scope":{"all":null},"from":{"after":"0"},"content":{"events":null}}})");
  wait_answers();
  const auto message = hear();
  CHECK(message.find(R"("subscription":1)") != std::string::npos);
  CHECK(message.find(R"("subscription":2)") != std::string::npos);
}

TEST_CASE_METHOD(Conversation, "A session that drains takes nothing more and answers what it took",
                 "[sync][session]") {
  hello();
  say(R"({"command":{"id":")" + to_string({0xA, 1}) + R"(","stream":")" + to_string(kProject) +
      R"(","seed":")" + std::string(64, 'a') + R"(","command":{"task":{"createTask":{"task":")" +
      to_string(task_id(1)) + R"(","title":"Task"}}}}})");
  session().drain();
  CHECK_FALSE(session().wants_input());
  CHECK_FALSE(session().closing());
  CHECK(hear_now().starts_with(R"({"goingAway")"));
  CHECK(hear().find("accepted") != std::string::npos);
  static_cast<void>(hear_now());
  CHECK(closed_as() == CloseCode::going_away);
}

}  // namespace
}  // namespace daybook::testing
