#include "tests/simulation/disk.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

namespace daybook::simulation {

using testing::IoCall;
using testing::IoKind;
using testing::IoRecorder;

Disk::Disk(testing::Random& random, Trace& trace, std::string_view file_name)
    : random_(random), trace_(trace), file_((folder_.path() / file_name).string()) {}

void Disk::forget_faults() {
  power_left_.reset();
  failure_left_.reset();
  is_full_ = false;
}

void Disk::adopt() {
  writes_ = testing::CrashSimulation(content());
  is_adopted_ = true;
}

void Disk::remove() {
  is_adopted_ = false;
  std::error_code ignored;
  for (const auto& file : std::filesystem::directory_iterator(folder_.path(), ignored))
    std::filesystem::remove_all(file.path(), ignored);
}

void Disk::lose_power() {
  has_power_ = false;
  power_left_.reset();
}

void Disk::start() {
  if (!has_power_) {
    auto image = writes_.any_image([this] { return random_.next(); });
    trace_.say("disk: {} sectors of what was not synced are there", image.sectors.size());
    auto bytes = writes_.durable();
    bytes.resize(image.file_bytes);
    for (const auto& [number, sector] : image.sectors) {
      const auto at = number * testing::kSectorBytes;
      const auto size = std::min<std::size_t>(sector.size(), bytes.size() - at);
      std::copy_n(sector.begin(), size, bytes.begin() + static_cast<std::ptrdiff_t>(at));
    }
    replace(std::move(bytes));
  }
  has_power_ = true;
  has_failed_ = false;
  power_left_.reset();
  failure_left_.reset();
}

std::vector<std::byte> Disk::back_up() const { return content(); }

void Disk::restore(const std::vector<std::byte>& backup) { replace(backup); }

std::vector<std::byte> Disk::content() const {
  std::ifstream in(file_, std::ios::binary);
  std::error_code missing;
  const auto size = std::filesystem::file_size(file_, missing);
  std::vector<std::byte> bytes(missing ? 0 : size);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

void Disk::replace(std::vector<std::byte> content) {
  is_adopted_ = false;  // nobody stands in front of this
  const int fd = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const auto size = static_cast<off_t>(content.size());
  if (fd < 0 || ::pwrite(fd, content.data(), content.size(), 0) != size ||
      ::ftruncate(fd, size) != 0) {
    trace_.fail("the simulation cannot write its disk");
  }
  ::close(fd);
  is_adopted_ = true;
  writes_ = testing::CrashSimulation(std::move(content));
}

void Disk::write_now(const IoCall& call, std::size_t bytes) const {
  const int fd = ::open(file_.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0 || ::pwrite(fd, call.bytes.data(), bytes, static_cast<off_t>(call.offset)) < 0)
    trace_.fail("the simulation cannot write its disk");
  ::close(fd);
}

int Disk::before(const IoCall& call) {
  const bool is_sync = call.kind == IoKind::sync && call.path == file_;
  const bool counts = call.path == file_ &&
                      (is_sync || call.kind == IoKind::write || call.kind == IoKind::allocate);
  if (!is_adopted_ || !counts) return 0;
  if (!has_power_) return EIO;
  const auto is_now = [](std::optional<std::uint64_t>& left) {
    if (!left || (*left)-- > 0) return false;
    left.reset();
    return true;
  };
  const bool crashes = is_now(power_left_);
  if (meanwhile && (crashes || (is_sync && random_.one_in(8)))) {
    const testing::ScopedOutsideHook others;
    meanwhile();
  }
  if (crashes) {
    trace_.say("disk: the power fails at a call of kind {}", static_cast<int>(call.kind));
    // It was under way, so any part of it may be there.
    IoRecorder::Entry entry{call, {}};
    entry.call.synchronous = false;
    if (call.kind != IoKind::sync) writes_.step(entry, unused_, {});
    lose_power();
    return EIO;
  }
  if (call.kind == IoKind::allocate && is_full_) return ENOSPC;
  if (call.kind != IoKind::allocate && is_now(failure_left_)) {
    const auto effect = random_.below(3);
    has_failed_ = true;
    trace_.say("disk: a call of kind {} fails, effect {}", static_cast<int>(call.kind), effect);
    if (call.kind == IoKind::write && effect > 0) {
      IoRecorder::Entry entry{call, {}};
      if (effect == 1) entry.call.bytes.resize(entry.call.bytes.size() / 2);
      write_now(entry.call, entry.call.bytes.size());
      entry.call.synchronous = false;
      writes_.step(entry, unused_, {});
    }
    return random_.one_in(2) ? EIO : ENOSPC;
  }
  return 0;
}

void Disk::after(const IoCall& call, ssize_t result) {
  if (!is_adopted_ || call.path != file_ || result < 0) return;
  switch (call.kind) {
    case IoKind::write:
      trace_.bytes(call.bytes);
      [[fallthrough]];
    case IoKind::sync:
      return writes_.step({call, {}}, unused_, {});
    case IoKind::allocate:
      if (result == 0) writes_.step({call, {}}, unused_, {});
      return;
    case IoKind::open:
    case IoKind::truncate:
    case IoKind::send:
      return;
  }
}

// --- All of them -----------------------------------------------------------------------------------------------------

int Disks::before(const IoCall& call) {
  for (auto* const disk : disks_) {
    if (const int error = disk->before(call)) return error;
  }
  return 0;
}

void Disks::after(const IoCall& call, ssize_t result) {
  for (auto* const disk : disks_) disk->after(call, result);
}

}  // namespace daybook::simulation
