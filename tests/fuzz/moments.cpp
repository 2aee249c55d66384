// Moments of the past as a query names them: a version, or a time of RFC 3339.

#include "model/time.hpp"
#include "server/net/address.hpp"
#include "tests/fuzz/target.hpp"

namespace daybook::fuzz {
namespace {

void check_time(std::string_view words) {
  const auto time = parse_rfc3339(words);
  if (!time) return;
  require(time->micros >= 0, "a time is from 1970 on");
  // The year 9999 may end later, west of Greenwich; it is printed as its last moment.
  constexpr std::int64_t kBehind = 253'402'300'800'000'000;
  if (time->micros >= kBehind) return;
  const auto printed = to_rfc3339(*time);
  require(parse_rfc3339(printed) == time, "a time is printed as itself");
  require(printed.size() <= words.size() + 8, "a time is written with date, clock and offset");
}

void check_moment(std::string_view words) {
  const auto at = net::parse_at(words);
  const auto number = net::parse_number(words);
  if (number) {
    require(at && std::get_if<Version>(&*at) != nullptr, "digits are a version");
    require(std::get<Version>(*at).value == *number, "a version is what its digits say");
    const auto digits = words.substr(std::min(words.find_first_not_of('0'), words.size() - 1));
    require(std::to_string(*number) == digits, "a version is printed as itself");
  } else if (at) {
    require(std::get_if<Timestamp>(&*at) != nullptr, "what is no number is a time");
  }
  if (const auto time = parse_rfc3339(words)) {
    require(at && std::get<Timestamp>(*at) == *time, "a time is a moment");
  }
}

void run(Input input) {
  check_time(text(input));
  check_moment(text(input));
}

Seeds seeds() {
  return {"0",
          "42",
          "18446744073709551615",
          "18446744073709551616",
          "2026-01-05T09:00:00Z",
          "2026-01-05T10:00:00.000001+01:00",
          "2026-01-05t10:00:00 01:00",
          "2024-02-29 23:59:60.999999999-12:59",
          "1970-01-01T00:00:00Z",
          "9999-12-31T23:59:59.999999Z",
          "9999-12-31T23:59:59-23:59",
          "0000-01-01T00:00:00Z"};
}

const Registration registration({.name = "moments", .run = run, .seeds = seeds});

}  // namespace
}  // namespace daybook::fuzz
