// Events one after the other, made from the input and folded as they come, as from a server whose history makes no
// sense: folding never fails, and its states can be saved and shown.

#include "tests/fuzz/samples.hpp"

namespace daybook::fuzz {
namespace {

constexpr int kEventsMax = 64;

template <typename State>
void fold(Shaper& shaper, State& state, schema::Event::Reader event) {
  const auto recorded_at = state.recorded_at.micros + shaper.below(256);
  evolve(state, event,
         {.position = {state.version.value + 1},
          .version = {state.version.value + 1},
          .recorded_at = {recorded_at},
          .effective_at = {shaper.below(8) == 0 ? static_cast<std::int64_t>(shaper.number()) : 0},
          .actor = small_id(shaper.below(4)),
          .on_behalf_of = small_id(shaper.below(2))});
}

void run(Input input) {
  Shaper shaper(input, Shaper::Texts::in_event);
  const auto& projects = sample_projects();
  const auto& workspaces = sample_workspaces();
  auto project = projects[shaper.below(static_cast<unsigned>(projects.size()))].state();
  auto workspace = workspaces[shaper.below(static_cast<unsigned>(workspaces.size()))].state();
  for (int events = 0; !shaper.empty() && events < kEventsMax; ++events) {
    capnp::MallocMessageBuilder message;
    auto event = message.initRoot<schema::Event>();
    shaper.fill(event);
    if (shaper.below(4) == 0) {
      fold(shaper, workspace, event.asReader());
    } else {
      fold(shaper, project, event.asReader());
    }
  }
  check_state(project, Origin::anything);
  check_state(workspace, Origin::anything);
}

Seeds seeds() {
  Seeds all;
  testing::Random random(3);
  for (int i = 0; i < 64; ++i) {
    auto& seed = all.emplace_back(32 + random.below(512), '\0');
    for (char& c : seed) c = static_cast<char>(random.below(256));
    seed[0] = static_cast<char>(i);
    seed[1] = static_cast<char>(i / 4);
  }
  return all;
}

const Registration registration({.name = "events", .run = run, .seeds = seeds});

}  // namespace
}  // namespace daybook::fuzz
