#include "model/request.hpp"

namespace daybook::model {

Request::Request(Id id, Id stream, const record::Hash& seed)
    : id_(id),
      message_(std::make_unique<capnp::MallocMessageBuilder>()),
      root_(message_->initRoot<schema::Message>()) {
  auto request = root_.initCommand();
  write(request.initId(), id);
  if (!stream.is_nil()) write(request.initStream(), stream);
  request.setSeed(capnp::Data::Reader(reinterpret_cast<const kj::byte*>(seed.data()), seed.size()));
}

void Request::text(schema::TextRef::Builder reference, std::string_view words) {
  words_.emplace_back(words);
  reference.setIndex(static_cast<std::uint32_t>(words_.size()));
}

void Request::seen(schema::TextRef::Builder reference, const record::Hash& commitment) {
  reference.setCommitment(
      capnp::Data::Reader(reinterpret_cast<const kj::byte*>(commitment.data()), commitment.size()));
}

kj::Array<capnp::word> Request::flat() && {
  auto words = request().initWords(static_cast<unsigned>(words_.size()));
  for (unsigned i = 0; i < words.size(); ++i) {
    words.set(i, capnp::Text::Reader(words_[i].c_str(), words_[i].size()));
  }
  return capnp::messageToFlatArray(*message_);
}

}  // namespace daybook::model
