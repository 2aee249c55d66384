#pragma once
// The one table of daybookd's options.

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/config.hpp"

namespace daybook::server {

using Value = std::variant<bool, std::int64_t, std::string>;

// Its kind is that of its default.
struct Option {
  std::string_view name;  // "log-level"
  std::string_view doc;
  Value (*get)(const Config&);
  void (*set)(Config&, const Value&);                 // requires: allows()
  std::int64_t least = 0, most = 0;                   // of numbers
  std::vector<std::string_view> choices = {};         // of texts; empty: any
  std::string_view form = {};                         // of texts, for people
  bool (*has_form)(std::string_view text) = nullptr;  // nullptr: any has
  bool is_hidden = false;                             // from --help: for tests alone
};

[[nodiscard]] std::span<const Option> options();

[[nodiscard]] std::string key_of(const Option& option);       // "log_level"
[[nodiscard]] std::string variable_of(const Option& option);  // "DAYBOOKD_LOG_LEVEL"
[[nodiscard]] bool is_flag(const Option& option);

// What its value must be: "an integer from 0 to 64".
[[nodiscard]] std::string expected_of(const Option& option);
// Whether a value of the right kind is within bounds.
[[nodiscard]] bool allows(const Option& option, const Value& value);
// From the command line or the environment; nullopt: it is not what is expected.
[[nodiscard]] std::optional<Value> parse(const Option& option, std::string_view text);

struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
  bool is_loopback = false;
};
// "127.0.0.1:8484", "[::1]:8484" or "localhost:8484".
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);

}  // namespace daybook::server
