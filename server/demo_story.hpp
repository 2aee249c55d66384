#pragma once
// How the demonstration is told: working days before now, what is to happen on them, and acts under the clock of then.

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <string_view>

#include "model/project.hpp"
#include "server/demo_plan.hpp"
#include "server/engine/loader.hpp"
#include "server/engine/local.hpp"
#include "server/engine/random.hpp"

namespace daybook::server::demo {

// Who and what the plan names has the same id every time.
[[nodiscard]] Id named_id(std::string_view kind, std::string_view name);
[[nodiscard]] Id project_id();

// The last working days that are over at `now`, UTC, by their mornings.
class Calendar {
 public:
  explicit Calendar(Timestamp now);
  [[nodiscard]] Timestamp first() const { return {mornings_.front()}; }
  // Requires: 0 <= day < kWorkingDays.
  [[nodiscard]] Timestamp time_of(double day) const;
  // Of a later day, too.
  [[nodiscard]] Date date_of(double day) const;

 private:
  std::array<std::int64_t, kWorkingDays> mornings_;
};

// What is to happen, in the order of its time; at the same time in the order in which it was planned.
//
// Limits: what would happen behind the last day never does.
class Agenda {
 public:
  using Deed = std::function<void()>;
  void at(double day, Deed deed);
  // What happens may put more on the agenda, later on. Calls before(day) first.
  void play(const std::function<void(double day)>& before);

 private:
  std::multimap<double, Deed> deeds_;
};

// Acts of the people, given to a real engine one by one.
//
// Threading: confined to one thread; the engine reads the clock on its own.
// Failure:   throws std::runtime_error if an act is not answered as the plan takes for granted.
class Story {
 public:
  using SharedClock = std::atomic<std::int64_t>;

  Story(engine::Engine& engine, engine::LocalInbox& inbox, SharedClock& clock,
        const Calendar& calendar, Id manager);

  [[nodiscard]] Agenda& agenda() { return agenda_; }
  [[nodiscard]] const Calendar& calendar() const { return calendar_; }
  // Nobody: the nil id.
  [[nodiscard]] Id person(Who who) const;
  // The project as it is now.
  [[nodiscard]] const model::Project& project();

  // Everything that is on the agenda.
  void play();

  // One command; `fill` gets (Request&, Command::Builder). An act on a project quotes what there was to be seen.
  engine::Answer act(Id actor, Id stream, auto&& fill) {
    return give({.member = actor}, stream, fill);
  }
  // Likewise, for what the plan takes for granted. Returns the command's id.
  Id must(std::string_view what, Who actor, Id stream, auto&& fill) {
    expect_accepted(what, act(person(actor), stream, fill));
    return last_;
  }
  // Likewise, for what the server does by itself.
  void server_must(std::string_view what, Id stream, auto&& fill) {
    expect_accepted(what, give({.is_server = true}, stream, fill));
  }
  // For what somebody tries, and may not.
  void must_not(std::string_view what, model::Code code, Who actor, auto&& fill) {
    expect_rejected(what, code, act(person(actor), project_id(), fill));
  }

 private:
  engine::Answer give(const engine::Sender& sender, Id stream, auto&& fill) {
    last_ = engine::random_id({clock_});
    model::Request request(last_, stream, engine::random_32());
    fill(request, request.command());
    if (stream == project_id()) request.request().setSeenVersion(project().version.value);
    clock_ += kBetweenActs;
    return engine::submit_and_wait(engine_, inbox_, sender, std::move(request));
  }
  static void expect_accepted(std::string_view what, const engine::Answer& answer);
  static void expect_rejected(std::string_view what, model::Code code,
                              const engine::Answer& answer);
  static constexpr std::int64_t kBetweenActs = 20'000'000;

  engine::Engine& engine_;
  engine::LocalInbox& inbox_;
  SharedClock& clock_;
  const Calendar& calendar_;
  std::array<Id, kPeople.size()> people_{};
  Agenda agenda_;
  model::Project project_;
  Id last_;
};

}  // namespace daybook::server::demo
