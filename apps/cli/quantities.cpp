#include "apps/cli/quantities.hpp"

#include <fmt/format.h>

#include "apps/cli/terminal.hpp"

namespace daybook::cli {

std::string shown_day(std::int64_t day) {
  constexpr std::int64_t kLastOf9999 = 2'932'896;
  if (day <= 0 || day > kLastOf9999) return std::to_string(day);
  return shown_time({day * kMicrosPerDay}).substr(0, 10);
}

std::string shown_money(std::int64_t minor, std::string_view currency) {
  if (minor == 0 && currency.empty()) return {};
  const auto absolute = minor < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(minor)
                                  : static_cast<std::uint64_t>(minor);
  auto text =
      fmt::format("{}{}.{:02}", minor < 0 ? "-" : "", grouped(absolute / 100), absolute % 100);
  return currency.empty() ? text : text + ' ' + shown(currency);
}

std::string shown_duration(std::int64_t micros) {
  const auto hours = micros / (3600LL * 1'000'000);
  return fmt::format("{} d {} h", hours / 24, hours % 24);
}

std::string shown_number64(std::int64_t number, std::string_view field) {
  const bool is_time = field.ends_with("At") || field == "at" || field == "since" || field == "due";
  if (is_time) return number == 0 ? "none" : shown_time({number});
  const bool is_duration = field.ends_with("Micros") || field.starts_with("leadP") ||
                           field.starts_with("cycleP") || field == "littleCycle";
  return is_duration ? shown_duration(number) : std::to_string(number);
}

std::string shown_number32(std::int64_t number, std::string_view field) {
  if (field != "day" && field != "due") return std::to_string(number);
  return number == 0 ? "none" : shown_day(number);
}

}  // namespace daybook::cli
