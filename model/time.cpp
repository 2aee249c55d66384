#include "model/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace daybook {
namespace {

using namespace std::chrono;

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

// Takes what it reads off the front of the text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return text_.empty(); }

  int number(std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) value = value * 10 + digit();
    return value;
  }
  // One of these characters; '\0': none of them.
  char one_of(std::string_view characters) {
    if (text_.empty() || characters.find(text_.front()) == std::string_view::npos) return '\0';
    const char taken = text_.front();
    text_.remove_prefix(1);
    return taken;
  }
  void expect(std::string_view characters) { failed_ |= one_of(characters) == '\0'; }
  // Digits behind a point, in microseconds.
  std::int64_t fraction() {
    std::int64_t micros = 0;
    std::int64_t scale = kMicrosPerSecond;
    std::size_t digits = 0;
    while (is_digit()) {
      scale /= 10;
      micros += scale * digit();
      ++digits;
    }
    failed_ |= digits == 0 || digits > 9;
    return micros;
  }

 private:
  [[nodiscard]] bool is_digit() const {
    return !text_.empty() && text_.front() >= '0' && text_.front() <= '9';
  }
  int digit() {
    if (!is_digit()) {
      failed_ = true;
      return 0;
    }
    const int value = text_.front() - '0';
    text_.remove_prefix(1);
    return value;
  }

  std::string_view text_;
  bool failed_ = false;
};

}  // namespace

std::string to_rfc3339(Timestamp time) {
  constexpr auto kFirst = sys_days(year(0) / January / 1);
  constexpr auto kBehind = sys_days(year(10'000) / January / 1);
  const sys_time<microseconds> at =
      std::clamp(sys_time<microseconds>(microseconds(time.micros)), sys_time<microseconds>(kFirst),
                 sys_time<microseconds>(kBehind) - microseconds(1));
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss clock(at - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", int(date.year()),
                     unsigned(date.month()), unsigned(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  Scanner in(text);
  const int y = in.number(4);
  in.expect("-");
  const int mo = in.number(2);
  in.expect("-");
  const int d = in.number(2);
  in.expect("Tt ");
  const int h = in.number(2);
  in.expect(":");
  const int mi = in.number(2);
  in.expect(":");
  const int s = in.number(2);
  std::int64_t micros = in.one_of(".") != '\0' ? in.fraction() : 0;
  minutes offset(0);
  if (in.one_of("Zz") == '\0') {
    const char sign = in.one_of("+-");
    if (sign == '\0') return std::nullopt;
    const int hours_east = in.number(2);
    in.expect(":");
    const int minutes_east = in.number(2);
    if (hours_east > 23 || minutes_east > 59) return std::nullopt;
    offset = hours(hours_east) + minutes(minutes_east);
    if (sign == '-') offset = -offset;
  }
  if (in.failed() || !in.at_end()) return std::nullopt;
  const year_month_day date{year(y), month(static_cast<unsigned>(mo)),
                            day(static_cast<unsigned>(d))};
  if (!date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;
  int second = s;
  if (second == 60) {
    second = 59;
    micros = kMicrosPerSecond - 1;
  }
  const auto time = sys_days(date) + hours(h) + minutes(mi) + seconds(second) - offset;
  const auto whole = duration_cast<microseconds>(time.time_since_epoch()).count() + micros;
  if (whole < 0) return std::nullopt;
  return Timestamp{whole};
}

}  // namespace daybook
