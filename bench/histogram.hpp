#pragma once
// Times in a fixed space, to within 1.6 %.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace daybook::bench {

// Microseconds; what is negative counts as 0.
class Histogram {
 public:
  void add(std::int64_t micros) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(0, micros));
    ++counts_[index_of(value)];
    ++count_;
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  // The least time that so large a part (0 < part < 1) does not exceed; 0: there is none.
  [[nodiscard]] double quantile(double part) const {
    const auto rank = static_cast<std::uint64_t>(part * static_cast<double>(count_));
    std::uint64_t passed = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      passed += counts_[i];
      if (passed > rank) return static_cast<double>(upper_end_of(i));
    }
    return 0;
  }

 private:
  // Below 2 * kSteps each value has its own place; beyond, each power of two has kSteps of them.
  static constexpr std::size_t kSteps = 64;
  static constexpr std::size_t kPlaces = kSteps * 40;

  static std::size_t index_of(std::uint64_t value) {
    const auto width = static_cast<std::size_t>(std::bit_width(value | kSteps));
    const auto shift = width - std::bit_width(kSteps);
    return std::min(shift * kSteps + (value >> shift), kPlaces - 1);
  }
  static std::uint64_t upper_end_of(std::size_t index) {
    if (index < 2 * kSteps) return index;
    const auto shift = index / kSteps - 1;
    return ((index % kSteps + kSteps + 1) << shift) - 1;
  }

  std::array<std::uint64_t, kPlaces> counts_{};
  std::uint64_t count_ = 0;
};

}  // namespace daybook::bench
