#pragma once
// The outbox on disk as the client sees it: what is to be kept is handed over, and told when it is safe.
//
// The file is written on a thread of its own, or on an executor of the caller's: what was handed over meanwhile goes into
// the next commit, so that many submissions share one flush. The client's executor never waits for the disk.

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <daybook/error.hpp>

#include "client-sdk/src/act.hpp"

namespace daybook::client::detail {

// Who a command was given by, and to which log; nil: not known yet.
struct Owner {
  Id member = {};
  Id log_id = {};
  auto operator<=>(const Owner&) const = default;
};

// One command as it is kept: until it is answered with its frame, then with its answer.
struct OutboxEntry {
  Act act = {};
  Owner owner = {};
  record::AlignedBytes answer = {};  // a whole frame: Accepted or Rejected; empty: not answered
};

// What an outbox held when it was opened.
struct OutboxContents {
  std::vector<OutboxEntry> entries;  // in the order of submission
  std::uint64_t next_number = 1;     // no entry has this or a higher one
  std::size_t set_aside = 0;         // damaged entries, kept in the file for whoever can read them
  std::string damaged_file =
      {};  // the whole file was damaged: it was moved here, and a new one begun
};

// Threading: confined to the client's executor. Answers come there, in the order of the calls, never from inside them.
// Lifetime:  the destructor does not block: what was handed over is still written, then the file is closed (with an executor
//            of the caller's: closed at once, and what was not written is not).
// Failure:   make() throws boost::system::system_error: outbox_in_use, outbox_unusable, or the system's. A full disk fails
//            what was handed over (outbox_full) and nothing else; any other error of the disk leaves it unknown what was
//            written, so everything from then on fails (outbox_unusable).
class Outbox {
 public:
  // Told of what put() was given, in its order: whether it is safe.
  using Stored = std::function<void(std::span<const std::uint64_t> numbers, error_code)>;

  struct Options {
    std::string path;
    std::size_t bytes_max = 0;               // of all entries
    boost::asio::any_io_executor disk = {};  // empty: a thread of its own
  };
  // Opens the file, or begins it; reads what it holds (at most bytes_max, on the caller's thread).
  Outbox(boost::asio::any_io_executor executor, const Options& options, Stored stored);
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;
  ~Outbox();

  [[nodiscard]] OutboxContents take_contents();

  // Keeps it, or in place of what its number has; Stored follows.
  void put(OutboxEntry entry);
  void erase(std::uint64_t number);
  // Everything handed over has been told.
  [[nodiscard]] bool is_idle() const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
  OutboxContents contents_;
};

}  // namespace daybook::client::detail
