#pragma once
// The part `attachment`: files attached to anything that has an id, by name and hash. schema/parts/attachment.capnp has
// every command with its rejections.

#include <optional>
#include <vector>

#include "model/context.hpp"
#include "model/emitter.hpp"
#include "model/table.hpp"
#include "model/text.hpp"
#include "schema/parts/attachment.capnp.h"

namespace daybook::model {
struct Project;
}

namespace daybook::model::attachment {

inline constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 40;

struct Attachment {
  Id subject = {};  // nil: the project
  Text name = {};
  record::Hash sha256 = {};
  std::uint64_t bytes = 0;
  Text location = {};
  Id attached_by = {};
  Timestamp attached_at = {};
  bool retired = false;
  Text reason = {};
};

struct State {
  Table<Id, Attachment> attachments = {};
};

[[nodiscard]] bool is_id_used(const State& state, Id id);

[[nodiscard]] Ruling decide(const Project& state, schema::attachment::Command::Reader command,
                            const Context& context, Emitter& out);
// False: this build does not know the event.
[[nodiscard]] bool evolve(State& state, schema::attachment::Event::Reader event,
                          const EventMeta& meta);

void save(const State& state, schema::attachment::State::Builder builder);
[[nodiscard]] State load(schema::attachment::State::Reader reader);

}  // namespace daybook::model::attachment
