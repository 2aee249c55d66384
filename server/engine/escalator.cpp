#include "server/engine/escalator.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "model/parts/subject.hpp"

namespace daybook::engine {
namespace {

// Paths count in hours; a level may come this much late.
constexpr std::chrono::seconds kInterval{30};
// Projects looked at in one round for the first time, so that a start does not load them all at once.
constexpr std::size_t kFirstLooksMax = 50;

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

Id command_id(Id project, Id subject, const model::approval::Request& request) {
  std::vector<std::byte> source;
  for (const auto id : {project, subject}) {
    const auto bytes = to_bytes(id);
    source.insert(source.end(), bytes.begin(), bytes.end());
  }
  for (const auto number : {request.round, request.escalated}) {
    for (int shift = 0; shift < 32; shift += 8)
      source.push_back(static_cast<std::byte>(number >> shift));
  }
  const std::string_view purpose = "escalate";
  const auto what = std::as_bytes(std::span(purpose));
  source.insert(source.end(), what.begin(), what.end());
  return make_id_v8(source);
}

}  // namespace

Escalator::Escalator(Engine& engine, Clock clock) : engine_(engine), clock_(std::move(clock)) {}

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
  std::size_t first_looks = 0;
  const auto now = clock_();
  const auto workspace = engine_.workspace();
  for (const auto& [id, registration] : workspace->workspace.projects) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return told;
    }
    auto at = seen_.find(id);
    if (at == seen_.end()) {
      if (first_looks == kFirstLooksMax) continue;  // in a later round
      ++first_looks;
      at = seen_.emplace(id, Seen{}).first;
    }
    auto& seen = at->second;
    const bool is_due = !seen.due.is_none() && seen.due <= now;
    if (!is_due && engine_.log().stream_version(id) == seen.version) continue;
    told += look(id, seen);
  }
  return told;
}

std::size_t Escalator::look(Id id, Seen& seen) {
  const auto project = read_project_and_wait(engine_, inbox_, id);
  if (!project) return 0;  // registered, not opened
  seen.version = project->version;
  const auto due = find_due(*project, clock_());
  seen.due = due.next;
  std::size_t told = 0;
  for (const auto subject : due.subjects) {
    const auto& request = *project->approval.requests.find(subject);
    model::Request command(command_id(id, subject, request), id, {});
    write(command.command().initApproval().initEscalate().initSubject(), subject);
    const auto answer = submit_and_wait(engine_, inbox_, {.is_server = true}, std::move(command));
    if (std::holds_alternative<Accepted>(answer)) {
      ++told;
    } else if (const auto* rejection = std::get_if<model::Rejection>(&answer)) {
      // Decided or withdrawn meanwhile, or the project was archived.
      spdlog::debug("event=not_escalated project={} code={}", to_string(id),
                    model::to_string(rejection->code));
    }
  }
  return told;
}

}  // namespace daybook::engine
