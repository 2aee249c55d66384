#include "apps/cli/expiry.hpp"

#include <charconv>
#include <chrono>

#include "apps/cli/moment.hpp"

namespace daybook::cli {
namespace {

using namespace std::chrono;

// Digits only, all of them.
std::optional<int> number(std::string_view text) {
  int value = 0;
  if (text.empty() || text.size() > 9) return std::nullopt;
  if (text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<seconds> unit(char letter) {
  switch (letter) {
    case 'm':
      return minutes(1);
    case 'h':
      return hours(1);
    case 'd':
      return days(1);
    case 'w':
      return weeks(1);
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<Timestamp> parse_expiry(std::string_view text, Timestamp now) {
  if (text.empty()) return std::nullopt;
  if (const auto one = unit(text.back())) {
    const auto count = number(text.substr(0, text.size() - 1));
    if (!count || *count == 0 || *count > 100'000) return std::nullopt;
    return Timestamp{now.micros + duration_cast<microseconds>(*one * *count).count()};
  }
  return parse_time(text);
}

}  // namespace daybook::cli
