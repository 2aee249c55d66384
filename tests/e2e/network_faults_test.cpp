// Whole programs on a network that fails: a real server, members of a project as processes over the SDK. In the end nothing
// that was acknowledged is lost, nothing is there twice, and every replica has the digest of the server's state, which is
// that of a replay.
//
//   DAYBOOK_SEED=n  runs the same choices again
#include <catch2/catch.hpp>

#include <cstdio>
#include <memory>
#include <optional>
#include <set>

#include "model/event_meta.hpp"
#include "model/snapshot.hpp"
#include "server/log/event_log.hpp"
#include "tests/e2e/faulty_network.hpp"
#include "tests/e2e/member.hpp"
#include "tests/server/engine/running_engine.hpp"
#include "tests/support/random.hpp"
#include "tests/support/ws_client.hpp"

namespace daybook::testing {
namespace {

using M = schema::Message;
using Members = std::vector<std::unique_ptr<Member>>;

model::Project replay(const log::EventLog& log) {
  model::Project project{.id = kProject};
  const auto batch = log.read_stream(kProject, {}, {.bytes = 1 << 30, .events = 1 << 30});
  record::Bytes rest = batch.entries;
  while (true) {
    const auto entry = record::next_entry(rest, record::EventView::Check::full);
    REQUIRE(entry.has_value());
    if (!*entry) return project;
    (*entry)->event.with_event([&](schema::Event::Reader event) {
      model::evolve(project, event, model::meta_of((*entry)->event.envelope()));
    });
  }
}

// A server with a project of two columns.
class Room {
 public:
  explicit Room(std::vector<std::string> arguments = {"--heartbeat-seconds", "1"})
      : arguments_(std::move(arguments)) {
    arguments_.insert(arguments_.end(), {"--log-level", "warn"});
    start("127.0.0.1:0");
    token_ = server_->token();
    WsClient client(port());
    const auto me = client.hello({.token = token_}).with([](M::Reader m) {
      return read(m.getWelcome().getMember());
    });
    give(client,
         {.command = register_project({.project = kProject, .key = "ROOM", .first_manager = me}),
          .stream = {}});
    give(client, {.command = open_project()});
    give(client, {.command = define_board({.columns = {{.column = kTodo}, {.column = kDoing}}})});
  }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] const std::string& token() const { return token_; }
  [[nodiscard]] std::string url() const { return "ws://127.0.0.1:" + std::to_string(port()); }
  [[nodiscard]] std::unique_ptr<Member> member(const std::string& url, std::uint64_t acts) {
    acts_ += acts;
    return std::make_unique<Member>(Member::Terms{.url = url,
                                                  .token = token_,
                                                  .project = kProject,
                                                  .first = kTodo,
                                                  .second = kDoing,
                                                  .number = ++numbers_,
                                                  .acts = acts});
  }
  [[nodiscard]] std::unique_ptr<Member> member(std::uint64_t acts) { return member(url(), acts); }

  [[nodiscard]] WsClient connect() const {
    WsClient client(port());
    static_cast<void>(client.hello({.token = token_}));
    return client;
  }
  // Returns the last version of what it made.
  std::uint64_t give(WsClient& client, const Act& act) {
    client.say(to_request(act, {0xB, ++given_}).flat());
    const auto frame = client.next(M::ACCEPTED);
    return frame.with([](M::Reader m) {
      const auto accepted = m.getAccepted();
      return accepted.getFirstVersion() + accepted.getCount() - 1;
    });
  }

  void kill_and_restart() {
    const auto address = "127.0.0.1:" + std::to_string(port());
    server_->kill();
    start(address);
  }
  // A number of the server's own, from /metrics.
  [[nodiscard]] double metric(const std::string& name) const {
    const auto text = http(port(), {.path = "/metrics"}).body;
    const auto at = text.find("\n" + name + " ");
    if (at == std::string::npos) throw std::runtime_error("no metric " + name);
    return std::stod(text.substr(at + name.size() + 2));
  }

  // Everybody is done, and all that is promised holds. `version`: the least that the project has come to.
  void check(const Members& members, std::uint64_t version = 0) {
    std::map<Id, std::uint64_t> accepted;
    for (const auto& member : members) {
      member->wait_done();
      CHECK(member->refused() == 0);
      for (const auto& [id, last] : member->accepted()) {
        CHECK(accepted.emplace(id, last).second);
        version = std::max(version, last);
      }
    }
    CHECK(accepted.size() == acts_);
    // One that was never there takes the server's snapshot.
    const auto fresh = member(0);
    const auto digest = fresh->wait_digest(version);
    for (const auto& member : members) CHECK(member->wait_digest(version) == digest);
    CHECK(server_->stop() == 0);

    const auto opened = log::EventLog::open(
        {.directory = folder_.path() / "data", .mode = log::OpenOptions::Mode::read_only});
    REQUIRE(opened.has_value());
    const auto& log = **opened;
    const auto report = log.verify({});
    CHECK(report.faults == std::vector<std::string>{});
    CHECK(report.commands == acts_ + given_ + 1);  // and the workspace's opening
    for (const auto& [id, last] : accepted) {
      const auto outcome = log.find_outcome(id);
      if (!outcome) FAIL("acknowledged and lost: " << to_string(id));
      CHECK(outcome->first_version.value + outcome->count - 1 == last);
    }
    std::set<std::pair<Id, std::uint16_t>> events;
    for (const auto& envelope : envelopes(log)) {
      if (!events.emplace(envelope.command_id, envelope.command_index).second) {
        FAIL("twice: " << to_string(envelope.command_id));
      }
    }
    const auto replayed = replay(log);
    CHECK(replayed.version.value == version);
    CHECK(record::to_hex(model::digest(replayed)) == digest);
  }

