#include "apps/cli/view_difference.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>

#include "apps/cli/document.hpp"

namespace daybook::cli {
namespace {

namespace bj = boost::json;

std::map<RowKey, bj::value> by_key(const bj::value& rows, std::string_view view) {
  std::map<RowKey, bj::value> keyed;
  for (const auto& row : list_of(rows, view)) keyed.emplace(row_key(row), row);
  return keyed;
}

// Texts and amounts of money are leaves.
bool is_whole(const bj::object& object) {
  return object.contains("commitment") || object.contains("minor") || object.contains("currency");
}

void compare(const bj::value* from, const bj::value* to, const std::string& path,
             std::vector<FieldDifference>& out) {
  if (from != nullptr && to != nullptr && *from == *to) return;
  const auto* a = from == nullptr ? nullptr : from->if_object();
  const auto* b = to == nullptr ? nullptr : to->if_object();
  const auto is_leaf = [](const bj::value* value, const bj::object* object) {
    return value != nullptr && (object == nullptr || is_whole(*object));
  };
  if (is_leaf(from, a) || is_leaf(to, b)) {
    out.push_back({path, from == nullptr ? bj::value() : *from, to == nullptr ? bj::value() : *to});
    return;
  }
  const auto child = [&](bj::string_view name) {
    return path.empty() ? std::string(name) : path + '.' + std::string(name);
  };
  if (a != nullptr) {
    for (const auto& field : *a)
      compare(&field.value(), b == nullptr ? nullptr : b->if_contains(field.key()),
              child(field.key()), out);
  }
  if (b != nullptr) {
    for (const auto& field : *b) {
      if (a == nullptr || !a->contains(field.key()))
        compare(nullptr, &field.value(), child(field.key()), out);
    }
  }
}

}  // namespace

std::vector<RowDifference> differences(const bj::value& from, const bj::value& to,
                                       std::string_view view) {
  std::vector<RowDifference> out;
  const auto before = by_key(from, view);
  const auto after = by_key(to, view);
  for (const auto& [key, row] : before) {
    if (!after.contains(key)) out.push_back({RowDifference::Kind::removed, key, row, {}});
  }
  for (const auto& [key, row] : after) {
    const auto old = before.find(key);
    if (old == before.end()) {
      out.push_back({RowDifference::Kind::added, key, row, {}});
      continue;
    }
    std::vector<FieldDifference> fields;
    compare(&old->second, &row, {}, fields);
    if (!fields.empty()) out.push_back({RowDifference::Kind::changed, key, row, std::move(fields)});
  }
  return out;
}

}  // namespace daybook::cli
