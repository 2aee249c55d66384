#pragma once
// A client inside the process: submits a command and waits for its answer. For the first start and the demonstration.

#include <condition_variable>
#include <deque>
#include <mutex>

#include "model/request.hpp"
#include "server/engine/engine.hpp"

namespace daybook::engine {

// An inbox without a thread of its own: tasks run on the thread that calls run_one().
class LocalInbox : public Inbox {
 public:
  void post(Task task) override;
  // Waits for a task and runs it.
  void run_one();

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> tasks_;
};

// Requires: the engine is started. Blocks.
[[nodiscard]] Answer submit_and_wait(Engine& engine, LocalInbox& inbox, const Sender& sender,
                                     model::Request request);
[[nodiscard]] Read<model::Project> read_project_and_wait(Engine& engine, LocalInbox& inbox,
                                                         Id project);

}  // namespace daybook::engine
