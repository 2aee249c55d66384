// The bytes of a stored event, fixed byte for byte, and what parse() makes of every damage to them.
#include "model/record/stored_event.hpp"

#include <capnp/any.h>
#include <capnp/dynamic.h>
#include <catch2/catch.hpp>

#include <cstring>
#include <random>

#include "model/record/byte_order.hpp"
#include "tests/support/sample_events.hpp"

namespace daybook::record {
namespace {

using Check = EventView::Check;
using testing::payload;

EnvelopeFields fields_of_move() {
  EnvelopeFields fields;
  fields.position = {0x0102};
  fields.stream = {0x1111, 0x2222};
  fields.version = {3};
  fields.recorded_at = {1'700'000'000'000'000};
  fields.effective_at = {1'600'000'000'000'000};
  fields.actor = {0x3333, 0x4444};
  fields.role = schema::Role::CONTRIBUTOR;
  fields.seen_version = {2};
  fields.command_id = {0x5555, 0x6666};
  fields.command_index = 1;
  fields.command_count = 2;
  fields.texts = 1;
  return fields;
}

kj::Array<capnp::word> move_payload() {
  return payload([](schema::Event::Builder event) {
    auto moved = event.initTask().initTaskMoved();
    write(moved.initTask(), {0x77, 0x88});
    write(moved.initFromColumn(), {0x99, 0xAA});
    auto entry = moved.initEntry();
    write(entry.initColumn(), {0xBB, 0xCC});
    entry.setRank(1024);
    entry.setWipAfter(2);
    Hash commitment;
    commitment.fill(std::byte{0xEE});
    testing::set_text(moved.initReason(), 1, commitment);
  });
}

std::vector<std::byte> stored_move() { return encode_event(fields_of_move(), move_payload()); }

// The stored form of foreign payload words under a well-made envelope that vouches for them.
std::vector<std::byte> vouched(std::span<const std::byte> payload_bytes, std::uint16_t part,
                               std::uint16_t type) {
  const auto honest = stored_move();
  const auto view = EventView::parse(honest, Check::full);
  REQUIRE(view);
  std::vector<std::byte> out(honest.begin(),
                             honest.begin() + 8 + static_cast<long>(view->envelope_bytes().size()));
  const auto find = [&](std::uint16_t was, std::uint16_t is, std::size_t from) {
    REQUIRE(load_le<std::uint16_t>(out.data() + from) == was);
    store_le(out.data() + from, is);
  };
  // The data section: position, version, recordedAt, effectiveAt, role|index|count|part, seenVersion, …
  const std::size_t data = 8 + 8;
  find(5, part, data + 38);
  find(5, type, data + 48);
  const Hash hash = sha256(payload_bytes);
  std::memcpy(out.data() + out.size() - hash.size(), hash.data(), hash.size());
  store_le(out.data() + 4, static_cast<std::uint32_t>(payload_bytes.size() / 8));
  out.insert(out.end(), payload_bytes.begin(), payload_bytes.end());
  return out;
}

TEST_CASE("A stored event has these bytes, for ever", "[record][stored_event]") {
  CHECK(to_hex(stored_move()) ==
        "1800000019000000"  // 24 words of envelope, 25 of payload
        "0000000007000600"  // envelope: 7 words of data, 6 pointers
        "0201000000000000"
        "0300000000000000"  // position, version
        "00401e18240a0600"
        "0000a40731af0500"  // recordedAt, effectiveAt
        "0200010002000500"
        "0200000000000000"  // role, commandIndex, commandCount, part; seenVersion
        "0500010001000000"  // type, schemaVersion, texts
        "1400000002000000"
        "1800000002000000"
        "0000000000000000"  // stream, actor, onBehalfOf
        "1800000002000000"
        "0000000000000000"
        "1900000002010000"  // commandId, causation, payloadHash
        "1111000000000000"
        "2222000000000000"  // stream
        "3333000000000000"
        "4444000000000000"  // actor
        "5555000000000000"
        "6666000000000000"  // commandId
        "7fed41de8522f879"
        "fae8c8bcd8e93bc0"
        "afc7b0ceaa88fa72"
        "d368b27c349703b7"  // payloadHash
        "0000000001000100"
        "0500000000000000"  // event: part
        "0000000001000100"
        "0500000000000000"  // part: type
        "0000000000000400"
        "0c00000002000000"
        "1000000002000000"
        "1400000002000100"
        "2400000002000100"
        "7700000000000000"
        "8800000000000000"
        "9900000000000000"
        "aa00000000000000"
        "0004000000000000"
        "0200000000000000"
        "0000000002000000"
        "bb00000000000000"
        "cc00000000000000"
        "0000000000000000"
        "0100000000000000"
        "0100000002010000"
        "eeeeeeeeeeeeeeee"
        "eeeeeeeeeeeeeeee"
        "eeeeeeeeeeeeeeee"
        "eeeeeeeeeeeeeeee");
}

TEST_CASE("A stored event reads back as it was written", "[record][stored_event]") {
  const auto bytes = stored_move();
  const auto view = EventView::parse(bytes, Check::full);
  REQUIRE(view);
  const EnvelopeFields& read = view->envelope();
  const EnvelopeFields wrote = fields_of_move();
  CHECK(read.position == wrote.position);
  CHECK(read.stream == wrote.stream);
  CHECK(read.version == wrote.version);
  CHECK(read.recorded_at == wrote.recorded_at);
  CHECK(read.effective_at == wrote.effective_at);
  CHECK(read.actor == wrote.actor);
  CHECK(read.on_behalf_of.is_nil());
  CHECK(read.role == wrote.role);
  CHECK(read.seen_version == wrote.seen_version);
  CHECK(read.command_id == wrote.command_id);
  CHECK(read.causation.is_nil());
  CHECK(read.command_index == 1);
  CHECK(read.command_count == 2);
  CHECK(read.schema_version == kSchemaVersion);
  CHECK(read.texts == 1);
  CHECK(read.payload_hash == sha256(view->payload_bytes()));
  CHECK(read.part == 5);
  CHECK(read.type == 5);
  CHECK(view->is_known());
  CHECK(event_name({read.part, read.type}) == "task.taskMoved");
  CHECK(view->with_event([](schema::Event::Reader event) {
    return event.getTask().getTaskMoved().getEntry().getRank();
  }) == 1024);
  CHECK(view->with_envelope(
            [](schema::Envelope::Reader envelope) { return envelope.getPosition(); }) == 0x0102);
}

TEST_CASE("Every part's union begins at bit 0, which event types are read from",
          "[record][stored_event]") {
  const auto event = capnp::Schema::from<schema::Event>();
  CHECK(event.getProto().getStruct().getDiscriminantOffset() == 0);
  for (const auto part : event.getUnionFields()) {
    if (!part.getType().isStruct()) continue;
    INFO(part.getProto().getName().cStr());
    const auto type = part.getType().asStruct();
    CHECK(type.getProto().getStruct().getDiscriminantOffset() == 0);
    CHECK(part.getProto().getSlot().getOffset() == 0);
    for (const auto member : type.getUnionFields())
      CHECK(member.getProto().getDiscriminantValue() == member.getIndex());
  }
}

TEST_CASE("An event of a part or type that this build does not know is kept",
          "[record][stored_event]") {
  capnp::MallocMessageBuilder message;
  const auto make = [&](std::uint16_t part, std::uint16_t type) {
    auto root = message.initRoot<capnp::AnyPointer>().initAsAnyStruct(1, 1);
    std::memcpy(root.getDataSection().begin(), &part, 2);
    auto inner = root.getPointerSection()[0].initAsAnyStruct(1, 0);
    std::memcpy(inner.getDataSection().begin(), &type, 2);
    return canonical(root.asReader());
  };
  for (const auto& [part, type] : {std::pair{900, 7}, std::pair{5, 901}}) {
    const auto words = make(static_cast<std::uint16_t>(part), static_cast<std::uint16_t>(type));
    const auto bytes = encode_event(fields_of_move(), words);
    const auto view = EventView::parse(bytes, Check::full);
    REQUIRE(view);
    CHECK_FALSE(view->is_known());
    CHECK(view->envelope().part == part);
    CHECK(view->envelope().type == type);
  }
  CHECK(event_name({900, 7}) == "part 900, type 7");
}

TEST_CASE("A stored event cut off or lengthened anywhere is refused",
          "[record][stored_event][foreign]") {
  auto bytes = stored_move();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(EventView::parse(Bytes(bytes).first(size), Check::full));
  }
  bytes.resize(bytes.size() + 8);
  CHECK(EventView::parse(bytes, Check::full).error() == EventFault::cut_off);
  bytes.assign(8, std::byte{0xFF});
  CHECK(EventView::parse(bytes, Check::full).error() == EventFault::cut_off);
}

TEST_CASE("A stored event at an odd address is refused", "[record][stored_event][foreign]") {
  const auto bytes = stored_move();
  std::vector<std::byte> shifted(bytes.size() + 8);
  std::ranges::copy(bytes, shifted.begin() + 4);
  CHECK(EventView::parse(Bytes(shifted).subspan(4, bytes.size()), Check::full).error() ==
        EventFault::unaligned);
}

TEST_CASE("No single flipped bit passes unseen", "[record][stored_event][foreign]") {
  const auto honest = stored_move();
  const std::size_t envelope_end =
      8 + EventView::parse(honest, Check::full)->envelope_bytes().size();
  for (std::size_t bit = 0; bit < honest.size() * 8; ++bit) {
    auto bytes = honest;
    bytes[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    INFO("bit " << bit);
    const auto view = EventView::parse(bytes, Check::full);
    if (bit >= envelope_end * 8) {
      REQUIRE_FALSE(view);
    } else if (view) {
      // Another well-formed envelope, then: it is another leaf, which the tree tells.
      REQUIRE(view->envelope_bytes().size() == envelope_end - 8);
      REQUIRE_FALSE(
          std::ranges::equal(view->envelope_bytes(), Bytes(honest).subspan(8, envelope_end - 8)));
    }
  }
}

// Whatever parse() accepts in full can be read field by field and is in canonical form.
void check_accepted(const EventView& view) {
  view.with_event([&](schema::Event::Reader event) {
    const auto again = canonical(capnp::toAny(event));
    REQUIRE(std::ranges::equal(std::as_bytes(std::span(again.begin(), again.size())),
                               view.payload_bytes()));
    for (int i = 0; i < 50; ++i) {
      if (event.isTask() && event.getTask().isTaskMoved()) {
        const auto moved = event.getTask().getTaskMoved();
        static_cast<void>(moved.getReason().getCommitment().size());
        static_cast<void>(moved.getEntry().getColumn().getLow());
        static_cast<void>(read(moved.getTask()));
      }
    }
  });
}

TEST_CASE("Damaged payloads under an envelope that vouches for them never harm",
          "[record][stored_event][foreign]") {
  const auto words = move_payload();
  const auto honest = std::as_bytes(std::span(words.begin(), words.size()));
  std::size_t accepted = 0;
  const auto try_bytes = [&](const std::vector<std::byte>& bytes) {
    const auto stored = vouched(bytes, 5, 5);
    const auto view = EventView::parse(stored, Check::full);
    if (!view) return;
    ++accepted;
    check_accepted(*view);
  };
  for (std::size_t bit = 0; bit < honest.size() * 8; ++bit) {
    std::vector<std::byte> bytes(honest.begin(), honest.end());
    bytes[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    try_bytes(bytes);
  }
  CHECK(accepted > 0);  // a flipped number is another fact
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::byte> bytes(honest.begin(), honest.end());
    for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    try_bytes(bytes);
  }
}

TEST_CASE("Payloads that amplify or nest too deep are refused", "[record][stored_event][foreign]") {
  const auto refused = [](const std::vector<std::uint64_t>& words) {
    const auto stored = vouched(std::as_bytes(std::span(words)), 5, 5);
    return !EventView::parse(stored, Check::full);
  };
  // Event {task}, Task.Event {taskMoved}, and a struct of 200 pointers to one and the same list.
  std::vector<std::uint64_t> overlapping = {0x0001000100000000, 5, 0x0001000100000000, 5,
                                            (std::uint64_t{200} << 48)};
  for (std::uint64_t i = 0; i < 200; ++i)
    overlapping.push_back(((199 - i) << 2) | 1 | (std::uint64_t{6 | 2000 << 3} << 32));
  overlapping.resize(overlapping.size() + 2001);
  CHECK(refused(overlapping));
  // A list of 2^29 - 1 empty structs in two words.
  CHECK(refused({0x0001000100000000, 5, 0x0001000100000000, 5, 0x0001000000000000,
                 0x0000000000000001 | (std::uint64_t{7} << 32), (std::uint64_t{0x1FFFFFFF} << 2)}));
  // Structs within structs, 100 deep.
  std::vector<std::uint64_t> deep = {0x0001000100000000, 5, 0x0001000100000000, 5};
  for (int i = 0; i < 100; ++i) deep.push_back(0x0001000000000000);
  deep.push_back(0);
  CHECK(refused(deep));
}

TEST_CASE("A payload that is not in canonical form is refused", "[record][stored_event][foreign]") {
  const auto words = move_payload();
  std::vector<std::uint64_t> bytes(words.size() + 1);
  std::memcpy(bytes.data(), words.begin(), words.size() * 8);  // a word too many behind it
  const auto stored = vouched(std::as_bytes(std::span(bytes)), 5, 5);
  CHECK(EventView::parse(stored, Check::hashes));
  CHECK(EventView::parse(stored, Check::full).error() == EventFault::not_canonical);

  const std::uint64_t null_root[] = {0};  // read as an empty event, but not written as one
  const auto empty = vouched(std::as_bytes(std::span(null_root)), 0, 0);
  CHECK(EventView::parse(empty, Check::hashes));
  CHECK(EventView::parse(empty, Check::full).error() == EventFault::not_canonical);

  // An event of part 9 with an empty list of bits, said to lie a hundred words behind the end.
  const std::uint64_t beyond[] = {0x0001000100000000, 9, 0x0000000100000000 | 100 << 2 | 1};
  const auto list = vouched(std::as_bytes(std::span(beyond)), 9, 0);
  CHECK(EventView::parse(list, Check::hashes));
  CHECK(EventView::parse(list, Check::full).error() == EventFault::not_canonical);
}

TEST_CASE("An envelope that names another type than its payload is refused",
          "[record][stored_event][foreign]") {
  const auto words = move_payload();
  const auto stored = vouched(std::as_bytes(std::span(words.begin(), words.size())), 5, 6);
  CHECK(EventView::parse(stored, Check::hashes).error() == EventFault::type_mismatch);
}

}  // namespace
}  // namespace daybook::record
