#pragma once
// The escalator: tells the next level of a request's escalation path when it is due, by a command of the server's own.
//
// It looks at each project again when its stream has grown or something in it is due, never between; the first round after
// a start looks at all of them. A level is told once, since the rules refuse what has been told; so its commands have ids that
// nobody can know and use up. What is refused for another reason is tried again in the next round.

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "server/engine/local.hpp"

namespace daybook::engine {

// Threading: start() and stop() belong to whoever owns it; a thread of its own does the rest. run_round() is for tests and
//            must not run beside that thread.
// Lifetime:  the engine must be started, and outlive it.
// Cost:      a round reads one version a project. A project that has just been written is the projector's; any other is loaded
//            here, one at a time, only to be looked at: a level may be told so much later after a start.
class Escalator {
 public:
  Escalator(Engine& engine, Clock clock, IdSource fresh_id = random_id);
  ~Escalator();  // stops
  Escalator(const Escalator&) = delete;
  Escalator& operator=(const Escalator&) = delete;

  void start();
  void stop();

  // Looks at what may be due; returns how many levels were told.
  std::size_t run_round();

 private:
  struct Seen {
    Version version = {};
    Timestamp due = {};  // none: nothing will be
  };
  std::size_t look(Id project, Seen& seen, Version newest);
  // nullptr: not opened, or it cannot be read.
  [[nodiscard]] std::shared_ptr<const model::Project> read(Id project, const Seen& seen,
                                                           Version newest);
  void run();

  Engine& engine_;
  const Clock clock_;
  const IdSource fresh_id_;
  LocalInbox inbox_;
  std::map<Id, Seen> seen_;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace daybook::engine
