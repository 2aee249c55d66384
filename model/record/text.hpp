#pragma once
// Free texts: words, their salts and commitments, and the rows in which they are stored and sent.
//
//   salt       = HMAC-SHA256(seed, "salt" ‖ u32 little-endian index of the word in its command, from 1)
//   commitment = SHA-256(salt ‖ words)
//   row        = salt 32 ‖ u32 little-endian length ‖ 4 zero bytes ‖ words ‖ zero padding to a multiple of 8
//
// A redacted row keeps its length; salt and words are zero.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "model/record/hash.hpp"

namespace daybook::record {

inline constexpr std::size_t kTextBytesMax = 16 * 1024;
inline constexpr std::size_t kSeedBytes = 32;

[[nodiscard]] Hash text_salt(Bytes seed, std::uint32_t index);
[[nodiscard]] Hash text_commitment(const Hash& salt, std::string_view words);

// True if words are 1 byte to kTextBytesMax of well-formed UTF-8 without NUL.
[[nodiscard]] bool is_valid_text(std::string_view words);

// Bytes of a row for words of this length.
[[nodiscard]] std::size_t text_row_bytes(std::size_t words_bytes);

// Appends a row to out, whose size is and stays a multiple of 8.
void append_text_row(std::vector<std::byte>& out, const Hash& salt, std::string_view words);

// A row looked at in place; borrows the bytes.
struct TextRow {
  Hash salt;
  std::string_view words;  // of a redacted row: zero bytes
  bool redacted = false;   // salt and words are all zero
  std::size_t bytes = 0;   // the row's length in the buffer
  Bytes row;               // the whole row

  // True if the words belong to the commitment; a redacted row proves nothing.
  [[nodiscard]] bool matches(Bytes commitment) const;
};

// The row at the front of data; nullopt if it is cut off, too long, unaligned or its padding is not zero.
[[nodiscard]] std::optional<TextRow> parse_text_row(Bytes data);

}  // namespace daybook::record