 private:
  void start(const std::string& address) {
    auto arguments = arguments_;
    arguments.insert(arguments.end(), {"--listen", address});
    server_.reset();
    server_ = std::make_unique<Daybookd>(DAYBOOKD, folder_.path() / "data", arguments);
  }

  TempFolder folder_;
  std::vector<std::string> arguments_;
  std::unique_ptr<Daybookd> server_;
  std::string token_;
  std::uint64_t given_ = 0;
  std::uint64_t acts_ = 0;
  std::uint64_t numbers_ = 0;
};

// Members act while packets are late and lost, and the network falls silent twice: so long that everybody notices.
void converge_over(FaultyNetwork& network) {
  std::printf("network faults: %s\n", network.name().c_str());
  INFO(network.name());
  constexpr std::uint64_t kActs = 400;
  Room room;
  const auto url = network.url(room.port());
  Members members;
  for (int i = 0; i < 3; ++i) members.push_back(room.member(url, kActs));
  members.push_back(room.member(url, 0));
  network.make_bad();
  for (std::size_t silence = 1; silence <= 2; ++silence) {
    for (int i = 0; i < 3; ++i)
      members[static_cast<std::size_t>(i)]->wait_answers(silence * kActs / 4);
    std::vector<std::size_t> before;
    for (const auto& member : members) before.push_back(member->state_changes());
    network.go_silent();
    for (std::size_t i = 0; i < members.size(); ++i) members[i]->wait_state("offline", before[i]);
    network.heal();
    network.make_bad();
  }
  for (const auto& member : members) member->wait_done();
  network.heal();
  room.check(members);
}

}  // namespace

// First: the others run in the namespace too, where there is one, so that their ports are theirs alone.
TEST_CASE("On a network that loses, delays and falls silent, all converge", "[e2e][faults]") {
  std::string why;
  const auto network = enter_namespace(why);
  if (!network) {
    WARN("not run: this machine does not let one have a bad network: " << why);
    return;
  }
  converge_over(*network);
}

TEST_CASE("Through a proxy that delays, cuts and stalls, all converge", "[e2e][faults]") {
  const auto seed = fresh_seed();
  std::printf("network faults: seed %llu\n", static_cast<unsigned long long>(seed));
  INFO("DAYBOOK_SEED=" << seed);
  const auto network = make_proxy(seed);
  converge_over(*network);
}

TEST_CASE("A member that is stopped harms nobody, is let go, and catches up", "[e2e][faults]") {
  Room room({"--write-timeout-seconds", "1"});
  Members members;
  members.push_back(room.member(0));
  members.push_back(room.member(0));
  auto& sleeper = *members[0];
  auto& awake = *members[1];
  sleeper.wait_state("live");
  awake.wait_state("live");
  const auto connections = room.metric("daybook_connections{kind=\"sync\"}");
  auto client = room.connect();
  sleeper.stop_running();
  // More than the kernel takes for it, until the server closes its connection.
  std::uint64_t version = 0, tasks = 0;
  do {
    for (int i = 0; i < 20; ++i) {
      version = room.give(client, {.command = create_task({.task = task_id(++tasks),
                                                           .title = "Much",
                                                           .description = std::string(15'000, 'x'),
                                                           .column = kTodo})});
    }
    REQUIRE(tasks < 20'000);
  } while (room.metric("daybook_connections{kind=\"sync\"}") > connections);
  static_cast<void>(awake.wait_digest(version));  // who reads has it all
  sleeper.run_on();
  version =
      room.give(client, {.command = create_task({.task = task_id(++tasks), .column = kTodo})});
  client.close();
  room.check(members, version);
}

TEST_CASE("The server is killed under load, again and again: members go on where they were",
          "[e2e][faults]") {
  constexpr std::uint64_t kActs = 600;
  Room room;
  Members members;
  for (int i = 0; i < 3; ++i) members.push_back(room.member(kActs));
  members.push_back(room.member(0));
  for (std::uint64_t round = 1; round <= 5; ++round) {
    for (int i = 0; i < 3; ++i) members[static_cast<std::size_t>(i)]->wait_answers(round * 100);
    room.kill_and_restart();
  }
  room.check(members);
}

}  // namespace daybook::testing
