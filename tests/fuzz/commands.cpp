// Commands one after the other, made from the input, by several actors, on streams that know what came before: a verdict
// always comes, and what was accepted can be stored, folded, saved and shown.

#include "model/snapshot.hpp"
#include "tests/fuzz/samples.hpp"

namespace daybook::fuzz {
namespace {

using testing::Actor;

constexpr int kCommandsMax = 64;

Actor actor(Shaper& shaper) {
  Actor actor(small_id(shaper.below(4)));
  const unsigned rights = shaper.below(256);
  actor.is_admin = rights % 2 == 0;
  actor.is_server = rights % 16 == 1;
  actor.is_importer = rights % 4 == 0;
  if (rights >= 192) actor.on_behalf_of = shaper.id();
  if (rights >= 224) actor.effective_at = {static_cast<std::int64_t>(shaper.number())};
  return actor;
}

template <typename Stream>
void act(Shaper& shaper, Stream& stream) {
  testing::Command command{std::make_shared<capnp::MallocMessageBuilder>(), {}};
  shaper.words.clear();
  shaper.commitments.clear();
  for (const auto& text : model::texts_of(stream.state())) {
    shaper.commitments.push_back(text.commitment);
    if (shaper.commitments.size() == 64) break;
  }
  const Actor who = actor(shaper);
  shaper.fill(command.message->template initRoot<schema::Command>());
  command.words = shaper.words;
  const auto before = stream.events().size();
  const auto verdict = stream.submit(command, who);
  require(verdict.has_value() == (stream.events().size() > before), "accepted is recorded");
  if (!verdict) return;
  require(!stream.state().has_newer_events, "what is decided can be folded");
  for (const auto& draft : verdict->events) check_payload(draft.event());
}

void run(Input input) {
  Shaper shaper(input, Shaper::Texts::in_command);
  const auto& projects = sample_projects();
  const auto& workspaces = sample_workspaces();
  auto project = projects[shaper.below(static_cast<unsigned>(projects.size()))];
  auto workspace = workspaces[shaper.below(static_cast<unsigned>(workspaces.size()))];
  for (int commands = 0; !shaper.empty() && commands < kCommandsMax; ++commands) {
    if (shaper.below(4) == 0) {
      act(shaper, workspace);
    } else {
      act(shaper, project);
    }
  }
  check_state(project.state(), Origin::decisions);
  check_state(workspace.state(), Origin::decisions);
}

// Bytes are decisions: any will do to begin with.
Seeds seeds() {
  Seeds all;
  testing::Random random(2);
  for (int i = 0; i < 64; ++i) {
    auto& seed = all.emplace_back(64 + random.below(512), '\0');
    for (char& c : seed) c = static_cast<char>(random.below(256));
    seed[0] = static_cast<char>(i);
    seed[1] = static_cast<char>(i / 4);
  }
  return all;
}

const Registration registration({.name = "commands", .run = run, .seeds = seeds});

}  // namespace
}  // namespace daybook::fuzz
