#include "apps/cli/board_picture.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

#include "apps/cli/document.hpp"

namespace daybook::cli {
namespace {

constexpr std::size_t kColumnWidthMin = 18;
constexpr std::size_t kColumnWidthMax = 34;
constexpr std::size_t kGap = 2;
constexpr std::size_t kTitleLinesMax = 3;

struct Line {
  std::string text;
  Style style = Style::plain;
};
struct Lane {
  std::int64_t index = 0;
  Id id;
  std::vector<Line> lines;
};

struct Card {
  std::uint64_t rank = 0;
  Id task;
  const boost::json::value* row = nullptr;
};

std::string count_of(const boost::json::value& column) {
  auto count = std::to_string(number_of(column, "taskCount"));
  if (const auto* wip = find(column, "wip"); wip != nullptr && number_of(*wip, "count") > 0) {
    count += '/' + std::to_string(number_of(*wip, "count"));
    if (string_of(*wip, "policy") == "warn") count += " (warns)";
  }
  return count;
}

Style style_of(const boost::json::value& column) {
  const auto load = string_of(column, "load");
  return load == "over" ? Style::red : load == "at" ? Style::yellow : Style::bold;
}

void add_card(Lane& lane, const boost::json::value& card, const Names& names, std::size_t width) {
  const auto head = "T-" + std::to_string(number_of(card, "number")) + ' ';
  for (auto& line : wrapped(head + words_of(card, "title"), width, kTitleLinesMax))
    lane.lines.push_back({std::move(line)});
  if (const auto owner = id_of(card, "owner"); !owner.is_nil())
    lane.lines.push_back({"  " + shortened(names.of(owner), width - 2), Style::dim});
  if (bool_of(card, "blocked")) {
    for (auto& line : wrapped("! blocked: " + words_of(card, "blockReason"), width, kTitleLinesMax))
      lane.lines.push_back({std::move(line), Style::red});
  }
  lane.lines.push_back({});
}

std::vector<Lane> lanes_of(const boost::json::value& rows, const Names& names, std::size_t width) {
  std::vector<Lane> lanes;
  std::map<Id, std::vector<Card>> cards;
  for (const auto& row : list_of(rows, "board")) {
    if (const auto* card = find(row, "card")) {
      cards[id_of(*card, "column")].push_back(
          {unsigned_of(*card, "rank"), id_of(*card, "task"), card});
    } else if (const auto* column = find(row, "column")) {
      Lane lane{.index = number_of(*column, "index"), .id = id_of(*column, "column"), .lines = {}};
      const auto count = count_of(*column);
      const auto room = width > width_of(count) + 1 ? width - width_of(count) - 1 : 0;
      lane.lines.push_back(
          {fitted(words_of(*column, "name"), room) + ' ' + count, style_of(*column)});
      std::string rule;
      for (std::size_t i = 0; i < width; ++i) rule += "─";
      lane.lines.push_back({rule, Style::dim});
      lanes.push_back(std::move(lane));
    }
  }
  for (auto& lane : lanes) {
    auto& own = cards[lane.id];
    std::ranges::sort(own, [](const Card& a, const Card& b) {
      return std::pair(a.rank, a.task) < std::pair(b.rank, b.task);
    });
    for (const auto& card : own) add_card(lane, *card.row, names, width);
  }
  std::ranges::sort(lanes, {}, &Lane::index);
  return lanes;
}

}  // namespace

void print_board(const Console& console, const boost::json::value& update, const Names& names) {
  const auto* rows = find(update, "rows");
  const auto columns =
      rows == nullptr ? 0 : std::ranges::count_if(list_of(*rows, "board"), [](const auto& row) {
        return find(row, "column") != nullptr;
      });
  if (columns == 0) {
    console.say("This project has no board yet.\n");
    return;
  }
  const auto across = std::min<std::size_t>(
      static_cast<std::size_t>(columns),
      std::max<std::size_t>(1, (console.width + kGap) / (kColumnWidthMin + kGap)));
  const auto width =
      std::clamp((console.width + kGap) / across - kGap, std::size_t{12}, kColumnWidthMax);
  const auto lanes = lanes_of(*rows, names, width);
  for (std::size_t first = 0; first < lanes.size(); first += across) {
    const auto band = std::span(lanes).subspan(first, std::min(across, lanes.size() - first));
    std::size_t height = 0;
    for (const auto& lane : band) height = std::max(height, lane.lines.size());
    for (std::size_t i = 0; i < height; ++i) {
      std::string line;
      std::size_t owed = 0;  // spaces that are due before the next text
      for (const auto& lane : band) {
        const Line cell = i < lane.lines.size() ? lane.lines[i] : Line{};
        if (!cell.text.empty()) {
          line.append(owed, ' ');
          owed = 0;
          line += styled(console, cell.style, cell.text);
        }
        owed += width - std::min(width, width_of(cell.text)) + kGap;
      }
      console.print("{}\n", line);
    }
  }
}

}  // namespace daybook::cli
