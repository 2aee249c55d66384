#pragma once
// Small commands, ready as bytes, for tests of what is recorded: a task is created with its title (when there are
// words), and then moved.

#include <capnp/any.h>
#include <capnp/message.h>

#include <span>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "model/record/event_batch.hpp"
#include "model/record/stored_event.hpp"
#include "model/record/text.hpp"

namespace daybook::testing {

template <typename Fill>
kj::Array<capnp::word> payload(Fill&& fill) {
  capnp::MallocMessageBuilder message;
  const auto event = message.initRoot<schema::Event>();
  fill(event);
  return record::canonical(capnp::toAny(event.asReader()));
}

inline void set_text(schema::TextRef::Builder text, std::uint32_t index,
                     const record::Hash& commitment) {
  text.setIndex(index);
  text.setCommitment(
      kj::arrayPtr(reinterpret_cast<const kj::byte*>(commitment.data()), commitment.size()));
}

// The salt of every sample text; not zero, as that would be a redacted one.
inline record::Hash sample_salt(std::uint32_t index) {
  record::Hash salt;
  salt.fill(std::byte{0x5A});
  salt[0] = static_cast<std::byte>(index);
  return salt;
}

struct SampleCommand {
  Id id;
  Id stream;
  Position first;  // of its first event
  Version first_version;
  std::uint32_t events = 1;
  std::string title = {};  // empty: none
  Timestamp recorded_at{1'000'000};
};

// The command's entries in batch form.
inline record::AlignedBytes sample_entries(const SampleCommand& command) {
  record::AlignedBytes out;
  for (std::uint32_t i = 0; i < command.events; ++i) {
    const bool titled = i == 0 && !command.title.empty();
    const auto salt = sample_salt(1);
    const auto words = payload([&](schema::Event::Builder event) {
      auto task = event.initTask();
      if (i == 0) {
        auto created = task.initTaskCreated();
        write(created.initTask(), command.id);
        created.setNumber(static_cast<std::uint32_t>(command.first_version.value));
        if (titled) set_text(created.initTitle(), 1, record::text_commitment(salt, command.title));
      } else {
        auto moved = task.initTaskMoved();
        write(moved.initTask(), command.id);
        moved.initEntry().setRank(i);
      }
    });
    record::EnvelopeFields fields;
    fields.position = {command.first.value + i};
    fields.stream = command.stream;
    fields.version = {command.first_version.value + i};
    fields.recorded_at = command.recorded_at;
    fields.actor = {7, 7};
    fields.role = schema::Role::CONTRIBUTOR;
    fields.command_id = command.id;
    fields.command_index = static_cast<std::uint16_t>(i);
    fields.command_count = static_cast<std::uint16_t>(command.events);
    fields.texts = titled ? 1 : 0;
    std::vector<std::byte> rows;
    if (titled) record::append_text_row(rows, salt, command.title);
    record::append_entry(out, record::encode_event(fields, words), fields.texts, rows);
  }
  return out;
}

}  // namespace daybook::testing
