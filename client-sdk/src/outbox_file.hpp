#pragma once
// The outbox's file: an LMDB environment in which each entry is one row, in a form of our own (OUTBOX.md).
//
// LMDB has no checksums and trusts its pages: the file is looked at before it is mapped, and every entry by its hash.

#include <memory>
#include <string>

#include "client-sdk/src/outbox.hpp"

namespace daybook::client::detail {

// Threading: one thread at a time, from open() on.
// Failure:   open() throws boost::system::system_error. A change that fails is void; after any error but outbox_full what is
//            on disk is not known, and every later change fails.
class OutboxFile {
 public:
  // One change, of a batch that is committed as a whole.
  struct Change {
    std::uint64_t number = 0;
    record::AlignedBytes row = {};  // empty: erased
  };

  // Opens the file for this process alone, or begins it, and reads what it holds.
  [[nodiscard]] static std::unique_ptr<OutboxFile> open(const std::string& path,
                                                        std::size_t bytes_max,
                                                        OutboxContents& contents);
  OutboxFile(const OutboxFile&) = delete;
  OutboxFile& operator=(const OutboxFile&) = delete;
  ~OutboxFile();

  // On disk, as a whole or not at all, when it returns.
  [[nodiscard]] error_code commit(const std::vector<Change>& changes);

 private:
  struct Inside;
  explicit OutboxFile(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

// The row of an entry, and back. nullopt: it does not check out.
[[nodiscard]] record::AlignedBytes encode_row(const OutboxEntry& entry);
[[nodiscard]] std::optional<OutboxEntry> decode_row(std::uint64_t number, record::Bytes row);

}  // namespace daybook::client::detail
