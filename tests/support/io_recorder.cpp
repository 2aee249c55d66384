#include "tests/support/io_recorder.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <span>
#include <utility>

namespace daybook::testing {
namespace {

std::atomic<IoHook*> current_hook = nullptr;
thread_local bool inside = false;  // calls that a hook makes are not its concern

// The next definition of a function behind ours. Resolved at the first call, maybe before main.
template <typename F>
F* next(const char* name) {
  auto* const found = reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name));
  if (found == nullptr) std::abort();
  return found;
}

std::string path_of(int fd) {
  std::array<char, 4096> path;
  const ssize_t n =
      ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path.data(), path.size());
  return n > 0 ? std::string(path.data(), static_cast<std::size_t>(n)) : std::string();
}

std::uint64_t position_of(int fd) {
  const off_t at = ::lseek(fd, 0, SEEK_CUR);
  return at < 0 ? 0 : static_cast<std::uint64_t>(at);
}

void add(IoCall& call, const void* data, std::size_t size) {
  const auto* const bytes = static_cast<const std::byte*>(data);
  call.bytes.insert(call.bytes.end(), bytes, bytes + size);
}

void add(IoCall& call, const iovec* pieces, std::size_t count) {
  for (const iovec& piece : std::span(pieces, count)) add(call, piece.iov_base, piece.iov_len);
}

// Describes the call to the hook, if there is one, and makes it. `fail` turns an errno into the call's result.
template <typename Describe, typename Make, typename Fail>
auto through_hook(Describe&& describe, Make&& make, Fail&& fail) {
  IoHook* const hook = inside ? nullptr : current_hook.load();
  if (hook == nullptr) return make();
  const int saved = errno;
  inside = true;
  IoCall call = describe();
  const int error = hook->before(call);
  inside = false;
  if (error != 0) return fail(error);
  errno = saved;
  const auto result = make();
  const int after = errno;
  inside = true;
  hook->after(call, result);
  inside = false;
  errno = after;
  return result;
}

template <typename Make>
auto through_hook(IoKind kind, int fd, Make&& make, const std::function<void(IoCall&)>& fill) {
  const auto describe = [&] {
    IoCall call;
    call.kind = kind;
    call.path = path_of(fd);
    if (kind == IoKind::write) {
      call.synchronous = (::fcntl(fd, F_GETFL) & O_DSYNC) != 0;
      if (call.path.starts_with("socket:")) call.kind = IoKind::send;
    }
    fill(call);
    return call;
  };
  return through_hook(describe, make, [](int error) {
    errno = error;
    return decltype(make())(-1);
  });
}

int hooked_open(int (*real)(const char*, int, ...), const char* path, int flags, mode_t mode) {
  return through_hook(
      [&] {
        IoCall call;
        call.kind = IoKind::open;
        call.path = path;
        return call;
      },
      [&] { return real(path, flags, mode); },
      [](int error) {
        errno = error;
        return -1;
      });
}

int hooked_allocate(int (*real)(int, off_t, off_t), int fd, off_t offset, off_t length) {
  return through_hook(
      [&] {
        IoCall call;
        call.kind = IoKind::allocate;
        call.path = path_of(fd);
        call.offset = static_cast<std::uint64_t>(offset + length);
        return call;
      },
      [&] { return real(fd, offset, length); }, [](int error) { return error; });
}

}  // namespace

ScopedIoHook::ScopedIoHook(IoHook& hook) {
  if (current_hook.exchange(&hook) != nullptr) std::abort();
}
ScopedIoHook::~ScopedIoHook() { current_hook = nullptr; }

ScopedOutsideHook::ScopedOutsideHook() : was_inside_(std::exchange(inside, false)) {}
ScopedOutsideHook::~ScopedOutsideHook() { inside = was_inside_; }

void IoRecorder::mark(std::string name) {
  const std::lock_guard lock(mutex_);
  entries_.push_back({{}, std::move(name)});
}

std::vector<IoRecorder::Entry> IoRecorder::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(entries_, {});
}

int IoRecorder::before(const IoCall& call) {
  if (call.kind == IoKind::send && filter_(call)) {
    const std::lock_guard lock(mutex_);
    entries_.push_back({call, {}});
  }
  return 0;
}

void IoRecorder::after(const IoCall& call, ssize_t result) {
  if (call.kind == IoKind::send || result < 0 || !filter_(call)) return;
  const std::lock_guard lock(mutex_);
  entries_.push_back({call, {}});
  if (call.kind == IoKind::write)
    entries_.back().call.bytes.resize(static_cast<std::size_t>(result));
}

}  // namespace daybook::testing

