#include "client-sdk/src/outbox_file.hpp"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "client-sdk/src/outbox_pages.hpp"
#include "model/record/byte_order.hpp"

namespace daybook::client::detail {
namespace {

using boost::system::system_error;

constexpr std::uint64_t kForm = 1;
constexpr char kFormKey[] = "form";
// Beside the entries: rows of what is settled, and LMDB's own pages while a batch is written.
constexpr std::size_t kMapExtra = std::size_t{64} << 20;
// The file grows by so much.
constexpr std::uint64_t kGrowBytes = std::uint64_t{64} << 10;
constexpr mode_t kOwnerOnly = 0600;  // it holds the words of whoever acts

class Descriptor {
 public:
  explicit Descriptor(int file) : file_(file) {}
  Descriptor(Descriptor&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~Descriptor() {
    if (file_ >= 0) ::close(file_);
  }
  [[nodiscard]] int get() const { return file_; }

 private:
  int file_;
};

[[noreturn]] void throw_system(int code, const std::string& what) {
  throw system_error(error_code(code, boost::system::system_category()), what);
}

bool is_full(int code) {
  return code == ENOSPC || code == EDQUOT || code == EFBIG || code == MDB_MAP_FULL;
}

// What an LMDB code stands for: full, or no one knows.
error_code error_of(int code) {
  if (code == 0) return {};
  return is_full(code) ? Errc::outbox_full : Errc::outbox_unusable;
}

struct CloseEnvironment {
  void operator()(MDB_env* env) const { mdb_env_close(env); }
};
struct AbortTransaction {
  void operator()(MDB_txn* txn) const { mdb_txn_abort(txn); }
};
using Environment = std::unique_ptr<MDB_env, CloseEnvironment>;
using Transaction = std::unique_ptr<MDB_txn, AbortTransaction>;

MDB_val value_of(record::Bytes bytes) {
  return {.mv_size = bytes.size(),
          .mv_data = const_cast<void*>(static_cast<const void*>(bytes.data()))};
}

using Key = std::array<std::byte, 8>;
Key key_of(std::uint64_t number) {
  Key key;
  record::store_be64(key.data(), number);
  return key;
}

// Thrown within open(): the file is not one of ours, or is damaged.
struct Damaged {
  std::string what;
};
void check(int code, const char* doing) {
  if (code == 0) return;
  // Each commit leaves room for what opening writes (make_room): a file that has none is not as it was written.
  if (is_full(code) && code != MDB_MAP_FULL) {
    throw system_error(Errc::outbox_full, doing);
  }
  if (code > 0) throw_system(code, doing);
  throw Damaged{std::string(doing) + ": " + mdb_strerror(code)};
}

Descriptor lock(const std::string& path) {
  const std::string name = path + "-lock";
  Descriptor file(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly));
  if (file.get() < 0) throw_system(errno, name);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) throw system_error(Errc::outbox_in_use, path);
    throw_system(errno, name);
  }
  return file;
}

// A new file is there for good when its folder says so.
void sync_folder(const std::string& path) {
  auto folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) folder = ".";
  const Descriptor file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.get() >= 0) (void)::fsync(file.get());
}

std::string move_away(const std::string& path) {
  for (int i = 1;; ++i) {
    const std::string to = path + ".damaged-" + std::to_string(i);
    if (std::filesystem::exists(to)) continue;
    if (std::rename(path.c_str(), to.c_str()) != 0) throw_system(errno, to);
    sync_folder(path);
    return to;
  }
}

}  // namespace

struct OutboxFile::Inside {
  Descriptor lock;
  Descriptor file = Descriptor(-1);
  Environment env = {};
  MDB_dbi entries = 0;
  MDB_dbi set_aside = 0;
  bool is_broken = false;

  void open(const std::string& path, std::size_t bytes_max, OutboxContents& contents);
  void read(OutboxContents& contents, std::vector<std::uint64_t>& damaged, MDB_txn* txn) const;
  [[nodiscard]] error_code make_room(const std::vector<Change>& changes) const;
  [[nodiscard]] Transaction begin() const {
    MDB_txn* txn = nullptr;
    check(mdb_txn_begin(env.get(), nullptr, 0, &txn), "begin");
    return Transaction(txn);
  }
};

void OutboxFile::Inside::read(OutboxContents& contents, std::vector<std::uint64_t>& damaged,
                              MDB_txn* txn) const {
  MDB_cursor* opened = nullptr;
  check(mdb_cursor_open(txn, entries, &opened), "read");
  const std::unique_ptr<MDB_cursor, decltype(&mdb_cursor_close)> cursor(opened, mdb_cursor_close);
  MDB_val key, value;
  int code = mdb_cursor_get(opened, &key, &value, MDB_FIRST);
  for (; code == 0; code = mdb_cursor_get(opened, &key, &value, MDB_NEXT)) {
    if (key.mv_size != sizeof(Key)) throw Damaged{"a key of another length"};
    const auto number = record::load_be64(static_cast<const std::byte*>(key.mv_data));
    contents.next_number = number + 1;
    const auto* begin = static_cast<const std::byte*>(value.mv_data);
    auto entry = decode_row(number, {begin, value.mv_size});
    if (entry) {
      contents.entries.push_back(std::move(*entry));
    } else {
      damaged.push_back(number);
    }
  }
  if (code != MDB_NOTFOUND) check(code, "read");
}

