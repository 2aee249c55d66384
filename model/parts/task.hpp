#pragma once
// The part `task`: what tasks are, who owns them, where they stand on the board. schema/parts/task.capnp has every command
// with its rejections.

#include <vector>

#include "model/context.hpp"
#include "model/emitter.hpp"
#include "model/parts/approval.hpp"
#include "model/table.hpp"
#include "model/text.hpp"
#include "schema/parts/task.capnp.h"

namespace daybook::model {
struct Project;
}

namespace daybook::model::task {

using schema::task::BlockKind;
using schema::task::LinkType;
using schema::task::PredecessorPolicy;

inline constexpr std::uint32_t kPriorityMax = 100;
inline constexpr std::uint32_t kPointsMax = 1000;
inline constexpr std::uint32_t kEstimateMinutesMax = 10'000'000;  // about 19 years
inline constexpr std::size_t kMovesMax = 100;
inline constexpr std::size_t kLinksMax = 20'000;
inline constexpr std::size_t kLinksSearchedMax = 4096;  // for a cycle
inline constexpr std::int32_t kLagDaysMax = 1000;
inline constexpr std::uint32_t kMinutesPerDay = 24 * 60;
inline constexpr std::size_t kTasksInFactsMax = 64;  // a rejection names so many at most

struct ColumnFlow {
  std::uint32_t entered = 0;
  std::uint32_t left = 0;
};

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
  Timestamp retired_at = {};  // none: it is not
  bool blocked = false;
  Text block_reason = {};
  BlockKind block_kind = BlockKind::OTHER;
  Text block_needs = {};
  Timestamp blocked_at = {};
  Timestamp started_at = {};  // when it first entered a doing column; none: never
  std::uint32_t percent = 0;
  std::uint32_t remaining_minutes = 0;
  Timestamp progress_at = {};  // none: never reported
  Id change = {};              // the change request under which it was created
  std::vector<Id> contributors =
      {};                       // who wrote what is approved of it, owned it, logged time; sorted
  Id written_by = {};           // what is approved of it, the last time
  std::vector<Id> agents = {};  // who did any of this for somebody else; sorted
};

struct Link {
  LinkType type = LinkType::FINISH_TO_START;
  std::int32_t lag_days = 0;
};
struct LinkKey {
  Id predecessor = {};
  Id successor = {};
  auto operator<=>(const LinkKey&) const = default;
};

struct TimeEntry {
  Id task = {};
  Id member = {};
  Date day = {};
  std::uint32_t minutes = 0;  // as corrected
  Text note = {};
};

// What happened on the board on one day.
struct DayFlow {
  std::uint32_t created = 0;
  std::uint32_t completed = 0;
  std::uint32_t reopened = 0;
  std::uint32_t retired = 0;
  Table<Id, ColumnFlow> columns = {};
};

// A card's place: cards of a column stand in this order.
struct CardKey {
  Id column = {};
  std::uint64_t rank = 0;
  Id task = {};
  auto operator<=>(const CardKey&) const = default;
};
struct Nothing {};
struct ColumnLoad {
  std::uint32_t count = 0;
  std::uint64_t points = 0;
};
struct OwnedKey {
  Id column = {};
  Id owner = {};
  auto operator<=>(const OwnedKey&) const = default;
};
// A card of an owner: the owner's cards of a column stand in their order on the board.
struct OwnedCardKey {
  Id column = {};
  Id owner = {};
  std::uint64_t rank = 0;
  Id task = {};
  auto operator<=>(const OwnedCardKey&) const = default;
};

struct State {
  Table<Id, Task> tasks = {};
  std::uint32_t last_number = 0;
  Table<LinkKey, Link> links = {};
  PredecessorPolicy predecessor_policy = PredecessorPolicy::WARN;
  Table<Id, TimeEntry> time_entries = {};
  Table<Date, DayFlow> days = {};

  // Derived, not part of the digest: the cards in their order, and how much stands in each column.
  Table<CardKey, Nothing> cards = {};
  Table<Id, ColumnLoad> loads = {};  // of columns that are not empty
  Table<OwnedKey, std::uint32_t> owned =
      {};  // how many cards of an owner stand in a column; never 0
  Table<OwnedCardKey, Nothing> owned_cards = {};
  Table<LinkKey, Nothing> reverse_links = {};    // predecessor and successor swapped
  Table<Id, std::uint64_t> logged_minutes = {};  // by task
};

// nullptr: unknown.
[[nodiscard]] const Task* find_task(const State& state, Id task);
[[nodiscard]] inline bool is_id_used(const State& state, Id id) {
  return state.tasks.contains(id) || state.time_entries.contains(id);
}
// The hash of what is approved of a task: schema::approval::TaskContent.
[[nodiscard]] record::Hash revision_of(const Task& task);
// What is asked to be approved: the present revision, who last wrote it as its author, who worked on it as contributors.
[[nodiscard]] approval::Revision to_approve(Id id, const Task& task);
[[nodiscard]] std::uint32_t count_in_column(const State& state, Id column);
[[nodiscard]] std::uint64_t points_in_column(const State& state, Id column);
[[nodiscard]] std::uint32_t count_of_owner(const State& state, Id column, Id owner);
// The predecessors of a finish-to-start link that are neither done nor retired, the first `most`.
[[nodiscard]] std::vector<Id> open_predecessors(const State& state, Id task, std::size_t most);
// In their order on the board, the first `most`.
[[nodiscard]] std::vector<Id> tasks_in_column(const State& state, Id column, std::size_t most);
[[nodiscard]] std::vector<Id> tasks_of_owner(const State& state, Id column, Id owner,
                                             std::size_t most);

[[nodiscard]] Ruling decide(const Project& state, schema::task::Command::Reader command,
                            const Context& context, Emitter& out);
// False: this build does not know the event.
[[nodiscard]] bool evolve(State& state, schema::task::Event::Reader event, const EventMeta& meta);

void save(const State& state, schema::task::State::Builder builder);
[[nodiscard]] State load(schema::task::State::Reader reader);

[[nodiscard]] Priority read_priority(schema::task::Priority::Reader reader);
void write(schema::task::Priority::Builder builder, const Priority& priority);
void write(schema::task::LinkState::Builder builder, const LinkKey& key, const Link& link);

}  // namespace daybook::model::task
