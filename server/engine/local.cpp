#include "server/engine/local.hpp"

#include <optional>

namespace daybook::engine {

void LocalInbox::post(Task task) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  wake_.notify_one();  // under the lock: whoever runs the last task may end the inbox
}

void LocalInbox::run_one() {
  Task task;
  {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return !tasks_.empty(); });
    task = std::move(tasks_.front());
    tasks_.pop_front();
  }
  task();
}

Answer submit_and_wait(Engine& engine, LocalInbox& inbox, const Sender& sender,
                       model::Request request) {
  auto submission = check_submission(std::move(request).flat(), sender);
  if (!submission) return submission.error();
  std::optional<Answer> answer;
  submission->inbox = &inbox;
  submission->answer = [&answer](Answer given) { answer = std::move(given); };
  engine.submit(std::move(*submission));
  while (!answer) {
    engine.run_until_idle();
    inbox.run_one();
  }
  return std::move(*answer);
}

Read<model::Project> read_project_and_wait(Engine& engine, LocalInbox& inbox, Id project) {
  std::optional<Read<model::Project>> state;
  engine.read_project(project, inbox, [&state](const auto& given) { state = given; });
  while (!state) {
    engine.run_until_idle();
    inbox.run_one();
  }
  return *state;
}

}  // namespace daybook::engine
