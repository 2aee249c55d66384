#include "terminal.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <clocale>
#include <csignal>
#include <cwchar>

#include "program.hpp"

namespace daybook::examples {
namespace {

// The alternate screen, without cursor; and back.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view kLeave = "\x1b[0m\x1b[?25h\x1b[?1049l";

// Its own, so that what is set on it is not set for whoever shares standard input.
int open_terminal() {
  const int opened = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (opened < 0) throw Failure(2, "there is no terminal to draw on");
  return opened;
}

void write_all(int to, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(to, text.data(), text.size());
    if (written <= 0) return;  // nobody looks any more
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

constexpr std::size_t kLaneWidthMin = 20;

std::size_t length_of_letter(unsigned char first) {
  return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

struct Sequence {
  std::string_view bytes;
  Key key;
};
constexpr Sequence kSequences[] = {{"\x1b[1;2D", Key::take_left},
                                   {"\x1b[1;2C", Key::take_right},
                                   {"\x1b[D", Key::left},
                                   {"\x1b[C", Key::right},
                                   {"\x1b[A", Key::up},
                                   {"\x1b[B", Key::down},
                                   {"\x1bOD", Key::left},
                                   {"\x1bOC", Key::right},
                                   {"\x1bOA", Key::up},
                                   {"\x1bOB", Key::down},
                                   {"\r", Key::enter},
                                   {"\n", Key::enter},
                                   {"\x7f", Key::erase},
                                   {"\b", Key::erase}};

}  // namespace

std::string fitted(std::string_view text, std::size_t columns) {
  std::string out;
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto letter = text.substr(i, length_of_letter(static_cast<unsigned char>(text[i])));
    wchar_t wide = 0;
    std::mbstate_t state{};
    const auto read = std::mbrtowc(&wide, letter.data(), letter.size(), &state);
    const int cells = read > letter.size() ? 1 : ::wcwidth(wide);
    const auto next = width + static_cast<std::size_t>(std::max(cells, 0));
    const bool is_last = i + letter.size() == text.size();
    if (next + (is_last ? 0 : 1) > columns) {
      if (width < columns) out += "…", ++width;
      break;
    }
    out += letter;
    width = next;
    i += letter.size();
  }
  return out + std::string(columns - width, ' ');
}

std::string styled(Style style, const std::string& text) {
  switch (style) {
    case Style::plain:
      return text;
    case Style::bold:
      return "\x1b[1m" + text + "\x1b[0m";
    case Style::dim:
      return "\x1b[2m" + text + "\x1b[0m";
    case Style::reverse:
      return "\x1b[7m" + text + "\x1b[0m";
    case Style::red:
      return "\x1b[31m" + text + "\x1b[0m";
    case Style::yellow:
      return "\x1b[33m" + text + "\x1b[0m";
  }
  return text;
}

std::vector<std::string> side_by_side(const std::vector<Lane>& lanes, std::size_t chosen,
                                      std::size_t columns, std::size_t rows) {
  std::vector<std::string> lines(rows);
  if (lanes.empty() || rows == 0) return lines;
  const auto shown = std::clamp<std::size_t>(columns / kLaneWidthMin, 1, lanes.size());
  const auto first = std::min(chosen - std::min(chosen, shown / 2), lanes.size() - shown);
  const auto width = std::max<std::size_t>(columns / shown, 2);
  for (std::size_t i = first; i < first + shown; ++i) {
    const auto& lane = lanes[i];
    lines[0] += styled(Style::bold, fitted(lane.head, width - 1)) + ' ';
    const bool is_chosen = lane.chosen < lane.cells.size();
    const auto top = is_chosen && lane.chosen + 2 > rows ? lane.chosen + 2 - rows : 0;
    for (std::size_t row = 1; row < rows; ++row) {
      const auto cell = top + row - 1;
      if (cell >= lane.cells.size()) {
        lines[row] += std::string(width, ' ');
      } else {
        const auto style = cell == lane.chosen ? Style::reverse : lane.cells[cell].style;
        lines[row] += styled(style, fitted(lane.cells[cell].text, width - 1)) + ' ';
      }
    }
  }
  return lines;
}

bool edit(std::string& line, Key key, const std::string& letter) {
  line += letter;
  if (key == Key::erase) {
    while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xC0) == 0x80)
      line.pop_back();
    if (!line.empty()) line.pop_back();
  }
  return key != Key::enter && key != Key::escape;
}

Terminal::Terminal(boost::asio::io_context& io)
    : out_(open_terminal()), in_(io, open_terminal()), resized_(io, SIGWINCH) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  ::tcgetattr(out_, &found_);
  auto raw = found_;
  raw.c_iflag &= ~static_cast<tcflag_t>(ICRNL | IXON);
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);  // signals stay: Ctrl-C is one
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  raw.c_cc[VSUSP] = _POSIX_VDISABLE;
  ::tcsetattr(out_, TCSAFLUSH, &raw);
  write_all(out_, kEnter);
  read();
  watch_size();
}

Terminal::~Terminal() {
  write_all(out_, kLeave);
  ::tcsetattr(out_, TCSAFLUSH, &found_);
  ::close(out_);
}

Terminal::Size Terminal::size() const {
  winsize found{};
  if (::ioctl(out_, TIOCGWINSZ, &found) != 0 || found.ws_col == 0 || found.ws_row == 0) return {};
  return {.columns = found.ws_col, .rows = found.ws_row};
}

void Terminal::draw(const std::vector<std::string>& lines) const {
  std::string all = "\x1b[H";
  const auto count = std::min(lines.size(), size().rows);
  for (std::size_t i = 0; i < count; ++i) all += (i == 0 ? "" : "\r\n") + lines[i] + "\x1b[K";
  write_all(out_, all + "\x1b[J");
}

void Terminal::on_key(std::function<void(Key, const std::string&)> handler) {
  key_ = std::move(handler);
}

void Terminal::on_resize(std::function<void()> handler) { resize_ = std::move(handler); }

void Terminal::read() {
  in_.async_read_some(boost::asio::buffer(buffer_), [this](auto error, std::size_t size) {
    if (error) return;
    take({buffer_, size});
    read();
  });
}

void Terminal::watch_size() {
  resized_.async_wait([this](auto error, int) {
    if (error) return;
    if (resize_) resize_();
    watch_size();
  });
}

void Terminal::take(std::string_view input) {
  while (!input.empty() && key_) {
    const auto known = std::ranges::find_if(
        kSequences, [&](const Sequence& one) { return input.starts_with(one.bytes); });
    if (known != std::end(kSequences)) {
      input.remove_prefix(known->bytes.size());
      key_(known->key, "");
    } else if (input.front() == '\x1b') {
      key_(Key::escape, "");
      return;  // a sequence that is not known
    } else {
      const std::string letter(
          input.substr(0, length_of_letter(static_cast<unsigned char>(input.front()))));
      input.remove_prefix(letter.size());
      if (static_cast<unsigned char>(letter.front()) >= 0x20) key_(Key::letter, letter);
    }
  }
}

}  // namespace daybook::examples
