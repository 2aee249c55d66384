#include "server/config_options.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <concepts>

#include "schema/utf8.hpp"

namespace daybook::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The table's values and the program's, both ways.
Value to_value(bool value) { return value; }
Value to_value(const std::string& value) { return value; }
Value to_value(milliseconds value) { return std::int64_t{value / seconds(1)}; }
template <std::unsigned_integral Number>
  requires(!std::same_as<Number, bool>)
Value to_value(Number value) {
  return static_cast<std::int64_t>(value);
}

void assign(bool& to, const Value& value) { to = std::get<bool>(value); }
void assign(std::string& to, const Value& value) { to = std::get<std::string>(value); }
void assign(milliseconds& to, const Value& value) { to = seconds(std::get<std::int64_t>(value)); }
template <std::unsigned_integral Number>
  requires(!std::same_as<Number, bool>)
void assign(Number& to, const Value& value) {
  to = static_cast<Number>(std::get<std::int64_t>(value));
}

// `Place` finds the value in a configuration.
template <typename Place>
Option option(std::string_view name, std::string_view doc, Place) {
  return {.name = name,
          .doc = doc,
          .get = [](const Config& config) { return to_value(Place{}(config)); },
          .set = [](Config& config, const Value& value) { assign(Place{}(config), value); }};
}
template <typename Place>
Option number(std::string_view name, std::string_view doc, std::int64_t least, std::int64_t most,
              Place place) {
  auto made = option(name, doc, place);
  made.least = least;
  made.most = most;
  return made;
}

#define DAYBOOK_PLACE(member) [](auto& config) -> auto& { return config.member; }

Option listen() {
  auto made = option("listen", "Address and port to listen on; port 0 takes a free one",
                     DAYBOOK_PLACE(listen));
  made.form = "ADDRESS:PORT, as in 127.0.0.1:8484 or [::1]:8484";
  made.has_form = [](std::string_view text) { return parse_endpoint(text).has_value(); };
  return made;
}

