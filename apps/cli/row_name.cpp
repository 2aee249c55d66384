#include "apps/cli/row_name.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "apps/cli/document.hpp"
#include "apps/cli/quantities.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {
namespace {

namespace bj = boost::json;

constexpr std::size_t kWordsColumns = 60;

// The row without its union: the member's name, and what is in it.
std::pair<std::string, const bj::value*> unwrapped(const bj::value& row) {
  const auto* fields = row.if_object();
  if (fields != nullptr && fields->size() == 1 && fields->begin()->value().is_object())
    return {std::string(fields->begin()->key()), &fields->begin()->value()};
  return {{}, &row};
}

// Where the facts of a thing are: in its row, or in the row's state.
const bj::value& facts_of(const bj::value& row) {
  const auto* state = find(row, "state");
  return state != nullptr && state->is_object() ? *state : row;
}

// The first id, but not the row's own key, which is of reason and subject.
Id subject_of(const bj::value& facts) {
  if (const auto* fields = facts.if_object()) {
    for (const auto& field : *fields) {
      if (field.key() == "item") continue;
      if (const auto id = id_of(facts, field.key()); !id.is_nil()) return id;
    }
  }
  return {};
}

// The fields that tell rows about no entity apart.
std::vector<std::pair<std::string, std::string>> numbers_of(const bj::value& facts) {
  std::vector<std::pair<std::string, std::string>> numbers;
  for (const auto* name : {"day", "likelihood", "impact", "kind"}) {
    const auto* field = find(facts, name);
    if (field == nullptr) continue;
    const auto* word = field->if_string();
    numbers.emplace_back(
        name, word == nullptr ? bj::serialize(*field) : std::string(word->data(), word->size()));
  }
  for (const auto* name : {"cost", "expected"}) {
    const auto* money = find(facts, name);
    if (money != nullptr && !string_of(*money, "currency").empty())
      numbers.emplace_back("currency", std::string(string_of(*money, "currency")));
  }
  return numbers;
}

std::string title_of(const bj::value& facts) {
  for (const auto* name : {"title", "name", "event", "question", "corrected", "text"}) {
    if (auto words = words_of(facts, name); !words.empty()) return shortened(words, kWordsColumns);
  }
  return {};
}

}  // namespace

RowKey row_key(const bj::value& row) {
  const auto [member, inner] = unwrapped(row);
  const auto& facts = facts_of(*inner);
  RowKey key{.member = member, .id = {}};
  auto id = id_of(*inner, "item");
  if (id.is_nil()) id = subject_of(facts);
  if (!id.is_nil()) {
    key.id = to_string(id);
    return key;
  }
  for (const auto& [name, number] : numbers_of(facts))
    key.id += (key.id.empty() ? "" : " ") + name + ' ' + number;
  return key;
}

std::string row_name(const bj::value& row, const Names& names) {
  const auto [member, inner] = unwrapped(row);
  const auto& facts = facts_of(*inner);
  std::string out = shown(member);
  const auto add = [&](std::string_view separator, const std::string& text) {
    if (!text.empty()) out += (out.empty() ? "" : std::string(separator)) + text;
  };
  const auto subject = subject_of(facts);
  if (subject.is_nil()) {
    for (const auto& [name, number] : numbers_of(facts)) {
      if (name == "day") {
        if (member != "day") add(" ", "day");
        add(" ", shown_day(number_of(facts, "day")));
      } else {
        add(" ", shown(name) + ' ' + shown(number));
      }
    }
    add("  ", title_of(facts));
    return out;
  }
  const auto name = names.of(subject);
  add(" ", name);
  add(" ", shown(string_of(*inner, "mark")));
  add(" ", shown(string_of(*inner, "reason")));
  if (const auto title = title_of(facts); title != name) add("  ", title);
  return out;
}

}  // namespace daybook::cli
