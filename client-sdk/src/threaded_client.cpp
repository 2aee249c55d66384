#include <daybook/threaded_client.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace daybook::client {
namespace detail {
namespace {

// nullptr: none.
template <typename Handler>
std::shared_ptr<Handler> share(Handler handler) {
  return handler ? std::make_shared<Handler>(std::move(handler)) : nullptr;
}

}  // namespace

// Shared by the handles and the thread, which lets go of it last: so what is left is destroyed there.
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
  void set_handler(Client::StateHandler handler) {
    post([this, handler = std::move(handler)](Client&) mutable {
      handler_ = share(std::move(handler));
    });
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

// What a handle and the client's thread share of a replica.
struct ThreadedReplica {
  explicit ThreadedReplica(Id project) : id(project), latest(std::make_shared<ProjectSnapshot>()) {}

  void take(const ProjectChange& change) {
    {
      const std::scoped_lock lock(mutex);
      latest = change.snapshot;
    }
    if (const auto told = handler) (*told)(change);
  }

  const Id id;
  std::mutex mutex;
  std::shared_ptr<const ProjectSnapshot> latest;  // under the mutex
  // On the client's thread.
  std::optional<Project> project;
  std::shared_ptr<Project::Handler> handler;
};

}  // namespace detail

namespace {

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

}  // namespace

// --- The project -----------------------------------------------------------------------------------------------------

ThreadedProject::ThreadedProject(std::shared_ptr<detail::ClientThread> thread, Id project)
    : thread_(thread), replica_(std::make_shared<detail::ThreadedReplica>(project)) {
  thread->post([replica = replica_](Client& client) {
    replica->project.emplace(client.open(replica->id));
    replica->project->on_change(
        [at = replica.get()](const ProjectChange& change) { at->take(change); });
  });
}

void ThreadedProject::close() {
  if (!replica_) return;
  auto replica = std::move(replica_);
  if (const auto thread = detail::ClientThread::of(thread_)) {
    thread->post([replica = std::move(replica)](Client&) {
      replica->handler = nullptr;
      replica->project.reset();
    });
  }
}

ThreadedProject::~ThreadedProject() { close(); }
ThreadedProject::ThreadedProject(ThreadedProject&&) noexcept = default;

ThreadedProject& ThreadedProject::operator=(ThreadedProject&& other) noexcept {
  if (this == &other) return *this;
  close();
  thread_ = std::move(other.thread_);
  replica_ = std::move(other.replica_);
  return *this;
}

Id ThreadedProject::id() const { return replica_->id; }

std::shared_ptr<const ProjectSnapshot> ThreadedProject::snapshot() const {
  const std::scoped_lock lock(replica_->mutex);
  return replica_->latest;
}

void ThreadedProject::on_change(Project::Handler handler) {
  if (const auto thread = detail::ClientThread::of(thread_)) {
    thread->post([replica = replica_, handler = std::move(handler)](Client&) mutable {
      replica->handler = detail::share(std::move(handler));
    });
  }
}

error_code ThreadedProject::wait_ready(std::chrono::milliseconds timeout) {
  const auto thread = detail::ClientThread::of(thread_);
  if (!thread) return Errc::closed;
  return thread->wait(timeout, [replica = replica_](Client&, std::function<void(error_code)> done) {
    replica->project->ready(std::move(done));
  });
}

std::future<Outcome> ThreadedProject::submit(CommandBuilder command, SubmitOptions options) {
  auto [handler, result] = promised<Outcome>();
  submit(std::move(command), options, std::move(handler));
  return std::move(result);
}

void ThreadedProject::submit(CommandBuilder command, SubmitOptions options,
                             OutcomeHandler handler) {
  const auto thread = detail::ClientThread::of(thread_);
  if (!thread) return handler(Errc::closed, {});
  thread->post([replica = replica_, command = std::move(command), options,
                handler = std::move(handler)](Client&) mutable {
    replica->project->submit(std::move(command), options, std::move(handler));
  });
}

// --- The client ------------------------------------------------------------------------------------------------------

ThreadedClient::ThreadedClient(ClientOptions options)
    : thread_(detail::ClientThread::begin(std::move(options))) {}
ThreadedClient::~ThreadedClient() { detail::ClientThread::end(std::move(thread_)); }

// Each by one turn of the thread, so that they happen in the order of the calls.
void ThreadedClient::start() {
  post([](Client& client) { client.start(); });
}

void ThreadedClient::set_token(std::string token) {
  post([token = std::move(token)](Client& client) mutable { client.set_token(std::move(token)); });
}

State ThreadedClient::state() const { return thread_->state(); }
void ThreadedClient::on_state_change(Client::StateHandler handler) {
  thread_->set_handler(std::move(handler));
}

ThreadedProject ThreadedClient::open(Id project) { return {thread_, project}; }

std::future<Outcome> ThreadedClient::submit(Id stream, CommandBuilder command,
                                            SubmitOptions options) {
  auto [handler, result] = promised<Outcome>();
  submit(stream, std::move(command), options, std::move(handler));
  return std::move(result);
}

void ThreadedClient::submit(Id stream, CommandBuilder command, SubmitOptions options,
                            OutcomeHandler handler) {
  post([stream, command = std::move(command), options,
        handler = std::move(handler)](Client& client) mutable {
    client.submit(stream, std::move(command), options, std::move(handler));
  });
}

std::future<Outcome> ThreadedClient::query_outcome(Id command) {
  auto [handler, result] = promised<Outcome>();
  post([command, handler = std::move(handler)](Client& client) mutable {
    client.query_outcome(command, std::move(handler));
  });
  return std::move(result);
}

std::future<std::shared_ptr<const ProjectSnapshot>> ThreadedClient::project_at(Id project,
                                                                               Moment at) {
  auto [handler, result] = promised<std::shared_ptr<const ProjectSnapshot>>();
  post([project, at, handler = std::move(handler)](Client& client) mutable {
    client.project_at(project, at, std::move(handler));
  });
  return std::move(result);
}

error_code ThreadedClient::wait_live(std::chrono::milliseconds timeout) {
  return thread_->wait(timeout, [](Client& client, std::function<void(error_code)> done) {
    client.wait_live(std::move(done));
  });
}

error_code ThreadedClient::drain(std::chrono::milliseconds timeout) {
  return thread_->wait(timeout, [](Client& client, std::function<void(error_code)> done) {
    client.drain(std::move(done));
  });
}

void ThreadedClient::stop() {
  auto done = std::make_shared<std::promise<void>>();
  auto stopped = done->get_future();
  post([done](Client& client) { client.stop([done](error_code) { done->set_value(); }); });
  if (!on_thread()) stopped.get();
}

void ThreadedClient::post(std::move_only_function<void(Client&)> work) {
  thread_->post(std::move(work));
}

bool ThreadedClient::on_thread() const { return thread_->is_here(); }
Client& ThreadedClient::inside() { return thread_->client(); }

}  // namespace daybook::client
