#include "apps/cli/terminal.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace daybook::cli {
namespace {

struct Decoded {
  char32_t point = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

Decoded decode_first(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {lead, 1, false};
  char32_t point = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {lead, 1, false};
    point = point << 6 | (byte(i) & 0x3FU);
  }
  if (point < kLeast[length] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
    return {lead, 1, false};
  return {point, length, true};
}

// What would act on a terminal or hide from the eye instead of being seen.
bool is_hostile(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0xAD || point == 0x61C ||
         point == 0x180E || (point >= 0x200B && point <= 0x200F && point != 0x200D) ||
         (point >= 0x2028 && point <= 0x202E) || (point >= 0x2060 && point <= 0x206F) ||
         point == 0xFEFF || (point >= 0xFFF0 && point <= 0xFFFB) ||
         (point >= 0xE0000 && point <= 0xE0FFF);
}

std::size_t width_of_point(char32_t point) {
  const auto within = [&](char32_t first, char32_t last) {
    return point >= first && point <= last;
  };
  if (within(0x300, 0x36F) || within(0x20D0, 0x20FF) || within(0xFE00, 0xFE0F) || point == 0x200D)
    return 0;
  const bool wide = within(0x1100, 0x115F) || within(0x2E80, 0xA4CF) || within(0xAC00, 0xD7A3) ||
                    within(0xF900, 0xFAFF) || within(0xFE30, 0xFE6F) || within(0xFF00, 0xFF60) ||
                    within(0xFFE0, 0xFFE6) || within(0x1F300, 0x1FAFF) || within(0x20000, 0x3FFFD);
  return wide ? 2 : 1;
}

// The bytes at the front of `text` that fit into `columns`.
std::size_t bytes_within(std::string_view text, std::size_t columns) {
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const auto next = decode_first(text.substr(bytes));
    const auto width = width_of_point(next.point);
    if (width > columns) break;
    columns -= width;
    bytes += next.bytes;
  }
  return bytes;
}

}  // namespace

std::string shown(std::string_view words) {
  std::string out;
  out.reserve(words.size());
  while (!words.empty()) {
    const auto next = decode_first(words);
    const bool hostile = is_hostile(next.point);
    if (next.point == '\\') {
      out += "\\\\";
    } else if (next.point == '\n') {
      out += "\\n";
    } else if (next.point == '\t') {
      out += "\\t";
    } else if (!next.valid || (hostile && next.point < 0x80)) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(next.point));
    } else if (hostile) {
      out += fmt::format("\\u{{{:x}}}", static_cast<unsigned>(next.point));
    } else {
      out += words.substr(0, next.bytes);
    }
    words.remove_prefix(next.bytes);
  }
  return out;
}

std::string shown_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const auto next = decode_first(json);
    const auto point = static_cast<unsigned>(next.point);
    if (!next.valid) {
      out += "\\ufffd";
    } else if (!is_hostile(next.point) || next.point == '\n') {
      out += json.substr(0, next.bytes);
    } else if (point < 0x10000) {
      out += fmt::format("\\u{:04x}", point);
    } else {
      const unsigned rest = point - 0x10000;
      out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF));
    }
    json.remove_prefix(next.bytes);
  }
  return out;
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto next = decode_first(text);
    width += width_of_point(next.point);
    text.remove_prefix(next.bytes);
  }
  return width;
}

std::string shortened(std::string_view text, std::size_t columns) {
  if (width_of(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  return std::string(text.substr(0, bytes_within(text, columns - 1))) + "…";
}

std::string fitted(std::string_view text, std::size_t columns) {
  auto out = shortened(text, columns);
  out.append(columns - std::min(columns, width_of(out)), ' ');
  return out;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns,
                                 std::size_t lines_max) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    if (lines.size() + 1 == lines_max || width_of(text) <= columns) {
      lines.push_back(shortened(text, columns));
      break;
    }
    auto end = std::max<std::size_t>(bytes_within(text, columns), 1);
    std::size_t next = end;
    // Up to the last space that leaves a line; a longer word is broken.
    if (const auto space = text.substr(0, end + 1).rfind(' '); space != text.npos && space > 0) {
      end = space;
      next = space + 1;
    }
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(next, text.size()));
  }
  return lines;
}

std::string styled(const Console& console, Style style, std::string_view text) {
  if (!console.colour || style == Style::plain || text.empty()) return std::string(text);
  constexpr std::array<std::string_view, 5> kCodes{"0", "1", "2", "31", "33"};
  return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<std::size_t>(style)], text);
}

void print_table(const Console& console, std::span<const Column> columns,
                 const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::size_t width = width_of(columns[i].heading);
    for (const auto& row : rows) width = std::max(width, width_of(row[i]));
    widths.push_back(std::min(width, columns[i].width_max));
  }
  const auto print_row = [&](Style style, auto&& cell) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      auto text = fitted(cell(i), widths[i]);
      if (columns[i].right) {
        const auto used = text.find_last_not_of(' ') + 1;
        text = text.substr(used) + text.substr(0, used);
      }
      line += (i == 0 ? "" : "  ") + text;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    console.print("{}\n", styled(console, style, line));
  };
  print_row(Style::bold, [&](std::size_t i) { return columns[i].heading; });
  for (const auto& row : rows) print_row(Style::plain, [&](std::size_t i) { return row[i]; });
}

std::string shown_time(Timestamp time) {
  if (time.is_none()) return {};
  using namespace std::chrono;
  const sys_time<microseconds> exact{microseconds(time.micros)};
  const auto day = floor<days>(exact);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<seconds>(exact - day)};
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string grouped(std::uint64_t number) {
  auto digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

}  // namespace daybook::cli
