#include "apps/cli/expiry.hpp"

#include <charconv>
#include <chrono>

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
  if (text.ends_with('Z')) text.remove_suffix(1);
  // YYYY-MM-DD[THH:MM[:SS]]
  if (text.size() != 10 && text.size() != 16 && text.size() != 19) return std::nullopt;
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool space = i == 10 && text[i] == ' ';
    if (kForm[i] != '0' && text[i] != kForm[i] && !space) return std::nullopt;
  }
  const auto part = [&](std::size_t at, std::size_t length) {
    return at < text.size() ? number(text.substr(at, length)) : std::optional<int>(0);
  };
  const auto y = part(0, 4), mo = part(5, 2), d = part(8, 2);
  const auto h = part(11, 2), mi = part(14, 2), s = part(17, 2);
  if (!y || !mo || !d || !h || !mi || !s) return std::nullopt;
  const year_month_day date{year(*y), month(static_cast<unsigned>(*mo)),
                            day(static_cast<unsigned>(*d))};
  if (!date.ok() || *h > 23 || *mi > 59 || *s > 59) return std::nullopt;
  const auto time = sys_days(date) + hours(*h) + minutes(*mi) + seconds(*s);
  return Timestamp{duration_cast<microseconds>(time.time_since_epoch()).count()};
}

}  // namespace daybook::cli
