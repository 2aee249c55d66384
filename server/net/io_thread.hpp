#pragma once
// One I/O thread: its io_context, the engine's door to it, and the connections that live on it.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "server/net/connection.hpp"
#include "server/net/read_shares.hpp"
#include "server/net/server.hpp"
#include "server/sync/ring.hpp"
#include "server/sync/session.hpp"

namespace daybook::net {

class IoThread;

// What all threads share.
struct Shared {
  Shared(engine::Engine& e, ServerOptions o)
      : engine(e),
        options(std::move(o)),
        events(e, options.ring_bytes_max),
        count(options.connections_max, options.connections_per_address_max),
        read_shares(options.reads_per_second) {}

  engine::Engine& engine;
  ServerOptions options;
  sync::Ring events;
  std::shared_ptr<sync::ViewSteps> view_steps = std::make_shared<sync::ViewSteps>();
  std::shared_ptr<sync::PresenceRooms> rooms = std::make_shared<sync::PresenceRooms>();
  sync::Clients clients;
  ConnectionCount count;
  ReadShares read_shares;
  std::shared_ptr<sync::PastShares> past_shares = std::make_shared<sync::PastShares>();
  std::optional<asio::ssl::context> tls;  // nullopt: plain; set before the threads start
  std::vector<IoThread*> threads;         // complete before the first of them starts
  const std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
};

// What one thread has to do, or all of them together.
struct Traffic {
  std::size_t http_connections = 0;
  std::size_t sync_connections = 0;
  std::size_t subscriptions = 0;
  std::uint64_t slowest_lag = 0;  // events that the slowest subscription is behind
  std::uint64_t bytes_sent = 0;   // since the start; before encryption

  void add(const Traffic& other);
};

// A connection as its thread sees it.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual void report(Traffic& traffic) const = 0;  // adds itself
  virtual void look() {}                            // at the clock, which was moved
  virtual void drain() = 0;                         // finish what is under way, then end
  virtual void abort() = 0;                         // end now
};

// A connection that was counted, until it has ended.
//
// Threading: confined to its thread. Lifetime: the thread waits for it.
class Served {
 public:
  Served(IoThread& thread, std::string address) : thread_(&thread), address_(std::move(address)) {}
  Served(Served&& other) noexcept
      : thread_(std::exchange(other.thread_, nullptr)), address_(std::move(other.address_)) {}
  Served& operator=(Served&&) = delete;
  ~Served();

  [[nodiscard]] IoThread& thread() const { return *thread_; }
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  IoThread* thread_;  // nullptr: moved from
  std::string address_;
};

// Threading: run() is the thread; post(), adopt(), drain() and abort() may be called from others.
// Lifetime:  outlives its connections and every call to the engine made through its door.
class IoThread final : public engine::Inbox {
 public:
  explicit IoThread(Shared& shared);
  ~IoThread() override;

  void start();
  void join();

  void post(Task task) override;

  // Takes over a socket that was accepted and counted.
  void adopt(asio::ip::tcp::socket::native_handle_type socket, bool is_v6, std::string address);
  void drain();
  void abort();
  // Whatever waits for a time looks at the clock; then calls `done`, on the thread, or at once where it has ended.
  void look(std::move_only_function<void()> done);
  // Hands the thread's traffic to `handler`, once: on the thread, or at once where it has ended.
  void report(std::move_only_function<void(const Traffic&)> handler);

  // --- On the thread itself ---
  [[nodiscard]] asio::io_context& context() { return context_; }
  [[nodiscard]] Shared& shared() { return shared_; }
  [[nodiscard]] sync::Door& door() { return door_; }
  [[nodiscard]] Deadlines& deadlines() { return deadlines_; }
  [[nodiscard]] sync::Services& services() { return services_; }
  [[nodiscard]] bool draining() const { return draining_; }
  [[nodiscard]] bool aborted() const { return aborted_; }  // nobody is there for an answer
  void add(Connection& connection) { connections_.insert(&connection); }
  void remove(Connection& connection) { connections_.erase(&connection); }
  void count_sent(std::size_t bytes) { bytes_sent_ += bytes; }

 private:
  friend class Served;
  void begin(asio::ip::tcp::socket socket, std::string address);
  void ended(const std::string& address);
  void end_if_idle();
  [[nodiscard]] Traffic traffic() const;
  void await_next_day();

  Shared& shared_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  Deadlines deadlines_;
  sync::Door door_;
  sync::Services services_;
  engine::Engine::ListenerId listener_ = 0;
  asio::steady_timer day_timer_;
  Date today_;  // as the connections were told
  std::set<Connection*> connections_;
  std::size_t serving_ = 0;
  std::uint64_t bytes_sent_ = 0;
  bool draining_ = false;
  bool aborted_ = false;
  std::mutex end_mutex_;
  bool ended_ = false;  // takes no more; guarded by end_mutex_
  std::thread thread_;
};

// Serves one connection until it ends: TLS where the server has a certificate, HTTP, and the sync protocol after an
// upgrade, which goes on when this has returned.
asio::awaitable<void> serve_http(asio::ip::tcp::socket socket, Served served);

}  // namespace daybook::net
