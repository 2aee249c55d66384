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
//            on it, and a future's get() would never return. What returns a value that is the client's own (status(),
//            presence(), server(), fresh_id() …) waits for a turn of that thread, behind what was called before and the
//            handler that is running; called on it, it is done at once.
// Lifetime:  the destructor does not wait for the network: it lets the handler that is running finish, drops everything
//            else, and ends the thread; from inside a handler the thread ends when that handler has returned. Futures not
//            ready by then hold std::future_error (broken_promise). To say farewell and to have everything answered, call
//            drain() and stop() before.
// Failure:   futures throw boost::system::system_error with the codes of daybook/error.hpp. A handler that throws ends the
//            program.

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <daybook/client.hpp>
#include <daybook/threaded_handles.hpp>

namespace daybook::client {

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

  // As the Client's of the same name, here and below.
  [[nodiscard]] Id client_id() {
    return call([](Client& client) { return client.client_id(); });
  }
  [[nodiscard]] std::optional<ServerInfo> server() {
    return read([](Client& client) { return client.server(); });
  }
  [[nodiscard]] Timestamp server_now() {
    return read([](Client& client) { return client.server_now(); });
  }
  [[nodiscard]] Id fresh_id() {
    return call([](Client& client) { return client.fresh_id(); });
  }

  // --- Reading ---------------------------------------------------------------------------------------------------

  [[nodiscard]] ThreadedProject open(Id project);
  [[nodiscard]] ThreadedWorkspace open_workspace();
  [[nodiscard]] ThreadedWatch watch(Id project, std::vector<model::ViewName> views,
                                    WatchHandlers handlers);
  [[nodiscard]] ThreadedFollow follow(FollowOptions options, FollowHandlers handlers);
  [[nodiscard]] std::future<std::shared_ptr<const ProjectSnapshot>> project_at(Id project,
                                                                               Moment at);

  // --- Acting ----------------------------------------------------------------------------------------------------

  [[nodiscard]] std::future<Outcome> submit(Id stream, CommandBuilder command,
                                            SubmitOptions options = {});
  void submit(Id stream, CommandBuilder command, SubmitOptions options, OutcomeHandler handler);
  [[nodiscard]] std::future<Outcome> query_outcome(Id command);
  [[nodiscard]] CommandStatus status(Id command) {
    return read([command](Client& client) { return client.status(command); });
  }
  [[nodiscard]] std::vector<CommandStatus> pending_commands() {
    return read([](Client& client) { return client.pending_commands(); });
  }
  [[nodiscard]] std::vector<CommandStatus> settled_commands() {
    return read([](Client& client) { return client.settled_commands(); });
  }
  void on_command_change(Client::CommandHandler handler);
  void forget(Id command);
  [[nodiscard]] OutboxReport outbox() {
    return read([](Client& client) { return client.outbox(); });
  }

  // --- Who is here -----------------------------------------------------------------------------------------------

  void look(const Looking& at);
  [[nodiscard]] Presence presence() {
    return read([](Client& client) { return client.presence(); });
  }
  void on_presence_change(Client::PresenceHandler handler);

  // --- Waiting ---------------------------------------------------------------------------------------------------

  // Waits until the state is live. timed_out: not within this time; else why it will not be.
  [[nodiscard]] error_code wait_live(std::chrono::milliseconds timeout);
  // Waits until everything submitted has been answered. timed_out: not within this time.
  [[nodiscard]] error_code drain(std::chrono::milliseconds timeout);
  // Closes the connection and waits for it, some seconds at most; what is waiting completes with operation_aborted. Called
  // on the client's thread it only begins that.
  void stop();

  // Whatever is to happen in one turn: runs work(Client&) on the client's thread.
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
  // As call(), behind what was begun before.
  template <typename Work>
  auto read(Work work) -> std::invoke_result_t<Work, Client&> {
    if (on_thread()) return work(inside());
    std::packaged_task<std::invoke_result_t<Work, Client&>(Client&)> task(std::move(work));
    auto result = task.get_future();
    post_behind(std::move(task));
    return result.get();
  }
  void post_behind(std::move_only_function<void(Client&)> work);
  [[nodiscard]] bool on_thread() const;
  [[nodiscard]] Client& inside();

  std::shared_ptr<detail::ClientThread> thread_;
};

}  // namespace daybook::client
