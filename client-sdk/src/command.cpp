#include <daybook/command.hpp>

#include <daybook/outcome.hpp>

#include <capnp/schema.h>

namespace daybook::client {

CommandBuilder::CommandBuilder() : message_(std::make_unique<capnp::MallocMessageBuilder>(256)) {
  message_->initRoot<schema::Message>().initCommand().initCommand();
}

std::uint32_t CommandBuilder::text(std::string_view words) {
  words_.emplace_back(words);
  return static_cast<std::uint32_t>(words_.size());
}

void CommandBuilder::text(schema::TextRef::Builder reference, std::string_view words) {
  if (!words.empty()) reference.setIndex(text(words));
}

void CommandBuilder::change(schema::TextChange::Builder change, const model::Text& seen,
                            std::string_view words) {
  if (!seen.is_none()) {
    change.initFrom().setCommitment(capnp::Data::Reader(
        reinterpret_cast<const kj::byte*>(seen.commitment.data()), seen.commitment.size()));
  }
  text(change.initTo(), words);
}

std::string code_name(Code code) {
  const auto enumerants = capnp::Schema::from<Code>().getEnumerants();
  const auto ordinal = static_cast<unsigned>(code);
  if (ordinal >= enumerants.size()) return "code " + std::to_string(ordinal);
  return enumerants[ordinal].getProto().getName().cStr();
}

}  // namespace daybook::client
