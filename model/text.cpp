#include "model/text.hpp"

#include <algorithm>
#include <cstring>

namespace daybook::model {
namespace {

record::Hash read_commitment(schema::TextRef::Reader reference) {
  record::Hash commitment{};
  const auto data = reference.getCommitment();
  if (data.size() != 0)  // else begin() is null
    std::memcpy(commitment.data(), data.begin(), std::min(data.size(), commitment.size()));
  return commitment;
}

}  // namespace

Text text_of_event(schema::TextRef::Reader reference, Position position) {
  if (reference.getIndex() == 0) return {};
  return {position, reference.getIndex(), read_commitment(reference)};
}

Text read(schema::TextRef::Reader reference) {
  return {Position{reference.getPosition()}, reference.getIndex(), read_commitment(reference)};
}

bool is_seen(const Text& text, schema::TextRef::Reader seen) {
  const auto commitment = seen.getCommitment();
  if (text.is_none()) return commitment.size() == 0;
  return commitment.size() == text.commitment.size() &&
         std::memcmp(commitment.begin(), text.commitment.data(), commitment.size()) == 0;
}

bool is_change(schema::TextChange::Reader change) {
  return change.getFrom().getCommitment().size() != 0 || change.getTo().getIndex() != 0;
}

bool is_change(schema::NumberChange::Reader change) {
  return change.getFrom() != 0 || change.getTo() != 0;
}

}  // namespace daybook::model
