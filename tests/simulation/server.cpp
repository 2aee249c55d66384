#include "tests/simulation/server.hpp"

#include <algorithm>

namespace daybook::simulation {

using namespace std::chrono_literals;
using engine::Worker;

namespace {

constexpr std::size_t kWindowBytes = 64 * 1024;  // what the network takes before the peer reads
constexpr auto kWriteDeadline = 10s;

}  // namespace

log::OpenOptions log_options(const Disk& disk) {
  return {.directory = disk.folder(),
          .map_bytes = std::size_t{1} << 30,
          .room_bytes = 512 * 1024,
          .new_log_id = {0xDA7B00C, 1}};
}

// --- One connection --------------------------------------------------------------------------------------------------

ServerConnection::ServerConnection(std::shared_ptr<Wire> wire, sync::Services& services,
                                   VirtualTime& time, Trace& trace)
    : wire_(std::move(wire)),
      time_(time),
      trace_(trace),
      session_(std::make_shared<sync::Session>(
          services, wire_->is_text ? sync::Encoding::json : sync::Encoding::binary,
          [wants = wants_write_] { *wants = true; })) {}

ServerConnection::~ServerConnection() {
  end();
  session_->detach();
}

void ServerConnection::end() {
  if (is_done_) return;
  is_done_ = true;
  wire_->down.close(0);  // where no farewell was said
  time_.cancel(timer_);
}

bool ServerConnection::step(testing::Random& random) {
  if (is_done_) return false;
  if (wire_->is_cut) {
    trace_.say("server: connection {} is gone", wire_->number);
    end();
    return true;
  }
  if (const auto code = wire_->up.closed()) {
    trace_.say("server: connection {} was closed by the client", wire_->number);
    wire_->down.close(*code);
    end();
    return true;
  }
  if (random.one_in(2)) return read() || write();
  return write() || read();
}

bool ServerConnection::read() {
  if (!session_->wants_input() || !wire_->up.has_message()) return false;
  const auto message = wire_->up.take();
  session_->receive(message);
  *wants_write_ = true;
  return true;
}

bool ServerConnection::write() {
  if (wire_->down.in_flight() >= kWindowBytes) {
    if (!blocked_since_) blocked_since_ = time_.now();
    if (time_.now() - *blocked_since_ < kWriteDeadline) return false;
    trace_.say("server: connection {} does not read", wire_->number);
    wire_->cut();
    end();
    return true;
  }
  blocked_since_.reset();
  if (!*wants_write_) return false;
  *wants_write_ = false;
  const auto next = session_->next();
  if (!next.empty()) {
    const auto message = next.flat();
    const auto bytes = std::as_bytes(std::span(message));
    trace_.bytes(bytes);
    wire_->down.send(bytes);
    *wants_write_ = true;
    return true;
  }
  if (const auto& how = session_->closing()) {
    trace_.say("server: connection {} is closed: {} {}", wire_->number,
               static_cast<unsigned>(how->code), how->reason);
    wire_->down.close(static_cast<std::uint16_t>(how->code));
    end();
    return true;
  }
  set_timer();
  return true;
}

void ServerConnection::set_timer() {
  time_.cancel(std::exchange(timer_, 0));
  const auto at = session_->wake_at();
  if (at == Instant::max()) return;
  timer_ = time_.at(at, [wants = wants_write_] { *wants = true; });
}

// --- The server ------------------------------------------------------------------------------------------------------

Server::Running::Running(std::unique_ptr<log::EventLog> opened, engine::Options given)
    : log(std::move(opened)) {
  given.on_failure = [this](const std::string&) { broken = true; };
  engine = std::make_unique<engine::Engine>(*log, std::move(given));
  door = std::make_unique<sync::Door>(*engine, inbox);
  // Small, so that it is left and joined again.
  events = std::make_unique<sync::Ring>(*engine, 16 * 1024);
}

Server::Server(Disk& disk, VirtualTime& time, testing::Random& random, Trace& trace)
    : disk_(disk), time_(time), random_(random), trace_(trace) {}

Server::~Server() { kill(End::process); }

bool Server::start() {
  disk_.start();
  auto opened = log::EventLog::open(log_options(disk_));
  if (!opened) {
    trace_.fail("the log does not open: " + opened.error().message);
    return false;
  }
  engine::Options with;
  with.clock = [this] { return wall(); };
  with.steady = [this] { return time_.now(); };
  with.threads = engine::Threads::none;
  with.fresh_id = [this](Timestamp) {
    const auto high = random_.next();
    return Id{high, random_.next()};
  };
  with.group_commands_max = 1 + random_.below(16);
  with.snapshot_events_min = options.snapshot_events_min;
  with.loaded_projects_max = 1 + random_.below(3);
  running_ = std::make_unique<Running>(std::move(*opened), std::move(with));
  auto& running = *running_;
  running.services.reset(new sync::Services{.door = *running.door,
                                            .events = *running.events,
                                            .clients = running.clients,
                                            .options = {},
                                            .clock = [this] { return wall(); },
                                            .steady = [this] { return time_.now(); },
                                            .steps = running.steps,
                                            .rooms = running.rooms,
                                            .past_shares = running.past_shares});
  (void)running.engine->add_listener(
      running.inbox, [&running](const auto& notice) { running.services->notice(*notice); });
  running.engine->start();
  today_ = date_of(wall());
  trace_.say("server: up at position {}", running.log->head().position.value);
  return true;
}

void Server::kill(End end) {
  if (!running_) return;
  if (end == End::machine) {
    for (auto& connection : running_->connections) {
      auto& wire = connection->wire();
      random_.one_in(2) ? wire.cut() : wire.fall_silent();
    }
  }
  for (auto& connection : running_->connections) connection.reset();
  running_->connections.clear();
  running_.reset();
}

void Server::stop() {
  running_->stopping = true;
  for (auto& connection : running_->connections) connection->session().drain();
}

void Server::finish_stop() {
  if (!running_->connections.empty() || running_->door->outstanding() > 0) return;
  running_->engine->stop();
  while (!running_->inbox.is_empty()) running_->inbox.run_one();
  trace_.say("server: stopped");
  kill(End::process);
}

void Server::accept(std::shared_ptr<Wire> wire) {
  auto& running = *running_;
  running.connections.push_back(
      std::make_unique<ServerConnection>(std::move(wire), *running.services, time_, trace_));
  if (running.stopping) running.connections.back()->session().drain();
}

bool Server::step() {
  if (!running_) return false;
  if (running_->stopping) finish_stop();
  if (!running_) return true;
  if (random_.one_in(3) && engine().step(Worker::sequencer)) return true;
  return step_others() || engine().step(Worker::sequencer);
}

bool Server::step_others() {
  if (!running_) return false;
  const auto first = random_.below(4);
  for (std::uint64_t i = 0; i < 4; ++i) {
    if (step_other((first + i) % 4)) return true;
  }
  return false;
}

bool Server::step_other(std::uint64_t which) {
  switch (which) {
    case 0:
      return engine().step(Worker::projector);
    case 1:
      return engine().step(Worker::historian);
    case 2:
      if (running_->inbox.is_empty()) return false;
      running_->inbox.run_one();
      return true;
    default:
      return step_connection();
  }
}

bool Server::step_connection() {
  auto& connections = running_->connections;
  if (connections.empty()) return false;
  const auto first = random_.below(connections.size());
  for (std::size_t i = 0; i < connections.size(); ++i) {
    const auto at = (first + i) % connections.size();
    if (!connections[at]->step(random_)) continue;
    if (connections[at]->is_done())
      connections.erase(connections.begin() + static_cast<std::ptrdiff_t>(at));
    return true;
  }
  return false;
}

void Server::escalate() {
  // It waits for its answers, which a broken engine gives too.
  if (!running_ || running_->stopping || running_->broken) return;
  engine::Escalator escalator(
      engine(), [this] { return wall(); },
      [this](Timestamp) {
        const auto high = random_.next();
        return Id{high, random_.next()};
      });
  trace_.say("server: {} levels told", escalator.run_round());
}

void Server::day_changed() {
  if (!running_ || date_of(wall()) == today_) return;
  today_ = date_of(wall());
  running_->services->day_changed();
}

bool Server::is_quiet() const {
  return running_ && running_->inbox.is_empty() && running_->door->outstanding() == 0 &&
         running_->engine->queue_length() == 0 && running_->engine->backlog().groups == 0;
}

}  // namespace daybook::simulation
