#pragma once
// Formulas that more than one view shows, so that all show the same. Integers only; whatever a state may hold, none
// overflows: a sum or a ratio that does not fit is the largest number that does.

#include <optional>
#include <string>
#include <vector>

#include "model/project.hpp"
#include "schema/types.capnp.h"

namespace daybook::model {

// --- Numbers ---------------------------------------------------------------------------------------------------------

using schema::Missing;

// A figure, or why there is none.
struct Number {
  std::int64_t value = 0;
  Missing missing = Missing::NONE;
  bool operator==(const Number&) const = default;
};

// Written also where it is 0, which is a figure.
inline void write(schema::Figure::Builder out, const Number& number) {
  out.setValue(number.value);
  out.setMissing(number.missing);
}

[[nodiscard]] std::int64_t plus(std::int64_t a, std::int64_t b);
[[nodiscard]] std::int64_t minus(std::int64_t a, std::int64_t b);
// a × b / divisor, rounded half up. Requires: divisor > 0.
[[nodiscard]] std::int64_t ratio(std::uint64_t a, std::uint64_t b, std::uint64_t divisor);

// --- Time ------------------------------------------------------------------------------------------------------------

// Whether a moment lies before a day's first moment. A view knows the date, not the time of day: what was due on a day is
// overdue from the next day on.
[[nodiscard]] inline bool is_past(Timestamp moment, Date date) { return date_of(moment) < date; }

// --- Keys ------------------------------------------------------------------------------------------------------------

// A currency as a number, for row_key: its letters, the first in the highest place; none: 0. "EUR" is 0x455552.
[[nodiscard]] std::uint64_t currency_number(std::string_view currency);
// The key of a row about what an entity gives rise to: version 8 of (kind, u16 little-endian ‖ the subject's 16 bytes), and
// for what can happen more than once ‖ which time, u32 little-endian.
[[nodiscard]] Id item_key(std::uint16_t kind, Id subject, std::uint32_t round = 0);

// --- Flow ------------------------------------------------------------------------------------------------------------

inline constexpr std::int32_t kWindowDays = 28;
// What happened on the whole days before a date: the last kWindowDays, or those since something first moved on the board, where
// there are fewer. As each day recorded it: reopening a task later takes nothing back.
struct Window {
  std::uint32_t days = 0;  // 0: nothing had moved before the date; then all is 0
  std::uint64_t completed = 0;
  // Sums over the days of how many tasks stood in columns of a category at the day's end, retired columns too.
  std::uint64_t doing = 0;
  std::uint64_t waiting = 0;
};
[[nodiscard]] Window window_before(const Project& project, Date date);
// Completed tasks a week, in thousandths; nothingYet.
[[nodiscard]] Number throughput(const Window& window);

// --- Risk ------------------------------------------------------------------------------------------------------------

// A week after the last review; none: none is due, it is retired.
[[nodiscard]] Timestamp review_due_at(const risk::Risk& risk);
[[nodiscard]] bool is_review_overdue(const risk::Risk& risk, Date date);

// What live risks are expected to cost, by currency.
struct Exposure {
  struct Sum {
    Money expected = {};
    std::uint32_t risks = 0;  // that it is made of
  };
  std::vector<Sum> sums = {};  // sorted by currency
  std::uint32_t unknown = 0;   // live risks without probability or cost
};
[[nodiscard]] Exposure exposure_of(const risk::State& state);

// --- Change ----------------------------------------------------------------------------------------------------------

// Approved, whether implemented yet or not.
[[nodiscard]] inline bool is_approved(const change::Change& change) {
  return change.status == change::Status::APPROVED || change.status == change::Status::IMPLEMENTED;
}

// --- Approval --------------------------------------------------------------------------------------------------------

// Whether an open request ran out before the date: it waits for its author, not for votes.
[[nodiscard]] bool has_expired(const approval::Request& request, Date date);
// Whether an open request waits for votes on the date: it has not expired, and somebody can approve it.
[[nodiscard]] bool is_waiting(const Project& project, Id subject, const approval::Request& request,
                              Date date);
// Where a voter of an open request stands: may vote, has, has had to do with it since, or has no role any more. `involved`:
// with the request, as `subject` knows it.
[[nodiscard]] schema::approval::Standing standing_of(const Project& project,
                                                     const approval::Request& request,
                                                     const approval::Involved& involved, Id voter);

}  // namespace daybook::model
