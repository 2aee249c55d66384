#pragma once
// LMDB made safe by RAII. lmdb.h appears nowhere outside this folder.
//
// Threading: an Environment and its Tables are shared by all threads; a transaction and its cursors belong to one
//            thread at a time. One process opens an environment once (LMDB's locks are the process's).
// Lifetime:  tables, transactions and cursors must not outlive the environment; cursors not their transaction;
//            bytes that are read live in the map until the transaction ends, or writes.
// Failure:   std::system_error where the environment broke, Damaged where LMDB finds its own pages wrong.

#include <lmdb.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "model/record/hash.hpp"
#include "server/log/reader_ages.hpp"

namespace daybook::log {

using record::Bytes;

// What is on disk contradicts itself.
class Damaged : public std::runtime_error {
 public:
  explicit Damaged(const std::string& what) : std::runtime_error("the log is damaged: " + what) {}
};

// Throws what an LMDB return code other than MDB_SUCCESS stands for.
[[noreturn]] void throw_lmdb(int code, const char* doing);
inline void check_lmdb(int code, const char* doing) {
  if (code != MDB_SUCCESS) throw_lmdb(code, doing);
}

struct EnvironmentOptions {
  std::filesystem::path path;
  std::size_t map_bytes = 0;
  unsigned flags = 0;  // MDB_RDONLY, MDB_NOSUBDIR …
};

class Environment {
 public:
  explicit Environment(const EnvironmentOptions& options);

  [[nodiscard]] MDB_env* get() const { return env_.get(); }
  // Bytes from the file's beginning to the last page in use.
  [[nodiscard]] std::uint64_t used_bytes() const;
  [[nodiscard]] ReaderAges& reader_ages() const { return *reader_ages_; }
  // Frees the slots of readers whose process is gone; they would keep old pages from being used again.
  void release_dead_readers() const;

 private:
  struct Close {
    void operator()(MDB_env* env) const { mdb_env_close(env); }
  };
  std::unique_ptr<MDB_env, Close> env_;
  std::unique_ptr<ReaderAges> reader_ages_ = std::make_unique<ReaderAges>();
};

struct Table {
  MDB_dbi handle = 0;
};

// What both kinds of transaction can do.
class Txn {
 public:
  [[nodiscard]] MDB_txn* get() const { return txn_.get(); }
  [[nodiscard]] std::optional<Bytes> find(Table table, Bytes key) const;
  [[nodiscard]] std::uint64_t entries(Table table) const;

 protected:
  Txn(const Environment& env, unsigned flags);
  struct Abort {
    void operator()(MDB_txn* txn) const { mdb_txn_abort(txn); }
  };
  std::unique_ptr<MDB_txn, Abort> txn_;
};

class ReadTxn : public Txn {
 public:
  explicit ReadTxn(const Environment& env) : Txn(env, MDB_RDONLY), age_(env.reader_ages()) {}
  // The table handle stays valid when the transaction ends through keep().
  [[nodiscard]] Table open_table(const char* name) const;
  void keep() &&;

 private:
  ReaderAges::Entry age_;
};

// Aborts unless committed.
class WriteTxn : public Txn {
 public:
  explicit WriteTxn(const Environment& env) : Txn(env, 0) {}
  [[nodiscard]] Table create_table(const char* name) const;
  void put(Table table, Bytes key, Bytes value, unsigned flags) const;
  // After an error the outcome is unknown.
  void commit() &&;
};

class Cursor {
 public:
  struct Item {
    Bytes key;
    Bytes value;
  };
  Cursor(const Txn& txn, Table table);

  [[nodiscard]] std::optional<Item> at_or_after(Bytes key) { return move(key, MDB_SET_RANGE); }
  [[nodiscard]] std::optional<Item> before(Bytes key);
  [[nodiscard]] std::optional<Item> first() { return move({}, MDB_FIRST); }
  [[nodiscard]] std::optional<Item> last() { return move({}, MDB_LAST); }
  [[nodiscard]] std::optional<Item> next() { return move({}, MDB_NEXT); }
  // In a write transaction: behind all others.
  void append(Bytes key, Bytes value);

 private:
  std::optional<Item> move(Bytes key, MDB_cursor_op op);
  struct Close {
    void operator()(MDB_cursor* cursor) const { mdb_cursor_close(cursor); }
  };
  std::unique_ptr<MDB_cursor, Close> cursor_;
};

}  // namespace daybook::log
