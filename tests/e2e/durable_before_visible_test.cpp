// No byte of a reply, a frame or a view reaches a socket before the commit that it rests on has returned.
//
// A recorder stands in front of the system calls of a whole server. From its trace the file is rebuilt as it certainly
// is on disk at each point, opened as a log, and asked which commands it holds. Ids are random and long, so whatever the
// server sends, in whichever encoding, is searched for the ids of commands and of what they created: none may go out
// before the disk holds the command. Traces that break the rule are recognised: swapped ones, and those of servers that
// do not sync.
#include <catch2/catch.hpp>

#include <cstring>
#include <fstream>
#include <string_view>

#include "server/log/store.hpp"
#include "tests/server/log/crash_images.hpp"
#include "tests/server/net/running_server.hpp"
#include "tests/support/random.hpp"

namespace daybook::testing {
namespace {

using M = schema::Message;

constexpr std::uint64_t kCommands = 120;
constexpr std::uint64_t kBurst = 8;

Id long_id(std::uint64_t kind, std::uint64_t n) {
  Random random(kind << 32 | n);
  return {random.next(), random.next()};
}
Id command_of(std::uint64_t n) { return long_id(1, n); }
Id repetition_of(std::uint64_t n) { return long_id(2, n); }  // rejected, as the task exists
Id task_of(std::uint64_t n) { return long_id(3, n); }

struct Trace {
  std::vector<std::byte> before;  // the file, all of it on disk
  std::vector<IoRecorder::Entry> entries;
};

std::vector<std::byte> content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  const auto* data = reinterpret_cast<const std::byte*>(bytes.data());
  return {data, data + bytes.size()};
}

// Reads on until the bytes hold the id.
void read_until(WsClient& client, const std::string& id) {
  while (true) {
    const auto message = client.message();
    if (!message) throw std::runtime_error("closed before the last task was seen");
    if (message->find(id) != std::string::npos) return;
  }
}

std::string binary_form(Id id) {
  std::string bytes(16, '\0');
  std::memcpy(bytes.data(), &id.high, 8);
  std::memcpy(bytes.data() + 8, &id.low, 8);
  return bytes;
}

// A server under commands over every door, read over every door. `flags` are LMDB's, beyond those that the log needs.
Trace record(unsigned flags) {
  RunningServer world;
  log::extra_environment_flags = flags;
  world.restart_all();
  log::extra_environment_flags = 0;
  const auto file = (world.folder() / "data.mdb").string();
  Trace trace{.before = content_of(file), .entries = {}};
  IoRecorder recorder(
      [&](const IoCall& call) { return call.path == file || call.kind == IoKind::send; });
  const ScopedIoHook hook(recorder);
  {
    const auto version = world.log().stream_version(kProject).value;
    auto events = world.connect("viewer");
    subscribe_after(events, 1, version);
    auto json = world.connect_json("admin");
    json.say_json(R"({"subscribe":{"subscription":1,"scope":{"project":")" + to_string(kProject) +
                  R"("},"from":{"after":")" + std::to_string(version) +
                  R"("},"content":{"events":null}}})");
    auto views = world.connect("room");
    views.say([](M::Builder& m) {
      auto out = m.initSubscribe();
      out.setSubscription(1);
      write(out.initScope().initProject(), kProject);
      out.initFrom().setSnapshot();
      out.initContent().initViews(1).set(0, schema::ViewName::BOARD);
    });
    auto writer = world.connect("contributor");
    const auto path = "/api/v1/projects/" + to_string(kProject);
    for (std::uint64_t n = 1; n <= kCommands; ++n) {
      const Act act{.command = create_task({.task = task_of(n), .column = kTodo})};
      if (n % 10 == 0) {
        const auto reply = world.post(path + "/commands",
                                      R"({"id":")" + to_string(command_of(n)) +
                                          R"(","command":{"task":{"createTask":{"task":")" +
                                          to_string(task_of(n)) + R"(","title":"T"}}}})",
                                      "contributor");
        REQUIRE(reply.status == 200);
        REQUIRE(world.get(path + "/views/board").status == 200);
      } else {
        writer.say(to_request(act, command_of(n)).flat());
      }
      writer.say(to_request(act, repetition_of(n)).flat());
      if (n % kBurst == 0) {  // all answered, before the next burst
        writer.say([&](M::Builder& m) { m.initOutcomeQuery(); });
        static_cast<void>(writer.next(M::NOT_RECORDED));
      }
    }
    read_until(events, binary_form(task_of(kCommands)));
    read_until(json, to_string(task_of(kCommands)));
    read_until(views, binary_form(task_of(kCommands)));
  }
  world.stop_server();
  world.stop();
  trace.entries = recorder.take();
  return trace;
}

// The sockets of the server: those on which the first thing sent was an answer.
std::set<std::string> sockets_of_server(const Trace& trace) {
  std::set<std::string> known, servers;
  for (const auto& entry : trace.entries) {
    if (entry.call.kind != IoKind::send || !known.insert(entry.call.path).second) continue;
    constexpr std::string_view kAnswer = "HTTP/1.1 ";
    const auto& bytes = entry.call.bytes;
    if (bytes.size() >= kAnswer.size() &&
        std::memcmp(bytes.data(), kAnswer.data(), kAnswer.size()) == 0)
      servers.insert(entry.call.path);
  }
  return servers;
}

