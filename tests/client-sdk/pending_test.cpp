// Commands and their answers, over connections that break.

#include <catch2/catch.hpp>

#include "tests/client-sdk/session_rig.hpp"
#include "tests/support/all_facts.hpp"

namespace daybook::testing {
namespace {

using client::accepted;
using client::rejected;
using schema::Code;

Id task(std::uint64_t i) { return {0x30, i}; }
Id command(std::uint64_t i) { return {4, i}; }

// Submits the first command to a server that says only that it does not take it.
SessionRig::Shared submit_rejected(SessionRig& rig, Code code, const model::Facts& facts = {}) {
  rig.server.commits = false;
  auto result = rig.submit(1, create_task_command(task(1), "a"), command(1));
  rig.exchange();
  rig.server.say([&](schema::Message::Builder out) {
    model::write(out.initRejected(), command(1), {code, facts});
  });
  rig.exchange();
  return result;
}

}  // namespace

TEST_CASE("A command is answered", "[client][submit]") {
  SessionRig rig;
  rig.start();
  const auto yes = rig.submit(1, create_task_command(task(1), "a"), command(1));
  const auto no = rig.submit(2, create_task_command(task(1), "a"), command(2));
  CHECK_FALSE(yes->done);
  rig.exchange();
  REQUIRE(yes->done);
  REQUIRE(accepted(yes->outcome));
  CHECK(accepted(yes->outcome)->id == command(1));
  CHECK(accepted(yes->outcome)->first_version.value == 3);
  REQUIRE(no->done);
  REQUIRE(rejected(no->outcome));
  CHECK(rejected(no->outcome)->code == Code::ALREADY_EXISTS);
  CHECK(rig.session->pending().size() == 0);
}

TEST_CASE("Every fact of a rejection reaches who gave the command", "[client][submit]") {
  SessionRig rig;
  rig.start();
  const auto all = all_facts();
  rig.server.edit = [&](schema::Message::Builder said) {
    if (said.isRejected())
      model::write(said.initRejected(), command(2), {Code::ALREADY_EXISTS, all});
  };
  (void)rig.submit(1, create_task_command(task(1), "a"), command(1));
  const auto no = rig.submit(2, create_task_command(task(1), "a"), command(2));
  rig.exchange();
  REQUIRE(no->done);
  REQUIRE(rejected(no->outcome));
  const auto& told = rejected(no->outcome)->facts;
  CHECK(told.field == all.field);
  CHECK(told.task == all.task);
  CHECK(told.tasks == all.tasks);
  CHECK(told.column == all.column);
  CHECK(told.member == all.member);
  CHECK(told.limit == all.limit);
  CHECK(told.count == all.count);
  CHECK(told.required == all.required);
  CHECK(told.present_id == all.present_id);
  CHECK(told.present_number == all.present_number);
  CHECK(told.present_text == all.present_text);
  CHECK(told.id == all.id);
  CHECK(told.by_member == all.by_member);
  CHECK(told.retry_after_millis == all.retry_after_millis);
  CHECK(told.subject == all.subject);
  CHECK(told.members == all.members);
  CHECK(told.present_revision == all.present_revision);
}

TEST_CASE("Commands whose connection is lost are sent again, the same bytes in the same order",
          "[client][submit]") {
  for (const bool committed : {false, true}) {
    SessionRig rig;
    rig.start();
    rig.server.commits = committed;
    rig.server.answers_commands = false;
    std::vector<SessionRig::Shared> results;
    for (std::uint64_t i = 1; i <= 5; ++i) {
      results.push_back(rig.submit(i, create_task_command(task(i), "a"), command(i)));
    }
    rig.exchange();
    const auto first = std::exchange(rig.server.commands, {});
    REQUIRE(first.size() == 5);
    rig.close(0);
    rig.server.commits = true;
    rig.server.answers_commands = true;
    results.push_back(rig.submit(6, create_task_command(task(6), "a"), command(6)));
    rig.advance(1h);
    rig.open();
    rig.exchange();
    REQUIRE(rig.server.commands.size() == 6);
    for (std::size_t i = 0; i < 5; ++i) CHECK(rig.server.commands[i].bytes == first[i].bytes);
    CHECK(rig.server.commands[5].id == command(6));
    for (const auto& result : results) {
      REQUIRE(result->done);
      CHECK(accepted(result->outcome));
    }
    CHECK(rig.server.state().task.tasks.size() == 6);  // each once
  }
}

TEST_CASE("A command sent late claims the time of its submission; sent again it stays as it was",
          "[client][submit]") {
  SessionRig rig;
  rig.start();
  const auto at_once = rig.submit(1, create_task_command(task(1), "a"), command(1));
  rig.exchange();
  rig.server.answers_commands = false;
  const auto lost = rig.submit(2, create_task_command(task(2), "a"), command(2));
  rig.exchange();
  rig.close(0);
  const auto submitted = rig.session->server_now(rig.now).micros;
  const auto late = rig.submit(3, create_task_command(task(3), "a"), command(3));
  const auto given = rig.submit(4, create_task_command(task(4), "a"), command(4), false);
  rig.advance(60s);
  rig.server.answers_commands = true;
  rig.server.commands.clear();
  rig.open();
  rig.exchange();
  REQUIRE(rig.server.commands.size() == 3);
  CHECK(rig.server.commands[0].effective_at == 0);
  CHECK(rig.server.commands[1].effective_at == submitted);
  CHECK(rig.server.commands[2].effective_at == 0);
  CHECK(submitted > 0);
}

TEST_CASE("No more commands are in flight than the server takes", "[client][submit]") {
  SessionRig rig;
  rig.server.edit = [](schema::Message::Builder said) {
    if (said.isWelcome()) said.getWelcome().getLimits().setCommandsInFlight(4);
  };
  rig.server.answers_commands = false;
  rig.start();
  for (std::uint64_t i = 1; i <= 10; ++i) {
    (void)rig.submit(i, create_task_command(task(i), "a"), command(i));
  }
  rig.exchange();
  CHECK(rig.server.commands.size() == 4);
  rig.server.answers_commands = true;
  rig.reconnect();
  CHECK(rig.session->pending().idle());
  CHECK(rig.server.state().task.tasks.size() == 10);
}

TEST_CASE("What waits is bounded", "[client][submit]") {
  client::ClientOptions options;
  options.pending_commands_max = 3;
  SessionRig rig(options);
  for (std::uint64_t i = 1; i <= 3; ++i) {
    CHECK_FALSE(rig.submit(i, create_task_command(task(i), "a"), command(i))->done);
  }
  CHECK(rig.submit(4, create_task_command(task(4), "a"), command(4))->error == Errc::overloaded);
  CHECK(rig.submit(5, create_task_command(task(4), "a"), command(1))->error ==
        Errc::already_pending);
  options.pending_commands_max = 100;
  options.pending_bytes_max = 40'000;
  SessionRig small(options);
  const std::string words(15'000, 'a');
  CHECK_FALSE(small.submit(1, create_task_command(task(1), words), command(1))->done);
  CHECK_FALSE(small.submit(2, create_task_command(task(2), words), command(2))->done);
  CHECK(small.submit(3, create_task_command(task(3), words), command(3))->error ==
        Errc::overloaded);
}

TEST_CASE("What the server would refuse unseen is refused here", "[client][submit]") {
  SessionRig rig;
  rig.start();
  const auto code_of = [&](client::CommandBuilder builder) {
    const auto result = rig.submit(1, std::move(builder), command(1));
    REQUIRE(result->done);
    const auto* no = rejected(result->outcome);
    REQUIRE(no);
    CHECK(no->local);
    return no->code;
  };
  CHECK(code_of(client::CommandBuilder()) == Code::NOT_SUPPORTED);
  CHECK(code_of(create_task_command(task(1), std::string("a\0b", 3))) == Code::TEXT_INVALID);
  CHECK(code_of(create_task_command(task(1), "\xff")) == Code::TEXT_INVALID);
  CHECK(code_of(create_task_command(task(1), std::string(16 * 1024 + 1, 'a'))) ==
        Code::TEXT_INVALID);
  auto large = create_task_command(task(1), "a");
  for (int i = 0; i < 5; ++i) (void)large.text(std::string(16 * 1024, 'a'));
  CHECK(code_of(std::move(large)) == Code::TOO_LARGE);
  auto dangling = create_task_command(task(1), "a");
  dangling.root().getTask().getCreateTask().getTitle().setIndex(9);
  CHECK(code_of(std::move(dangling)) == Code::MALFORMED);
  CHECK(rig.sent.empty());
}

TEST_CASE("An unknown outcome is asked for by sending again", "[client][submit]") {
  SessionRig rig;
  rig.start();
  rig.server.answers_commands = false;
  const auto result = rig.submit(1, create_task_command(task(1), "a"), command(1));
  rig.exchange();
  rig.server.answers_commands = true;
  rig.server.say(
      [](schema::Message::Builder message) { write(message.initUnknown().initId(), command(1)); });
  rig.exchange();
  CHECK_FALSE(result->done);
  SECTION("on the same connection, after a while") { rig.advance_to_deadline(); }
  SECTION("on the next") {
    rig.close(0);
    rig.advance_to_deadline();
    rig.open();
  }
  rig.exchange();
  REQUIRE(result->done);
  CHECK(accepted(result->outcome));
  CHECK(rig.server.commands.size() == 2);
}

TEST_CASE("A server that goes away has not refused the command", "[client][submit]") {
  SessionRig rig;
  rig.start();
  const auto result = submit_rejected(rig, Code::GOING_AWAY);
  CHECK_FALSE(result->done);
  rig.server.commits = true;
  rig.reconnect();
  REQUIRE(result->done);
  CHECK(accepted(result->outcome));
}

TEST_CASE("A server that is too busy is left alone for as long as it says", "[client][submit]") {
  SessionRig rig;
  rig.start();
  const auto result = submit_rejected(rig, Code::RATE_LIMITED, {.retry_after_millis = 5'000});
  rig.server.commits = true;
  const auto behind = rig.submit(2, create_task_command(task(2), "b"), command(2));
  rig.advance(4'999ms);
  rig.exchange();
  CHECK(rig.server.commands.size() == 1);
  CHECK_FALSE(result->done);
  rig.advance(1ms);
  rig.exchange();
  REQUIRE(rig.server.commands.size() == 3);
  CHECK(rig.server.commands[1].bytes == rig.server.commands[0].bytes);
  CHECK(result->done);
  CHECK(behind->done);
}

TEST_CASE("A cancelled command is forgotten, sent or not", "[client][submit]") {
  SessionRig rig;
  const auto queued = rig.submit(1, create_task_command(task(1), "a"), command(1));
  rig.session->pending().cancel(1);
  rig.settle();
  CHECK(queued->error == boost::asio::error::operation_aborted);
  CHECK(rig.session->pending().size() == 0);
  rig.start();
  const auto sent = rig.submit(2, create_task_command(task(2), "a"), command(2));
  rig.session->pending().cancel(2);
  rig.settle();
  CHECK(sent->error == boost::asio::error::operation_aborted);
  CHECK(rig.session->pending().idle());
  rig.exchange();  // its answer comes, and finds nobody
  CHECK(rig.session->pending().size() == 0);
  CHECK(rig.server.state().task.tasks.size() == 1);
}

TEST_CASE("What became of a command can be asked for, and the question survives",
          "[client][query]") {
  SessionRig rig;
  rig.start();
  const auto ask = [&](detail::Pending::Ticket ticket, Id id) {
    auto result = std::make_shared<SessionRig::Result>();
    rig.session->pending().query(ticket, id, rig.completion(result));
    rig.settle();
    return result;
  };
  (void)rig.submit(1, create_task_command(task(1), "a"), command(1));
  const auto known = ask(2, command(1));
  const auto unknown = ask(3, command(2));
  rig.exchange();
  REQUIRE(known->done);
  CHECK(accepted(known->outcome));
  REQUIRE(unknown->done);
  CHECK(std::holds_alternative<client::NotRecorded>(unknown->outcome));
  rig.close(0);
  const auto later = ask(4, command(1));
  rig.advance_to_deadline();
  rig.open();
  rig.exchange();
  REQUIRE(later->done);
  CHECK(accepted(later->outcome));
}

}  // namespace daybook::testing
