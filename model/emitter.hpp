#pragma once
// Where a decision puts its events.

#include <capnp/message.h>

#include <expected>
#include <memory>
#include <vector>

#include "model/context.hpp"
#include "model/rejection.hpp"
#include "schema/parts.capnp.h"

namespace daybook::model {

// A word of the command that goes into an event: its salt, and which word (from 1).
struct TextDraft {
  std::uint32_t word = 0;
  record::Hash salt{};
};

struct EventDraft {
  std::unique_ptr<capnp::MallocMessageBuilder> message;  // root: schema::Event
  std::vector<TextDraft> texts;  // the event's texts, index i (from 1) at i - 1

  [[nodiscard]] schema::Event::Reader event() const {
    return message->getRoot<schema::Event>().asReader();
  }
};

// What an accepted command leads to.
struct Decision {
  Role role = Role::NONE;          // the role that allowed it
  std::vector<EventDraft> events;  // at least one
};
using Verdict = std::expected<Decision, Rejection>;

// Lifetime: keeps a reference to the context.
class Emitter {
 public:
  explicit Emitter(const Context& context) : context_(context) {}

  // Begins the next event.
  [[nodiscard]] schema::Event::Builder next();

  // Carries a text of the command over into the event begun last; where the command has none, the field stays null.
  template <typename Init>
  void text(schema::TextRef::Reader from, Init&& init) {
    if (from.getIndex() != 0) fill(from.getIndex(), init());
  }
  // Likewise a change: `from` as it was seen, `to` with its words. Requires: is_change(change).
  void change(schema::TextChange::Reader change, schema::TextChange::Builder to);

  // Adds an event that another emitter of the same command made.
  void append(EventDraft draft) { events_.push_back(std::move(draft)); }

  [[nodiscard]] bool empty() const { return events_.empty(); }
  [[nodiscard]] std::vector<EventDraft> take() && { return std::move(events_); }

 private:
  void fill(std::uint32_t word, schema::TextRef::Builder to);

  const Context& context_;
  std::vector<EventDraft> events_;
};

}  // namespace daybook::model
