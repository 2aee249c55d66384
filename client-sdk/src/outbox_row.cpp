// One entry as a row: OUTBOX.md has the offsets.

#include <algorithm>
#include <cstring>

#include "client-sdk/src/outbox_file.hpp"
#include "model/record/byte_order.hpp"

namespace daybook::client::detail {
namespace {

constexpr std::uint32_t kForm = 1;
constexpr std::uint64_t kCommand = 1, kAnswer = 2;
constexpr std::uint64_t kDecidedHere = 1;
constexpr std::size_t kHashed = 96, kHeader = 128;

record::Hash hash_of(std::uint64_t number, record::Bytes row) {
  std::array<std::byte, 8> key;
  record::store_be64(key.data(), number);
  return record::sha256({key, row.first(kHashed), row.subspan(kHeader)});
}

void store(std::byte* to, Id id) {
  const auto bytes = to_bytes(id);
  std::ranges::copy(bytes, to);
}
Id load(const std::byte* from) { return id_from_bytes(std::span<const std::byte, 16>(from, 16)); }

}  // namespace

record::AlignedBytes encode_row(const OutboxEntry& entry) {
  const bool is_answered = !entry.answer.empty();
  const auto& frame = is_answered ? entry.answer : entry.act.frame;
  record::AlignedBytes row(kHeader + frame.size());
  std::byte* at = row.data();
  record::store_le(at, kForm);
  record::store_le(at + 8, is_answered ? kAnswer : kCommand);
  store(at + 16, entry.act.id);
  store(at + 32, entry.act.stream);
  store(at + 48, entry.owner.member);
  store(at + 64, entry.owner.log_id);
  record::store_le(at + 80, static_cast<std::uint64_t>(entry.act.submitted_at.micros));
  record::store_le(at + 88, entry.act.is_decided_here ? kDecidedHere : std::uint64_t{0});
  std::ranges::copy(frame, at + kHeader);
  const auto hash = hash_of(entry.act.number, row);
  std::ranges::copy(hash, at + kHashed);
  return row;
}

std::optional<OutboxEntry> decode_row(std::uint64_t number, record::Bytes row) {
  if (row.size() <= kHeader || record::load_le<std::uint32_t>(row.data()) != kForm) {
    return std::nullopt;
  }
  const auto hash = hash_of(number, row);
  if (!std::ranges::equal(hash, row.subspan(kHashed, hash.size()))) return std::nullopt;
  const std::byte* at = row.data();
  OutboxEntry entry;
  entry.act.number = number;
  entry.act.id = load(at + 16);
  entry.act.stream = load(at + 32);
  entry.owner = {.member = load(at + 48), .log_id = load(at + 64)};
  entry.act.submitted_at = {static_cast<std::int64_t>(record::load_le<std::uint64_t>(at + 80))};
  entry.act.is_decided_here = (record::load_le<std::uint64_t>(at + 88) & kDecidedHere) != 0;
  const auto kind = record::load_le<std::uint64_t>(at + 8);
  auto& frame = kind == kAnswer ? entry.answer : entry.act.frame;
  frame.assign(row.begin() + kHeader, row.end());
  if (kind == kCommand && open_act(entry.act) == nullptr) return std::nullopt;
  if (kind != kCommand && kind != kAnswer) return std::nullopt;
  return entry;
}

}  // namespace daybook::client::detail
