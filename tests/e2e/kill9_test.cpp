// kill -9 of the real server under load, again and again on one data folder. Clients journal what they were answered; a
// watcher keeps what it was shown. After each kill the log verifies and holds all of that; what was in flight is asked
// for by its id and sent again; in the end every command is there once.
//
//   DAYBOOK_SEED=n  runs the same choices again          DAYBOOK_ROUNDS=n  other than 50
#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <map>
#include <set>
#include <thread>

#include "server/log/event_log.hpp"
#include "tests/server/engine/running_engine.hpp"
#include "tests/support/process.hpp"
#include "tests/support/random.hpp"
#include "tests/support/ws_client.hpp"

namespace daybook::testing {
namespace {

using M = schema::Message;

constexpr std::uint64_t kClients = 4;
constexpr std::size_t kWindow = 32;  // commands of a client in flight

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::stoull(text) : otherwise;
}

struct Recorded {
  Id stream;
  std::uint64_t first_position = 0;
  std::uint64_t first_version = 0;
  std::uint32_t count = 0;
  bool operator==(const Recorded&) const = default;
};
std::optional<Recorded> recorded(M::Reader m) {
  if (!m.isAccepted()) return std::nullopt;
  const auto a = m.getAccepted();
  return Recorded{read(a.getStream()), a.getFirstPosition(), a.getFirstVersion(), a.getCount()};
}
std::optional<Recorded> recorded(const std::optional<log::Outcome>& outcome) {
  if (!outcome) return std::nullopt;
  return Recorded{outcome->stream, outcome->first.value, outcome->first_version.value,
                  outcome->count};
}

// One client's memory, which outlives the server's.
struct Journal {
  struct Entry {
    kj::Array<capnp::word> message;
    std::optional<Recorded> answer;
  };
  std::uint64_t client = 0;
  std::map<Id, Entry> commands;
  std::vector<Id> in_flight;           // in the order sent
  std::map<Id, Id> column_of;          // tasks whose place is known
  std::map<Id, std::pair<Id, Id>> to;  // by command in flight: a task and where it goes
  std::uint64_t tasks = 0;
  std::string ended;

  // A task more, or one that is known moved on.
  Id make_command(Random& random) {
    const Id id{0xC0000 + client, commands.size() + 1};
    Act act;
    if (!column_of.empty() && random.one_in(2)) {
      const auto at =
          std::next(column_of.begin(), static_cast<std::ptrdiff_t>(random.below(column_of.size())));
      const auto next = at->second == kTodo ? kDone : kTodo;
      act.command = move_task({.task = at->first,
                               .from = at->second,
                               .to = next,
                               .reason = next == kTodo ? "again" : ""});
      to[id] = {at->first, next};
      column_of.erase(at);
    } else {
      const Id task{0xE0000 + client, ++tasks};
      act.command = create_task({.task = task,
                                 .title = "Task " + std::to_string(tasks),
                                 .description = std::string(random.below(300), 'd'),
                                 .column = kTodo});
      to[id] = {task, kTodo};
    }
    commands.emplace(id, Entry{to_request(act, id).flat(), std::nullopt});
    return id;
  }
  void accepted(Id id, const Recorded& answer) {
    commands.at(id).answer = answer;
    column_of.insert(to.at(id));
    to.erase(id);
    std::erase(in_flight, id);
  }
};

// Counts answers; whoever kills waits for them.
class Counter {
 public:
  void add() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  bool wait_for(std::uint64_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t count_ = 0;
};

void work(WsClient client, Journal& journal, std::uint64_t seed, Counter& answers) {
  Random random(seed);
  try {
    while (true) {
      while (journal.in_flight.size() < kWindow) {
        const auto id = journal.make_command(random);
        journal.in_flight.push_back(id);
        client.say(journal.commands.at(id).message);
      }
      const auto frame = client.next();
      if (frame.batch) continue;
      frame.with([&](M::Reader m) {
        if (const auto answer = recorded(m)) {
          journal.accepted(read(m.getAccepted().getId()), *answer);
          answers.add();
        } else if (m.isRejected()) {
          if (m.getRejected().getCode() != schema::Code::RATE_LIMITED)
            throw std::runtime_error("a rejection: " +
                                     std::string(model::to_string(m.getRejected().getCode())));
          client.say(journal.commands.at(read(m.getRejected().getId())).message);
        }
      });
    }
  } catch (const std::exception& error) {
    journal.ended = error.what();
  }
}

// What was pushed, by position.
struct Seen {
  std::map<std::uint64_t, record::Hash> events;
  std::uint64_t through = 0;
  std::string ended;
};
void take(Seen& seen, record::Bytes entries) {
  while (true) {
    const auto entry = record::next_entry(entries, record::EventView::Check::full);
    if (!entry) throw std::runtime_error("an entry that cannot be read");
    if (!*entry) return;
    const auto position = (*entry)->event.envelope().position.value;
    if (position != seen.through + 1) throw std::runtime_error("a gap, or a repetition");
    seen.through = position;
    seen.events[position] = record::sha256((*entry)->bytes);
  }
}
void watch(WsClient client, Seen& seen) {
  try {
    while (true) {
      const auto frame = client.next();
      if (frame.batch) take(seen, frame.entries);
    }
  } catch (const std::exception& error) {
    seen.ended = error.what();
  }
}

struct World {
  TempFolder folder;
  std::string token;
  std::vector<Journal> journals{kClients};
  std::uint64_t commands_of_setup = 0;