void OutboxFile::Inside::open(const std::string& path, std::size_t bytes_max,
                              OutboxContents& contents) {
  const bool is_new = !std::filesystem::exists(path);
  if (!is_new) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) throw_system(errno, path);
    if (const auto fault = find_page_fault(file.get())) throw Damaged{*fault};
  }
  MDB_env* made = nullptr;
  check(mdb_env_create(&made), "begin");
  env.reset(made);
  check(mdb_env_set_maxdbs(made, 3), "begin");
  check(mdb_env_set_mapsize(made, 4 * bytes_max + kMapExtra), "begin");
  // Alone in it by our own lock; never less than synced.
  check(mdb_env_open(made, path.c_str(), MDB_NOSUBDIR | MDB_NOLOCK, kOwnerOnly), path.c_str());
  file = Descriptor(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (file.get() < 0) throw_system(errno, path);
  if (is_new) sync_folder(path);

  auto txn = begin();
  MDB_dbi meta = 0;
  check(mdb_dbi_open(txn.get(), "meta", MDB_CREATE, &meta), "open");
  check(mdb_dbi_open(txn.get(), "commands", MDB_CREATE, &entries), "open");
  check(mdb_dbi_open(txn.get(), "setAside", MDB_CREATE, &set_aside), "open");
  MDB_val key = value_of(std::as_bytes(std::span(kFormKey, sizeof kFormKey - 1)));
  MDB_val value;
  std::array<std::byte, 8> form;
  record::store_le(form.data(), kForm);
  const int found = mdb_get(txn.get(), meta, &key, &value);
  if (found == MDB_NOTFOUND) {
    value = value_of(form);
    check(mdb_put(txn.get(), meta, &key, &value, 0), "begin");
  } else {
    check(found, "open");
    if (value.mv_size != form.size()) throw Damaged{"its form is not told"};
    if (record::load_le<std::uint64_t>(static_cast<const std::byte*>(value.mv_data)) != kForm) {
      throw system_error(Errc::outbox_unusable, path);
    }
  }
  std::vector<std::uint64_t> damaged;
  read(contents, damaged, txn.get());
  for (const auto number : damaged) {
    const auto name = key_of(number);
    key = value_of(name);
    check(mdb_get(txn.get(), entries, &key, &value), "set aside");
    const auto* begin = static_cast<const std::byte*>(value.mv_data);
    const record::AlignedBytes row(begin, begin + value.mv_size);
    value = value_of(row);
    check(mdb_put(txn.get(), set_aside, &key, &value, 0), "set aside");
    check(mdb_del(txn.get(), entries, &key, nullptr), "set aside");
  }
  MDB_stat kept;
  check(mdb_stat(txn.get(), set_aside, &kept), "open");
  contents.set_aside = kept.ms_entries;
  if (!damaged.empty() || found == MDB_NOTFOUND) {
    check(mdb_txn_commit(txn.release()), "begin");
  } else {
    // Nothing was changed: nothing is written, and the tables stay open.
    check(mdb_txn_commit(txn.release()), "open");
  }
}

std::unique_ptr<OutboxFile> OutboxFile::open(const std::string& path, std::size_t bytes_max,
                                             OutboxContents& contents) {
  auto inside = std::make_unique<Inside>(Inside{.lock = lock(path)});
  try {
    inside->open(path, bytes_max, contents);
  } catch (const Damaged&) {
    inside->env = nullptr;
    contents = {};
    contents.damaged_file = move_away(path);
    try {
      inside->open(path, bytes_max, contents);
    } catch (const Damaged& again) {
      throw system_error(Errc::outbox_unusable, path + ": " + again.what);
    }
  }
  return std::unique_ptr<OutboxFile>(new OutboxFile(std::move(inside)));
}

OutboxFile::OutboxFile(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
OutboxFile::~OutboxFile() = default;

// Room first: LMDB tells a disk that fills up while it writes from one that fails in no way that could be relied on.
error_code OutboxFile::Inside::make_room(const std::vector<Change>& changes) const {
  MDB_envinfo info;
  MDB_stat stat;
  if (mdb_env_info(env.get(), &info) != 0 || mdb_env_stat(env.get(), &stat) != 0) {
    return Errc::outbox_unusable;
  }
  // Each change copies its leaf and may split it; the way down to them and the list of free pages come on top.
  std::uint64_t pages = info.me_last_pgno + 1 + 32;
  for (const auto& change : changes) pages += change.row.size() / stat.ms_psize + 3;
  const std::uint64_t bytes = (pages * stat.ms_psize / kGrowBytes + 1) * kGrowBytes;
  if (bytes > info.me_mapsize) return Errc::outbox_full;
  const int code = ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes));
  return error_of(code);
}

error_code OutboxFile::commit(const std::vector<Change>& changes) {
  if (inside_->is_broken) return Errc::outbox_unusable;
  if (const auto no_room = inside_->make_room(changes)) return no_room;
  MDB_txn* begun = nullptr;
  int code = mdb_txn_begin(inside_->env.get(), nullptr, 0, &begun);
  Transaction txn(code == 0 ? begun : nullptr);
  for (const auto& change : changes) {
    if (code != 0) break;
    const auto name = key_of(change.number);
    MDB_val key = value_of(name);
    if (change.row.empty()) {
      code = mdb_del(txn.get(), inside_->entries, &key, nullptr);
      if (code == MDB_NOTFOUND) code = 0;
    } else {
      MDB_val value = value_of(change.row);
      code = mdb_put(txn.get(), inside_->entries, &key, &value, 0);
    }
  }
  if (code == 0) code = mdb_txn_commit(txn.release());
  const auto error = error_of(code);
  inside_->is_broken = error == Errc::outbox_unusable;
  return error;
}

}  // namespace daybook::client::detail
