#pragma once
// One stream of the model without a log: commands are decided, their events are kept as canonical words and folded
// from those words, with positions, versions and times counting up. Deterministic.

#include <capnp/any.h>
#include <capnp/message.h>

#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "model/check_command.hpp"
#include "model/project.hpp"
#include "model/record/stored_event.hpp"
#include "model/workspace.hpp"
#include "tests/support/commands.hpp"

namespace daybook::testing {

// 2026-01-05 09:00 UTC, a Monday.
inline constexpr Timestamp kFirstMoment{1'767'603'600'000'000};
inline constexpr std::int64_t kSecond = 1'000'000;

// Who gives a command, and with which rights beside those in the stream's state.
struct Actor {
  Actor() = default;
  Actor(Id member) : id(member) {}  // NOLINT(google-explicit-constructor): reads well in tables

  [[nodiscard]] Actor as_admin() const {
    return with([](Actor& a) { a.is_admin = true; });
  }
  [[nodiscard]] Actor as_server() const {
    return with([](Actor& a) { a.is_server = true; });
  }
  [[nodiscard]] Actor as_importer() const {
    return with([](Actor& a) { a.is_importer = true; });
  }
  [[nodiscard]] Actor for_member(Id member) const {
    return with([&](Actor& a) { a.on_behalf_of = member; });
  }
  [[nodiscard]] Actor at(Timestamp time) const {
    return with([&](Actor& a) { a.effective_at = time; });
  }

  Id id = {};
  bool is_admin = false;
  bool is_server = false;
  bool is_importer = false;
  Id on_behalf_of = {};
  Timestamp effective_at = {};
  Version seen_version = {};

 private:
  template <typename Change>
  [[nodiscard]] Actor with(Change&& change) const {
    auto copy = *this;
    change(copy);
    return copy;
  }
};

struct RecordedEvent {
  model::EventMeta meta;
  std::vector<std::uint64_t> payload;
};

// Calls f with the event's reader.
template <typename F>
auto with_event(const RecordedEvent& event, F&& f) {
  const auto words = kj::arrayPtr(reinterpret_cast<const capnp::word*>(event.payload.data()),
                                  event.payload.size());
  const kj::ArrayPtr<const capnp::word> segments[] = {words};
  capnp::SegmentArrayMessageReader reader(kj::arrayPtr(segments, 1));
  return f(reader.getRoot<schema::Event>());
}

template <typename State>
void fold(State& state, const RecordedEvent& event) {
  with_event(event, [&](schema::Event::Reader reader) { evolve(state, reader, event.meta); });
}

// A value; copies go their own ways.
template <typename State>
class MemoryStream {
 public:
  MemoryStream() = default;
  MemoryStream(State state, std::optional<model::Registration> registration)
      : state_(std::move(state)), registration_(std::move(registration)) {}

  [[nodiscard]] const State& state() const { return state_; }
  [[nodiscard]] const std::vector<RecordedEvent>& events() const { return events_; }
  [[nodiscard]] Timestamp now() const { return now_; }
  void advance(std::int64_t micros) { now_.micros += micros; }

  // What would become of the command now.
  [[nodiscard]] model::Verdict decide(const Command& command, const Actor& actor) const {
    const auto words = command.views();
    if (auto checked = model::check_command(command.reader(), words); !checked)
      return std::unexpected(std::move(checked).error());
    return model::decide(state_, command.reader(), context(words, actor));
  }

  // Decides the command, and records and folds what it leads to.
  model::Verdict submit(const Command& command, const Actor& actor) {
    auto verdict = decide(command, actor);
    if (verdict) {
      for (const auto& draft : verdict->events) record(draft, actor);
    }
    ++commands_;
    advance(kSecond);
    return verdict;
  }

 private:
  [[nodiscard]] model::Context context(std::span<const std::string_view> words,
                                       const Actor& actor) const {
    model::Context context;
    context.actor = actor.id;
    context.on_behalf_of = actor.on_behalf_of;
    context.is_server = actor.is_server;
    context.is_admin = actor.is_admin;
    context.is_importer = actor.is_importer;
    context.registration = registration_;
    context.now = now_;
    context.command_id = {0xC0DE, commands_ + 1};
    context.seed = record::sha256(to_bytes(context.command_id));
    context.words = words;
    return context;
  }

  void record(const model::EventDraft& draft, const Actor& actor) {
    const auto words = record::canonical(capnp::toAny(draft.event()));
    RecordedEvent event;
    event.payload.resize(words.size());
    std::memcpy(event.payload.data(), words.begin(), words.size() * sizeof(capnp::word));
    event.meta.position = {events_.size() + 1};
    event.meta.version = {state_.version.value + 1};
    event.meta.recorded_at = now_;
    event.meta.effective_at = std::min(actor.effective_at, now_);
    event.meta.actor = actor.id;
    event.meta.on_behalf_of = actor.on_behalf_of;
    event.meta.seen_version = actor.seen_version;
    fold(state_, event);
    events_.push_back(std::move(event));
  }

  State state_;
  std::optional<model::Registration> registration_;
  std::vector<RecordedEvent> events_;
  Timestamp now_ = kFirstMoment;
  std::uint64_t commands_ = 0;
};

using ProjectStream = MemoryStream<model::Project>;
using WorkspaceStream = MemoryStream<model::Workspace>;

}  // namespace daybook::testing
