#pragma once
// The engine as one I/O thread sees it: every call is answered on this thread, and the thread knows how many answers
// it still has to wait for.

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "server/engine/engine.hpp"

namespace daybook::sync {

// Threading: confined to the inbox's thread.
// Lifetime:  must outlive its calls: wait until outstanding() is 0.
class Door {
 public:
  Door(engine::Engine& engine, engine::Inbox& inbox) : engine_(engine), inbox_(inbox) {}
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  void submit(engine::Submission submission, engine::AnswerHandler answer);
  void query_outcome(Id command, engine::AnswerHandler answer);
  void read_project(Id project, engine::ReadHandler<model::Project> handler);
  void read_covers(engine::ReadHandler<engine::Covers> handler);
  void read_cover(Id project, engine::ReadHandler<engine::Covers> handler);
  void read_view(Id project, model::ViewName name, engine::RejectedActs acts,
                 engine::ReadHandler<model::View> handler);
  void read_project_at(Id project, engine::At at,
                       engine::PastHandler<std::shared_ptr<const model::Project>> handler);
  void read_view_at(Id project, model::ViewName name, engine::At at, engine::RejectedActs acts,
                    engine::PastHandler<std::shared_ptr<const model::View>> handler);
  void read_context(Id project, Id entity, std::optional<Version> version, bool shows_rejected,
                    engine::PastHandler<std::shared_ptr<capnp::MallocMessageBuilder>> handler);

  void try_out(std::shared_ptr<const engine::WhatIf> question,
               engine::PastHandler<std::shared_ptr<const engine::WhatIfAnswer>> handler);

  // Commands that the door itself refuses, for whoever watches.
  void count_refused(model::Code code, std::uint64_t commands = 1) {
    engine_.metrics().rejected.add(code, commands);
  }

  [[nodiscard]] const log::EventLog& log() const { return engine_.log(); }
  [[nodiscard]] std::shared_ptr<const model::Workspace> workspace() const {
    return engine_.workspace();
  }
  [[nodiscard]] const engine::Engine& engine() const { return engine_; }
  [[nodiscard]] engine::Inbox& inbox() { return inbox_; }

  // Calls that are not answered yet.
  [[nodiscard]] std::size_t outstanding() const { return outstanding_; }
  // Runs whenever outstanding() has become 0.
  void on_idle(std::function<void()> handler) { on_idle_ = std::move(handler); }

 private:
  template <typename Result, typename Handler>
  auto counted(Handler handler) {
    ++outstanding_;
    return [this, handler = std::move(handler)](Result result) mutable {
      --outstanding_;
      const WhenDone tell_idle{*this};  // also when the handler throws
      handler(std::move(result));
    };
  }

  struct WhenDone {
    Door& door;
    ~WhenDone() {
      if (door.outstanding_ == 0 && door.on_idle_) door.on_idle_();
    }
  };

  engine::Engine& engine_;
  engine::Inbox& inbox_;
  std::size_t outstanding_ = 0;
  std::function<void()> on_idle_;
};

}  // namespace daybook::sync
