// Questions about what commands would lead to, as a session takes and answers them.
#include "tests/server/sync/conversation.hpp"

namespace daybook::testing {
namespace {

// A session without a limit on its rate, in JSON.
class Asking : public LongConversation {
 public:
  Asking() { hello(); }
  void ask(std::uint32_t question, const std::string& commands, const std::string& views = "[]",
           Id project = kProject) {
    say(R"({"whatIf":{"question":)" + std::to_string(question) + R"(,"project":")" +
        to_string(project) + R"(","commands":)" + commands + R"(,"views":)" + views + "}}");
  }
  static std::string create(std::uint64_t n, const std::string& title,
                            const std::string& rest = "") {
    return R"({"command":{"task":{"createTask":{"task":")" + to_string(task_id(n)) +
           R"(","title":")" + title + R"("}}})" + rest + "}";
  }
};

TEST_CASE_METHOD(Asking, "The words of each command belong to that command",
                 "[sync][session][what_if]") {
  ask(7, "[" + create(1, "First") + "," + create(2, "Second") + "]", R"(["tasks"])");
  const auto outcomes = hear();
  CHECK(outcomes.starts_with(R"({"whatIfResult":{"question":7,)"));
  CHECK(outcomes.find(R"("accepted":1)") != std::string::npos);
  CHECK(outcomes.find("rejected") == std::string::npos);
  const auto rows = hear();
  CHECK(rows.find(R"("text":"First")") != std::string::npos);
  CHECK(rows.find(R"("text":"Second")") != std::string::npos);
  CHECK(rows.find(R"("complete":true}})") != std::string::npos);
  CHECK(log().stream_version(kProject) == read_project()->version);
  CHECK(read_project()->task.tasks.size() == 0);
}

TEST_CASE_METHOD(Asking, "A command that cannot be taken is rejected in its place",
                 "[sync][session][what_if]") {
  ask(1, "[" + create(1, "First", R"(,"stream":")" + to_string(project_id(9)) + "\"") + "," +
             create(2, "Second", R"(,"effectiveAt":"-1")") + "," + create(3, "Third") + "]");
  const auto outcomes = hear();
  CHECK(outcomes.find(R"("code":"malformed","facts":{"field":"stream"})") != std::string::npos);
  CHECK(outcomes.find(R"("code":"outOfRange")") != std::string::npos);
  CHECK(outcomes.find(R"("accepted":1)") != std::string::npos);
  CHECK(outcomes.find(R"("complete":true)") != std::string::npos);
}

TEST_CASE_METHOD(Asking, "What cannot be tried is refused whole", "[sync][session][what_if]") {
  const auto refused = [&](const std::string& code) {
    const auto answer = hear();
    INFO(answer);
    return answer.find(R"("code":")" + code + R"(","complete":true)") != std::string::npos;
  };
  ask(1, "[]");
  CHECK(refused("outOfRange"));
  std::string many = "[" + create(1, "One");
  for (std::uint64_t n = 2; n <= 33; ++n) many += "," + create(n, "More");
  ask(2, many + "]");
  CHECK(refused("outOfRange"));
  ask(3, "[" + create(1, "One") + "]", R"(["tasks","tasks"])");
  CHECK(refused("duplicate"));
  ask(4, "[" + create(1, "One") + "]", "[]", project_id(9));
  CHECK(refused("notFound"));
}

TEST_CASE_METHOD(Asking, "A number is used once at a time, and so many are open at most",
                 "[sync][session][what_if]") {
  for (std::uint32_t question = 1; question <= 17; ++question) {
    ask(question, "[" + create(question, "One") + "]");
  }
  CHECK(hear().find(R"({"whatIfResult":{"question":17,"code":"overloaded")") == 0);
  ask(5, "[" + create(5, "One") + "]");
  CHECK(hear().find(R"({"whatIfResult":{"question":5,"code":"duplicate")") == 0);
  std::string all;
  for (int i = 0; i < 16; ++i) all += hear();
  CHECK(asked() == 0);
  ask(5, "[" + create(5, "One") + "]");
  CHECK(hear().find(R"({"whatIfResult":{"question":5,)") == 0);
}

TEST_CASE_METHOD(Conversation, "Questions count like commands", "[sync][session][what_if]") {
  hello();
  const auto ask = [&](std::uint32_t question) {
    say(R"({"whatIf":{"question":)" + std::to_string(question) + R"(,"project":")" +
        to_string(kProject) + R"(","commands":[)" + Asking::create(1, "One") + "," +
        Asking::create(2, "Two") + "]}}");
    return hear();
  };
  CHECK(ask(1).find(R"("accepted":1)") != std::string::npos);
  CHECK(ask(2).find(R"("code":"overloaded")") != std::string::npos);
}

TEST_CASE_METHOD(Asking, "Many rows come in pieces, below the limit on messages",
                 "[sync][session][what_if]") {
  std::string commands = "[";
  for (std::uint64_t n = 1; n <= 12; ++n) {
    if (n > 1) commands += ",";
    commands += create(n, std::string(16'000, 'x'));
  }
  ask(1, commands + "]", R"(["tasks","board"])");
  std::string all;
  std::size_t pieces = 0;
  while (!all.ends_with(R"("complete":true}})")) {
    const auto piece = hear();
    REQUIRE(piece.size() <= protocol::kServerMessageBytesMax);
    all += piece;
    ++pieces;
  }
  CHECK(pieces >= 3);
  CHECK(all.size() > 2 * 12 * 16'000);
}

TEST_CASE_METHOD(Asking, "A session that drains sends the whole of an answer that is ready",
                 "[sync][session][what_if]") {
  std::string commands = "[";
  for (std::uint64_t n = 1; n <= 12; ++n) {
    if (n > 1) commands += ",";
    commands += create(n, std::string(16'000, 'x'));
  }
  ask(1, commands + "]", R"(["tasks","board"])");
  wait_answers();
  session().drain();
  CHECK_FALSE(session().closing());
  std::string all;
  while (!session().closing()) all += hear();
  CHECK(all.find(R"("goingAway")") != std::string::npos);
  CHECK(all.ends_with(R"("complete":true}})"));
  CHECK(closed_as() == protocol::CloseCode::going_away);
}

}  // namespace
}  // namespace daybook::testing
