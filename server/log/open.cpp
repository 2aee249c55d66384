#include "server/log/open.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/rand.h>
#include <sys/file.h>

#include <cerrno>
#include <system_error>

#include "server/log/check_file.hpp"
#include "server/log/check_pages.hpp"
#include "server/log/event_checker.hpp"

namespace daybook::log {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDataFile = "data.mdb";  // LMDB's name in a folder
constexpr const char* kNewFile = "data.mdb.new";
constexpr const char* kNewFileLock = "data.mdb.new-lock";
constexpr const char* kLockFile = "writer.lock";

// How much of the newest is verified at every start.
constexpr std::uint64_t kTailEvents = 1000;

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
constexpr std::size_t kMapBytes = std::size_t{1} << 39;
#else
constexpr std::size_t kMapBytes = std::size_t{1} << 40;
#endif
#else
constexpr std::size_t kMapBytes = std::size_t{1} << 40;
#endif

constexpr const char* kRestore =
    "Do not delete it; restore the newest backup into another folder and start with that.";

std::unexpected<OpenError> fault(OpenFault kind, std::string message) {
  return std::unexpected(OpenError{kind, std::move(message)});
}

[[noreturn]] void fail(const char* doing) {
  throw std::system_error(errno, std::generic_category(), doing);
}

File open_file(const fs::path& path, int flags) {
  File file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
  if (!file.is_open()) fail(path.c_str());
  return file;
}

void sync_folder(const fs::path& folder) {
  const File file = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (::fsync(file.get()) != 0) fail("fsync of a folder");
}

// A process that was ended within a commit, or whose sync failed, leaves what the system has and the disk may not. It would be
// read as committed and answered for, and what is written next over a part of it would spoil it: so it is made durable first.
void sync_file(const fs::path& path) {
  const File file = open_file(path, O_RDWR);
  if (::fdatasync(file.get()) != 0) fail("fdatasync of the log");
}

// nullopt: another process holds it.
std::optional<File> lock_for_writing(const fs::path& folder) {
  File file = open_file(folder / kLockFile, O_RDWR | O_CREAT);
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::nullopt;
    if (errno != EINTR) fail("flock");
  }
  return file;
}

Id random_id() {
  std::array<std::byte, 16> random;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(random.data()), random.size()) != 1) {
    throw std::system_error(std::make_error_code(std::errc::io_error), "RAND_bytes");
  }
  random[6] = (random[6] & std::byte{0x0F}) | std::byte{0x40};  // a UUID, version 4
  random[8] = (random[8] & std::byte{0x3F}) | std::byte{0x80};
  return id_from_bytes(random);
}

// Under another name first: data.mdb is either absent or a whole log.
void create(const fs::path& folder, std::size_t map_bytes, Id id) {
  fs::remove(folder / kNewFile);
  fs::remove(folder / kNewFileLock);
  {
    const Environment env(
        {.path = folder / kNewFile, .map_bytes = map_bytes, .flags = MDB_NOSUBDIR});
    WriteTxn txn(env);
    for (const char* name : {"events", "texts", "streams", "commands", "snapshots", "tree"}) {
      static_cast<void>(txn.create_table(name));
    }
    const Table meta = txn.create_table("meta");
    Key<8> version;
    record::store_le(version.data(), kFormatVersion);
    txn.put(meta, format_key(), version, MDB_NOOVERWRITE);
    txn.put(meta, log_id_key(), to_bytes(id.is_nil() ? random_id() : id), MDB_NOOVERWRITE);
    std::move(txn).commit();
  }
  fs::rename(folder / kNewFile, folder / kDataFile);
  sync_folder(folder);
  sync_folder(fs::absolute(folder).parent_path());
  fs::remove(folder / kNewFileLock);
}

// A log of up to so many bytes has every page looked at when it is opened (some 0.1 s); of a larger one the pages that
// lead to others.
constexpr std::uint64_t kEveryPageBytes = 256 * 1024 * 1024;

std::optional<std::string> check_pages_of(const Store& store) {
  const bool small = store.env.used_bytes() <= kEveryPageBytes;
  return check_pages(store.data_file, ReadTxn(store.env),
                     small ? PageDepth::leaves : PageDepth::branches);
}

