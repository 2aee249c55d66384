#include "server/log/lmdb.hpp"

#include <system_error>
#include <utility>

namespace daybook::log {
namespace {

constexpr unsigned kReadersMax = ReaderAges::kSlots;
constexpr unsigned kTablesMax = 16;

class LmdbCategory : public std::error_category {
 public:
  const char* name() const noexcept override { return "lmdb"; }
  std::string message(int code) const override { return mdb_strerror(code); }
};

const std::error_category& lmdb_category() {
  static const LmdbCategory category;
  return category;
}

MDB_val to_val(Bytes bytes) { return {bytes.size(), const_cast<std::byte*>(bytes.data())}; }
Bytes to_bytes(const MDB_val& val) {
  return {static_cast<const std::byte*>(val.mv_data), val.mv_size};
}

}  // namespace

void throw_lmdb(int code, const char* doing) {
  if (code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_INVALID) {
    throw Damaged(std::string(doing) + ": " + mdb_strerror(code));
  }
  if (code > 0) throw std::system_error(code, std::generic_category(), doing);
  throw std::system_error(code, lmdb_category(), doing);
}

Environment::Environment(const EnvironmentOptions& options) {
  MDB_env* env = nullptr;
  check_lmdb(mdb_env_create(&env), "mdb_env_create");
  env_.reset(env);
  check_lmdb(mdb_env_set_mapsize(env, options.map_bytes), "mdb_env_set_mapsize");
  check_lmdb(mdb_env_set_maxreaders(env, kReadersMax), "mdb_env_set_maxreaders");
  check_lmdb(mdb_env_set_maxdbs(env, kTablesMax), "mdb_env_set_maxdbs");
  // Readers belong to calls, not to threads.
  check_lmdb(mdb_env_open(env, options.path.c_str(), options.flags | MDB_NOTLS, 0600),
             "mdb_env_open");
}

std::uint64_t Environment::used_bytes() const {
  MDB_envinfo info;
  MDB_stat stat;
  check_lmdb(mdb_env_info(env_.get(), &info), "mdb_env_info");
  check_lmdb(mdb_env_stat(env_.get(), &stat), "mdb_env_stat");
  return (static_cast<std::uint64_t>(info.me_last_pgno) + 1) * stat.ms_psize;
}

void Environment::release_dead_readers() const {
  int dead = 0;
  check_lmdb(mdb_reader_check(env_.get(), &dead), "mdb_reader_check");
}

Txn::Txn(const Environment& env, unsigned flags) {
  MDB_txn* txn = nullptr;
  check_lmdb(mdb_txn_begin(env.get(), nullptr, flags, &txn), "mdb_txn_begin");
  txn_.reset(txn);
}

std::optional<Bytes> Txn::find(Table table, Bytes key) const {
  MDB_val k = to_val(key), v{};
  const int code = mdb_get(txn_.get(), table.handle, &k, &v);
  if (code == MDB_NOTFOUND) return std::nullopt;
  check_lmdb(code, "mdb_get");
  return to_bytes(v);
}

std::uint64_t Txn::entries(Table table) const {
  MDB_stat stat;
  check_lmdb(mdb_stat(txn_.get(), table.handle, &stat), "mdb_stat");
  return stat.ms_entries;
}

Table ReadTxn::open_table(const char* name) const {
  Table table;
  const int code = mdb_dbi_open(txn_.get(), name, 0, &table.handle);
  if (code == MDB_NOTFOUND) throw Damaged(std::string("there is no table ") + name);
  check_lmdb(code, "mdb_dbi_open");
  return table;
}

void ReadTxn::keep() && { check_lmdb(mdb_txn_commit(txn_.release()), "mdb_txn_commit"); }

Table WriteTxn::create_table(const char* name) const {
  Table table;
  check_lmdb(mdb_dbi_open(txn_.get(), name, MDB_CREATE, &table.handle), "mdb_dbi_open");
  return table;
}

void WriteTxn::put(Table table, Bytes key, Bytes value, unsigned flags) const {
  MDB_val k = to_val(key), v = to_val(value);
  check_lmdb(mdb_put(txn_.get(), table.handle, &k, &v, flags), "mdb_put");
}

void WriteTxn::commit() && { check_lmdb(mdb_txn_commit(txn_.release()), "mdb_txn_commit"); }

Cursor::Cursor(const Txn& txn, Table table) {
  MDB_cursor* cursor = nullptr;
  check_lmdb(mdb_cursor_open(txn.get(), table.handle, &cursor), "mdb_cursor_open");
  cursor_.reset(cursor);
}

std::optional<Cursor::Item> Cursor::before(Bytes key) {
  return move(key, MDB_SET_RANGE) ? move({}, MDB_PREV) : last();
}

void Cursor::append(Bytes key, Bytes value) {
  MDB_val k = to_val(key), v = to_val(value);
  check_lmdb(mdb_cursor_put(cursor_.get(), &k, &v, MDB_APPEND), "mdb_cursor_put");
}

std::optional<Cursor::Item> Cursor::move(Bytes key, MDB_cursor_op op) {
  MDB_val k = to_val(key), v{};
  const int code = mdb_cursor_get(cursor_.get(), &k, &v, op);
  if (code == MDB_NOTFOUND) return std::nullopt;
  check_lmdb(code, "mdb_cursor_get");
  return Item{to_bytes(k), to_bytes(v)};
}

}  // namespace daybook::log
