#include "apps/cli/shown_value.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "apps/cli/document.hpp"
#include "apps/cli/quantities.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {
namespace {

namespace bj = boost::json;

constexpr std::size_t kElementsMax = 8;    // of a list
constexpr std::size_t kWordsColumns = 60;  // of a text
constexpr std::size_t kHashDigits = 64;

// A 64-bit number, a hash, an id or a word.
std::string shown_string(std::string_view text, std::string_view field, const Names& names) {
  if (const auto id = parse_id(text)) return names.of(*id);
  std::int64_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!text.empty() && end.ec == std::errc() && end.ptr == text.data() + text.size())
    return shown_number64(number, field);
  const bool is_hash = text.size() == kHashDigits &&
                       text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return is_hash ? std::string(text.substr(0, 8)) + "…" : shown(text);
}

std::string shown_list(const bj::array& list, const Names& names) {
  if (list.empty()) return "nothing";
  std::string out = "[";
  std::size_t count = 0;
  for (const auto& element : list) {
    if (count > 0) out += "; ";
    if (count++ == kElementsMax) {
      out += fmt::format("{} more", list.size() - kElementsMax);
      break;
    }
    out += shown_value(element, {}, names);
  }
  return out + ']';
}

std::string shown_object(const bj::object& fields, const Names& names) {
  std::string out;
  for (const auto& field : fields) {
    if (field.key() == "rank") continue;  // a number that says nothing to people
    out += (out.empty() ? "" : ", ") + shown(field.key()) + ' ' +
           shown_value(field.value(), field.key(), names);
  }
  return '(' + out + ')';
}

}  // namespace

std::string shown_value(const bj::value& value, std::string_view field, const Names& names) {
  if (value.is_null()) return "nothing";
  if (const auto* text = value.if_string())
    return shown_string({text->data(), text->size()}, field, names);
  if (const auto* number = value.if_int64()) return shown_number32(*number, field);
  if (const auto* list = value.if_array()) return shown_list(*list, names);
  const auto* object = value.if_object();
  if (object == nullptr) return shown(bj::serialize(value));
  if (object->contains("commitment"))
    return '"' + shortened(words_of(bj::object{{"text", value}}, "text"), kWordsColumns) + '"';
  if (object->contains("minor") || object->contains("currency"))
    return shown_money(number_of(value, "minor"), string_of(value, "currency"));
  return shown_object(*object, names);
}

}  // namespace daybook::cli