std::optional<OpenError> read_meta(Store& store) {
  ReadTxn txn(store.env);
  store.tables.meta = txn.open_table("meta");
  const auto format = txn.find(store.tables.meta, format_key());
  const auto id = txn.find(store.tables.meta, log_id_key());
  if (!format || format->size() != 8 || !id || id->size() != 16)
    throw Damaged("its format or its id is missing");
  const auto version = record::load_le<std::uint64_t>(format->data());
  if (version != kFormatVersion) {
    return OpenError{
        OpenFault::newer_format,
        fmt::format(
            "The log has format {}; this build reads format {}. Start it with the newer build.",
            version, kFormatVersion)};
  }
  store.log_id = id_from_bytes(id->first<16>());
  store.tables.events = txn.open_table("events");
  store.tables.texts = txn.open_table("texts");
  store.tables.streams = txn.open_table("streams");
  store.tables.commands = txn.open_table("commands");
  store.tables.snapshots = txn.open_table("snapshots");
  store.tables.tree = txn.open_table("tree");
  std::move(txn).keep();
  return std::nullopt;
}

std::vector<std::string> check_tail(Store& store) {
  std::vector<std::string> faults;
  const ReadTxn txn(store.env);
  const Reader reader(txn, store.tables);
  const Position last = reader.last_position();
  check_ends(reader, faults);
  const std::uint64_t before = last.value > kTailEvents ? last.value - kTailEvents : 0;
  // Its hashes say that it is what was written.
  EventChecker checker(record::EventView::Check::hashes, reader.frontier(before));
  checker.check(reader, last, faults);
  if (faults.empty()) {
    store.head = reader.head();
    store.frontier = reader.frontier(last.value);
    if (checker.root() != store.head.root)
      faults.emplace_back("the tree's root is not that of its events");
  }
  return faults;
}

}  // namespace

std::expected<std::unique_ptr<Store>, OpenError> open_store(const OpenOptions& options) {
  const bool writable = options.mode == OpenOptions::Mode::read_write;
  const fs::path& folder = options.directory;
  const fs::path data = folder / kDataFile;
  const std::size_t map_bytes = options.map_bytes == 0 ? kMapBytes : options.map_bytes;

  File lock;
  if (writable) {
    fs::create_directories(folder);
    auto locked = lock_for_writing(folder);
    if (!locked) {
      return fault(OpenFault::in_use,
                   fmt::format("Another process writes the log in {}. Stop it first, or give this "
                               "one a folder of its own.",
                               folder.string()));
    }
    lock = std::move(*locked);
    if (!fs::exists(data)) create(folder, map_bytes, options.new_log_id);
  } else if (!fs::exists(data)) {
    return fault(OpenFault::missing, fmt::format("There is no log in {}.", folder.string()));
  }

  if (writable) sync_file(data);
  if (const auto wrong = check_file(data)) {
    return fault(OpenFault::damaged,
                 fmt::format("{} is damaged: {}. {}", data.string(), *wrong, kRestore));
  }
  try {
    const unsigned flags = (writable ? 0u : unsigned{MDB_RDONLY}) | extra_environment_flags;
    std::unique_ptr<Store> store(new Store{
        .writer_lock = std::move(lock),
        .data_file = open_file(data, writable ? O_RDWR : O_RDONLY),
        .env = Environment({.path = folder, .map_bytes = map_bytes, .flags = flags}),
        .writable = writable,
        .map_bytes = map_bytes,
        .room_bytes = options.room_bytes,
    });
    store->env.release_dead_readers();
    if (const auto wrong = check_pages_of(*store)) throw Damaged(*wrong);
    if (auto error = read_meta(*store)) return std::unexpected(std::move(*error));
    const auto faults = check_tail(*store);
    if (!faults.empty()) {
      return fault(OpenFault::tail_mismatch,
                   fmt::format("The newest events in {} do not verify: {}{}. {}", data.string(),
                               faults.front(), faults.size() > 1 ? " (and more)" : "", kRestore));
    }
    return store;
  } catch (const Damaged& damaged) {
    return fault(OpenFault::damaged,
                 fmt::format("{}: {}. {}", data.string(), damaged.what(), kRestore));
  }
}

}  // namespace daybook::log