  [[nodiscard]] std::unique_ptr<log::EventLog> open() const {
    auto opened = log::EventLog::open(
        {.directory = folder.path() / "data", .mode = log::OpenOptions::Mode::read_only});
    if (!opened) FAIL(opened.error().message);
    return std::move(*opened);
  }
  [[nodiscard]] WsClient connect(const Daybookd& server) const {
    WsClient client(server.port());
    static_cast<void>(client.hello({.token = token}));
    return client;
  }

  void begin(const Daybookd& server) {
    token = server.token();
    WsClient client(server.port());
    const auto me = client.hello({.token = token}).with([](M::Reader m) {
      return read(m.getWelcome().getMember());
    });
    const std::vector<Act> acts = {
        {.command = register_project({.project = kProject, .key = "LOAD", .first_manager = me}),
         .stream = {}},
        {.command = open_project()},
        {.command = define_board(
             {.columns = {{.column = kTodo},
                          {.column = kDone, .category = schema::board::Category::DONE}}})}};
    commands_of_setup = acts.size() + 1;
    for (std::size_t i = 0; i < acts.size(); ++i) {
      client.say(to_request(acts[i], {0xB, i + 1}).flat());
      static_cast<void>(client.next(M::ACCEPTED));
    }
    client.close();
  }

  // Asks for, and sends again, what was in flight when the server died.
  void recover(const Daybookd& server) {
    const auto log = open();
    auto client = connect(server);
    for (auto& journal : journals) {
      const auto unknown = journal.in_flight;
      for (const auto id : unknown) {
        client.say([&](M::Builder& m) { write(m.initOutcomeQuery().initId(), id); });
        const auto expected = recorded(log->find_outcome(id));
        client.next().with([&](M::Reader m) {
          REQUIRE((m.isAccepted() || m.isNotRecorded()));
          REQUIRE(recorded(m) == expected);
        });
      }
      for (const auto id : unknown) {
        const auto before = recorded(log->find_outcome(id));
        std::optional<Recorded> answer;
        for (int time = 0; time < 2; ++time) {
          client.say(journal.commands.at(id).message);
          const auto again = client.next(M::ACCEPTED).with([](M::Reader m) { return recorded(m); });
          if (time == 1) REQUIRE(again == answer);
          answer = again;
        }
        if (before) REQUIRE(answer == before);
        journal.accepted(id, *answer);
      }
    }
    client.close();
  }

