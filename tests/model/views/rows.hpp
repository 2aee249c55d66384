#pragma once
// Reading rows of views as a client does, and states made by hand for them.

#include <map>

#include "model/views/view.hpp"
#include "tests/model/support.hpp"

namespace daybook::testing {

// Calls f with the reader of a row.
template <typename Row, typename F>
auto with_row(const model::RowWords& words, F&& f) {
  const auto segment =
      kj::arrayPtr(reinterpret_cast<const capnp::word*>(words->data()), words->size());
  const kj::ArrayPtr<const capnp::word> segments[] = {segment};
  capnp::SegmentArrayMessageReader reader(kj::arrayPtr(segments, 1));
  return f(reader.getRoot<Row>());
}

template <typename Row, typename F>
auto with_row(const model::View& view, Id key, F&& f) {
  for (const auto& row : view.rows) {
    if (row.key == key) return with_row<Row>(row.words, f);
  }
  FAIL("no row " << name_of(key));
  throw std::logic_error("not reached");
}

[[nodiscard]] inline bool has_row(const model::View& view, Id key) {
  for (const auto& row : view.rows) {
    if (row.key == key) return true;
  }
  return false;
}

// The key of a row, from what the row says (schema/PROTOCOL.md, section 6).
[[nodiscard]] Id key_of(model::ViewName name, const model::RowWords& words);

// What a client of a view holds.
using Shown = std::map<Id, std::vector<std::uint64_t>>;
void apply(Shown& shown, model::ViewName name, const model::ViewChange& change);
[[nodiscard]] Shown shown_whole(const model::View& view);

// "M1 M2"
template <typename List>
[[nodiscard]] std::string names_of(const List& ids) {
  std::string text;
  for (const auto id : ids) text += (text.empty() ? "" : " ") + name_of(read(id));
  return text;
}

// "" or the reason why there is none.
[[nodiscard]] std::string figure(schema::Figure::Reader figure);

// --- States made by hand ---------------------------------------------------------------------------------------------

// The date on which tests look: 2026-01-05.
inline constexpr Date kToday{20'458};
inline constexpr std::int64_t kHour = 3600 * kSecond;

[[nodiscard]] constexpr Date day(int offset) { return {kToday.days + offset}; }
// A moment of a day, by days from today.
[[nodiscard]] constexpr Timestamp at(int offset, std::int64_t micros = 0) {
  return {start_of(day(offset)).micros + micros};
}

[[nodiscard]] inline model::Text text(std::uint64_t position, std::uint32_t index = 1) {
  const auto id = to_bytes({position, index});
  return {{position}, index, record::sha256(id)};
}

constexpr Id risk_n(std::uint64_t n) { return {'R', n}; }
constexpr Id change_n(std::uint64_t n) { return {'H', n}; }
constexpr Id decision_n(std::uint64_t n) { return {'D', n}; }
constexpr Id board_n(std::uint64_t n) { return {'A', n}; }
constexpr Id pool_n(std::uint64_t n) { return {'O', n}; }
constexpr Id comment_n(std::uint64_t n) { return {'N', n}; }
constexpr Id item_n(std::uint64_t n) { return {'I', n}; }  // whatever else

// Open, M1 manager, M2 and M4 contributors, M3 viewer; M9 was in it once.
[[nodiscard]] model::Project open_project_state();

[[nodiscard]] inline model::View derive_on(model::ViewName name, const model::Project& project,
                                           Date date = kToday) {
  return model::derive(name, project, {}, date);
}

// A risk that was assessed, and reviewed today.
[[nodiscard]] model::risk::Risk risk_of(std::uint32_t number, std::uint32_t likelihood,
                                        std::uint32_t impact);

}  // namespace daybook::testing