// For each command, the first entry after which the disk certainly holds it; nullopt: never.
std::vector<std::optional<std::size_t>> durable_from(const Trace& trace) {
  std::vector<std::optional<std::size_t>> from(kCommands + 1);
  CrashSimulation disk(trace.before);
  std::mt19937_64 unused(0);
  const TempFolder folder;
  for (std::size_t i = 0; i < trace.entries.size(); ++i) {
    const auto& entry = trace.entries[i];
    if (entry.call.kind == IoKind::send) continue;
    disk.step(entry, unused, {});
    if (!entry.call.synchronous && entry.call.kind != IoKind::sync) continue;
    std::ofstream(folder.path() / "data.mdb", std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(disk.durable().data()),
               static_cast<std::streamsize>(disk.durable().size()));
    const auto opened = log::EventLog::open({.directory = folder.path(),
                                             .mode = log::OpenOptions::Mode::read_only,
                                             .map_bytes = std::size_t{1} << 30});
    if (!opened) throw std::runtime_error(opened.error().message);
    for (std::uint64_t n = 1; n <= kCommands; ++n) {
      if (!from[n] && (*opened)->find_outcome(command_of(n))) from[n] = i;
    }
  }
  return from;
}

struct Verdict {
  std::size_t early = 0;  // sendings of what the disk did not hold yet
  std::size_t late = 0;   // as it should be
  std::string first;      // of the early ones
  std::set<std::pair<std::uint64_t, std::string>> seen;  // what was found, and in which form
};

Verdict judge(const Trace& trace) {
  struct Pattern {
    std::string bytes;
    std::uint64_t n;
    std::string what;
  };
  std::vector<Pattern> patterns;
  for (std::uint64_t n = 1; n <= kCommands; ++n) {
    const auto add = [&](Id id, const std::string& what) {
      patterns.push_back({binary_form(id), n, what});
      patterns.push_back({to_string(id), n, what + " in JSON"});
    };
    add(command_of(n), "the command");
    add(repetition_of(n), "a rejection that rests on it");
    add(task_of(n), "its task");
  }
  const auto servers = sockets_of_server(trace);
  const auto from = durable_from(trace);
  Verdict verdict;
  std::map<std::string, std::string> ends;  // of what each socket sent: an id may be cut in two
  for (std::size_t i = 0; i < trace.entries.size(); ++i) {
    const auto& call = trace.entries[i].call;
    if (call.kind != IoKind::send || !servers.contains(call.path)) continue;
    auto& end = ends[call.path];
    const auto sent =
        end + std::string(reinterpret_cast<const char*>(call.bytes.data()), call.bytes.size());
    for (const auto& pattern : patterns) {
      const auto at = sent.find(pattern.bytes);
      if (at == std::string::npos || at + pattern.bytes.size() <= end.size()) continue;
      verdict.seen.insert({pattern.n, pattern.what});
      if (from[pattern.n] && *from[pattern.n] < i) {
        ++verdict.late;
        continue;
      }
      if (++verdict.early == 1)
        verdict.first = pattern.what + " of command " + std::to_string(pattern.n) +
                        " left at entry " + std::to_string(i) + ", and was durable at " +
                        (from[pattern.n] ? std::to_string(*from[pattern.n]) : "no entry");
    }
    end = sent.substr(sent.size() - std::min<std::size_t>(sent.size(), 35));
  }
  return verdict;
}

TEST_CASE("Nothing is visible before it is durable", "[e2e][durable]") {
  const auto trace = record(0);
  const auto verdict = judge(trace);
  INFO(verdict.first);
  CHECK(verdict.early == 0);
  // It was all there to be judged: answers, rejections, events and views, in both encodings.
  for (std::uint64_t n = 1; n <= kCommands; ++n) {
    INFO(n);
    CHECK(verdict.seen.contains({n, n % 10 == 0 ? "the command in JSON" : "the command"}));
    CHECK(verdict.seen.contains({n, "a rejection that rests on it"}));
    CHECK(verdict.seen.contains({n, "its task"}));
    CHECK(verdict.seen.contains({n, "its task in JSON"}));
  }

  // A server that answers too early: one sending is moved in front of the sync that it waited for.
  const auto from = durable_from(trace);
  const auto servers = sockets_of_server(trace);
  const auto early = binary_form(command_of(7));
  auto swapped = trace;
  const auto answer =
      std::find_if(swapped.entries.begin(), swapped.entries.end(), [&](auto& entry) {
        const auto& bytes = entry.call.bytes;
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return entry.call.kind == IoKind::send && servers.contains(entry.call.path) &&
               text.find(early) != std::string_view::npos;
      });
  REQUIRE(answer != swapped.entries.end());
  REQUIRE(from[7]);
  std::rotate(swapped.entries.begin() + static_cast<std::ptrdiff_t>(*from[7]), answer,
              std::next(answer));
  CHECK(judge(swapped).early >= 1);
}

TEST_CASE("A server whose commits do not reach the disk is recognised", "[e2e][durable]") {
  for (const unsigned flags : {unsigned{MDB_NOSYNC}, unsigned{MDB_NOMETASYNC}}) {
    const auto verdict = judge(record(flags));
    INFO(flags);
    CHECK(verdict.early > kCommands);
  }
}

}  // namespace
}  // namespace daybook::testing
