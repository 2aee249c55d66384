// Snapshots of streams, from a disk or a server. What decodes is encoded as the same bytes; and whatever it says, the
// state can be digested and shown, and events and commands can meet it.

#include <algorithm>

#include "model/snapshot.hpp"
#include "tests/fuzz/samples.hpp"
#include "tests/support/governance_play.hpp"

namespace daybook::fuzz {
namespace {

constexpr std::size_t kStepsBytes = 48;  // at the end of the input: what comes after the snapshot

template <typename State>
void go_on(State state, Input steps) {
  Shaper events(steps, Shaper::Texts::in_event);
  for (int i = 0; i < 3 && !events.empty(); ++i) {
    capnp::MallocMessageBuilder message;
    auto event = message.initRoot<schema::Event>();
    events.fill(event);
    evolve(state, event.asReader(),
           {.position = {100}, .version = {state.version.value + 1}, .recorded_at = {100}});
  }
  check_state(state, Origin::anything);
}

template <typename State>
void decide_on(const State& state, Input steps) {
  Shaper shaper(steps, Shaper::Texts::in_command);
  testing::MemoryStream<State> stream(
      state, model::Registration{.key = "BANK", .first_manager = small_id(1)});
  for (int i = 0; i < 3 && !shaper.empty(); ++i) {
    shaper.words.clear();
    testing::Command command{std::make_shared<capnp::MallocMessageBuilder>(), {}};
    shaper.fill(command.message->template initRoot<schema::Command>());
    command.words = shaper.words;
    static_cast<void>(stream.submit(command, testing::Actor(small_id(1)).as_admin()));
  }
}

template <typename State>
void check_loaded(const std::expected<State, model::SnapshotFault>& state, record::Bytes snapshot,
                  Input steps) {
  if (!state) return;
  require(std::ranges::equal(model::encode_snapshot(*state), snapshot),
          "what is decoded is encoded as the same bytes");
  check_state(*state, Origin::anything);
  go_on(*state, steps);
  decide_on(*state, steps);
}

void run(Input input) {
  const std::size_t bytes = input.size() < kStepsBytes ? input.size() : input.size() - kStepsBytes;
  const auto snapshot = aligned(input.first(bytes));
  const auto steps = input.subspan(bytes);
  check_loaded(model::decode_project(snapshot, small_id(1), {9}, {10}), snapshot, steps);
  check_loaded(model::decode_workspace(snapshot, {9}, {10}), snapshot, steps);
}

Seeds seeds() {
  Seeds all;
  testing::Random random(4);
  const auto add = [&](const auto& state) {
    auto& seed = all.emplace_back(string(model::encode_snapshot(state)));
    for (std::size_t i = 0; i < kStepsBytes; ++i) seed += static_cast<char>(random.below(256));
  };
  for (const auto& stream : sample_projects()) add(stream.state());
  for (const auto& stream : sample_workspaces()) add(stream.state());
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    add(testing::play<testing::ProjectPlay>(seed, 5 * seed).state());
    add(testing::play<testing::GovernancePlay>(seed, 10 * seed).state());
    add(testing::play<testing::WorkspacePlay>(seed, 3 * seed).state());
  }
  // Each part alone, so that most mutations meet it.
  const auto full = testing::play<testing::GovernancePlay>(9, 300).state();
#define DAYBOOK_ADD(name, Name, NAME) \
  {                                   \
    model::Project one;               \
    one.project = full.project;       \
    one.name = full.name;             \
    add(one);                         \
  }
  DAYBOOK_PROJECT_PARTS(DAYBOOK_ADD)
#undef DAYBOOK_ADD
  return all;
}

const Registration registration({.name = "snapshots", .run = run, .seeds = seeds});

}  // namespace
}  // namespace daybook::fuzz
