#include "model/emitter.hpp"

#include "model/record/text.hpp"

namespace daybook::model {

schema::Event::Builder Emitter::next() {
  constexpr unsigned kFirstSegmentWords = 128;  // most events fit
  events_.push_back({std::make_unique<capnp::MallocMessageBuilder>(kFirstSegmentWords), {}});
  return events_.back().message->initRoot<schema::Event>();
}

void Emitter::change(schema::TextChange::Reader change, schema::TextChange::Builder to) {
  const auto seen = change.getFrom().getCommitment();
  if (seen.size() != 0) to.initFrom().setCommitment(seen);
  text(change.getTo(), [&] { return to.initTo(); });
}

void Emitter::fill(std::uint32_t word, schema::TextRef::Builder to) {
  auto& texts = events_.back().texts;
  const auto salt = record::text_salt(context_.seed, word);
  const auto commitment = record::text_commitment(salt, context_.words[word - 1]);
  texts.push_back({word, salt});
  to.setIndex(static_cast<std::uint32_t>(texts.size()));
  to.setCommitment(
      capnp::Data::Reader(reinterpret_cast<const kj::byte*>(commitment.data()), commitment.size()));
}

}  // namespace daybook::model
