#include "apps/cli/document.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <charconv>

#include "apps/cli/terminal.hpp"

namespace daybook::cli {

namespace bj = boost::json;

const bj::value* find(const bj::value& object, std::string_view field) {
  const auto* fields = object.if_object();
  return fields == nullptr ? nullptr : fields->if_contains({field.data(), field.size()});
}

const bj::array& list_of(const bj::value& object, std::string_view field) {
  static const bj::array kEmpty;
  const auto* value = find(object, field);
  const auto* list = value == nullptr ? nullptr : value->if_array();
  return list == nullptr ? kEmpty : *list;
}

std::string_view string_of(const bj::value& object, std::string_view field) {
  const auto* value = find(object, field);
  const auto* string = value == nullptr ? nullptr : value->if_string();
  return string == nullptr ? std::string_view() : std::string_view(string->data(), string->size());
}

Id id_of(const bj::value& object, std::string_view field) {
  return parse_id(string_of(object, field)).value_or(Id{});
}

namespace {
template <typename Number>
Number to_number(const bj::value& object, std::string_view field) {
  const auto* value = find(object, field);
  if (value == nullptr) return 0;
  if (const auto* number = value->if_int64()) return static_cast<Number>(*number);
  if (const auto* number = value->if_uint64()) return static_cast<Number>(*number);
  const auto digits = string_of(object, field);
  Number number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}
}  // namespace

std::int64_t number_of(const bj::value& object, std::string_view field) {
  return to_number<std::int64_t>(object, field);
}

std::uint64_t unsigned_of(const bj::value& object, std::string_view field) {
  return to_number<std::uint64_t>(object, field);
}

bool bool_of(const bj::value& object, std::string_view field) {
  const auto* value = find(object, field);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::string words_of(const bj::value& object, std::string_view field) {
  const auto* text = find(object, field);
  if (text == nullptr) return {};
  if (bool_of(*text, "redacted")) return "[redacted]";
  if (find(*text, "text") == nullptr) return "[not known]";
  return shown(string_of(*text, "text"));
}

}  // namespace daybook::cli
