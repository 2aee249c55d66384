#pragma once
// The dashboard's files, as the build embedded them in this binary (apps/dashboard/CMakeLists.txt).

#include <span>
#include <string_view>

namespace daybook::dashboard {

// Views into the binary: they live for ever. Any thread.
struct File {
  std::string_view path;  // as in an address: `/index.html`, `/assets/NAME-HASH.js`
  std::string_view content_type;
  std::string_view etag;  // with its quotes; the same for every encoding
  std::string_view plain;
  std::string_view gzip;    // empty: not worth it
  std::string_view brotli;  // likewise
};

// Sorted by path; a few dozen.
[[nodiscard]] std::span<const File> files();

// Eight hex digits that change whenever a file does: a page that is open knows by them that it is old.
[[nodiscard]] std::string_view version();

}  // namespace daybook::dashboard
