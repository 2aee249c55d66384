#pragma once
// What leads from one state of a view to another, worked out once and encoded once for all who watch it.

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "server/sync/view_piece.hpp"

namespace daybook::sync {

using ViewPtr = std::shared_ptr<const model::View>;

// One step, told in pieces.
//
// Threading: internally synchronized; shared by the I/O threads.
// Limits:    a piece stays far below the limit on messages. It is kept for the others until forget().
class ViewStep {
 public:
  // nullptr: from nothing, which makes it `whole`.
  ViewStep(const ViewPtr& from, const ViewPtr& to);

  [[nodiscard]] bool changes_nothing() const { return !head_.whole && change_.empty(); }
  struct Piece {
    Frame frame;
    bool last = false;
  };
  // Requires: i is 0, or that of a piece behind one that was not the last.
  [[nodiscard]] Piece piece(std::size_t i, Encoding encoding, std::uint32_t subscription,
                            const log::EventLog& log);

  // From now on pieces are made anew for everybody who still asks.
  void forget();
  // What it keeps.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // How many pieces were encoded so far.
  [[nodiscard]] std::size_t encoded() const { return encoded_; }

 private:
  // A piece without the number of the subscription, which stands behind `before` bytes and takes `number` bytes.
  struct Encoded {
    std::string bytes;
    std::size_t before = 0;
    std::size_t number = 0;
    ViewPlace next;
    bool last = false;
  };
  using EncodedPtr = std::shared_ptr<const Encoded>;
  struct Pieces {
    std::vector<EncodedPtr> kept;       // nullptr: forgotten
    std::vector<ViewPlace> begins{{}};  // of those that were made, and of the next one
  };

  [[nodiscard]] EncodedPtr encoded_piece(std::size_t i, Encoding encoding,
                                         const log::EventLog& log);
  [[nodiscard]] Encoded encode_from(const ViewPlace& place, Encoding encoding,
                                    const log::EventLog& log) const;

  const ViewHead head_;
  const model::ViewChange change_;

  std::mutex mutex_;
  std::array<Pieces, 2> pieces_;  // by encoding
  bool forgets_ = false;
  std::atomic<std::size_t> bytes_ = 0;
  std::atomic<std::size_t> encoded_ = 0;
};

// The steps that were taken last, so that whoever stands at the same state takes the same one.
//
// Threading: internally synchronized; shared by the I/O threads.
// Limits:    so many steps and bytes are kept; the oldest are forgotten first.
class ViewSteps {
 public:
  explicit ViewSteps(std::size_t bytes_max = std::size_t{16} * 1024 * 1024)
      : bytes_max_(bytes_max) {}

  // `from` nullptr: from nothing. Views are the same if they are the same object, as those that the engine shares are.
  [[nodiscard]] std::shared_ptr<ViewStep> find(const ViewPtr& from, const ViewPtr& to);

  struct Usage {
    std::size_t steps = 0;   // kept
    std::size_t bytes = 0;   // likewise
    std::uint64_t made = 0;  // differences that were worked out
  };
  [[nodiscard]] Usage usage() const;

 private:
  // Weak: an object that is gone is nobody's state any more, and its place in memory another's.
  struct Key {
    std::weak_ptr<const model::View> from;
    std::weak_ptr<const model::View> to;
    bool operator<(const Key& other) const;
  };
  struct Entry {
    std::once_flag once;
    std::shared_ptr<ViewStep> step;  // set when made
    std::uint64_t age = 0;
  };
  using Entries = std::map<Key, std::shared_ptr<Entry>>;

  void drop_some();
  Entries::iterator drop(Entries::iterator at);

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  Entries entries_;
  std::uint64_t ages_ = 0;
  std::atomic<std::uint64_t> made_ = 0;
};

}  // namespace daybook::sync
