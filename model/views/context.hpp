#pragma once
// What somebody knew when they decided; schema/context.capnp has the answer's form. Pure: whoever asks finds the states.

#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "model/event_meta.hpp"
#include "model/views/view.hpp"
#include "schema/context.capnp.h"

namespace daybook::model {

// Whether there is something to be known: a decision, or the subject of a request for approval.
[[nodiscard]] bool has_context(const Project& project, Id entity);

// What an event did about an entity.
struct Act {
  schema::context::What what = schema::context::What::NONE;
  EventMeta meta = {};
  Id option = {};
};
// nullopt: nothing.
[[nodiscard]] std::optional<Act> act_on(Id entity, schema::Event::Reader event,
                                        const EventMeta& meta);
// A vote, a consent, a refusal or what concludes.
[[nodiscard]] bool decides(schema::context::What what);

// Where the acts on an entity begin: none was recorded before; none: not known. Requires: has_context(newest, entity).
[[nodiscard]] Timestamp acts_begin(const Project& newest, Id entity);
// Whether these acts, the first ones on the entity, are all there are, as the newest state tells.
[[nodiscard]] bool are_all_acts(const Project& newest, Id entity, const std::vector<Act>& acts);

// What was tried against the rules about an entity before a version, found on the way through the workspace's events.
//
// Limits: the newest kMax are kept.
class Attempts {
 public:
  static constexpr std::size_t kMax = 1000;

  Attempts(Id project, Id entity, Version before)
      : project_(project), entity_(entity), before_(before) {}

  void take(schema::Event::Reader event, const EventMeta& meta);
  void write(schema::context::Context::Builder out) const;

 private:
  Id project_;
  Id entity_;
  Version before_;
  std::deque<std::pair<Position, workspace::RejectedAct>> found_;
};
// Which of the acts is meant: the one at a version, else the newest that decides, or, while nobody has voted, the newest.
// nullopt: there is none.
[[nodiscard]] std::optional<std::size_t> choose_act(const std::vector<Act>& acts,
                                                    std::optional<Version> version);

// Borrowed for one call.
struct ContextInput {
  Id entity = {};
  const std::vector<Act>& acts;
  std::size_t act = 0;
  const Project& then;            // as of the act's version
  const Project* seen = nullptr;  // as of what the actor had seen; nullptr: not said
  const Workspace& workspace;
  const Attempts* attempts = nullptr;  // before the act; nullptr: hidden from whoever asks
};
void write_context(schema::context::Context::Builder out, const ContextInput& input);

}  // namespace daybook::model
