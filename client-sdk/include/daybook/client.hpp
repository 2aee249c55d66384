#pragma once
// A connection to a Daybook server that keeps itself up: live replicas, commands with their answers, events.
//
// A command is kept until it is answered: after a lost connection it is sent again, unchanged and in its order, so that it
// takes effect once. It is kept in memory: what is unanswered when the program ends can be asked for by its id.
//
// Threading: runs on the given executor, which must be single-threaded or a strand. start(), stop(), drain(),
//            set_token(), project_at(), submit() and query_outcome() may be called from any thread; everything else,
//            construction and destruction included, on the executor, or while it does not run.
//            Handlers run on the executor (completion handlers on their own, where they have one), never inside the
//            call that starts the operation, never after stop() has completed, never after the client is gone.
// Lifetime:  the destructor does not block. Operations not completed then are dropped, their handlers destroyed on the
//            executor; stop() first to have them all completed, with operation_aborted.
// Failure:   misuse throws std::invalid_argument (the constructor: an address that is none, a CA file that cannot be read, a
//            pin that is none, either of them for an address without TLS); everything else is an error_code (daybook/error.hpp).

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <daybook/clock.hpp>
#include <daybook/command.hpp>
#include <daybook/detail/completion.hpp>
#include <daybook/error.hpp>
#include <daybook/follow.hpp>
#include <daybook/moment.hpp>
#include <daybook/network.hpp>
#include <daybook/outcome.hpp>
#include <daybook/project.hpp>
#include <daybook/tls.hpp>

namespace daybook::client {

enum class State {
  offline,     // not connected; next_attempt says when it tries again
  connecting,  // the connection is being made
  syncing,     // connected; what is open is catching up
  live,        // caught up
  needs_auth,  // the token is not good: set_token() goes on
  closed,      // stopped, or the server's verdict was final; start() begins anew
};
[[nodiscard]] std::string_view to_string(State state);  // "needsAuth"

struct StateChange {
  State state = State::offline;
  error_code reason = {};                                      // none: as wished
  std::string detail = {};                                     // for people who debug
  std::uint16_t close_code = 0;                                // the server's; 0: none
  std::optional<std::chrono::milliseconds> next_attempt = {};  // from now
};

struct ClientOptions {
  // wss or https under TLS, ws or http without; without a path: /api/v1/sync
  std::string url = "ws://127.0.0.1:8484";
  std::string token = {};
  TlsOptions tls = {};
  Id client_id = {};  // stable for one running client; nil: random
  std::string user_agent = "libdaybook/0.1.0";

