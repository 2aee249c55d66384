#include "server/sync/log_text.hpp"

namespace daybook::sync {

std::string log_text(std::string_view text, std::size_t most) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr std::string_view kRest = "...";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    std::string piece(1, c);
    if (c == '"' || c == '\\') {
      piece.insert(0, 1, '\\');
    } else if (byte < 0x20 || byte > 0x7E) {
      piece = {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
    if (out.size() + piece.size() > most) return out += kRest;
    out += piece;
  }
  return out;
}

}  // namespace daybook::sync
