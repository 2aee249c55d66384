#include "apps/cli/view_difference.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <map>

#include "apps/cli/document.hpp"

namespace daybook::cli {
namespace {

namespace bj = boost::json;

// What a row is about: the first id in it; rows about a day or a cell: their first number.
std::string key_of(const bj::value& value, std::string prefix) {
  const auto* fields = value.if_object();
  if (fields == nullptr) return prefix;
  if (fields->size() == 1 && fields->begin()->value().is_object()) {  // a union's member
    return key_of(fields->begin()->value(), std::string(fields->begin()->key()));
  }
  if (const auto* state = fields->if_contains("state"); state != nullptr && state->is_object())
    return key_of(*state, std::move(prefix));
  for (const auto& field : *fields) {
    const auto* text = field.value().if_string();
    if (text != nullptr && parse_id({text->data(), text->size()}))
      return {text->data(), text->size()};
  }
  for (const auto* name : {"day", "likelihood", "impact", "kind", "currency"}) {
    if (const auto* field = fields->if_contains(name)) prefix += ' ' + bj::serialize(*field);
  }
  return prefix;
}

std::map<std::string, bj::value> by_key(const bj::value& rows, std::string_view view) {
  std::map<std::string, bj::value> keyed;
  for (const auto& row : list_of(rows, view)) keyed.emplace(key_of(row, std::string(view)), row);
  return keyed;
}

// A text is a leaf.
bool is_text(const bj::object& object) { return object.contains("commitment"); }

void compare(const bj::value* from, const bj::value* to, const std::string& path,
             std::vector<FieldDifference>& out) {
  if (from != nullptr && to != nullptr && *from == *to) return;
  const auto* a = from == nullptr ? nullptr : from->if_object();
  const auto* b = to == nullptr ? nullptr : to->if_object();
  const auto is_leaf = [](const bj::value* value, const bj::object* object) {
    return value != nullptr && (object == nullptr || is_text(*object));
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
