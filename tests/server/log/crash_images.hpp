#pragma once
// What a crash can leave of a file, from a record of its writes and syncs.
//
// A write is lost, whole or in sectors of 512 bytes, until a sync of the file returns; a synchronous write until it
// itself returns. A crash may come at any call, so every call that makes something durable, and every return of a
// commit, is a crash point, at which any part of what is not yet durable may be on disk or not.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "tests/support/io_recorder.hpp"

namespace daybook::testing {

inline constexpr std::size_t kSectorBytes = 512;

// A file's content as changes of sectors against another content.
struct CrashImage {
  std::map<std::uint64_t, std::vector<std::byte>> sectors;  // by number; whole
  std::uint64_t file_bytes = 0;
};

class CrashSimulation {
 public:
  explicit CrashSimulation(std::vector<std::byte> durable) : durable_(std::move(durable)) {}

  // Whether a crash at this entry is worth a look.
  [[nodiscard]] static bool is_crash_point(const IoRecorder::Entry& entry);

  // Steps over one recorded entry. If it is a crash point, and visit is not empty, calls visit(image) for every image
  // that a crash there may leave, each once; then the entry takes effect.
  void step(const IoRecorder::Entry& entry, std::mt19937_64& random,
            const std::function<void(const CrashImage&)>& visit);

  // One image that a crash may leave now; `bits` gives random ones.
  [[nodiscard]] CrashImage any_image(const std::function<std::uint64_t()>& bits) const;

  // Everything that is certainly on disk.
  [[nodiscard]] const std::vector<std::byte>& durable() const { return durable_; }

 private:
  struct Piece {  // what a write does within one sector
    std::uint64_t offset = 0;
    std::span<const std::byte> bytes;
  };
  struct Write {
    std::uint64_t offset = 0;
    std::vector<std::byte> bytes;
    std::uint64_t grows_to = 0;  // of an allocation: the file's size
    [[nodiscard]] std::vector<Piece> pieces() const;
  };

  void visit_images(std::mt19937_64& random,
                    const std::function<void(const CrashImage&)>& visit) const;
  [[nodiscard]] CrashImage image_of(const std::vector<std::vector<bool>>& present) const;
  void make_durable(const Write& write);

  std::vector<std::byte> durable_;
  std::vector<Write> pending_;
};

}  // namespace daybook::testing