bool is_list_of_origins(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    const auto origin = text.substr(0, end);
    const auto host = origin.starts_with("https://")  ? origin.substr(8)
                      : origin.starts_with("http://") ? origin.substr(7)
                                                      : std::string_view();
    if (host.empty() || host.find_first_of("/?#@ ") != std::string_view::npos) return false;
    if (end + 1 == text.size()) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

Option allowed_origins() {
  auto made = option("allowed-origins",
                     "Other sites whose pages may connect to the sync protocol, with commas "
                     "between; none: pages of this host alone",
                     DAYBOOK_PLACE(server.allowed_origins));
  made.form = "origins, as in https://wall.example.org,http://localhost:5173";
  made.has_form = is_list_of_origins;
  return made;
}

Option test_echo() {
  auto made = option(
      "test-echo", "For test suites: serves /test/echo, a WebSocket that says again what it hears",
      DAYBOOK_PLACE(server.test_echo));
  made.is_hidden = true;
  return made;
}

Option log_level() {
  auto made = option("log-level", "How much is logged to standard error", DAYBOOK_PLACE(log_level));
  made.choices = {"trace", "debug", "info", "warn", "err", "critical", "off"};
  return made;
}

std::vector<Option> make_options() {
  constexpr std::int64_t kMillion = 1'000'000;
  constexpr std::int64_t kHour = 3600;
  constexpr std::int64_t kYear = 365 * 24 * kHour;
  return {
      option("data", "Folder of the log; made if it is not there", DAYBOOK_PLACE(data)),
      listen(),
      option("tls-cert", "File with the certificate and its chain (PEM); none: no TLS",
             DAYBOOK_PLACE(server.tls_certificate_file)),
      option("tls-key", "File with the certificate's private key (PEM)",
             DAYBOOK_PLACE(server.tls_key_file)),
      number("strict-transport-seconds",
             "For how long browsers are told to use https alone for this host, on all its ports; "
             "0: not told",
             0, 2 * kYear, DAYBOOK_PLACE(server.strict_transport)),
      option(
          "allow-plaintext",
          "Listen on an address beyond this machine without TLS; tokens then travel in the clear",
          DAYBOOK_PLACE(allow_plaintext)),
      allowed_origins(),
      option("demo", "Begin an empty log with a demonstration project", DAYBOOK_PLACE(demo)),
      log_level(),
      option("metrics", "Whether GET /metrics answers whoever can connect; --metrics=false: no",
             DAYBOOK_PLACE(server.metrics)),
      number("threads", "I/O threads; 0: as many as cores, at most 4", 0, 64,
             DAYBOOK_PLACE(server.threads)),

      number("connections-max", "Connections at a time", 1, kMillion,
             DAYBOOK_PLACE(server.connections_max)),
      number("connections-per-address-max",
             "Connections at a time from one address; behind a proxy all have the proxy's", 1,
             kMillion, DAYBOOK_PLACE(server.connections_per_address_max)),
      number("commands-per-second", "Commands and subscriptions of one connection; 0: no limit", 0,
             kMillion, DAYBOOK_PLACE(server.commands_per_second)),
      number("reads-per-second", "Answers over HTTP for one token; 0: no limit", 0, kMillion,
             DAYBOOK_PLACE(server.reads_per_second)),
      number("view-updates-per-second", "Updates of one view to one subscriber", 1, 1000,
             DAYBOOK_PLACE(server.view_updates_per_second)),
      number("ring-bytes-max", "Memory for the newest events, for those who follow", 0,
             1024 * kMillion, DAYBOOK_PLACE(server.ring_bytes_max)),
      number("reset-events",
             "Events behind which a subscriber may get a snapshot in their place; 0: never", 0,
             1000 * kMillion, DAYBOOK_PLACE(server.reset_events)),
      number("waiting-commands-max",
             "Commands that wait to be decided; beyond it HTTP answers `overloaded`", 0, kMillion,
             DAYBOOK_PLACE(server.engine_queue_max)),
      number("heartbeat-seconds", "How often each side of a sync connection shows that it lives", 1,
             kHour, DAYBOOK_PLACE(server.heartbeat)),
      number("handshake-timeout-seconds",
             "A new connection's time for its first request, or until its `hello`", 1, kHour,
             DAYBOOK_PLACE(server.handshake_timeout)),
      number("idle-timeout-seconds", "Time between two requests of an HTTP connection", 1, kHour,
             DAYBOOK_PLACE(server.idle_timeout)),
      number("write-timeout-seconds", "Time for one write to a client that does not read", 1, kHour,
             DAYBOOK_PLACE(server.write_deadline)),
      number("drain-timeout-seconds", "Time to finish connections when asked to stop", 0, kHour,
             DAYBOOK_PLACE(server.drain_deadline)),

      number("group-commands-max", "Commands decided and committed together", 1, 8192,
             DAYBOOK_PLACE(engine.group_commands_max)),
      number("group-bytes-max", "Bytes of events and snapshots committed together", 65'536,
             8 * 1024 * 1024, DAYBOOK_PLACE(engine.group_bytes_max)),
      number("snapshot-events-min", "New events of a stream before it gets another snapshot", 1,
             1000 * kMillion, DAYBOOK_PLACE(engine.snapshot_events_min)),
      number("loaded-projects-max", "Projects kept in memory", 1, kMillion,
             DAYBOOK_PLACE(engine.loaded_projects_max)),
      number("projection-delay-max-seconds",
             "Delay of what readers see, or of a command's answer, beyond which the server is not "
             "ready",
             1, kHour, DAYBOOK_PLACE(engine.projection_delay_max)),
      test_echo(),
  };
}

#undef DAYBOOK_PLACE

std::optional<bool> parse_bool(std::string_view text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::nullopt;
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::span<const Option> options() {
  static const std::vector<Option> all = make_options();
  return all;
}

std::string key_of(const Option& option) {
  std::string key(option.name);
  std::ranges::replace(key, '-', '_');
  return key;
}

std::string variable_of(const Option& option) {
  std::string variable = "DAYBOOKD_" + key_of(option);
  for (char& c : variable) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return variable;
}

bool is_flag(const Option& option) { return std::holds_alternative<bool>(option.get({})); }

std::string expected_of(const Option& option) {
  const auto kind = option.get({});
  if (std::holds_alternative<bool>(kind)) return "true or false";
  if (std::holds_alternative<std::int64_t>(kind)) {
    return fmt::format("an integer from {} to {}", option.least, option.most);
  }
  if (!option.form.empty()) return std::string(option.form);
  if (option.choices.empty()) return "a text in UTF-8";
  std::string list = "one of";
  for (const auto choice : option.choices) list += fmt::format(" \"{}\"", choice);
  return list;
}

bool allows(const Option& option, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return *number >= option.least && *number <= option.most;
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return true;
  if (!schema::is_utf8(*text) || text->find('\0') != std::string::npos) return false;
  if (option.has_form != nullptr) return option.has_form(*text);
  return option.choices.empty() || std::ranges::find(option.choices, *text) != option.choices.end();
}

std::optional<Value> parse(const Option& option, std::string_view text) {
  const auto kind = option.get({});
  std::optional<Value> value;
  if (std::holds_alternative<bool>(kind)) {
    value = parse_bool(text);
  } else if (std::holds_alternative<std::int64_t>(kind)) {
    value = parse_number(text);
  } else {
    value = std::string(text);
  }
  if (!value || !allows(option, *value)) return std::nullopt;
  return value;
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = text.substr(colon + 1);
  Endpoint endpoint;
  const auto [end, ec] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  if (ec != std::errc() || end != port.data() + port.size()) return std::nullopt;

  auto address = text.substr(0, colon);
  if (address == "localhost") address = "127.0.0.1";
  const bool is_v6 = address.starts_with('[') && address.ends_with(']');
  if (is_v6) address = address.substr(1, address.size() - 2);
  endpoint.address = address;
  if (is_v6) {
    in6_addr v6{};
    if (::inet_pton(AF_INET6, endpoint.address.c_str(), &v6) != 1) return std::nullopt;
    endpoint.is_loopback = IN6_IS_ADDR_LOOPBACK(&v6);
  } else {
    in_addr v4{};
    if (::inet_pton(AF_INET, endpoint.address.c_str(), &v4) != 1) return std::nullopt;
    endpoint.is_loopback = ntohl(v4.s_addr) >> 24 == 127;
  }
  return endpoint;
}

}  // namespace daybook::server
