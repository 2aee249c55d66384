#include "server/demo_story.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace daybook::server::demo {
namespace {

constexpr std::int64_t kHour = 3'600'000'000;
constexpr std::int64_t kMorning = 9 * kHour;
constexpr std::int64_t kHoursOfWork = 8 * kHour;

bool is_working_day(std::int64_t day) { return (day + 3) % 7 < 5; }  // 1970 began on a Thursday

std::string_view said(const engine::Answer& answer) {
  if (std::holds_alternative<engine::Accepted>(answer)) return "accepted";
  const auto* rejection = std::get_if<model::Rejection>(&answer);
  return rejection != nullptr ? model::to_string(rejection->code) : "unknown";
}

}  // namespace

Id named_id(std::string_view kind, std::string_view name) {
  const auto source = "daybook-demo/" + std::string(kind) + "/" + std::string(name);
  return make_id_v8(std::as_bytes(std::span(source)));
}

Id project_id() {
  static const auto id = named_id("project", "BANK");
  return id;
}

// --- Calendar --------------------------------------------------------------------------------------------------------

Calendar::Calendar(Timestamp now) {
  auto day = now.micros / kMicrosPerDay;
  if (day * kMicrosPerDay + kMorning + kHoursOfWork > now.micros) --day;
  for (auto at = mornings_.rbegin(); at != mornings_.rend(); --day) {
    if (is_working_day(day)) *at++ = day * kMicrosPerDay + kMorning;
  }
}

Timestamp Calendar::time_of(double day) const {
  const auto index = std::min(static_cast<std::size_t>(day), mornings_.size() - 1);
  const auto part = day - static_cast<double>(index);
  return {mornings_[index] + static_cast<std::int64_t>(part * static_cast<double>(kHoursOfWork))};
}

Date Calendar::date_of(double day) const {
  auto date = daybook::date_of(time_of(day));
  for (auto later = static_cast<int>(day) - (kWorkingDays - 1); later > 0;) {
    ++date.days;
    if (is_working_day(date.days)) --later;
  }
  return date;
}

// --- Agenda ----------------------------------------------------------------------------------------------------------

void Agenda::at(double day, Deed deed) {
  if (day < kEndOfWork) deeds_.emplace(day, std::move(deed));
}

void Agenda::play(const std::function<void(double day)>& before) {
  while (!deeds_.empty()) {
    const auto next = deeds_.extract(deeds_.begin());
    before(next.key());
    next.mapped()();
  }
}

// --- Story -----------------------------------------------------------------------------------------------------------

Story::Story(engine::Engine& engine, engine::LocalInbox& inbox, SharedClock& clock,
             const Calendar& calendar, Id manager)
    : engine_(engine), inbox_(inbox), clock_(clock), calendar_(calendar) {
  people_[0] = manager;
  for (std::size_t i = 1; i < kPeople.size(); ++i) people_[i] = named_id("member", kPeople[i].name);
  project_.id = project_id();
}

Id Story::person(Who who) const { return who == nobody ? Id{} : people_[who]; }

const model::Project& Story::project() {
  const auto& log = engine_.log();
  const auto version = log.stream_version(project_id());
  if (version > project_.version)
    project_ = engine::load_project_at(log, project_id(), version, &project_);
  return project_;
}

void Story::play() {
  agenda_.play([&](double day) {
    clock_ = std::max(clock_.load(), calendar_.time_of(day).micros);  // never back
  });
}

void Story::expect_accepted(std::string_view what, const engine::Answer& answer) {
  if (std::holds_alternative<engine::Accepted>(answer)) return;
  throw std::runtime_error("demonstration: " + std::string(what) +
                           " was refused: " + std::string(said(answer)));
}

void Story::expect_rejected(std::string_view what, model::Code code, const engine::Answer& answer) {
  const auto* rejection = std::get_if<model::Rejection>(&answer);
  if (rejection != nullptr && rejection->code == code) return;
  throw std::runtime_error("demonstration: " + std::string(what) +
                           " was to be refused, but: " + std::string(said(answer)));
}

}  // namespace daybook::server::demo
