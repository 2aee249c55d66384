#pragma once
// The part `board`: columns with their limits, and the transitions between them. schema/parts/board.capnp has every
// command with its rejections. Which task stands where belongs to the part `task`.

#include <optional>
#include <utility>
#include <vector>

#include "model/context.hpp"
#include "model/emitter.hpp"
#include "model/text.hpp"
#include "schema/parts/board.capnp.h"

namespace daybook::model {
struct Project;
}

namespace daybook::model::board {

using schema::board::Category;
using schema::board::WipPolicy;

inline constexpr std::size_t kColumnsMax = 64;
inline constexpr std::size_t kTransitionsMax = 1024;
inline constexpr std::uint32_t kWipCountMax = 1'000'000;
inline constexpr std::uint32_t kWipPointsMax = 1'000'000'000;  // as many tasks of the most points

struct WipLimit {
  std::uint32_t count = 0;  // each 0: no such limit
  WipPolicy policy = WipPolicy::BLOCK;
  std::uint32_t points = 0;
  std::uint32_t per_person = 0;
  bool operator==(const WipLimit&) const = default;
};

struct Column {
  Id id = {};
  Text name = {};
  Category category = Category::TODO;
  WipLimit wip = {};
};

struct RetiredColumn {
  Id id = {};
  Category category = Category::TODO;
};

using Transition = std::pair<Id, Id>;  // from, to

struct State {
  bool defined = false;
  std::vector<Column> columns = {};          // from left to right, at most kColumnsMax
  std::vector<RetiredColumn> retired = {};   // sorted by id, which stays in use
  bool restricted = false;                   // only `transitions` are allowed; else all
  std::vector<Transition> transitions = {};  // sorted
};

// nullptr: no such column, or retired.
[[nodiscard]] const Column* find_column(const State& state, Id column);
// Of a retired column, too; nullopt: no such column.
[[nodiscard]] std::optional<Category> category_of(const State& state, Id column);
[[nodiscard]] bool is_id_used(const State& state, Id column);
[[nodiscard]] bool is_transition_allowed(const State& state, Id from, Id to);

[[nodiscard]] Ruling decide(const Project& state, schema::board::Command::Reader command,
                            const Context& context, Emitter& out);
// False: this build does not know the event.
[[nodiscard]] bool evolve(State& state, schema::board::Event::Reader event, const EventMeta& meta);

void save(const State& state, schema::board::State::Builder builder);
[[nodiscard]] State load(schema::board::State::Reader reader);

void write(schema::board::WipLimit::Builder builder, const WipLimit& limit);

}  // namespace daybook::model::board
