#include "server/engine/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <stdexcept>

#include "server/engine/decision_context.hpp"
#include "server/engine/historian.hpp"
#include "server/engine/loader.hpp"
#include "server/engine/past_workspace.hpp"
#include "server/engine/projector.hpp"
#include "server/engine/sequencer.hpp"
#include "server/engine/what_if.hpp"

namespace daybook::engine {

Timestamp system_clock_now() {
  using namespace std::chrono;
  return {duration_cast<microseconds>(system_clock::now().time_since_epoch()).count()};
}

struct Engine::Impl {
  Impl(log::EventLog& event_log, Options given)
      : log(event_log),
        options(std::move(given)),
        workspace(load_workspace(log, &workspace_loaded)),
        projector(
            log, options, metrics, workspace, workspace_loaded.events_folded,
            [this](Id stream, Version version, record::AlignedBytes bytes) {
              sequencer.put_snapshot(stream, version, std::move(bytes));
            },
            [this](const std::string& what) { fail(what); }),
        sequencer(log, with_failure(options), metrics, std::move(workspace),
                  [this](CommittedGroup group) { projector.add(std::move(group)); }),
        historian(log, options, [this](Id stream, Version version, record::AlignedBytes bytes) {
          sequencer.put_snapshot(stream, version, std::move(bytes));
        }) {}

  Options with_failure(Options inner) {
    inner.on_failure = [this](const std::string& what) { fail(what); };
    return inner;
  }

  // On the historian's thread. What is being recorded at the time that is asked for is waited for.
  std::expected<Version, model::Rejection> find_version(const Past& past, Id project,
                                                        const At& at) {
    const auto now = options.clock();
    const auto* time = std::get_if<Timestamp>(&at);
    if (time != nullptr && *time <= std::max(now, log.head().recorded_at) &&
        !sequencer.wait_until_decided(*time)) {
      const auto newest = static_cast<std::int64_t>(log.stream_version(project).value);
      return model::reject(model::Code::AHEAD_OF_LOG, {.present_number = newest});
    }
    return past.find_version(project, at, now);
  }

  void fail(const std::string& what) {
    std::call_once(failed, [&] {
      if (options.on_failure) options.on_failure(what);
    });
  }

