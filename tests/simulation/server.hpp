#pragma once
// The server without its sockets and threads: the real log, engine and sessions, run one step at a time.

#include <deque>
#include <memory>
#include <vector>

#include "server/engine/engine.hpp"
#include "server/engine/escalator.hpp"
#include "server/sync/ring.hpp"
#include "server/sync/session.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/trace.hpp"
#include "tests/simulation/virtual_time.hpp"
#include "tests/simulation/wire.hpp"

namespace daybook::simulation {

// What the I/O thread is given to do.
class QueueInbox final : public engine::Inbox {
 public:
  void post(Task task) override { tasks_.push_back(std::move(task)); }
  [[nodiscard]] bool is_empty() const { return tasks_.empty(); }
  void run_one() {
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    task();
  }

 private:
  std::deque<Task> tasks_;
};

// A session and the server's end of its wire, as a WebSocket connection would drive it.
class ServerConnection {
 public:
  ServerConnection(std::shared_ptr<Wire> wire, sync::Services& services, VirtualTime& time,
                   Trace& trace);
  ~ServerConnection();

  // Reads, writes, or ends; false: nothing is to be done.
  bool step(testing::Random& random);
  [[nodiscard]] bool is_done() const { return is_done_; }
  [[nodiscard]] sync::Session& session() { return *session_; }
  [[nodiscard]] Wire& wire() { return *wire_; }

 private:
  bool read();
  bool write();
  void end();
  void set_timer();

  std::shared_ptr<Wire> wire_;
  VirtualTime& time_;
  Trace& trace_;
  std::shared_ptr<bool> wants_write_ = std::make_shared<bool>(true);
  VirtualTime::Timer timer_ = 0;
  std::optional<Instant> blocked_since_;
  bool is_done_ = false;
  std::shared_ptr<sync::Session> session_;
};

struct ServerOptions {
  std::int64_t wall_offset_micros = 0;  // by how much its clock is wrong
  std::size_t snapshot_events_min = 60;
};

// Threading: confined to one thread.
class Server {
 public:
  Server(Disk& disk, VirtualTime& time, testing::Random& random, Trace& trace);
  ~Server();

  // Opens the log as it is on the disk, with all its checks. False: the disk fails.
  bool start();
  // A planned stop: says so to everybody, and is over when is_stopping() becomes false.
  void stop();
  // It is gone, with all that it had in memory. With the machine all that was on its way is gone too.
  enum class End { process, machine };
  void kill(End end);

  [[nodiscard]] bool is_up() const { return running_ != nullptr; }
  [[nodiscard]] bool is_stopping() const { return running_ && running_->stopping; }
  // A write failed: it must end, and until then answers what was in flight.
  [[nodiscard]] bool has_broken() const { return running_ && running_->broken; }

  void accept(std::shared_ptr<Wire> wire);

  // One step of one of its threads; false: there was nothing to do for the one that was chosen.
  bool step();
  // Likewise, but not of the sequencer: what the others do while that one waits for the disk.
  bool step_others();
  void escalate();
  void day_changed();

  // Requires: is_up().
  [[nodiscard]] engine::Engine& engine() { return *running_->engine; }
  [[nodiscard]] const log::EventLog& log() const { return *running_->log; }
  [[nodiscard]] std::size_t connections() const {
    return running_ ? running_->connections.size() : 0;
  }
  [[nodiscard]] bool is_quiet() const;

  [[nodiscard]] Timestamp wall() const {
    return {time_.wall().micros + options.wall_offset_micros};
  }

  ServerOptions options;

 private:
  // In the order of construction; what is below uses what is above.
  struct Running {
    explicit Running(std::unique_ptr<log::EventLog> opened, engine::Options options);

    std::unique_ptr<log::EventLog> log;
    // What the engine's unanswered questions still hold when it is dropped.
    std::shared_ptr<sync::ViewSteps> steps = std::make_shared<sync::ViewSteps>();
    std::shared_ptr<sync::PresenceRooms> rooms = std::make_shared<sync::PresenceRooms>();
    std::shared_ptr<sync::PastShares> past_shares = std::make_shared<sync::PastShares>();
    QueueInbox inbox;
    std::unique_ptr<engine::Engine> engine;
    std::unique_ptr<sync::Door> door;
    std::unique_ptr<sync::EventSource> events;
    sync::Clients clients;
    std::unique_ptr<sync::Services> services;
    std::vector<std::unique_ptr<ServerConnection>> connections;
    bool stopping = false;
    bool broken = false;
  };

  bool step_other(std::uint64_t which);
  bool step_connection();
  void finish_stop();

  Disk& disk_;
  VirtualTime& time_;
  testing::Random& random_;
  Trace& trace_;
  std::unique_ptr<Running> running_;
  Date today_;
};

// What the log of a simulation is opened with: little is allocated ahead.
[[nodiscard]] log::OpenOptions log_options(const Disk& disk);

}  // namespace daybook::simulation
