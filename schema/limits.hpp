#pragma once
// The door for foreign Cap'n Proto bytes: what passes it can be read, copied and put into canonical form without an
// exception and without costing more than its own size.
//
// A crafted message can point at the same words many times (48 KB then copy into 64 MB), nest without end, point
// beyond its end, or hold a text where the schema says list. Cap'n Proto finds that lazily and throws wherever the
// reader happens to be; here it is found at once, everywhere, and becomes an error.

#include <capnp/dynamic.h>
#include <capnp/message.h>
#include <capnp/serialize.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string_view>

namespace daybook::schema {

inline constexpr int kNestingMax = 32;

// Limits for reading `words` words of foreign data once.
[[nodiscard]] capnp::ReaderOptions foreign_options(std::size_t words);

enum class MessageFault {
  not_whole,  // not a multiple of 8 bytes, cut off, or with bytes behind its end
  malformed,  // out of bounds, repeated, too deep, not what the schema says, a text that is no UTF-8, a capability
};
[[nodiscard]] std::string_view to_string(MessageFault fault);

// A message in the flat form that capnp::messageToFlatArray writes (segment table, then the segments), checked whole.
//
// Threading: immutable; one thread at a time.
// Lifetime:  borrows the bytes if they lie at a multiple of 8 and are one segment, else keeps a copy. Readers must not outlive it.
// Failure:   reading what open_flat_message() accepted never throws.
class FlatMessage {
 public:
  template <typename T>
  [[nodiscard]] typename T::Reader root() const {
    return reader_->template getRoot<T>();
  }

 private:
  friend std::expected<FlatMessage, MessageFault> open_flat_message(std::span<const std::byte>,
                                                                    capnp::StructSchema);
  FlatMessage() = default;

  kj::Array<capnp::word> copy_;  // empty if the bytes are borrowed
  std::unique_ptr<capnp::FlatArrayMessageReader> reader_;
};

// Never throws (but for memory). `schema` is that of the root; what it does not know is checked for its shape only.
[[nodiscard]] std::expected<FlatMessage, MessageFault> open_flat_message(
    std::span<const std::byte> bytes, capnp::StructSchema schema);

template <typename T>
[[nodiscard]] std::expected<FlatMessage, MessageFault> open_flat_message(
    std::span<const std::byte> bytes) {
  return open_flat_message(bytes, capnp::Schema::from<T>());
}

// Copies a struct with all it points at into a message of its own, as its root; nullptr: it is malformed, or the
// limits of its message (foreign_options) are used up.
[[nodiscard]] std::unique_ptr<capnp::MallocMessageBuilder> copy_deep(
    capnp::DynamicStruct::Reader reader);

}  // namespace daybook::schema
