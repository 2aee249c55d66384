#pragma once
// A command in the making: facts through the schema's builders, words through text().
//
//   CommandBuilder command;
//   auto create = command.root().initTask().initCreateTask();
//   write(create.initTask(), id);
//   command.text(create.initTitle(), "Pay by card");
//
// Threading: one thread at a time. Move-only.
// Limits:    words are 1 byte to 16 KiB of UTF-8 each; the whole at most 64 KiB. Checked by submit().

#include <capnp/message.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.hpp"
#include "model/record/hash.hpp"
#include "model/text.hpp"
#include "schema/wire.capnp.h"

namespace daybook::client {

class CommandBuilder {
 public:
  CommandBuilder();
  CommandBuilder(CommandBuilder&&) noexcept = default;
  CommandBuilder& operator=(CommandBuilder&&) noexcept = default;

  [[nodiscard]] schema::Command::Builder root() { return request().getCommand(); }

  // Adds a word; the index is what a TextRef of the command holds.
  [[nodiscard]] std::uint32_t text(std::string_view words);
  // Likewise, into the reference. Empty words: the reference stays empty, no text.
  void text(schema::TextRef::Builder reference, std::string_view words);
  // An edit of a text from what the actor saw (none: there was no text) to new words (empty: removed).
  void change(schema::TextChange::Builder change, const model::Text& seen, std::string_view words);

  // For those who send it.
  [[nodiscard]] schema::CommandRequest::Builder request() {
    return message_->getRoot<schema::Message>().getCommand();
  }
  [[nodiscard]] const std::vector<std::string>& words() const { return words_; }

 private:
  std::unique_ptr<capnp::MallocMessageBuilder> message_;
  std::vector<std::string> words_;
};

struct SubmitOptions {
  Id id = {};  // nil: a fresh one, version 7
  Timestamp effective_at =
      {};                // none: now; what cannot be sent at once claims the time of its submission
  Id on_behalf_of = {};  // needs the importer's right
  Version seen_version =
      {};  // what the actor had on screen; 0: not said (a replica fills in its own)
  // Secret; absent: 32 random bytes. Given only by who must send the same command again after a restart.
  std::optional<record::Hash> seed = {};
};

}  // namespace daybook::client
