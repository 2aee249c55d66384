#pragma once
// The escalator: tells the next level of a request's escalation path when it is due, by a command of the server's own.
//
// It looks at each project again when its stream has grown or something in it is due, never between; the first round after
// a start looks at all of them, a few at a time. Its commands have ids made of subject, round and level, so that a level is
// told once, whatever happens.

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "server/engine/local.hpp"

namespace daybook::engine {

// Threading: start() and stop() belong to whoever owns it; a thread of its own does the rest. run_round() is for tests and
//            must not run beside that thread.
// Lifetime:  the engine must be started, and outlive it.
// Cost:      a round reads one version a project; a project is loaded only to be looked at.
class Escalator {
 public:
  Escalator(Engine& engine, Clock clock);
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
  std::size_t look(Id project, Seen& seen);
  void run();

  Engine& engine_;
  const Clock clock_;
  LocalInbox inbox_;
  std::map<Id, Seen> seen_;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace daybook::engine
