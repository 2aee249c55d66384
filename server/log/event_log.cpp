#include "server/log/event_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "server/log/event_checker.hpp"
#include "server/log/event_log_impl.hpp"
#include "server/log/group_impl.hpp"
#include "server/log/open.hpp"

namespace daybook::log {
namespace {

std::uint64_t file_bytes(const Store& store) {
  struct stat status{};
  if (::fstat(store.data_file.get(), &status) != 0)
    throw std::system_error(errno, std::generic_category(), "fstat");
  return static_cast<std::uint64_t>(status.st_size);
}

// Room for the next group; false: there is none, on the disk or in the map.
bool make_room(Store& store) {
  const std::uint64_t needed = store.env.used_bytes() + store.room_bytes;
  if (needed > store.map_bytes) return false;
  if (store.allocated_bytes >= needed) return true;
  // A quarter more than asked for, so that not every group asks.
  const std::uint64_t from = file_bytes(store);
  const std::uint64_t to = needed + store.room_bytes / 4;
  if (from < to) {
    int error = 0;
    do {
      error = ::posix_fallocate(store.data_file.get(), static_cast<off_t>(from),
                                static_cast<off_t>(to - from));
    } while (error == EINTR);
    if (error != 0) return false;
  }
  store.allocated_bytes = to;
  return true;
}

}  // namespace

EventLog::EventLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EventLog::~EventLog() = default;

std::expected<std::unique_ptr<EventLog>, OpenError> EventLog::open(const OpenOptions& options) {
  auto store = open_store(options);
  if (!store) return std::unexpected(std::move(store.error()));
  auto impl = std::make_unique<Impl>(std::move(*store));
  return std::unique_ptr<EventLog>(new EventLog(std::move(impl)));
}

std::expected<Group, StorageFull> EventLog::begin() {
  Store& store = *impl_->store;
  if (!store.writable) throw std::logic_error("the log was opened to be read");
  if (store.outcome_unknown) {
    throw std::system_error(std::make_error_code(std::errc::io_error),
                            "an earlier write failed; its outcome is unknown");
  }
  if (!make_room(store)) return std::unexpected(StorageFull{});
  return Group(std::make_unique<Group::Impl>(store));
}

Id EventLog::log_id() const { return impl_->store->log_id; }

Head EventLog::head() const {
  Store& store = *impl_->store;
  if (!store.writable) return impl_->read([](const Reader& reader) { return reader.head(); });
  const std::lock_guard lock(store.head_mutex);
  return store.head;
}

EventLog::Usage EventLog::usage() const {
  const Store& store = *impl_->store;
  const auto open = store.env.reader_ages().open();
  return {.used_bytes = store.env.used_bytes(),
          .file_bytes = file_bytes(store),
          .map_bytes = store.map_bytes,
          .readers = open.readers,
          .oldest_reader = open.oldest};
}

}  // namespace daybook::log
