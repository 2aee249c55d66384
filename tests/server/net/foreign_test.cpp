// Foreign bytes at every door: each gets a clear error or close code, and another connection does not notice.
#include <catch2/catch.hpp>

#include <random>

#include "tests/server/net/running_server.hpp"

namespace daybook::testing {
namespace {

using M = schema::Message;
using schema::Code;
using schema::protocol::CloseCode;
namespace protocol = schema::protocol;

std::uint16_t code(CloseCode close) { return static_cast<std::uint16_t>(close); }

// Whoever is connected beside the attacker still gets answers.
class WatchedServer : public RunningServer {
 public:
  WatchedServer() : bystander_(connect("viewer")) {}
  void check_bystander() {
    bystander_.say([&](M::Builder& m) { m.initPing().setNonce(++nonce_); });
    const auto frame = bystander_.next();
    REQUIRE(frame.is(M::PONG));
    REQUIRE(frame.with([](M::Reader m) { return m.getPong().getNonce(); }) == nonce_);
  }

 private:
  WsClient bystander_;
  std::uint64_t nonce_ = 0;
};

std::string raw_frame(std::string_view content, std::uint32_t length, unsigned kind = 1) {
  std::string out(8, '\0');
  std::memcpy(out.data(), &length, 4);
  out[4] = static_cast<char>(kind);
  out += content;
  return out;
}
std::string raw_frame(std::string_view content) {
  return raw_frame(content, static_cast<std::uint32_t>(content.size()));
}

kj::Array<capnp::word> sample_command(std::uint64_t n) {
  return to_request({.command = create_task({.task = task_id(n), .title = "Words"})}, {0xD, n})
      .flat();
}

TEST_CASE_METHOD(WatchedServer, "Frames that are no frames close with protocolError",
                 "[net][foreign]") {
  const auto good = WsClient::frame(sample_command(1));
  auto reserved = good;
  reserved[6] = 1;
  const std::vector<std::string> bad{
      "",
      "x",
      std::string(7, '\0'),
      raw_frame("12345678", 16),           // cut off
      raw_frame("12345678", 0xFFFFFFF8U),  // enormous
      raw_frame("1234567", 7),             // no multiple of 8
      raw_frame("12345678", 8, 2),         // an event batch
      raw_frame("12345678", 8, 9),         // unknown
      raw_frame(""),                       // empty
      reserved,
      good + "x",                                             // bytes behind a frame
      raw_frame(std::string(64, '\xFF')),                     // no segment table
      raw_frame(std::string("\0\0\0\0\1\0\0\0", 8)),          // a segment that is not there
      raw_frame(std::string("\xFF\xFF\xFF\x7F\1\0\0\0", 8)),  // two thousand million segments
  };
  for (std::size_t i = 0; i < bad.size(); ++i) {
    INFO("case " << i);
    auto client = connect("contributor");
    client.send(bad[i], true);
    CHECK(client.wait_close() == code(CloseCode::protocol_error));
    check_bystander();
  }
  auto text = connect("contributor");
  text.send("{}", false);  // the other kind of WebSocket message
  CHECK(text.wait_close() == code(CloseCode::protocol_error));
}

TEST_CASE_METHOD(WatchedServer, "A command cut off or flipped anywhere is answered or closed",
                 "[net][foreign]") {
  const auto flat = sample_command(1);
  const auto bytes = flat.asBytes();
  const std::string whole(reinterpret_cast<const char*>(bytes.begin()), bytes.size());
  std::random_device seed_source;
  const auto seed = seed_source();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 300; ++i) {
    auto damaged = whole;
    if (i % 3 == 0) {
      damaged.resize(random() % (whole.size() / 8) * 8);
    } else {
      for (unsigned flips = 0; flips <= random() % 4; ++flips) {
        damaged[random() % damaged.size()] ^= static_cast<char>(1U << random() % 8);
      }
    }
    auto client = connect("contributor");
    client.send(raw_frame(damaged), true);
    client.say([](M::Builder& m) { m.initPing().setNonce(1); });
    // Whatever it was: an answer that can be read, or a close code.
    try {
      static_cast<void>(client.next(M::PONG));
    } catch (const std::runtime_error&) {
      CHECK(client.close_code() >= 4000);
    }
    client.cut();
  }
  check_bystander();
}

TEST_CASE_METHOD(WatchedServer, "Amplified and nested messages cost no more than their size",
                 "[net][foreign]") {
  SECTION("a list that names the same words again and again") {
    capnp::MallocMessageBuilder message;
    auto request = message.initRoot<M>().initCommand();
    write(request.initId(), {1, 1});
    auto moves = request.initCommand().initTask().initMoveTasks().initMoves(900);
    for (auto move : moves) write(move.initTask(), {3, 3});
    auto flat = capnp::messageToFlatArray(message);
    // Every element's pointers now lead to the first one's words.
    auto client = connect("contributor");
    auto* words = reinterpret_cast<std::uint64_t*>(flat.begin());
    for (std::size_t i = flat.size() / 2; i < flat.size(); ++i) words[i] = words[flat.size() / 2];
    client.say(flat);
    const bool answered = [&] {
      const auto reply = client.message();
      return reply.has_value() || client.close_code() >= 4000;
    }();
    CHECK(answered);
  }
  SECTION("a struct list of no size and no end") {
    // hello whose subscriptions are a list of 2^29 - 1 elements of zero words.
    capnp::MallocMessageBuilder message;
    message.initRoot<M>().initHello().initSubscriptions(1);
    auto flat = capnp::messageToFlatArray(message);
    auto* words = reinterpret_cast<std::uint64_t*>(flat.begin());
    for (std::size_t i = 1; i < flat.size(); ++i) {
      if ((words[i] & 3U) == 1 && (words[i] >> 32 & 7U) == 7) words[i] |= ~0ULL << 35;
    }
    WsClient client(port());
    client.say(flat);
    CHECK(client.wait_close() >= 4000);
  }
  check_bystander();
}

TEST_CASE_METHOD(WatchedServer, "Messages beyond the limit close with tooLarge", "[net][foreign]") {
  auto whole = connect("contributor");
  whole.send(std::string(protocol::kClientMessageBytesMax + 8, 'x'), true);
  CHECK(whole.wait_close() == code(CloseCode::too_large));
  auto pieces = connect("contributor");
  pieces.send_frame(2, std::string(200'000, 'x'), false);
  pieces.send_frame(0, std::string(200'000, 'x'), false);
  CHECK(pieces.wait_close() == code(CloseCode::too_large));
  auto json = connect_json("contributor");
  json.send(std::string(protocol::kClientJsonBytesMax + 1, ' '), false);
  CHECK(json.wait_close() == code(CloseCode::too_large));
  // A command beyond its own limit is rejected, and the connection stays.
  auto command = connect("contributor");
  Act act{.command = create_task({.task = task_id(1)})};
  act.command = move_tasks({.moves = std::vector<Move>(2000, {task_id(1), kTodo}), .to = kDoing});
  command.say(to_request(act, {0xD, 1}).flat());
  CHECK(command.next().with([](M::Reader m) { return m.getRejected().getCode(); }) ==
        Code::TOO_LARGE);
  check_bystander();
}

TEST_CASE_METHOD(WatchedServer, "Messages that this build does not know are notSupported",
                 "[net][foreign]") {
  auto client = connect("contributor");
  const auto expect_error = [&] {
    CHECK(client.next().with([](M::Reader m) {
      return m.isError() ? m.getError().getCode() : Code::NONE;
    }) == Code::NOT_SUPPORTED);
  };
  client.say([](M::Builder& m) { m.initWhatIfResult(); });
  expect_error();
  client.say([](M::Builder& m) { m.initPresenceUpdate(); });
  expect_error();
  client.say([](M::Builder& m) { m.initWelcome(); });
  expect_error();
  client.say([](M::Builder& m) { m.setNone(); });
  expect_error();
  // A member of the union from the future: its ordinal is in the root's data.
  capnp::MallocMessageBuilder message;
  message.initRoot<M>().initPing().setNonce(0);
  auto flat = capnp::messageToFlatArray(message);
  const auto ordinal = static_cast<std::uint16_t>(M::PING);
  auto* words = reinterpret_cast<std::uint64_t*>(flat.begin());
  REQUIRE((words[2] & 0xFFFF) == ordinal);
  words[2] = (words[2] & ~0xFFFFULL) | 999;
  client.say(flat);
  expect_error();
  auto json = connect_json("contributor");
  json.say_json(R"({"teleport":{}})");
  CHECK(str(json.next_line().at("error").at("code")) == "notSupported");
  json.say_json(R"({"presenceUpdate":{}})");
  CHECK(str(json.next_line().at("error").at("code")) == "notSupported");
  json.say_json(R"({"whatIf":{"commands":[{}]}})");
  CHECK(str(json.next_line().at("error").at("code")) == "malformed");
  json.say_json(R"({"command":{"id":")" + to_string({1, 1}) +
                R"(","command":{"task":{"fly":{}}}}})");
  CHECK(str(json.next_line().at("error").at("code")) == "malformed");
  CHECK(str(json.next_line().at("rejected").at("code")) == "malformed");
  json.say_json(R"({"ping":{"nonce":"7"}})");
  CHECK(str(json.next_line().at("pong").at("nonce")) == "7");
}

TEST_CASE_METHOD(WatchedServer, "Malformed JSON closes, or is answered and the connection stays",
                 "[net][foreign]") {
  for (const std::string bad :
       {"", "{", "[]", "7", "null", R"({"ping":{"nonce":"1"}} x)", R"({"ping":{},"ping":{}})",
        R"({"hello":"\ud800"})", "{\"ping\":{\"nonce\":\"\\u0000", "\xEF\xBB\xBF{}"}) {
    INFO(bad);
    auto client = connect_json("contributor");
    client.say_json(bad);
    CHECK(client.wait_close() == code(CloseCode::protocol_error));
  }
  auto deep = connect_json("contributor");
  deep.say_json(std::string(100'000, '['));
  CHECK(deep.wait_close() == code(CloseCode::protocol_error));
  auto invalid = connect_json("contributor");
  invalid.say_json("{\"ping\":\"\xFF\"}");  // no UTF-8: refused by the WebSocket itself
  CHECK(invalid.wait_close() == 1007);
  for (const std::string bad :
       {R"({})", R"({"ping":{"nonce":"x"}})", R"({"ping":{"extra":1}})", R"({"ping":{},"pong":{}})",
        R"({"subscribe":{"subscription":-1}})", R"({"ping":{"nonce":18446744073709551616}})",
        R"({"unsubscribe":[]})"}) {
    INFO(bad);
    auto client = connect_json("contributor");
    client.say_json(bad);
    CHECK(str(client.next_line().at("error").at("code")) == "malformed");
    client.say_json(R"({"ping":{"nonce":"7"}})");
    CHECK(client.next_line().contains("pong"));
  }
  // Every plane of escapes arrives as it is.
  auto client = connect_json("contributor");
  client.say_json(R"({"command":{"id":")" + to_string({0xD, 5}) + R"(","stream":")" +
                  to_string(kProject) + R"(","seed":")" + std::string(64, 'b') +
                  R"(","command":{"task":{"createTask":{"task":")" + to_string(task_id(5)) +
                  R"(","title":"\u00e9\u4e2d\ud83d\ude00\udbff\udfff"}}}}})");
  REQUIRE(client.next_line().contains("accepted"));
  catch_up();
  const auto view = get("/api/v1/projects/P1/views/tasks").json();
  CHECK(str(view.at("rows").at("tasks").as_array()[0].at("title").at("text")) ==
        "\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF");
  check_bystander();
}

TEST_CASE_METHOD(WatchedServer, "HTTP nonsense gets a problem document or a closed connection",
                 "[net][foreign]") {
  const std::string big(300 * 1024, 'x');
  struct Case {
    std::string bytes;
    int status;  // 0: closed without an answer
  };
  const std::vector<Case> cases{
      {"\r\n\r\n", 400},
      {"nonsense\r\n\r\n", 400},
      {"GET / HTTP/9.9\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nbad header\r\n\r\n", 400},
      {std::string("GET /\0 HTTP/1.1\r\n\r\n", 19), 400},
      {"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET http://elsewhere/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\n\r\n", 413},
      {"GET / HTTP/1.1\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n", 413},
      {"POST /api/v1/workspace/commands HTTP/1.1\r\nHost: x\r\nContent-Length: 307200\r\n\r\n" +
           big,
       413},
      {"POST /api/v1/workspace/commands HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400},
      {"POST /api/v1/workspace/commands HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
       "chunked\r\n\r\nzz\r\n",
       400},
      {"GET /api/v1/projects HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \r\n\r\n", 401},
      {"GET /api/v1/projects HTTP/1.1\r\nHost: x\r\nAuthorization: Basic eDp5\r\n\r\n", 401},
      {"GET /api/v1/projects/%00/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
           token("viewer") + "\r\n\r\n",
       404},
      {std::string(1000, '\xFF'), 400},
      {"GET / HTTP/1.1\r\nHost:", 0},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    INFO("case " << i);
    const auto reply = http_raw(port(), cases[i].bytes);
    CHECK(reply.status == cases[i].status);
    if (reply.status != 0) CHECK(reply.json().at("status") == reply.status);
    check_bystander();
  }
  for (const std::string body : {"", "{", "7", "[[]]", R"({"command":{}})", R"({"command":null})",
                                 R"({"id":"x"})", R"({"command":{"task":{"fly":{}}}})"}) {
    INFO(body);
    const auto reply = post("/api/v1/workspace/commands", body);
    if (body == "[[]]") {
      CHECK(str(reply.json().as_array()[0].at("rejected").at("code")) == "malformed");
    } else {
      CHECK(reply.status == 400);
    }
  }
}

}  // namespace
}  // namespace daybook::testing
