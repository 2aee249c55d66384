#pragma once
// What the log says within one transaction, read or write. Everything that is returned was verified: an event against
// the hash of its payload, its position and its leaf in the tree; an entry of an index against the event it points to.
//
// Threading: that of the transaction.   Lifetime: borrows the transaction; views live as long as it does.
// Failure:   Damaged where something does not verify.

#include <optional>
#include <string>
#include <vector>

#include "model/record/event_batch.hpp"
#include "model/record/merkle.hpp"
#include "server/log/event_log.hpp"
#include "server/log/layout.hpp"
#include "server/log/lmdb.hpp"

namespace daybook::log {

struct Tables {
  Table events, texts, streams, commands, snapshots, tree, meta;
};

class Reader {
 public:
  Reader(const Txn& txn, const Tables& tables) : txn_(txn), tables_(tables) {}

  [[nodiscard]] const Txn& txn() const { return txn_; }
  [[nodiscard]] const Tables& tables() const { return tables_; }

  // nullopt: the log ends before it.
  [[nodiscard]] std::optional<record::EventView> find_event(Position position,
                                                            record::EventView::Check check) const;
  // The event must be there.
  [[nodiscard]] record::EventView event(Position position) const;
  // The event's text rows as stored; redacted only if a row of zeros is allowed there.
  [[nodiscard]] std::vector<record::TextRow> texts(const record::EventView& event) const;

  [[nodiscard]] Position last_position() const;
  [[nodiscard]] record::Hash node(record::NodeId id) const;
  [[nodiscard]] record::Frontier frontier(std::uint64_t size) const;
  [[nodiscard]] Head head() const;

  [[nodiscard]] Version stream_version(Id stream) const;
  // Where the stream has this version; nullopt: it does not.
  [[nodiscard]] std::optional<Position> find_version(Id stream, Version version) const;
  [[nodiscard]] std::vector<Id> streams() const;
  [[nodiscard]] std::optional<Outcome> find_outcome(Id command_id) const;

  // The bytes of a snapshot's first row, unchecked; nullopt: there is none.
  [[nodiscard]] std::optional<Bytes> snapshot_beginning(Id stream, Version version) const;
  // A snapshot's bytes; nullopt: its rows do not fit together, or not the log.
  [[nodiscard]] std::optional<StoredSnapshot> find_snapshot(Id stream, Version version) const;

 private:
  const Txn& txn_;
  const Tables& tables_;
};

// LMDB aligns what has lengths that are multiples of 8; Damaged otherwise.
[[nodiscard]] Bytes aligned(Bytes bytes, const char* what);

}  // namespace daybook::log
