#pragma once
// How tasks enter columns: the one rule for every way in (create, move, bulk move, restore), and the place that a card
// gets.

#include <map>

#include "model/emitter.hpp"
#include "model/parts/board.hpp"
#include "model/parts/task.hpp"

namespace daybook::model::task {

// What a command brings into a column, or adds to what stands there: all of it together.
struct Added {
  std::uint32_t count = 0;                    // tasks that enter
  std::uint64_t points = 0;                   // theirs, or that a task there has more
  std::map<Id, std::uint32_t> by_owner = {};  // tasks that enter, or change to this owner

  void enter(Id owner, std::uint32_t task_points) {
    ++count;
    points += task_points;
    give(owner);
  }
  void give(Id owner) {
    if (!owner.is_nil()) ++by_owner[owner];
  }
};

// A column's limits against what is added: the one rule for every way in, and for what changes a card where it stands.
// Emits a wipLimitOverridden for each measure whose limit would block, where the actor, a manager, gives a reason.
// Nothing enters a column above its limit of tasks or points. Rejections: wipLimitReached, of the first limit that would
// be exceeded (count, points, perPerson by owner); notPermitted (an override by somebody else).
[[nodiscard]] Ruling check_wip(const Project& all, const board::Column& column, const Added& added,
                               schema::TextRef::Reader override_reason, const Context& context,
                               Emitter& out);

// Ranks leave this much room between neighbours at a column's ends.
inline constexpr std::uint64_t kRankGap = 1ULL << 32;
inline constexpr std::uint64_t kRankFirst = 1ULL << 63;

struct Respaced {
  Id task;
  std::uint64_t rank;
};
struct Place {
  std::uint64_t rank = 0;
  std::vector<Respaced> respaced;  // neighbours that need new ranks first; their order stays
};

// The place before the card `before` (nil or not in the column: at the end). `moving` is not counted as a neighbour.
[[nodiscard]] Place find_place(const State& state, Id column, Id before, Id moving);

// Whether the card stands there already.
[[nodiscard]] bool is_in_place(const State& state, Id column, Id before, Id moving);

// Emits cardsRespaced, if the place needs it.
void emit_respacing(Id column, const Place& place, Emitter& out);

void write_entry(schema::task::Entry::Builder entry, const board::Column& column,
                 const Place& place, std::uint32_t count_after);

}  // namespace daybook::model::task
