#pragma once
// Lists of ids, as many parts have them: members of a pool, items that are affected.

#include <algorithm>
#include <vector>

#include "model/ids.hpp"
#include "model/rejection.hpp"

namespace daybook::model {

[[nodiscard]] inline std::vector<Id> read_ids(capnp::List<schema::Id>::Reader list) {
  std::vector<Id> ids;
  ids.reserve(list.size());
  for (const auto id : list) ids.push_back(daybook::read(id));
  return ids;
}

[[nodiscard]] inline std::vector<Id> read_sorted_ids(capnp::List<schema::Id>::Reader list) {
  auto ids = read_ids(list);
  std::sort(ids.begin(), ids.end());
  return ids;
}

// Leaves the field null where there are none.
template <typename Init>
void write_ids(const std::vector<Id>& ids, Init&& init) {
  if (ids.empty()) return;
  capnp::List<schema::Id>::Builder list = init(static_cast<unsigned>(ids.size()));
  for (unsigned i = 0; i < list.size(); ++i) daybook::write(list[i], ids[i]);
}

[[nodiscard]] inline bool contains(const std::vector<Id>& ids, Id id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// Into a sorted list, once; nil is nobody.
inline void add_id(std::vector<Id>& sorted, Id id) {
  if (id.is_nil()) return;
  const auto at = std::lower_bound(sorted.begin(), sorted.end(), id);
  if (at == sorted.end() || *at != id) sorted.insert(at, id);
}

inline void add_ids(std::vector<Id>& sorted, const std::vector<Id>& ids) {
  for (const auto id : ids) add_id(sorted, id);
}

// At most `most`, and none twice. tooMany, duplicate.
[[nodiscard]] inline Ruling check_ids(std::vector<Id> ids, std::size_t most,
                                      std::string_view field) {
  if (ids.size() > most)
    return reject(Code::TOO_MANY, {.field = field, .limit = most, .count = ids.size()});
  std::sort(ids.begin(), ids.end());
  const auto twice = std::adjacent_find(ids.begin(), ids.end());
  if (twice != ids.end()) return reject(Code::DUPLICATE, {.field = field, .id = *twice});
  return {};
}

}  // namespace daybook::model
