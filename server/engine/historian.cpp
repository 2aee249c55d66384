#include "server/engine/historian.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "server/engine/loader.hpp"

namespace daybook::engine {

using model::Code;

namespace {

constexpr std::uint32_t kRetryMillis = 1000;

}  // namespace

Past::Past(const log::EventLog& log, std::size_t states_max, SnapshotTaker taker)
    : log_(log), states_max_(states_max), taker_(std::move(taker)) {}

std::expected<Version, model::Rejection> Past::find_version(Id project, const At& at,
                                                            Timestamp now) const {
  const auto newest = log_.stream_version(project);
  if (project.is_nil() || newest.value == 0)
    return model::reject(Code::UNKNOWN_PROJECT, {.id = project});
  return model::find_version(
      at, {.newest = newest, .until = std::max(now, log_.head().recorded_at)},
      [&](Timestamp time) { return log_.version_at(project, time).version; });
}

std::shared_ptr<const model::Project> Past::state(Id project, Version version) {
  auto nearest = states_.end();
  for (auto at = states_.begin(); at != states_.end(); ++at) {
    if ((*at)->id != project || (*at)->version > version) continue;
    if (nearest == states_.end() || (*at)->version > (*nearest)->version) nearest = at;
  }
  if (nearest != states_.end() && (*nearest)->version == version) {
    states_.splice(states_.begin(), states_, nearest);
    return states_.front();
  }
  const auto* nearer = nearest == states_.end() ? nullptr : nearest->get();
  states_.push_front(std::make_shared<const model::Project>(
      load_project_at(log_, project, version, nearer, nullptr, &taker_)));
  auto state = states_.front();
  if (states_.size() > states_max_) states_.pop_back();
  return state;
}

Historian::Historian(const log::EventLog& log, const Options& options, PutSnapshot put_snapshot)
    : questions_max_(options.past_questions_max),
      past_(log, options.past_states_max,
            {.events_min = options.snapshot_events_min, .put = std::move(put_snapshot)}) {}

Historian::~Historian() { stop(); }

void Historian::start() {
  thread_ = std::thread([this] {
    while (turn(Patience::waits)) continue;
  });
}

bool Historian::step() { return turn(Patience::none); }

void Historian::refuse() {
  std::deque<Question> waiting;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    waiting.swap(questions_);
  }
  wake_.notify_one();
  for (auto& question : waiting)
    question(model::reject(Code::GOING_AWAY, {.retry_after_millis = kRetryMillis}));
}

void Historian::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Historian::add(Question question) {
  std::unique_lock lock(mutex_);
  if (!stopping_ && questions_.size() < questions_max_) {
    questions_.push_back(std::move(question));
    lock.unlock();
    wake_.notify_one();
    return;
  }
  const Code refused = stopping_ ? Code::GOING_AWAY : Code::OVERLOADED;
  lock.unlock();
  question(model::reject(refused, {.retry_after_millis = kRetryMillis}));
}

bool Historian::turn(Patience patience) {
  Question question;
  {
    std::unique_lock lock(mutex_);
    if (patience == Patience::waits)
      wake_.wait(lock, [this] { return stopping_ || !questions_.empty(); });
    if (questions_.empty()) return false;
    question = std::move(questions_.front());
    questions_.pop_front();
  }
  question(&past_);
  return true;
}

void Historian::log_failure(const std::exception& error) {
  spdlog::error("event=past_unreadable what=\"{}\"", error.what());
}

}  // namespace daybook::engine
