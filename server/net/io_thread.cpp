#include "server/net/io_thread.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <exception>

#include "server/sync/log_text.hpp"

namespace daybook::net {
namespace {

sync::SessionOptions session_options(const ServerOptions& options) {
  sync::SessionOptions out;
  out.heartbeat = options.heartbeat;
  out.hello_timeout = options.handshake_timeout;
  out.commands_per_second = options.commands_per_second;
  out.view_updates_per_second = options.view_updates_per_second;
  out.reset_events = options.reset_events;
  out.server_version = options.version;
  return out;
}

}  // namespace

void Traffic::add(const Traffic& other) {
  http_connections += other.http_connections;
  sync_connections += other.sync_connections;
  subscriptions += other.subscriptions;
  slowest_lag = std::max(slowest_lag, other.slowest_lag);
  bytes_sent += other.bytes_sent;
}

IoThread::IoThread(Shared& shared)
    : shared_(shared),
      work_(context_.get_executor()),
      deadlines_(context_, shared.options.steady),
      door_(shared.engine, *this),
      services_{.door = door_,
                .events = shared.events,
                .clients = shared.clients,
                .options = session_options(shared.options),
                .clock = shared.options.clock,
                .steady = shared.options.steady,
                .steps = shared.view_steps,
                .rooms = shared.rooms,
                .past_shares = shared.past_shares},
      day_timer_(context_),
      today_(date_of(services_.clock())) {
  door_.on_idle([this] { end_if_idle(); });
}

IoThread::~IoThread() { join(); }

void IoThread::start() {
  listener_ = shared_.engine.add_listener(
      *this, [this](const std::shared_ptr<const engine::Notice>& n) { services_.notice(*n); });
  await_next_day();
  thread_ = std::thread([this] {
    while (true) {
      try {
        context_.run();
        return;
      } catch (const std::exception& error) {
        // One handler's failure is not that of the other connections.
        spdlog::error("event=handler_failed what=\"{}\"", sync::log_text(error.what()));
      }
    }
  });
}

void IoThread::join() {
  if (thread_.joinable()) thread_.join();
}

void IoThread::post(Task task) { asio::post(context_, std::move(task)); }

void IoThread::adopt(asio::ip::tcp::socket::native_handle_type handle, bool is_v6,
                     std::string address) {
  asio::post(context_, [this, handle, is_v6, address = std::move(address)]() mutable {
    asio::ip::tcp::socket socket(context_);
    boost::system::error_code ec;
    socket.assign(is_v6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), handle, ec);
    if (ec || draining_) {
      shared_.count.leave(address);
      return;
    }
    begin(std::move(socket), std::move(address));
  });
}

void IoThread::begin(asio::ip::tcp::socket socket, std::string address) {
  ++serving_;
  auto served = serve_http(std::move(socket), Served(*this, address));
  asio::co_spawn(context_, std::move(served), [address](const std::exception_ptr& error) {
    if (!error) return;
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& failure) {
      spdlog::error("event=connection_failed peer={} what=\"{}\"", address,
                    sync::log_text(failure.what()));
    }
  });
}

void IoThread::ended(const std::string& address) {
  shared_.count.leave(address);
  --serving_;
  end_if_idle();
}

Served::~Served() {
  if (thread_ != nullptr) thread_->ended(address_);
}

// The clock may be set meanwhile, so it is looked at every hour, and when the day should end.
void IoThread::await_next_day() {
  constexpr std::chrono::microseconds kLeast{10'000};
  constexpr std::chrono::microseconds kMost = std::chrono::hours(1);
  const auto now = services_.clock();
  const std::chrono::microseconds left(start_of({date_of(now).days + 1}).micros - now.micros);
  day_timer_.expires_after(std::clamp(left, kLeast, kMost));
  day_timer_.async_wait([this](const boost::system::error_code& ec) {
    if (ec || draining_) return;
    const auto today = date_of(services_.clock());
    if (today != today_) {
      today_ = today;
      services_.day_changed();
    }
    await_next_day();
  });
}

void IoThread::drain() {
  asio::post(context_, [this] {
    draining_ = true;
    day_timer_.cancel();
    const auto connections = connections_;
    for (auto* connection : connections) connection->drain();
    end_if_idle();
  });
}

void IoThread::abort() {
  asio::post(context_, [this] {
    aborted_ = true;
    const auto connections = connections_;
    for (auto* connection : connections) connection->abort();
  });
}

void IoThread::look(std::move_only_function<void()> done) {
  {
    const std::lock_guard lock(end_mutex_);
    if (!ended_) {
      asio::post(context_, [this, done = std::move(done)]() mutable {
        deadlines_.look();
        const auto connections = connections_;
        for (auto* connection : connections) connection->look();
        done();
      });
      return;
    }
  }
  done();
}

void IoThread::report(std::move_only_function<void(const Traffic&)> handler) {
  {
    const std::lock_guard lock(end_mutex_);
    if (!ended_) {
      asio::post(context_, [this, handler = std::move(handler)]() mutable { handler(traffic()); });
      return;
    }
  }
  handler({});
}

Traffic IoThread::traffic() const {
  Traffic traffic{.bytes_sent = bytes_sent_};
  for (const auto* connection : connections_) connection->report(traffic);
  return traffic;
}

void IoThread::end_if_idle() {
  if (!draining_ || serving_ > 0 || door_.outstanding() > 0) return;
  {
    // What was posted until now still runs.
    const std::lock_guard lock(end_mutex_);
    ended_ = true;
  }
  if (listener_ != 0) shared_.engine.remove_listener(std::exchange(listener_, 0));
  work_.reset();
}

}  // namespace daybook::net