// --- The functions in front of the system's --------------------------------------------------------------------

using namespace daybook::testing;

extern "C" {

int open(const char* path, int flags, ...) {
  static auto* const real = next<int(const char*, int, ...)>("open");
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = static_cast<mode_t>(va_arg(arguments, int));
  va_end(arguments);
  return hooked_open(real, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  static auto* const real = next<int(const char*, int, ...)>("open64");
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = static_cast<mode_t>(va_arg(arguments, int));
  va_end(arguments);
  return hooked_open(real, path, flags, mode);
}

ssize_t write(int fd, const void* data, size_t size) {
  static auto* const real = next<ssize_t(int, const void*, size_t)>("write");
  return through_hook(
      IoKind::write, fd, [&] { return real(fd, data, size); },
      [&](IoCall& call) {
        call.offset = position_of(fd);
        add(call, data, size);
      });
}

ssize_t writev(int fd, const iovec* pieces, int count) {
  static auto* const real = next<ssize_t(int, const iovec*, int)>("writev");
  return through_hook(
      IoKind::write, fd, [&] { return real(fd, pieces, count); },
      [&](IoCall& call) {
        call.offset = position_of(fd);
        add(call, pieces, static_cast<std::size_t>(count));
      });
}

ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  static auto* const real = next<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return through_hook(
      IoKind::write, fd, [&] { return real(fd, data, size, offset); },
      [&](IoCall& call) {
        call.offset = static_cast<std::uint64_t>(offset);
        add(call, data, size);
      });
}

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) {
  return pwrite(fd, data, size, offset);
}

ssize_t pwritev(int fd, const iovec* pieces, int count, off_t offset) {
  static auto* const real = next<ssize_t(int, const iovec*, int, off_t)>("pwritev");
  return through_hook(
      IoKind::write, fd, [&] { return real(fd, pieces, count, offset); },
      [&](IoCall& call) {
        call.offset = static_cast<std::uint64_t>(offset);
        add(call, pieces, static_cast<std::size_t>(count));
      });
}

ssize_t pwritev64(int fd, const iovec* pieces, int count, off64_t offset) {
  return pwritev(fd, pieces, count, offset);
}

int fsync(int fd) {
  static auto* const real = next<int(int)>("fsync");
  return through_hook(IoKind::sync, fd, [&] { return real(fd); }, [](IoCall&) {});
}

int fdatasync(int fd) {
  static auto* const real = next<int(int)>("fdatasync");
  return through_hook(IoKind::sync, fd, [&] { return real(fd); }, [](IoCall&) {});
}

int msync(void* start, size_t size, int flags) {
  static auto* const real = next<int(void*, size_t, int)>("msync");
  return through_hook(
      IoKind::sync, -1, [&] { return real(start, size, flags); },
      [](IoCall& call) { call.path = "msync"; });
}

int ftruncate(int fd, off_t size) noexcept {
  static auto* const real = next<int(int, off_t)>("ftruncate");
  return through_hook(
      IoKind::truncate, fd, [&] { return real(fd, size); },
      [&](IoCall& call) { call.offset = static_cast<std::uint64_t>(size); });
}

int ftruncate64(int fd, off64_t size) noexcept { return ftruncate(fd, size); }

int posix_fallocate(int fd, off_t offset, off_t length) {
  static auto* const real = next<int(int, off_t, off_t)>("posix_fallocate");
  return hooked_allocate(real, fd, offset, length);
}

int posix_fallocate64(int fd, off64_t offset, off64_t length) {
  return posix_fallocate(fd, offset, length);
}

ssize_t send(int fd, const void* data, size_t size, int flags) {
  static auto* const real = next<ssize_t(int, const void*, size_t, int)>("send");
  return through_hook(
      IoKind::send, fd, [&] { return real(fd, data, size, flags); },
      [&](IoCall& call) { add(call, data, size); });
}

ssize_t sendto(int fd, const void* data, size_t size, int flags, const sockaddr* to,
               socklen_t to_size) {
  static auto* const real =
      next<ssize_t(int, const void*, size_t, int, const sockaddr*, socklen_t)>("sendto");
  return through_hook(
      IoKind::send, fd, [&] { return real(fd, data, size, flags, to, to_size); },
      [&](IoCall& call) { add(call, data, size); });
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  static auto* const real = next<ssize_t(int, const msghdr*, int)>("sendmsg");
  return through_hook(
      IoKind::send, fd, [&] { return real(fd, message, flags); },
      [&](IoCall& call) { add(call, message->msg_iov, message->msg_iovlen); });
}

}  // extern "C"