  // Full jitter: a random delay between 0 and min(backoff_max, backoff_min * 2^attempt).
  std::chrono::milliseconds backoff_min{250};
  std::chrono::milliseconds backoff_max{30'000};
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds heartbeat_max{60'000};  // the server's interval, but at most this

  std::size_t pending_commands_max = 10'000;  // beyond it: Errc::overloaded
  std::size_t pending_bytes_max = std::size_t{64} * 1024 * 1024;

  // For tests; by default the system's, and real sockets. jitter: in [0, 1); random: cryptographic.
  std::shared_ptr<Clock> clock = {};
  std::shared_ptr<Network> network = {};
  std::function<double()> jitter = {};
  std::function<void(std::span<std::byte>)> random = {};
};

// What the server said about itself and about who the token acts as.
struct ServerInfo {
  Id log_id = {};
  Position position = {};  // the log's end when the connection was made
  record::Hash root = {};
  Id member = {};  // nil: a room
  std::vector<schema::Role> workspace_roles = {};
  std::string version = {};
};

// Questions about the past of one client that are not answered yet; beyond it: Errc::overloaded.
inline constexpr std::size_t kPastQuestionsMax = 16;

class Client {
 public:
  Client(net::any_io_executor executor, ClientOptions options);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  // Connects and stays connected. Does nothing if started.
  void start();
  // Continues under another token: at once if connected or waiting for one.
  void set_token(std::string token);

  [[nodiscard]] State state() const;
  [[nodiscard]] Id client_id() const;
  [[nodiscard]] const std::optional<ServerInfo>& server() const;  // nullopt: never connected
  [[nodiscard]] Timestamp server_now() const;  // the server's clock, as far as known
  using StateHandler = std::function<void(const StateChange&)>;
  void on_state_change(StateHandler handler);

  // --- Reading ---------------------------------------------------------------------------------------------------

  // Open a project once and share the handle: each is a copy and a subscription of its own.
  [[nodiscard]] Project open(Id project);
  [[nodiscard]] Workspace open_workspace();
  [[nodiscard]] Follow follow(FollowOptions options, FollowHandlers handlers);

  // The project as it was, void(error_code, std::shared_ptr<const ProjectSnapshot>): checked like every snapshot, and not
  // followed. Names of members are those of now, as an open replica of the project was told them; else absent. Asked again
  // after a lost connection, until it is answered or cancelled. Errors beside those of a replica: unknown_version,
  // ahead_of_log, overloaded.
  template <typename Token>
  auto project_at(Id project, Moment at, Token&& token) {
    return net::async_initiate<Token, void(error_code, std::shared_ptr<const ProjectSnapshot>)>(
        [core = CorePointer(core_), executor = executor_, gone = gone_](auto handler, Id id,
                                                                        Moment moment) {
          start_project_at(core, id, moment, PastAnswer(executor, gone, std::move(handler)));
        },
        token, project, at);
  }

  // --- Acting, void(error_code, Outcome) -------------------------------------------------------------------------

  // Sends a command to a project's stream, or with the nil id to the workspace, and completes with the answer. Commands
  // are sent in the order of the calls. Cancelling forgets the command: it may still take effect.
  template <typename Token>
  auto submit(Id stream, CommandBuilder command, SubmitOptions options, Token&& token) {
    return net::async_initiate<Token, void(error_code, Outcome)>(
        [core = core_, executor = executor_, gone = gone_](
            auto handler, Id to, CommandBuilder given, const SubmitOptions& with) {
          detail::submit(core, to, std::move(given), with,
                         detail::Completion<Outcome>(executor, gone, std::move(handler)));
        },
        token, stream, std::move(command), options);
  }
  template <typename Token>
  auto submit(Id stream, CommandBuilder command, Token&& token) {
    return submit(stream, std::move(command), SubmitOptions(), std::forward<Token>(token));
  }

  // What became of a command: Accepted, or NotRecorded (it is safe to send it again).
  template <typename Token>
  auto query_outcome(Id command, Token&& token) {
    return net::async_initiate<Token, void(error_code, Outcome)>(
        [core = core_, executor = executor_, gone = gone_](auto handler, Id id) {
          start_query(core, id, detail::Completion<Outcome>(executor, gone, std::move(handler)));
        },
        token, command);
  }

  // --- Waiting, void(error_code) ---------------------------------------------------------------------------------

  // Completes when everything submitted so far, and since, has been answered.
  template <typename Token>
  auto drain(Token&& token) {
    return wait<&Client::start_drain>(std::forward<Token>(token));
  }
  // Completes when the state is live; or, with the reason, when it is needs_auth or closed.
  template <typename Token>
  auto wait_live(Token&& token) {
    return wait<&Client::start_wait_live>(std::forward<Token>(token));
  }
  // Closes the connection; whatever is waiting completes with operation_aborted first. May be called again.
  template <typename Token>
  auto stop(Token&& token) {
    return wait<&Client::start_stop>(std::forward<Token>(token));
  }

 private:
  using CorePointer = std::weak_ptr<detail::Core>;
  using PastAnswer = detail::Completion<std::shared_ptr<const ProjectSnapshot>>;
  static void start_query(const CorePointer& core, Id id, detail::Completion<Outcome> completion);
  static void start_project_at(const CorePointer& core, Id project, Moment at, PastAnswer answer);
  static void start_drain(const CorePointer& core, detail::Completion<> completion);
  static void start_wait_live(const CorePointer& core, detail::Completion<> completion);
  static void start_stop(const CorePointer& core, detail::Completion<> completion);

  template <auto start, typename Token>
  auto wait(Token&& token) {
    return net::async_initiate<Token, void(error_code)>(
        [core = CorePointer(core_), executor = executor_, gone = gone_](auto handler) {
          start(core, detail::Completion<>(executor, gone, std::move(handler)));
        },
        token);
  }

  std::shared_ptr<detail::Core> core_;
  net::any_io_executor executor_;
  detail::Gone gone_;
};

}  // namespace daybook::client
