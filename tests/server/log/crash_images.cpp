#include "tests/server/log/crash_images.hpp"

#include <algorithm>
#include <string_view>

namespace daybook::testing {
namespace {

constexpr std::size_t kAllSubsetsUpTo = 10;  // sectors
constexpr int kRandomSubsets = 200;

// The same for images that are the same. 64 bits of each: one clash in a run is less likely than a broken machine.
std::uint64_t digest(const CrashImage& image) {
  std::uint64_t sum = image.file_bytes * 0x9E3779B97F4A7C15;
  for (const auto& [number, bytes] : image.sectors) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::uint64_t one = std::hash<std::string_view>{}(text) ^ (number * 0xD6E8FEB86659FD93);
    one ^= one >> 32;
    sum += one * 0xD6E8FEB86659FD93;
  }
  return sum;
}

}  // namespace

std::vector<CrashSimulation::Piece> CrashSimulation::Write::pieces() const {
  std::vector<Piece> result;
  std::span<const std::byte> rest = bytes;
  std::uint64_t at = offset;
  while (!rest.empty()) {
    const auto size = std::min<std::uint64_t>(rest.size(), kSectorBytes - at % kSectorBytes);
    result.push_back({at, rest.first(size)});
    rest = rest.subspan(size);
    at += size;
  }
  return result;
}

CrashImage CrashSimulation::image_of(const std::vector<std::vector<bool>>& present) const {
  CrashImage image;
  image.file_bytes = durable_.size();
  for (std::size_t w = 0; w < pending_.size(); ++w) {
    const Write& write = pending_[w];
    if (write.grows_to > 0) {
      if (present[w][0]) image.file_bytes = std::max(image.file_bytes, write.grows_to);
      continue;
    }
    const auto pieces = write.pieces();
    for (std::size_t p = 0; p < pieces.size(); ++p) {
      if (!present[w][p]) continue;
      const Piece& piece = pieces[p];
      const std::uint64_t number = piece.offset / kSectorBytes, start = number * kSectorBytes;
      auto [it, fresh] = image.sectors.try_emplace(number, kSectorBytes);
      if (fresh && start < durable_.size()) {
        const auto known = std::min<std::uint64_t>(kSectorBytes, durable_.size() - start);
        std::copy_n(durable_.begin() + static_cast<long>(start), known, it->second.begin());
      }
      std::ranges::copy(piece.bytes, it->second.begin() + static_cast<long>(piece.offset - start));
      image.file_bytes = std::max(image.file_bytes, piece.offset + piece.bytes.size());
    }
  }
  // What equals the durable content is no difference.
  std::erase_if(image.sectors, [&](const auto& item) {
    const std::uint64_t start = item.first * kSectorBytes;
    return start + kSectorBytes <= durable_.size() &&
           std::equal(item.second.begin(), item.second.end(),
                      durable_.begin() + static_cast<long>(start));
  });
  return image;
}

void CrashSimulation::visit_images(std::mt19937_64& random,
                                   const std::function<void(const CrashImage&)>& visit) const {
  if (!visit) return;
  using Present = std::vector<std::vector<bool>>;
  std::set<std::uint64_t> seen;
  const auto offer = [&](const Present& present) {
    const CrashImage image = image_of(present);
    if (seen.insert(digest(image)).second) visit(image);
  };
  const auto filled = [&](bool value) {
    Present present;
    for (const Write& write : pending_) {
      present.emplace_back(write.grows_to > 0 ? 1 : write.pieces().size(), value);
    }
    return present;
  };
  const Present all = filled(true), none = filled(false);
  offer(none);
  offer(all);
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    Present present = all;
    present[i] = none[i];
    offer(present);
    for (std::size_t j = 0; j < i; ++j) {
      Present pair = present;
      pair[j] = none[j];
      offer(pair);
    }
    // Torn: its first sectors alone, with all other writes and without.
    for (std::size_t kept = 1; kept < all[i].size(); ++kept) {
      for (Present torn : {all, none}) {
        std::fill(torn[i].begin(), torn[i].begin() + static_cast<long>(kept), true);
        std::fill(torn[i].begin() + static_cast<long>(kept), torn[i].end(), false);
        offer(torn);
      }
    }
  }
  std::size_t sectors = 0;
  for (const auto& write : all) sectors += write.size();
  const auto subset = [&](auto&& bit) {
    Present present = none;
    for (auto& write : present) {
      for (std::size_t p = 0; p < write.size(); ++p) write[p] = bit();
    }
    offer(present);
  };
  if (sectors <= kAllSubsetsUpTo) {
    for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << sectors); ++bits) {
      std::uint64_t rest = bits;
      subset([&] {
        const bool bit = rest & 1;
        rest >>= 1;
        return bit;
      });
    }
  } else {
    for (int i = 0; i < kRandomSubsets; ++i) subset([&] { return (random() & 1) != 0; });
  }
}

CrashImage CrashSimulation::any_image(const std::function<std::uint64_t()>& bits) const {
  // Each write is there, or not, or in part: most crashes are near an end of what may be.
  std::vector<std::vector<bool>> present;
  for (const Write& write : pending_) {
    auto& pieces = present.emplace_back(write.grows_to > 0 ? 1 : write.pieces().size());
    const auto how = bits() % 3;
    for (std::size_t p = 0; p < pieces.size(); ++p) {
      pieces[p] = how == 0 || (how == 1 && bits() % 2 == 0);
    }
  }
  return image_of(present);
}

void CrashSimulation::make_durable(const Write& write) {
  const std::uint64_t end = std::max(write.grows_to, write.offset + write.bytes.size());
  if (durable_.size() < end) durable_.resize(end);
  std::ranges::copy(write.bytes, durable_.begin() + static_cast<long>(write.offset));
}

bool CrashSimulation::is_crash_point(const IoRecorder::Entry& entry) {
  if (!entry.mark.empty() || entry.call.kind == IoKind::sync) return true;
  return entry.call.kind == IoKind::write && entry.call.synchronous;
}

void CrashSimulation::step(const IoRecorder::Entry& entry, std::mt19937_64& random,
                           const std::function<void(const CrashImage&)>& visit) {
  if (!entry.mark.empty()) {
    visit_images(random, visit);
    return;
  }
  const IoCall& call = entry.call;
  if (call.kind == IoKind::write) {
    pending_.push_back({.offset = call.offset, .bytes = call.bytes});
    if (!call.synchronous) return;
    visit_images(random, visit);
    make_durable(pending_.back());
    pending_.pop_back();
  } else if (call.kind == IoKind::allocate) {
    pending_.push_back({.offset = 0, .bytes = {}, .grows_to = call.offset});
  } else if (call.kind == IoKind::sync) {
    visit_images(random, visit);
    for (const Write& write : pending_) make_durable(write);
    pending_.clear();
  }
}

}  // namespace daybook::testing
