#include "apps/cli/moment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "apps/cli/terminal.hpp"
#include "model/time.hpp"

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

}  // namespace

std::optional<Timestamp> parse_time(std::string_view text) {
  if (const auto time = parse_rfc3339(text)) return time;
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

std::optional<Moment> parse_moment(std::string_view text) {
  if (!text.empty() && text.find_first_not_of("0123456789") == text.npos) {
    std::uint64_t version = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), version);
    if (end.ec != std::errc() || version == 0) return std::nullopt;
    return Version{version};
  }
  if (const auto time = parse_time(text)) return *time;
  return std::nullopt;
}

std::string to_string(const Moment& moment) {
  if (const auto* version = std::get_if<Version>(&moment)) return std::to_string(version->value);
  return to_rfc3339(std::max(std::get<Timestamp>(moment), Timestamp{}));
}

Moment moment_option(const std::string& typed) {
  if (const auto moment = parse_moment(typed)) return *moment;
  fail(Exit::usage,
       "{} is neither a version (a number from 1) nor a time (2026-03-31, 2026-03-31T18:00, in "
       "UTC)",
       typed.empty() ? "nothing" : shown(typed));
}

void fail_moment(const Moment& at, const model::Rejection& why) {
  if (why.code == schema::Code::UNKNOWN_VERSION) {
    fail(Exit::failed, "the project did not exist yet");
  }
  const auto* version = std::get_if<Version>(&at);
  fail(Exit::failed, "{}: the newest version is {}",
       version != nullptr ? fmt::format("the project has no version {} yet", version->value)
                          : "that time lies in the future",
       why.facts.present_number);
}

}  // namespace daybook::cli
