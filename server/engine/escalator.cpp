#include "server/engine/escalator.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <vector>

#include "model/parts/subject.hpp"
#include "server/engine/loader.hpp"

namespace daybook::engine {
namespace {

// Paths count in hours; a level may come this much late.
constexpr std::chrono::seconds kInterval{30};

// Due requests, and when the next one will be.
struct Due {
  std::vector<Id> subjects;
  Timestamp next = {};
};

Due find_due(const model::Project& project, Timestamp now) {
  Due due;
  for (const auto& [subject, request] : project.approval.requests) {
    const auto at = model::subject::escalation_due(project, subject, request, now);
    if (at.is_none()) continue;
    if (at <= now) {
      due.subjects.push_back(subject);
    } else if (due.next.is_none() || at < due.next) {
      due.next = at;
    }
  }
  return due;
}

// Decided or withdrawn meanwhile, told already, or nothing can be written to the project: it is no more to be told, or only
// once its stream has grown.
bool is_settled(model::Code code) {
  return code == model::Code::APPROVAL_CLOSED || code == model::Code::ESCALATION_NOT_DUE ||
         code == model::Code::PROJECT_ARCHIVED || code == model::Code::NEWER_EVENTS;
}

}  // namespace

Escalator::Escalator(Engine& engine, Clock clock, IdSource fresh_id)
    : engine_(engine), clock_(std::move(clock)), fresh_id_(std::move(fresh_id)) {}

Escalator::~Escalator() { stop(); }

void Escalator::start() {
  thread_ = std::thread([this] { run(); });
}

void Escalator::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Escalator::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    try {
      (void)run_round();
    } catch (const std::exception& error) {
      spdlog::error("event=escalation_failed what=\"{}\"", error.what());
    }
    lock.lock();
    wake_.wait_for(lock, kInterval, [this] { return stopping_; });
  }
}

std::size_t Escalator::run_round() {
  std::size_t told = 0;
  const auto now = clock_();
  const auto workspace = engine_.workspace();
  for (const auto& [id, registration] : workspace->workspace.projects) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return told;
    }
    auto& seen = seen_[id];
    const auto newest = engine_.log().stream_version(id);
    const bool is_due = !seen.due.is_none() && seen.due <= now;
    if (!is_due && newest == seen.version) continue;
    told += look(id, seen, newest);
  }
  return told;
}

std::shared_ptr<const model::Project> Escalator::read(Id id, const Seen& seen, Version newest) {
  const bool is_written = seen.version.value != 0 && newest != seen.version;
  if (is_written) return read_project_and_wait(engine_, inbox_, id).value_or(nullptr);
  auto loaded = try_load_project(engine_.log(), id);
  if (!loaded || loaded->version.value == 0) return nullptr;
  return std::make_shared<const model::Project>(std::move(*loaded));
}

std::size_t Escalator::look(Id id, Seen& seen, Version newest) {
  const auto project = read(id, seen, newest);
  if (!project) {
    seen = {.version = newest};
    return 0;
  }
  seen.version = project->version;
  const auto due = find_due(*project, clock_());
  seen.due = due.next;
  std::size_t told = 0;
  std::size_t refused = 0;
  std::string_view why;
  for (const auto subject : due.subjects) {
    model::Request command(fresh_id_(clock_()), id, {});
    write(command.command().initApproval().initEscalate().initSubject(), subject);
    const auto answer = submit_and_wait(engine_, inbox_, {.is_server = true}, std::move(command));
    if (std::holds_alternative<Accepted>(answer)) {
      ++told;
      continue;
    }
    const auto* rejection = std::get_if<model::Rejection>(&answer);
    if (rejection != nullptr && is_settled(rejection->code)) continue;
    ++refused;
    why = rejection != nullptr ? model::to_string(rejection->code) : "unknown";
  }
  if (refused > 0) {
    spdlog::warn("event=not_escalated project={} requests={} code={}", to_string(id), refused, why);
    seen.due = clock_();  // tried again in the next round
  }
  return told;
}

}  // namespace daybook::engine
