#include "model/views/figures.hpp"

#include <limits>
#include <map>

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

std::optional<std::uint64_t> completed_before(const task::State& state, Date date) {
  if (state.days.empty() || state.days.begin()->first >= date) return std::nullopt;
  std::uint64_t completed = 0;
  for (auto at = state.days.end(); at != state.days.begin();) {
    --at;
    if (at->first >= date) continue;
    if (std::int64_t{date.days} - at->first.days > kThroughputDays) break;
    completed += at->second.completed;
  }
  return completed;
}

Number throughput(std::optional<std::uint64_t> completed) {
  if (!completed) return {.missing = Missing::NOTHING_YET};
  return {ratio(*completed, 7 * 1000, kThroughputDays)};
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
