#pragma once
// The part `task`: what tasks are, who owns them, where they stand on the board. schema/parts/task.capnp has every command
// with its rejections.

#include <vector>

#include "model/context.hpp"
#include "model/emitter.hpp"
#include "model/table.hpp"
#include "model/text.hpp"
#include "schema/parts/task.capnp.h"

namespace daybook::model {
struct Project;
}

namespace daybook::model::task {

using schema::task::BlockKind;

inline constexpr std::uint32_t kPriorityMax = 100;
inline constexpr std::uint32_t kPointsMax = 1000;
inline constexpr std::uint32_t kEstimateMinutesMax = 10'000'000;  // about 19 years
inline constexpr std::size_t kMovesMax = 100;
inline constexpr std::size_t kTasksInFactsMax = 64;  // a rejection names so many at most

struct Priority {
  std::uint32_t value = 0;
  std::uint32_t time_criticality = 0;
  std::uint32_t risk_reduction = 0;
  std::uint32_t job_size = 0;
  bool operator==(const Priority&) const = default;
};

struct Task {
  std::uint32_t number = 0;  // T-number
  Text title = {};
  Text description = {};
  Id owner = {};  // nil: nobody
  std::uint32_t estimate_minutes = 0;
  std::uint32_t points = 0;
  Priority priority = {};
  Id column = {};  // of a retired task: where it stood last
  std::uint64_t rank = 0;
  Timestamp created_at = {};
  Timestamp entered_at = {};    // the column
  Id entered_by = {};           // who put it there, or for whom
  Timestamp completed_at = {};  // none: not done
  bool retired = false;
  bool blocked = false;
  Text block_reason = {};
  BlockKind block_kind = BlockKind::OTHER;
  Text block_needs = {};
  Timestamp blocked_at = {};
};

// A card's place: cards of a column stand in this order.
struct CardKey {
  Id column = {};
  std::uint64_t rank = 0;
  Id task = {};
  auto operator<=>(const CardKey&) const = default;
};
struct Nothing {};

struct State {
  Table<Id, Task> tasks = {};
  std::uint32_t last_number = 0;

  // Derived, not part of the digest: the cards in their order, and how many stand in each column.
  Table<CardKey, Nothing> cards = {};
  Table<Id, std::uint32_t> counts = {};
};

// nullptr: unknown.
[[nodiscard]] const Task* find_task(const State& state, Id task);
[[nodiscard]] std::uint32_t count_in_column(const State& state, Id column);
// In their order on the board, the first `most`.
[[nodiscard]] std::vector<Id> tasks_in_column(const State& state, Id column, std::size_t most);

[[nodiscard]] Ruling decide(const Project& state, schema::task::Command::Reader command,
                            const Context& context, Emitter& out);
// False: this build does not know the event.
[[nodiscard]] bool evolve(State& state, schema::task::Event::Reader event, const EventMeta& meta);

void save(const State& state, schema::task::State::Builder builder);
[[nodiscard]] State load(schema::task::State::Reader reader);

[[nodiscard]] Priority read_priority(schema::task::Priority::Reader reader);
void write(schema::task::Priority::Builder builder, const Priority& priority);

}  // namespace daybook::model::task