  // Acknowledged commands are there, as answered.
  void check_acknowledged(const log::EventLog& log) const {
    for (const auto& journal : journals) {
      for (const auto& [id, entry] : journal.commands) {
        if (!entry.answer) continue;
        if (recorded(log.find_outcome(id)) != entry.answer)
          FAIL("acknowledged, and missing or elsewhere: " << to_string(id));
      }
    }
  }
  static void check_seen(const log::EventLog& log, const Seen& seen) {
    if (seen.events.empty()) return;
    Seen stored;
    stored.through = seen.events.begin()->first - 1;
    while (stored.through < seen.through) {
      const auto batch = log.read_all({stored.through}, {});
      if (batch.count == 0) FAIL("an event was pushed and is missing: " << stored.through + 1);
      take(stored, batch.entries);
    }
    stored.events.erase(stored.events.upper_bound(seen.through), stored.events.end());
    CHECK(stored.events == seen.events);
  }
};

TEST_CASE("Killed under load, the server loses nothing that it has told anybody", "[e2e][kill9]") {
  const auto seed = number_from("DAYBOOK_SEED", fresh_seed());
  const auto rounds = number_from("DAYBOOK_ROUNDS", 50);
  std::printf("kill9: seed %llu, %llu rounds\n", static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(rounds));
  INFO("DAYBOOK_SEED=" << seed);
  Random random(seed);
  World world;
  for (std::uint64_t i = 0; i < kClients; ++i) world.journals[i].client = i + 1;
  std::uint64_t in_flight = 0, in_flight_recorded = 0, pushed = 0;

  for (std::uint64_t round = 0; round < rounds; ++round) {
    INFO("round " << round);
    Daybookd server(DAYBOOKD, world.folder.path() / "data", {"--log-level", "warn"});
    if (round == 0) {
      world.begin(server);
    } else {
      world.recover(server);
    }

    Counter answers;
    Seen seen;
    seen.through = world.open()->head().position.value;
    auto watcher = world.connect(server);
    watcher.say([&](M::Builder& m) {
      auto out = m.initSubscribe();
      out.setSubscription(1);
      out.initScope().setAll();
      out.initFrom().setAfter(seen.through);
      out.initContent().setEvents();
    });
    std::vector<std::thread> threads;
    threads.emplace_back(watch, std::move(watcher), std::ref(seen));
    for (auto& journal : world.journals) {
      journal.ended.clear();
      threads.emplace_back(work, world.connect(server), std::ref(journal), random.next(),
                           std::ref(answers));
    }
    // Some answers, and then some moment: the kill falls anywhere within a group.
    const bool came = answers.wait_for(random.below(1500));
    const auto moment =
        std::chrono::steady_clock::now() + std::chrono::microseconds(random.below(3000));
    while (std::chrono::steady_clock::now() < moment) {
    }
    server.kill();
    for (auto& thread : threads) thread.join();
    REQUIRE(came);
    CHECK(server.process().errors().empty());  // no warning, nor a sanitizer's report
    CHECK_THAT(seen.ended, Catch::Matchers::Contains("closed with 0 "));

    const auto log = world.open();
    const auto report = log->verify({});
    REQUIRE(report.faults == std::vector<std::string>{});
    for (const auto& journal : world.journals) {
      CHECK_THAT(journal.ended, Catch::Matchers::Contains("closed with 0 "));
      in_flight += journal.in_flight.size();
      for (const auto id : journal.in_flight)
        in_flight_recorded += log->find_outcome(id).has_value();
    }
    pushed += seen.events.size();
    world.check_acknowledged(*log);
    World::check_seen(*log, seen);
  }

  {
    Daybookd server(DAYBOOKD, world.folder.path() / "data", {"--log-level", "warn"});
    world.recover(server);
    CHECK(server.stop() == 0);
  }
  const auto log = world.open();
  const auto report = log->verify({});
  CHECK(report.faults == std::vector<std::string>{});
  world.check_acknowledged(*log);
  // Every command once, and nothing that nobody sent.
  std::uint64_t commands = world.commands_of_setup;
  for (const auto& journal : world.journals) {
    commands += journal.commands.size();
    CHECK(journal.in_flight.empty());
  }
  CHECK(report.commands == commands);
  std::set<std::pair<Id, std::uint16_t>> events;
  for (const auto& envelope : envelopes(*log)) {
    if (!events.insert({envelope.command_id, envelope.command_index}).second)
      FAIL("twice: " << to_string(envelope.command_id));
  }
  std::printf(
      "kill9: %llu commands, %llu events, %llu pushed to the watcher; %llu in flight at a kill, of "
      "which %llu were recorded\n",
      static_cast<unsigned long long>(commands), static_cast<unsigned long long>(report.events),
      static_cast<unsigned long long>(pushed), static_cast<unsigned long long>(in_flight),
      static_cast<unsigned long long>(in_flight_recorded));
  CHECK(commands > rounds * 100);
}

}  // namespace
}  // namespace daybook::testing
