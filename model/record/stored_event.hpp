#pragma once
// The bytes of one stored event: what is stored is what is hashed is what is sent.
//
//   u32 little-endian envelope words ‖ u32 little-endian payload words ‖ envelope ‖ payload
//
// Envelope and payload are each one Cap'n Proto struct (schema::Envelope, schema::Event) in canonical form, without
// a segment table. The Merkle leaf is the envelope's bytes.

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "model/record/hash.hpp"
#include "schema/envelope.capnp.h"
#include "schema/parts.capnp.h"

namespace daybook::record {

inline constexpr std::size_t kEventsPerCommandMax = 256;
inline constexpr std::size_t kEventBytesPerCommandMax = 256 * 1024;
inline constexpr std::uint16_t kSchemaVersion = 1;

// The envelope as plain data; see schema/envelope.capnp for each field.
struct EnvelopeFields {
  Position position;
  Id stream;
  Version version;
  Timestamp recorded_at;
  Timestamp effective_at;
  Id actor;
  Id on_behalf_of;
  schema::Role role = schema::Role::NONE;
  Version seen_version;
  Id command_id;
  Id causation;
  std::uint16_t command_index = 0;
  std::uint16_t command_count = 0;
  std::uint16_t part = 0;
  std::uint16_t type = 0;
  std::uint16_t schema_version = kSchemaVersion;
  std::uint16_t texts = 0;
  Hash payload_hash{};
};

// The canonical words of any struct reader.
[[nodiscard]] kj::Array<capnp::word> canonical(capnp::AnyStruct::Reader reader);

// The ordinals of an event's union members: part, and type within the part.
struct EventType {
  std::uint16_t part = 0;
  std::uint16_t type = 0;
};
[[nodiscard]] EventType event_type(schema::Event::Reader event);

// "task.taskMoved"; an event that this build does not know: "part 9, type 3".
[[nodiscard]] std::string event_name(EventType type);

// The bytes of a stored event. Fills in part, type and payload_hash from the payload (canonical words of a
// schema::Event); everything else is taken from fields.
[[nodiscard]] std::vector<std::byte> encode_event(EnvelopeFields fields,
                                                  kj::ArrayPtr<const capnp::word> payload);

enum class EventFault {
  cut_off,        // fewer bytes than the lengths say, or bytes behind the end
  unaligned,      // not at a multiple of 8
  not_canonical,  // readable, but not in canonical form
  hash_mismatch,  // the payload is not the one that the envelope names
  type_mismatch,  // part or type of the envelope are not those of the payload
  unreadable,     // not what the schema says: pointers out of bounds or of the wrong kind, too deep
  text_mismatch,  // a text is missing, unknown to the payload, or not the one it commits to
};
[[nodiscard]] std::string_view to_string(EventFault fault);

// One stored event, looked at in place. Borrows the bytes, which must be 8-aligned and outlive it.
// Immutable; thread-safe. Reading never throws on bytes that parse() accepted.
class EventView {
 public:
  enum class Check {
    shape,   // lengths, part and type: for bytes that this process has just made or verified
    hashes,  // lengths, payload hash, part and type
    full,    // also that both structs are canonical
  };

  // `bytes` is exactly one stored event.
  [[nodiscard]] static std::expected<EventView, EventFault> parse(Bytes bytes, Check check);

  [[nodiscard]] const EnvelopeFields& envelope() const { return envelope_; }
  [[nodiscard]] Bytes bytes() const { return bytes_; }
  [[nodiscard]] Bytes envelope_bytes() const;
  [[nodiscard]] Bytes payload_bytes() const;

  // Calls f(schema::Event::Reader) under limits that fit the payload.
  template <typename F>
  auto with_event(F&& f) const {
    const auto payload = payload_words();
    const kj::ArrayPtr<const capnp::word> segments[] = {payload};
    capnp::SegmentArrayMessageReader reader(kj::arrayPtr(segments, 1), limits(payload.size()));
    return f(reader.getRoot<schema::Event>());
  }
  template <typename F>
  auto with_envelope(F&& f) const {
    const auto words = envelope_words();
    const kj::ArrayPtr<const capnp::word> segments[] = {words};
    capnp::SegmentArrayMessageReader reader(kj::arrayPtr(segments, 1), limits(words.size()));
    return f(reader.getRoot<schema::Envelope>());
  }

  // Whether this build knows the event; if not, it is kept and forwarded but cannot be folded.
  [[nodiscard]] bool is_known() const { return known_; }

 private:
  [[nodiscard]] kj::ArrayPtr<const capnp::word> envelope_words() const;
  [[nodiscard]] kj::ArrayPtr<const capnp::word> payload_words() const;
  [[nodiscard]] static capnp::ReaderOptions limits(std::size_t words);

  Bytes bytes_;
  EnvelopeFields envelope_;
  bool known_ = false;
};

}  // namespace daybook::record
