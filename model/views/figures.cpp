#include "model/views/figures.hpp"

#include <limits>
#include <map>

#include "model/parts/id_list.hpp"
#include "model/parts/subject.hpp"
#include "model/permission.hpp"
#include "model/record/byte_order.hpp"

namespace daybook::model {
namespace {

constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
constexpr auto kMost = std::numeric_limits<std::int64_t>::max();

}  // namespace

std::int64_t plus(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return b > 0 ? kMost : kLeast;
  return sum;
}

std::int64_t minus(std::int64_t a, std::int64_t b) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(a, b, &difference)) return b < 0 ? kMost : kLeast;
  return difference;
}

std::int64_t ratio(std::uint64_t a, std::uint64_t b, std::uint64_t divisor) {
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return kMost;
  const auto rest = product % divisor;
  const auto result = product / divisor + (rest >= divisor - rest ? 1 : 0);
  return result > static_cast<std::uint64_t>(kMost) ? kMost : static_cast<std::int64_t>(result);
}

std::uint64_t currency_number(std::string_view currency) {
  std::uint64_t number = 0;
  for (const char c : currency.substr(0, 8)) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

Id item_key(std::uint16_t kind, Id subject, std::uint32_t round) {
  std::array<std::byte, 22> source;
  record::store_le(source.data(), kind);
  const auto id = to_bytes(subject);
  std::copy(id.begin(), id.end(), source.begin() + 2);
  record::store_le(source.data() + 18, round);
  return make_id_v8(std::span(source).first(round == 0 ? 18 : 22));
}

// --- Flow ------------------------------------------------------------------------------------------------------------

namespace {

// How many tasks stand in columns of work, as days go by.
class Standing {
 public:
  explicit Standing(const board::State& board) : board_(board) {}

  void add(const task::DayFlow& day) {
    for (const auto& [column, flow] : day.columns) {
      const auto category = board::category_of(board_, column);
      const auto change = std::int64_t{flow.entered} - std::int64_t{flow.left};
      if (category == board::Category::DOING) doing_ += change;
      if (category == board::Category::WAIT) waiting_ += change;
    }
  }
  // So many days end with what stands now.
  void count(std::int64_t days, Window& window) const {
    window.doing += tasks(doing_) * static_cast<std::uint64_t>(days);
    window.waiting += tasks(waiting_) * static_cast<std::uint64_t>(days);
  }

 private:
  // Within bounds, whatever a damaged state says.
  static std::uint64_t tasks(std::int64_t count) {
    constexpr std::int64_t kTasksMax = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint64_t>(std::clamp(count, std::int64_t{0}, kTasksMax));
  }

  const board::State& board_;
  std::int64_t doing_ = 0;
  std::int64_t waiting_ = 0;
};

}  // namespace

Window window_before(const Project& project, Date date) {
  const auto& days = project.task.days;
  if (days.empty() || days.begin()->first >= date) return {};
  const std::int64_t end = date.days;
  const auto begin = std::max<std::int64_t>(end - kWindowDays, days.begin()->first.days);
  Window window{.days = static_cast<std::uint32_t>(end - begin)};
  Standing standing(project.board);
  auto counted = begin;  // the days before it are
  for (auto at = days.begin(); at != days.end() && at->first < date; ++at) {
    const std::int64_t day = at->first.days;
    standing.count(std::max(day - counted, std::int64_t{0}), window);
    counted = std::max(counted, day);
    standing.add(at->second);
    if (day >= begin) window.completed += at->second.completed;
  }
  standing.count(end - counted, window);
  return window;
}

Number throughput(const Window& window) {
  if (window.days == 0) return {.missing = Missing::NOTHING_YET};
  return {ratio(window.completed, 7 * 1000, window.days)};
}

// --- Risk ------------------------------------------------------------------------------------------------------------

Timestamp review_due_at(const risk::Risk& risk) {
  if (risk.status == risk::Status::RETIRED) return {};
  return {plus(risk.reviewed_at.micros, risk::kReviewMicros)};
}

bool is_review_overdue(const risk::Risk& risk, Date date) {
  const auto due = review_due_at(risk);
  return !due.is_none() && is_past(due, date);
}

Exposure exposure_of(const risk::State& state) {
  Exposure exposure;
  std::map<std::string, Exposure::Sum> sums;
  for (const auto& [id, risk] : state.risks) {
    if (!risk::is_live(risk)) continue;
    auto expected = risk::expected_cost(risk.assessment);
    if (expected.is_none()) {
      ++exposure.unknown;
      continue;
    }
    auto& sum = sums[expected.currency];
    ++sum.risks;
    expected.minor = plus(sum.expected.minor, expected.minor);
    sum.expected = std::move(expected);
  }
  for (auto& [currency, sum] : sums) exposure.sums.push_back(std::move(sum));
  return exposure;
}

// --- Approval --------------------------------------------------------------------------------------------------------

bool has_expired(const approval::Request& request, Date date) {
  const auto expires_at = approval::expires_at(request);
  return request.status == approval::Status::OPEN && !expires_at.is_none() &&
         is_past(expires_at, date);
}

bool is_waiting(const Project& project, Id subject, const approval::Request& request, Date date) {
  return request.status == approval::Status::OPEN && !has_expired(request, date) &&
         subject::obstacle(project, subject) == schema::approval::Obstacle::NONE;
}

schema::approval::Standing standing_of(const Project& project, const approval::Request& request,
                                       const approval::Involved& involved, Id voter) {
  using schema::approval::Standing;
  for (const auto& vote : request.votes) {
    if (vote.member == voter) return vote.approves ? Standing::APPROVED : Standing::REFUSED;
  }
  if (contains(involved.authors, voter)) return Standing::IS_AUTHOR;
  if (contains(involved.agents, voter)) return Standing::IS_AGENT;
  if (request.policy.exclude_contributors && contains(involved.contributors, voter))
    return Standing::IS_CONTRIBUTOR;
  return includes(project::role_of(project.project, voter), Role::CONTRIBUTOR)
             ? Standing::MAY_VOTE
             : Standing::HAS_NO_ROLE;
}

}  // namespace daybook::model
