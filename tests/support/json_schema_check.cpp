#include "tests/support/json_schema_check.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <regex>

namespace daybook::testing {
namespace {

namespace bj = boost::json;

std::string_view type_of(const bj::value& value) {
  switch (value.kind()) {
    case bj::kind::null:
      return "null";
    case bj::kind::bool_:
      return "boolean";
    case bj::kind::int64:
    case bj::kind::uint64:
      return "integer";
    case bj::kind::double_:
      return "number";
    case bj::kind::string:
      return "string";
    case bj::kind::array:
      return "array";
    case bj::kind::object:
      return "object";
  }
  return "";
}

class Checker {
 public:
  explicit Checker(const bj::value& document) : document_(document) {}

  std::optional<std::string> check(const bj::value& value, const bj::value& schema,
                                   const std::string& path) {
    for (const auto& [key, rule] : schema.as_object()) {
      if (auto fault = apply(key, rule, value, schema.as_object(), path)) return fault;
    }
    return std::nullopt;
  }

 private:
  using Fault = std::optional<std::string>;

  static Fault fail(const std::string& path, const std::string& what) {
    return (path.empty() ? "the value" : path) + ": " + what;
  }

  std::size_t count_valid(const bj::value& value, const bj::value& schemas,
                          const std::string& path) {
    return static_cast<std::size_t>(std::ranges::count_if(
        schemas.as_array(), [&](const bj::value& one) { return !check(value, one, path); }));
  }

  Fault apply(bj::string_view key, const bj::value& rule, const bj::value& value,
              const bj::object& schema, const std::string& path) {
    if (key == "description" || key == "summary" || key.starts_with("x-")) return std::nullopt;
    if (key == "$ref") return check(value, resolve(rule.as_string()), path);
    if (key == "type") return check_type(rule, value, path);
    if (key == "const") return value == rule ? Fault() : fail(path, "is not the constant");
    if (key == "enum") {
      const auto& choices = rule.as_array();
      const bool found = std::ranges::find(choices, value) != choices.end();
      return found ? Fault() : fail(path, bj::serialize(value) + " is none of the choices");
    }
    if (key == "anyOf")
      return count_valid(value, rule, path) > 0 ? Fault() : fail(path, "is none of anyOf");
    if (key == "oneOf")
      return count_valid(value, rule, path) == 1 ? Fault() : fail(path, "is not one of oneOf");
    if (key == "minimum") {
      const bool below = value.is_int64() && value.get_int64() < rule.to_number<std::int64_t>();
      return below ? fail(path, "is too small") : Fault();
    }
    if (key == "maximum") {
      const bool above = value.is_int64() && value.get_int64() > rule.to_number<std::int64_t>();
      return above || value.is_uint64() ? fail(path, "is too large") : Fault();
    }
    if (key == "pattern") {
      if (!value.is_string()) return std::nullopt;
      const std::regex pattern(rule.as_string().c_str());
      const std::string text(value.get_string());
      return std::regex_search(text, pattern) ? Fault() : fail(path, text + " does not match");
    }
    if (key == "maxLength") {
      const bool longer =
          value.is_string() && value.get_string().size() > rule.to_number<std::size_t>();
      return longer ? fail(path, "is too long") : Fault();
    }
    if (key == "maxProperties") {
      const bool more =
          value.is_object() && value.get_object().size() > rule.to_number<std::size_t>();
      return more ? fail(path, "has too many members") : Fault();
    }
    if (key == "items") {
      if (!value.is_array()) return std::nullopt;
      for (std::size_t i = 0; i < value.get_array().size(); ++i) {
        if (auto fault = check(value.get_array()[i], rule, path + '[' + std::to_string(i) + ']'))
          return fault;
      }
      return std::nullopt;
    }
    if (key == "required") {
      if (!value.is_object()) return std::nullopt;
      for (const auto& name : rule.as_array()) {
        if (!value.get_object().contains(name.as_string()))
          return fail(path, "lacks " + std::string(name.as_string()));
      }
      return std::nullopt;
    }
    if (key == "properties") {
      if (!value.is_object()) return std::nullopt;
      for (const auto& [name, property] : rule.as_object()) {
        if (const auto* member = value.get_object().if_contains(name)) {
          if (auto fault = check(*member, property, path + '.' + std::string(name))) return fault;
        }
      }
      return std::nullopt;
    }
    if (key == "additionalProperties") {
      if (!value.is_object() || rule != bj::value(false)) return std::nullopt;
      const auto* known = schema.if_contains("properties");
      for (const auto& member : value.get_object()) {
        if (known == nullptr || !known->as_object().contains(member.key()))
          return fail(path, "may not have " + std::string(member.key()));
      }
      return std::nullopt;
    }
    return fail(path, "the schema's keyword " + std::string(key) + " is not known");
  }

  static Fault check_type(const bj::value& rule, const bj::value& value, const std::string& path) {
    const auto is = [&](const bj::value& type) {
      const std::string_view name(type.as_string().data(), type.as_string().size());
      return name == type_of(value);
    };
    const bool fits = rule.is_array() ? std::ranges::any_of(rule.get_array(), is) : is(rule);
    return fits ? Fault() : fail(path, "is of type " + std::string(type_of(value)));
  }

  const bj::value& resolve(const bj::string& reference) {
    return document_.at_pointer(bj::string_view(reference).substr(1));
  }

  const bj::value& document_;
};

}  // namespace

std::optional<std::string> schema_fault(const bj::value& value, const bj::value& schema,
                                        const bj::value& document) {
  return Checker(document).check(value, schema, {});
}

}  // namespace daybook::testing
