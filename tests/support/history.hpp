#pragma once
// Histories from a seed: attempts made up against the state as it is, most of them valid, some stale, some nonsense.
// The same seed gives the same attempts with every compiler.

#include <optional>
#include <string>

#include "model/record/event_batch.hpp"
#include "tests/support/commands.hpp"
#include "tests/support/memory_stream.hpp"
#include "tests/support/random.hpp"

namespace daybook::testing {

struct Attempt {
  Command command;
  Actor actor;
  std::int64_t pause_micros = 0;  // before it
};

// Makes attempts on one project. The first opens it.
class ProjectPlay {
 public:
  explicit ProjectPlay(std::uint64_t seed) : random_(seed) {}
  [[nodiscard]] Attempt next(const model::Project& state, Timestamp now);

  [[nodiscard]] static ProjectStream start();

 private:
  using State = model::Project;
  [[nodiscard]] Command command(const State& state);
  [[nodiscard]] Command define(const State& state);
  [[nodiscard]] Command column_command(const State& state);
  [[nodiscard]] Command limit(const State& state);
  [[nodiscard]] Command transitions(const State& state);
  [[nodiscard]] Command role(const State& state);
  [[nodiscard]] Command project_command(const State& state);
  [[nodiscard]] Command create(const State& state);
  [[nodiscard]] Command edit(const State& state);
  [[nodiscard]] Command move(const State& state);
  [[nodiscard]] Command bulk_move(const State& state);
  [[nodiscard]] Command task_command(const State& state, std::uint64_t kind);
  [[nodiscard]] Command link_command(const State& state);
  [[nodiscard]] Command progress(const State& state);
  [[nodiscard]] Command time(const State& state);

  [[nodiscard]] Id fresh_id();
  [[nodiscard]] Id member();
  [[nodiscard]] Id pick_task(const State& state);
  [[nodiscard]] Id pick_column(const State& state);
  [[nodiscard]] std::string words();
  [[nodiscard]] std::string maybe_words();
  [[nodiscard]] NewColumn new_column();
  [[nodiscard]] model::board::WipLimit new_limit();
  [[nodiscard]] TextEdit text_edit(const model::Text& present);
  [[nodiscard]] model::task::Priority new_priority();
  [[nodiscard]] std::vector<model::board::Transition> new_transitions(const State& state);

  Random random_;
  Timestamp now_ = {};
};

// Makes attempts on a workspace. The first opens it.
class WorkspacePlay {
 public:
  explicit WorkspacePlay(std::uint64_t seed) : random_(seed) {}
  [[nodiscard]] Attempt next(const model::Workspace& state, Timestamp now);

  [[nodiscard]] static WorkspaceStream start() { return {}; }

 private:
  [[nodiscard]] Command command(const model::Workspace& state, Timestamp now);
  [[nodiscard]] Command token(const model::Workspace& state, Timestamp now);

  Random random_;
};

// Plays so many attempts and returns the stream; after each calls seen(stream before, attempt, verdict, stream after).
template <typename Play, typename Seen>
auto play(std::uint64_t seed, std::size_t attempts, Seen&& seen) {
  Play maker(seed);
  auto stream = Play::start();
  for (std::size_t i = 0; i < attempts; ++i) {
    const auto attempt = maker.next(stream.state(), stream.now());
    stream.advance(attempt.pause_micros);
    const auto before = stream;
    const auto verdict = stream.submit(attempt.command, attempt.actor);
    seen(before, attempt, verdict, stream);
  }
  return stream;
}
template <typename Play>
auto play(std::uint64_t seed, std::size_t attempts) {
  Play maker(seed);
  auto stream = Play::start();
  for (std::size_t i = 0; i < attempts; ++i) {
    const auto attempt = maker.next(stream.state(), stream.now());
    stream.advance(attempt.pause_micros);
    (void)stream.submit(attempt.command, attempt.actor);
  }
  return stream;
}

// One line for each of a fixed set of histories: "project seed attempts versions sha256-of-payloads digest".
// tests/compat/digests-vN.txt holds them for the present model version.
[[nodiscard]] std::string history_digests();

// A project's history as it is stored: a batch of entries, with texts.
[[nodiscard]] record::AlignedBytes history_log(std::uint64_t seed, std::size_t attempts);
// The workspace's and several projects', with every kind of event: tests/compat/log-vN.bin, what every later version must
// still read.
[[nodiscard]] record::AlignedBytes history_log();

}  // namespace daybook::testing
