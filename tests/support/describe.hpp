#pragma once
// Verdicts in one line, so that a table of rules can name code and facts; and ids that can be read in it.

#include <string>

#include "model/emitter.hpp"
#include "model/rejection.hpp"

namespace daybook::testing {

// Printed as T1, C1, M1, P1, K1.
constexpr Id task_id(std::uint64_t n) { return {'T', n}; }
constexpr Id column_id(std::uint64_t n) { return {'C', n}; }
constexpr Id member_id(std::uint64_t n) { return {'M', n}; }
constexpr Id project_id(std::uint64_t n) { return {'P', n}; }
constexpr Id token_id(std::uint64_t n) { return {'K', n}; }
// A pool's: printed as O1.
constexpr Id pool_id(std::uint64_t n) { return {'O', n}; }
// A change request's: printed as Q1.
constexpr Id change_id(std::uint64_t n) { return {'Q', n}; }
[[nodiscard]] std::string name_of(Id id);

// "wipLimitReached tasks=[T1 T2] column=C2 limit=2 count=2": every fact that is set, in the order of schema::Facts.
[[nodiscard]] std::string describe(const model::Rejection& rejection);
// "taskMoved taskCompleted": the events' types in their order.
[[nodiscard]] std::string describe(const model::Decision& decision);
[[nodiscard]] std::string describe(const model::Verdict& verdict);

// The first eight hex digits of a revision, as they stand in verdicts.
[[nodiscard]] std::string short_name(const record::Hash& revision);

// The name of an enumerant of the schema.
[[nodiscard]] std::string name_of(schema::Role role);

}  // namespace daybook::testing
