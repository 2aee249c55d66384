#pragma once
// Bytes to be written one behind the other: some made for this one writing, others shared with everybody who writes them.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace daybook::sync {

// Threading: confined to one thread; what it shares is immutable.
// Lifetime:  keeps what it shares.
class Gather {
 public:
  Gather() = default;
  Gather(std::string own) : own_(std::move(own)) {}  // NOLINT: bytes are bytes

  void add(std::string_view own) { own_ += own; }
  // `owner` keeps the bytes alive.
  void add_shared(const std::shared_ptr<const void>& owner, std::string_view bytes) {
    if (bytes.size() <= kCopiedBytesMax) return add(bytes);
    shared_.push_back({own_.size() - own_in_order_, bytes, owner});
    own_in_order_ = own_.size();
    shared_bytes_ += bytes.size();
  }
  void append(Gather other);

  [[nodiscard]] std::size_t size() const { return own_.size() + shared_bytes_; }
  [[nodiscard]] bool empty() const { return size() == 0; }

  // Calls f(std::string_view) for each stretch, in order; valid until the next change.
  template <typename F>
  void for_each(F&& f) const {
    std::string_view own = own_;
    for (const auto& part : shared_) {
      if (part.own_before > 0) f(own.substr(0, part.own_before));
      own.remove_prefix(part.own_before);
      f(part.bytes);
    }
    if (!own.empty()) f(own);
  }
  // All of it in one piece.
  [[nodiscard]] std::string flat() const;

 private:
  // To copy so little is cheaper than to share it.
  static constexpr std::size_t kCopiedBytesMax = 1024;

  struct Shared {
    std::size_t own_before = 0;  // how many bytes of our own come first
    std::string_view bytes;
    std::shared_ptr<const void> owner;
  };

  std::string own_;
  std::vector<Shared> shared_;
  std::size_t own_in_order_ = 0;  // of our own, as many as stand before something shared
  std::size_t shared_bytes_ = 0;
};

}  // namespace daybook::sync
