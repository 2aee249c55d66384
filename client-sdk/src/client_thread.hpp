#pragma once
// The thread behind a ThreadedClient and its handles.

#include <daybook/client.hpp>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <utility>

namespace daybook::client::detail {

// nullptr: none.
template <typename Handler>
std::shared_ptr<Handler> share(Handler handler) {
  return handler ? std::make_shared<Handler>(std::move(handler)) : nullptr;
}

// A handler, and the future that it sets.
template <typename Value>
std::pair<std::function<void(error_code, Value)>, std::future<Value>> promised() {
  auto promise = std::make_shared<std::promise<Value>>();
  auto result = promise->get_future();
  return {[promise](error_code error, Value value) {
            if (error) {
              promise->set_exception(std::make_exception_ptr(boost::system::system_error(error)));
            } else {
              promise->set_value(std::move(value));
            }
          },
          std::move(result)};
}

// Shared by the handles and the thread, which lets go of it last: so what is left is destroyed there.
//
// Threading: every call from any thread, but for client(). Lifetime: from begin() to end().
class ClientThread {
 public:
  explicit ClientThread(ClientOptions options)
      : client_(std::in_place, io_.get_executor(), std::move(options)) {
    client_->on_state_change([this](const StateChange& change) { on_state(change); });
  }

  static std::shared_ptr<ClientThread> begin(ClientOptions options) {
    auto self = std::make_shared<ClientThread>(std::move(options));
    self->thread_ = std::thread([self] { self->run(); });
    return self;
  }
  // Lets the running handler finish, and ends the thread.
  static void end(std::shared_ptr<ClientThread> self) {
    std::thread thread = std::move(self->thread_);
    const bool is_here = self->is_here();
    self->ended_ = true;
    if (is_here) self->client_.reset();  // that handler is the last one
    self->io_.stop();
    self = nullptr;
    if (is_here) {
      thread.detach();
    } else {
      thread.join();
    }
  }

  // nullptr: it has ended, or is about to.
  static std::shared_ptr<ClientThread> of(const std::weak_ptr<ClientThread>& weak) {
    auto self = weak.lock();
    return self && !self->ended_ ? self : nullptr;
  }

  [[nodiscard]] bool is_here() { return io_.get_executor().running_in_this_thread(); }
  [[nodiscard]] Client& client() { return *client_; }
  [[nodiscard]] State state() const { return state_; }
  void post(std::move_only_function<void(Client&)> work) {
    net::post(io_, [this, work = std::move(work)]() mutable {
      if (client_) work(*client_);
    });
  }
  // Behind what was begun before: an operation begins by a turn of its own.
  void post_behind(std::move_only_function<void(Client&)> work) {
    post([this, work = std::move(work)](Client&) mutable { post(std::move(work)); });
  }
  void set_handler(Client::StateHandler handler) {
    post([this, handler = std::move(handler)](Client&) mutable {
      handler_ = share(std::move(handler));
    });
  }

  // Runs work() on the thread and waits for what it returns; on the thread: at once. nullopt: the thread has ended.
  template <typename Work>
  auto ask(Work work) -> std::optional<std::invoke_result_t<Work>> {
    if (is_here()) return work();
    std::packaged_task<std::invoke_result_t<Work>()> task(std::move(work));
    auto result = task.get_future();
    post_behind([task = std::move(task)](Client&) mutable { task(); });
    try {
      return result.get();
    } catch (const std::future_error&) {
      return std::nullopt;
    }
  }

  // Waits for an operation of the client, begun on its thread with a handler for its error.
  error_code wait(std::chrono::milliseconds timeout,
                  std::move_only_function<void(Client&, std::function<void(error_code)>)> begin) {
    if (is_here()) throw std::logic_error("waiting on the client's thread would never end");
    auto done = std::make_shared<std::promise<error_code>>();
    auto result = done->get_future();
    post([begin = std::move(begin), done = std::move(done)](Client& client) mutable {
      begin(client, [done](error_code error) { done->set_value(error); });
    });
    if (result.wait_for(timeout) != std::future_status::ready) return Errc::timed_out;
    try {
      return result.get();
    } catch (const std::future_error&) {
      return Errc::closed;
    }
  }

 private:
  void run() {
    io_.run();
    client_.reset();
    // What was posted meanwhile finds nobody; whoever waits for it is told.
    io_.restart();
    io_.poll();
  }
  void on_state(const StateChange& change) {
    state_ = change.state;
    if (const auto handler = handler_) (*handler)(change);
  }

  net::io_context io_{1};
  net::executor_work_guard<net::io_context::executor_type> work_{io_.get_executor()};
  std::optional<Client> client_;
  std::atomic<State> state_ = State::offline;
  std::atomic<bool> ended_ = false;
  std::shared_ptr<Client::StateHandler> handler_;  // may replace itself
  std::thread thread_;
};

}  // namespace daybook::client::detail
