#pragma once
// How a command is built: its message, and its words in the order in which they are named. For the files that make the
// commands of a part.

#include "tests/support/commands.hpp"

namespace daybook::testing {

class Maker {
 public:
  Maker() : command_{std::make_shared<capnp::MallocMessageBuilder>(), {}} {
    root_ = command_.message->initRoot<schema::Command>();
  }

  schema::Command::Builder root() { return root_; }

  template <typename Init>
  void text(const std::string& words, Init&& init) {
    if (words.empty()) return;
    command_.words.push_back(words);
    init().setIndex(static_cast<std::uint32_t>(command_.words.size()));
  }
  template <typename Init>
  void edit(const TextEdit& edit, Init&& init) {
    if (edit.from.is_none() && edit.to.empty()) return;
    schema::TextChange::Builder change = init();
    if (!edit.from.is_none()) {
      change.initFrom().setCommitment(
          {reinterpret_cast<const kj::byte*>(edit.from.commitment.data()),
           edit.from.commitment.size()});
    }
    text(edit.to, [&] { return change.initTo(); });
  }
  Command take() { return std::move(command_); }

 private:
  Command command_;
  schema::Command::Builder root_ = nullptr;
};

template <typename Init>
void put(Id id, Init&& init) {
  if (!id.is_nil()) write(init(), id);
}

template <typename Init>
void put(const std::vector<Id>& ids, Init&& init) {
  if (ids.empty()) return;
  capnp::List<schema::Id>::Builder list = init(static_cast<unsigned>(ids.size()));
  for (unsigned i = 0; i < list.size(); ++i) write(list[i], ids[i]);
}

template <typename Init>
void put(const NumberEdit& edit, Init&& init) {
  if (edit.from == 0 && edit.to == 0) return;
  schema::NumberChange::Builder change = init();
  change.setFrom(edit.from);
  change.setTo(edit.to);
}

template <typename Init>
void put(const model::task::Priority& priority, Init&& init) {
  if (priority != model::task::Priority{}) model::task::write(init(), priority);
}

inline capnp::Data::Reader data(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()};
}

}  // namespace daybook::testing
