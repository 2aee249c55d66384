// Digests of fixed histories, against the file that every build and every later version must agree with.
#include <capnp/dynamic.h>
#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "model/event_meta.hpp"
#include "model/record/event_batch.hpp"
#include "model/snapshot.hpp"
#include "tests/support/history.hpp"

namespace daybook::testing {
namespace {

// tests/compat/log-vN.bin: how many events it has, and what this version folds its streams to, by their ids.
struct Log {
  int version;
  std::uint64_t events;
  std::vector<std::string> digests;
};
const Log kLogs[] = {
    {1, 129, {"2081db090ba482a866da7b32ba80d73cb7cbf96cbd807194585eea162debc5ba"}},
    {2,
     1467,
     {"374fbb7c99228f0c0762e08a09b9bfcad4d6459c04d9470201e7baccace894d3",
      "ecaf77f35be58dc8355a20b8c125812f1f14f64f0c80d64d4c494f7993a881ed",
      "e9ed6343224d75c4f02e9a37efcd4ee328f1b6345a0fda960d9957ab0f7da449",
      "0faf9939cf62a2f9331dd62f4d732fca1df189fe2632bdd0ef591c7b66ea022a",
      "0f78a0c60fd5fbe0cdfdb910274fb455795a2754707a04ecf6a3bc91eb040612",
      "d22d86d2453749a2a1132e6bf1c0e43724b474be41abe4bc8fe0ebc28e2cdd3a",
      "a484c9147d61409f02ba823250872039efe06196d627f39d2ceeab464ee07f23"}},
};

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST_CASE("a changed digest needs a new model version", "[model][digest][compat]") {
  const auto path = std::string(DAYBOOK_COMPAT_DIR) + "/digests-v" +
                    std::to_string(model::kModelVersion) + ".txt";
  const auto expected = read_file(path);
  INFO("a version of the model keeps its file; a new one gets its own, " << path);
  std::istringstream then(expected);
  std::istringstream now(history_digests());
  std::string line_then;
  std::string line_now;
  while (std::getline(now, line_now)) {
    // kind, seed, attempts, versions, SHA-256 of the payloads (what was decided), digest (what it was folded to)
    REQUIRE(std::getline(then, line_then));
    CHECK(line_now == line_then);
  }
  CHECK(!std::getline(then, line_then));
}

std::string log_file(int version) {
  return read_file(std::string(DAYBOOK_COMPAT_DIR) + "/log-v" + std::to_string(version) + ".bin");
}

// Calls f(event, envelope) for each event of a log, as bytes on disk.
template <typename F>
void for_each_event(const std::string& bytes, F&& f) {
  REQUIRE(!bytes.empty());
  const auto* data = reinterpret_cast<const std::byte*>(bytes.data());
  const record::AlignedBytes log(data, data + bytes.size());
  record::Bytes rest(log);
  while (true) {
    const auto entry = record::next_entry(rest, record::EventView::Check::full);
    REQUIRE(entry.has_value());
    if (!*entry) return;
    const auto& envelope = (*entry)->event.envelope();
    (*entry)->event.with_event([&](schema::Event::Reader event) { f(event, envelope); });
  }
}

template <typename State>
void fold_next(State& state, schema::Event::Reader event, const record::EnvelopeFields& envelope) {
  REQUIRE(envelope.version.value == state.version.value + 1);
  evolve(state, event, model::meta_of(envelope));
  REQUIRE(!state.has_newer_events);
}

// What a released version wrote: the stored events must read and fold for ever.
TEST_CASE("a log of an earlier version still reads, verifies and folds to its digests",
          "[model][digest][compat]") {
  for (const auto& expected : kLogs) {
    INFO("log-v" << expected.version);
    model::Workspace workspace;
    std::map<Id, model::Project> projects;
    std::uint64_t events = 0;
    for_each_event(log_file(expected.version),
                   [&](schema::Event::Reader event, const record::EnvelopeFields& envelope) {
                     ++events;
                     if (envelope.stream.is_nil()) return fold_next(workspace, event, envelope);
                     auto& project = projects.try_emplace(envelope.stream).first->second;
                     project.id = envelope.stream;
                     fold_next(project, event, envelope);
                   });
    CHECK(events == expected.events);
    std::vector<std::string> digests;
    if (workspace.version.value != 0) digests.push_back(record::to_hex(model::digest(workspace)));
    for (const auto& [id, project] : projects)
      digests.push_back(record::to_hex(model::digest(project)));
    CHECK(digests == expected.digests);
  }
}

TEST_CASE("the log of this version has every kind of event", "[model][compat]") {
  std::set<std::string> there;
  for_each_event(log_file(model::kModelVersion), [&](schema::Event::Reader event, const auto&) {
    const capnp::DynamicStruct::Reader reader(event);
    KJ_IF_MAYBE (part, reader.which()) {
      KJ_IF_MAYBE (type, reader.get(*part).as<capnp::DynamicStruct>().which()) {
        there.insert(std::string(part->getProto().getName().cStr()) + "." +
                     type->getProto().getName().cStr());
      }
    }
  });
  for (const auto part : capnp::Schema::from<schema::Event>().getUnionFields()) {
    if (!part.getType().isStruct()) continue;
    for (const auto type : part.getType().asStruct().getUnionFields()) {
      const std::string name = type.getProto().getName().cStr();
      if (name == "none" || name == "cardsRespaced") continue;  // the latter takes crowding
      INFO(name);
      CHECK(there.contains(std::string(part.getProto().getName().cStr()) + "." + name));
    }
  }
}

TEST_CASE("this version writes its log to the byte", "[model][compat]") {
  const auto bytes = log_file(model::kModelVersion);
  const auto log = history_log();
  REQUIRE(log.size() == bytes.size());
  CHECK(std::memcmp(log.data(), bytes.data(), bytes.size()) == 0);
}

// Run by name to make the files of a new version: model_digests_test "[.print]" -o /dev/null > digests-vN.txt
TEST_CASE("prints the digests", "[.print]") { std::cout << history_digests(); }
TEST_CASE("prints a log", "[.log]") {
  const auto log = history_log();
  std::cout.write(reinterpret_cast<const char*>(log.data()),
                  static_cast<std::streamsize>(log.size()));
}

}  // namespace
}  // namespace daybook::testing