  log::EventLog& log;
  const Options options;
  std::once_flag failed;
  Metrics metrics;
  Loaded workspace_loaded;
  model::Workspace workspace;
  Projector projector;
  Sequencer sequencer;
  Historian historian;
};

Engine::Engine(log::EventLog& log, Options options)
    : impl_(std::make_unique<Impl>(log, std::move(options))) {}

Engine::~Engine() {
  if (impl_->options.threads == Threads::own) stop();
}

void Engine::start() {
  if (impl_->options.threads == Threads::none) return;
  impl_->projector.start();
  impl_->sequencer.start();
  impl_->historian.start();
}

void Engine::stop() {
  impl_->sequencer.stop();  // the projector still makes room for it
  run_until_idle();
  impl_->projector.stop();
  run_until_idle();
  impl_->historian.stop();
  run_until_idle();
}

bool Engine::step(Worker worker) {
  if (impl_->options.threads == Threads::own)
    throw std::logic_error("the engine's workers have threads of their own");
  switch (worker) {
    case Worker::sequencer:
      return impl_->projector.has_room() && impl_->sequencer.step();
    case Worker::projector:
      return impl_->projector.step();
    case Worker::historian:
      return impl_->historian.step();
  }
  return false;
}

void Engine::run_until_idle() {
  if (impl_->options.threads == Threads::own) return;
  bool worked = true;
  while (worked) {
    worked = step(Worker::sequencer);
    worked = step(Worker::projector) || worked;
    worked = step(Worker::historian) || worked;
  }
}

void Engine::submit(Submission submission) { impl_->sequencer.submit(std::move(submission)); }

void Engine::query_outcome(Id command, Inbox& inbox, AnswerHandler answer) {
  impl_->sequencer.query_outcome(command, inbox, std::move(answer));
}

Engine::ListenerId Engine::add_listener(Inbox& inbox, Listener listener) {
  return impl_->projector.add_listener(inbox, std::move(listener));
}

void Engine::remove_listener(ListenerId id) { impl_->projector.remove_listener(id); }

const log::EventLog& Engine::log() const { return impl_->log; }

std::shared_ptr<const model::Workspace> Engine::workspace() const {
  return impl_->projector.workspace();
}

namespace {

// Hands what was read over to the inbox's thread.
template <typename T>
ReadHandler<T> posted(Inbox& inbox, ReadHandler<T> handler) {
  return [&inbox, handler = std::move(handler)](const Read<T>& read) mutable {
    inbox.post([handler = std::move(handler), read]() mutable { handler(read); });
  };
}

}  // namespace

void Engine::read_project(Id project, Inbox& inbox, ReadHandler<model::Project> handler) {
  impl_->projector.with_project(project, posted(inbox, std::move(handler)));
}

void Engine::read_covers(Inbox& inbox, ReadHandler<Covers> handler) {
  read_cover({}, inbox, std::move(handler));
}

void Engine::read_cover(Id project, Inbox& inbox, ReadHandler<Covers> handler) {
  impl_->projector.with_covers(project, posted(inbox, std::move(handler)));
}

void Engine::read_view(Id project, model::ViewName name, RejectedActs acts, Inbox& inbox,
                       ReadHandler<model::View> handler) {
  impl_->projector.with_view(project, name, acts, posted(inbox, std::move(handler)));
}

void Engine::read_project_at(Id project, At at, Inbox& inbox,
                             PastHandler<std::shared_ptr<const model::Project>> handler) {
  using Result = std::shared_ptr<const model::Project>;
  impl_->historian.ask<Result>(
      inbox,
      [this, project, at](Past& past) -> std::expected<Result, model::Rejection> {
        const auto version = impl_->find_version(past, project, at);
        if (!version) return std::unexpected(version.error());
        return past.state(project, *version);
      },
      std::move(handler));
}

void Engine::read_view_at(Id project, model::ViewName name, At at, RejectedActs acts, Inbox& inbox,
                          PastHandler<std::shared_ptr<const model::View>> handler) {
  using Result = std::shared_ptr<const model::View>;
  impl_->historian.ask<Result>(
      inbox,
      [this, project, name, at, acts](Past& past) -> std::expected<Result, model::Rejection> {
        const auto version = impl_->find_version(past, project, at);
        if (!version) return std::unexpected(version.error());
        const auto state = past.state(project, *version);
        // Names are those of now.
        if (name != model::ViewName::TIMELINE)
          return std::make_shared<const model::View>(
              derive_at(name, *state, *impl_->projector.workspace(), at));
        const auto then = acts == RejectedActs::shown ? load_workspace_then(past.log(), *state, at)
                                                      : model::Workspace();
        return std::make_shared<const model::View>(derive_at(name, *state, then, at));
      },
      std::move(handler));
}

void Engine::read_context(Id project, Id entity, std::optional<Version> version,
                          bool shows_rejected, Inbox& inbox,
                          PastHandler<std::shared_ptr<capnp::MallocMessageBuilder>> handler) {
  impl_->historian.ask<std::shared_ptr<capnp::MallocMessageBuilder>>(
      inbox,
      [this, project, entity, version, shows_rejected](Past& past) {
        return engine::read_context(past, project, entity, version, *impl_->projector.workspace(),
                                    shows_rejected);
      },
      std::move(handler));
}

void Engine::try_out(std::shared_ptr<const WhatIf> question, Inbox& inbox,
                     PastHandler<std::shared_ptr<const WhatIfAnswer>> handler) {
  using Result = std::shared_ptr<const WhatIfAnswer>;
  impl_->historian.ask<Result>(
      inbox,
      [this,
       question = std::move(question)](Past& past) -> std::expected<Result, model::Rejection> {
        return std::make_shared<const WhatIfAnswer>(engine::try_out(
            past.log(), *question, *impl_->projector.workspace(), impl_->options.clock()));
      },
      std::move(handler));
}

Id Engine::fresh_id() const { return impl_->options.fresh_id(impl_->options.clock()); }

void Engine::refuse_past() { impl_->historian.refuse(); }

std::size_t Engine::queue_length() const { return impl_->sequencer.queue_length(); }

Backlog Engine::backlog() const {
  const auto waiting = impl_->projector.waiting();
  return {.commands = impl_->sequencer.queue_length(),
          .groups = waiting.groups,
          .projection_delay = waiting.delay};
}

std::vector<Reason> Engine::not_ready() const {
  using std::chrono::duration;
  std::vector<Reason> reasons;
  switch (impl_->sequencer.phase()) {
    case Sequencer::Phase::working:
      if (const duration<double> waited = impl_->sequencer.waited();
          waited > impl_->options.projection_delay_max) {
        reasons.push_back(
            {"commandsBehind",
             fmt::format("the oldest command has waited {:.1f} s for its answer", waited.count())});
      }
      break;
    case Sequencer::Phase::stopping:
      reasons.push_back({"goingAway", "the server is stopping"});
      break;
    case Sequencer::Phase::failed:
      reasons.push_back({"logFailed",
                         "a write to the log failed and what became of it is unknown; the server "
                         "ends, and its next start checks the log"});
      break;
  }
  const duration<double> delay = impl_->projector.waiting().delay;
  if (impl_->projector.has_failed()) {
    reasons.push_back({"projectionFailed", "what was committed cannot be shown; the server ends"});
  } else if (delay > impl_->options.projection_delay_max) {
    reasons.push_back({"projectionBehind",
                       fmt::format("readers see what was committed {:.1f} s late", delay.count())});
  }
  if (impl_->sequencer.is_storage_full()) {
    reasons.push_back({"storageFull",
                       "the disk has no room for the next events; commands are taken again as "
                       "soon as there is some"});
  }
  const auto newest = impl_->log.head().recorded_at;
  if (const auto now = impl_->options.clock(); now < newest) {
    reasons.push_back(
        {"clockBehind", fmt::format("the clock is {:.1f} s behind the newest event; events are "
                                    "recorded with that one's time until it has caught up",
                                    static_cast<double>(newest.micros - now.micros) / 1e6)});
  }
  if (impl_->projector.workspace()->has_newer_events) {
    reasons.push_back({"newerEvents",
                       "a newer build has written to the workspace, which this one can only read; "
                       "start the newer build"});
  }
  return reasons;
}

Metrics& Engine::metrics() const { return impl_->metrics; }

}  // namespace daybook::engine
