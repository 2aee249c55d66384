#pragma once
// A connection to a Daybook server that keeps itself up: live replicas, commands with their answers, events.
//
// A command is kept until it is answered: after a lost connection it is sent again, unchanged and in its order, so that it
// takes effect once. It is kept in memory, or in an outbox on disk (ClientOptions::outbox_path), out of which it is sent by
// the next run if this one ends before; what became of it can be asked for then too (status()).
//
// Threading: runs on the given executor, which must be single-threaded or a strand. start(), stop(), drain(), set_token(),
//            project_at(), submit(), forget(), look() and query_outcome() may be called from any thread; everything else,
//            construction and destruction included, on the executor, or while it does not run.
//            Handlers run on the executor (completion handlers on their own, where they have one), never inside the
//            call that starts the operation, never after stop() has completed, never after the client is gone.
// Lifetime:  the destructor does not block. Operations not completed then are dropped, their handlers destroyed on the
//            executor; stop() first to have them all completed, with operation_aborted.
// Failure:   misuse throws std::invalid_argument (the constructor: an address that is none, a CA file that cannot be read, a
//            pin that is none, either of them for an address without TLS); an outbox that cannot be opened throws
//            boost::system::system_error (outbox_in_use, outbox_unusable, or the system's own); everything else is an
//            error_code (daybook/error.hpp).

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
#include <daybook/presence.hpp>
#include <daybook/project.hpp>
#include <daybook/status.hpp>
#include <daybook/tls.hpp>
#include <daybook/watch.hpp>

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

// With `syncing` and a reason (other_log, ahead_of_log) the server is not what it was: its log was begun anew, or an old
// backup was restored. It is told before copies are dropped and fetched anew; commands that the old log had accepted may be
// lost to it.
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

  // The file in which commands are kept until they are answered (and beside it FILE-lock); the folder must exist. Empty: in
  // memory. One running client has it open at a time. OUTBOX.md tells its form. It is written on a thread of its own, or on
  // outbox_executor (for tests on one thread), and always flushed to disk: a command is `queued` when that is done.
  std::string outbox_path = {};
  net::any_io_executor outbox_executor = {};

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

// What was found in the outbox's file when it was opened and cannot be used.
struct OutboxReport {
  std::size_t set_aside = 0;  // entries that are damaged: they stay in the file, and are not sent
  std::string damaged_file =
      {};  // the file was damaged as a whole: it lies here now, and a new one was begun
};

// Commands that are confirmed or rejected, of which status() still tells; the oldest are dropped first.
inline constexpr std::size_t kSettledCommandsMax = 1'000;

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
  // Continues under another token: on the same connection if it is of the same member, else on a new one; at once if the
  // state is needs_auth. What was submitted under another member's token is held (CommandStatus::is_held).
  void set_token(std::string token);

  [[nodiscard]] State state() const;
  [[nodiscard]] Id client_id() const;
  [[nodiscard]] const std::optional<ServerInfo>& server() const;  // nullopt: never connected
  [[nodiscard]] Timestamp server_now() const;  // the server's clock, as far as known
  [[nodiscard]] Id fresh_id();                 // for something new: version 7
  using StateHandler = std::function<void(const StateChange&)>;
  void on_state_change(StateHandler handler);

  // --- Reading ---------------------------------------------------------------------------------------------------

  // Open a project once and share the handle: each is a copy and a subscription of its own.
  [[nodiscard]] Project open(Id project);
  [[nodiscard]] Workspace open_workspace();
  [[nodiscard]] Follow follow(FollowOptions options, FollowHandlers handlers);
  // Views instead of a copy: all that a room's token may read.
  [[nodiscard]] Watch watch(Id project, std::vector<model::ViewName> views, WatchHandlers handlers);

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
  // are sent in the order of the calls. Cancelling forgets the command: it may still take effect. With an outbox the
  // command outlives stop() and the program: submit() completes with operation_aborted, and status() tells the rest.
  // Errors: overloaded (pending_commands_max, pending_bytes_max), already_pending, closed, outbox_full, outbox_unusable; and
  // other_member, other_log: it is kept, and not sent, as it was given under another token or to another log.
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

  // What is known here of a command, of this run or, with an outbox, of one before.
  [[nodiscard]] CommandStatus status(Id command) const;
  // All that are neither confirmed nor rejected; and those that are. Both in the order of submission.
  [[nodiscard]] std::vector<CommandStatus> pending_commands() const;
  [[nodiscard]] std::vector<CommandStatus> settled_commands() const;
  // Called after each change of a status.
  using CommandHandler = std::function<void(const CommandStatus&)>;
  void on_command_change(CommandHandler handler);
  // Acknowledges what is settled; withdraws what is pending, but what is on its way may still take effect.
  void forget(Id command);
  [[nodiscard]] const OutboxReport& outbox() const;

  // What the server says became of a command: Accepted, or NotRecorded (it is safe to send it again).
  template <typename Token>
  auto query_outcome(Id command, Token&& token) {
    return net::async_initiate<Token, void(error_code, Outcome)>(
        [core = core_, executor = executor_, gone = gone_](auto handler, Id id) {
          start_query(core, id, detail::Completion<Outcome>(executor, gone, std::move(handler)));
        },
        token, command);
  }

  // --- Who is here -----------------------------------------------------------------------------------------------

  // Says what is looked at; one thing at a time. Whoever may read any of the project sees it, and this client sees them.
  void look(const Looking& at);
  // Who is there; empty while not connected.
  [[nodiscard]] const Presence& presence() const;
  using PresenceHandler = std::function<void(const Presence&)>;
  void on_presence_change(PresenceHandler handler);

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
