#include "model/parts/placement.hpp"

#include <algorithm>
#include <limits>

#include "model/parts/id_list.hpp"
#include "model/parts/save.hpp"
#include "model/permission.hpp"
#include "model/project.hpp"

namespace daybook::model::task {
namespace {

constexpr auto kRankMax = std::numeric_limits<std::uint64_t>::max();
// Neighbours are respaced until each has at least this much room.
constexpr std::uint64_t kRespacedGap = 1ULL << 16;
// Bounds the event: in a crowd of more cards they stand closer, a rank apart at least, which takes 2^27 cards to run out.
constexpr std::size_t kRespacedMax = 4096;

using Cards = Table<CardKey, Nothing>;

struct Neighbours {
  std::optional<CardKey> left;
  std::optional<CardKey> right;
};

class Column {
 public:
  Column(const State& state, Id column, Id moving)
      : cards_(state.cards), column_(column), moving_(moving) {}

  // The first card at or behind `key`, the moving one left out.
  [[nodiscard]] std::optional<CardKey> at_or_after(const CardKey& key) const {
    for (auto at = cards_.lower_bound(key); at != cards_.end() && at->first.column == column_;
         ++at) {
      if (at->first.task != moving_) return at->first;
    }
    return std::nullopt;
  }
  // The last card before `key`, the moving one left out.
  [[nodiscard]] std::optional<CardKey> before(const CardKey& key) const {
    auto at = cards_.lower_bound(key);
    while (at != cards_.begin()) {
      --at;
      if (at->first.column != column_) return std::nullopt;
      if (at->first.task != moving_) return at->first;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::optional<CardKey> after(const CardKey& key) const {
    auto next = key;
    if (++next.task.low == 0 && ++next.task.high == 0) ++next.rank;
    return at_or_after(next);
  }
  [[nodiscard]] CardKey end() const { return {column_, kRankMax, {kRankMax, kRankMax}}; }

 private:
  const Cards& cards_;
  Id column_;
  Id moving_;
};

Neighbours neighbours(const State& state, const Column& column, Id in, Id before, Id moving) {
  CardKey target = column.end();
  if (const auto* card = find_task(state, before);
      card != nullptr && before != moving && card->column == in && !card->retired) {
    target = {in, card->rank, before};
  }
  return {column.before(target), column.at_or_after(target)};
}

// A rank strictly between, or nullopt if there is no room.
std::optional<std::uint64_t> rank_between(const std::optional<CardKey>& left,
                                          const std::optional<CardKey>& right) {
  if (!left && !right) return kRankFirst;
  if (!left) return right->rank >= kRankGap ? std::optional(right->rank - kRankGap) : std::nullopt;
  if (!right)
    return left->rank <= kRankMax - kRankGap ? std::optional(left->rank + kRankGap) : std::nullopt;
  const auto room = right->rank - left->rank;
  if (room < 2) return std::nullopt;
  return left->rank + room / 2;
}

// Widens a window around the gap until the cards in it, and the new one, can stand kRespacedGap apart, or as far as there is
// room at kRespacedMax cards.
Place respace(const Column& column, Neighbours gap) {
  std::vector<CardKey> left;   // nearest first
  std::vector<CardKey> right;  // nearest first
  auto next_left = gap.left;
  auto next_right = gap.right;
  while (true) {
    if (next_left) {
      left.push_back(*next_left);
      next_left = column.before(*next_left);
    }
    if (next_right) {
      right.push_back(*next_right);
      next_right = column.after(*next_right);
    }
    const auto low = next_left ? next_left->rank : 0;
    const auto high = next_right ? next_right->rank : kRankMax;
    const auto step = (high - low) / (left.size() + right.size() + 2);
    const bool may_widen = (next_left || next_right) && left.size() + right.size() < kRespacedMax;
    if (step < kRespacedGap && may_widen) continue;
    Place place;
    auto rank = low;
    for (auto card = left.rbegin(); card != left.rend(); ++card)
      place.respaced.push_back({card->task, rank += step});
    place.rank = rank += step;
    for (const auto& card : right) place.respaced.push_back({card.task, rank += step});
    return place;
  }
}

using schema::task::WipMeasure;

// A limit that would be exceeded.
struct Excess {
  WipMeasure measure = WipMeasure::COUNT;
  std::uint32_t limit = 0;
  std::uint64_t present = 0;
  std::uint64_t after = 0;
  Id member = {};  // of perPerson
};

std::vector<Excess> find_excesses(const State& state, const board::Column& column,
                                  const Added& added) {
  std::vector<Excess> excesses;
  const auto& limit = column.wip;
  if (limit.policy == board::WipPolicy::WARN) return excesses;
  const auto note = [&](WipMeasure measure, std::uint32_t most, std::uint64_t present,
                        std::uint64_t more, Id member) {
    if (most != 0 && present + more > most)
      excesses.push_back({measure, most, present, present + more, member});
  };
  if (added.count != 0)
    note(WipMeasure::COUNT, limit.count, count_in_column(state, column.id), added.count, {});
  if (added.count != 0 || added.points != 0)
    note(WipMeasure::POINTS, limit.points, points_in_column(state, column.id), added.points, {});
  for (const auto& [owner, more] : added.by_owner) {
    note(WipMeasure::PER_PERSON, limit.per_person, count_of_owner(state, column.id, owner), more,
         owner);
  }
  return excesses;
}

std::string_view field_of(WipMeasure measure) {
  switch (measure) {
    case WipMeasure::COUNT:
      return "board.wip.count";
    case WipMeasure::POINTS:
      return "board.wip.points";
    case WipMeasure::PER_PERSON:
      return "board.wip.perPerson";
  }
  return {};
}

std::unexpected<Rejection> refuse(const State& state, const board::Column& column,
                                  const Excess& excess) {
  return reject(Code::WIP_LIMIT_REACHED,
                {.field = field_of(excess.measure),
                 .tasks = excess.member.is_nil()
                              ? tasks_in_column(state, column.id, kTasksInFactsMax)
                              : tasks_of_owner(state, column.id, excess.member, kTasksInFactsMax),
                 .column = column.id,
                 .member = excess.member,
                 .limit = excess.limit,
                 .count = excess.present});
}

void emit_override(Id column, const Excess& excess, const std::vector<Id>& others,
                   schema::TextRef::Reader reason, Emitter& out) {
  auto event = out.next().initTask().initWipLimitOverridden();
  daybook::write(event.initColumn(), column);
  event.setLimit(excess.limit);
  event.setCountAfter(static_cast<std::uint32_t>(
      std::min<std::uint64_t>(excess.after, std::numeric_limits<std::uint32_t>::max())));
  out.text(reason, [&] { return event.initReason(); });
  event.setMeasure(excess.measure);
  save_id(excess.member, [&] { return event.initMember(); });
  write_ids(others, [&](unsigned size) { return event.initOthers(size); });
}

// One for each measure, so that many people in one command need no more events than one.
void emit_overrides(Id column, const std::vector<Excess>& excesses, schema::TextRef::Reader reason,
                    Emitter& out) {
  const auto first_person = std::find_if(excesses.begin(), excesses.end(),
                                         [](const Excess& e) { return !e.member.is_nil(); });
  for (auto at = excesses.begin(); at != first_person; ++at)
    emit_override(column, *at, {}, reason, out);
  if (first_person == excesses.end()) return;
  const auto most =
      std::max_element(first_person, excesses.end(),
                       [](const Excess& a, const Excess& b) { return a.after < b.after; });
  std::vector<Id> others;
  for (auto at = first_person; at != excesses.end(); ++at) {
    if (at != most) others.push_back(at->member);
  }
  emit_override(column, *most, others, reason, out);
}

}  // namespace

Ruling check_wip(const Project& all, const board::Column& column, const Added& added,
                 schema::TextRef::Reader override_reason, const Context& context, Emitter& out) {
  const auto excesses = find_excesses(all.task, column, added);
  if (excesses.empty()) return {};
  if (override_reason.getIndex() == 0) return refuse(all.task, column, excesses.front());
  if (!includes(project::role_of(all.project, context.actor), Role::MANAGER)) {
    return reject(Code::NOT_PERMITTED, {.field = "task.overrideReason", .required = Role::MANAGER});
  }
  emit_overrides(column.id, excesses, override_reason, out);
  return {};
}

Place find_place(const State& state, Id column, Id before, Id moving) {
  const Column cards(state, column, moving);
  const auto gap = neighbours(state, cards, column, before, moving);
  if (const auto rank = rank_between(gap.left, gap.right)) return {*rank, {}};
  return respace(cards, gap);
}

bool is_in_place(const State& state, Id column, Id before, Id moving) {
  const auto* task = find_task(state, moving);
  if (task == nullptr || task->column != column || task->retired) return false;
  if (before == moving) return true;
  const Column cards(state, column, moving);
  const auto gap = neighbours(state, cards, column, before, moving);
  const CardKey own{column, task->rank, moving};
  return (!gap.left || *gap.left < own) && (!gap.right || own < *gap.right);
}

void emit_respacing(Id column, const Place& place, Emitter& out) {
  if (place.respaced.empty()) return;
  auto event = out.next().initTask().initCardsRespaced();
  daybook::write(event.initColumn(), column);
  auto cards = event.initCards(static_cast<unsigned>(place.respaced.size()));
  for (unsigned i = 0; i < cards.size(); ++i) {
    daybook::write(cards[i].initTask(), place.respaced[i].task);
    cards[i].setRank(place.respaced[i].rank);
  }
}

void write_entry(schema::task::Entry::Builder entry, const board::Column& column,
                 const Place& place, std::uint32_t count_after) {
  daybook::write(entry.initColumn(), column.id);
  entry.setRank(place.rank);
  entry.setWipAfter(count_after);
  entry.setWipLimit(column.wip.count);
  entry.setStarted(column.category == board::Category::DOING);
}

}  // namespace daybook::model::task
