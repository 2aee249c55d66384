#pragma once
// A client with a thread of its own, for programs without Asio: calls that block, futures and callbacks.
//
//   client::ThreadedClient daybook({.url = "https://daybook.example", .token = token});
//   auto project = daybook.open(id);
//   daybook.start();
//   if (const auto error = project.wait_ready(10s)) …
//   const client::Outcome outcome = project.submit(std::move(command)).get();
//
// Threading: every call here is safe from any thread; every handler runs on the client's thread, one at a time, and must not
//            wait there for what only this thread can bring: wait_live(), drain() and wait_ready() throw std::logic_error
//            on it, and a future's get() would never return.
// Lifetime:  the destructor does not wait for the network: it lets the handler that is running finish, drops everything
//            else, and ends the thread; from inside a handler the thread ends when that handler has returned. Futures not
//            ready by then hold std::future_error (broken_promise). To say farewell and to have everything answered, call
//            drain() and stop() before.
// Failure:   futures throw boost::system::system_error with the codes of daybook/error.hpp. A handler that throws ends the
//            program.

#include <functional>
#include <future>
#include <memory>

#include <daybook/client.hpp>

namespace daybook::client {

namespace detail {
class ClientThread;
struct ThreadedReplica;
}  // namespace detail

using OutcomeHandler = std::function<void(error_code, Outcome)>;

// A live replica of a project. A handle; its destruction ends the subscription and its handler. It may outlive the client:
// then it stays as it was, and submits nothing.
class ThreadedProject {
 public:
  ThreadedProject(std::shared_ptr<detail::ClientThread> thread, Id project);
  ~ThreadedProject();
  ThreadedProject(ThreadedProject&&) noexcept;
  ThreadedProject& operator=(ThreadedProject&&) noexcept;

  [[nodiscard]] Id id() const;
  // The newest that was told. Never nullptr; before the first its version is 0.
  [[nodiscard]] std::shared_ptr<const ProjectSnapshot> snapshot() const;
  // On the client's thread, after each change, until replaced.
  void on_change(Project::Handler handler);
  // Waits until there is a state. timed_out: not within this time; else why there will be none.
  [[nodiscard]] error_code wait_ready(std::chrono::milliseconds timeout);

  // As Project::submit().
  [[nodiscard]] std::future<Outcome> submit(CommandBuilder command, SubmitOptions options = {});
  void submit(CommandBuilder command, SubmitOptions options, OutcomeHandler handler);

 private:
  void close();

  std::weak_ptr<detail::ClientThread> thread_;
  std::shared_ptr<detail::ThreadedReplica> replica_;
};

class ThreadedClient {
 public:
  // Throws as Client's.
  explicit ThreadedClient(ClientOptions options);
  ~ThreadedClient();
  ThreadedClient(const ThreadedClient&) = delete;
  ThreadedClient& operator=(const ThreadedClient&) = delete;

  void start();
  void set_token(std::string token);
  [[nodiscard]] State state() const;
  void on_state_change(Client::StateHandler handler);

  // For something new: version 7.
  [[nodiscard]] Id fresh_id() {
    return call([](Client& client) { return client.fresh_id(); });
  }

  [[nodiscard]] ThreadedProject open(Id project);

  // As the Client's of the same name.
  [[nodiscard]] std::future<Outcome> submit(Id stream, CommandBuilder command,
                                            SubmitOptions options = {});
  void submit(Id stream, CommandBuilder command, SubmitOptions options, OutcomeHandler handler);
  [[nodiscard]] std::future<Outcome> query_outcome(Id command);
  [[nodiscard]] std::future<std::shared_ptr<const ProjectSnapshot>> project_at(Id project,
                                                                               Moment at);

  // Waits until the state is live. timed_out: not within this time; else why it will not be.
  [[nodiscard]] error_code wait_live(std::chrono::milliseconds timeout);
  // Waits until everything submitted has been answered. timed_out: not within this time.
  [[nodiscard]] error_code drain(std::chrono::milliseconds timeout);
  // Closes the connection and waits for it, some seconds at most; what is waiting completes with operation_aborted. Called
  // on the client's thread it only begins that.
  void stop();

  // For everything else that a Client can do: runs work(Client&) on the client's thread.
  void post(std::move_only_function<void(Client&)> work);
  // Likewise, waits for it and returns what it returned, or throws what it threw. On the client's thread: at once.
  template <typename Work>
  auto call(Work work) -> std::invoke_result_t<Work, Client&> {
    if (on_thread()) return work(inside());
    std::packaged_task<std::invoke_result_t<Work, Client&>(Client&)> task(std::move(work));
    auto result = task.get_future();
    post(std::move(task));
    return result.get();
  }

 private:
  [[nodiscard]] bool on_thread() const;
  [[nodiscard]] Client& inside();

  std::shared_ptr<detail::ClientThread> thread_;
};

}  // namespace daybook::client
