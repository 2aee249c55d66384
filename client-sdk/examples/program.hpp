#pragma once
// What the example programs share: their arguments, the project that is meant, a client that stays connected until Ctrl-C,
// and ends that say why.
//
// Exit codes: 0 ok, 1 refused or a check that failed, 2 usage, 3 no connection.

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <daybook/client.hpp>
#include <daybook/http.hpp>

namespace daybook::examples {

// Ends the program with this message.
struct Failure : std::runtime_error {
  Failure(int exit, const std::string& message) : std::runtime_error(message), code(exit) {}
  int code;
};

struct Arguments {
  std::string server = "http://127.0.0.1:8484";  // --server, DAYBOOK_SERVER
  std::string token;                             // --token, DAYBOOK_TOKEN
  std::string project;                           // --project: a key or an id
  client::TlsOptions tls;                        // --ca-file, --pin
  std::map<std::string, std::string> own;        // the program's own options, and flags with ""

  [[nodiscard]] bool has(const std::string& name) const { return own.contains(name); }
};

// What a program understands besides: "--limit=" takes a value, "--once" does not.
using OwnOptions = std::vector<std::string_view>;

// Reads the arguments, prints `help` for --help, runs the program, prints what it failed with. Returns the exit code.
int run(int count, char** given, std::string_view help, const OwnOptions& own,
        const std::function<int(const Arguments&)>& program);

[[nodiscard]] client::ClientOptions client_options(const Arguments& arguments);

// The project that --project names, or the only one there is.
[[nodiscard]] client::ListedProject choose_project(const Arguments& arguments);

// Words as they may stand in a terminal: what would move the cursor or turn the writing becomes "?".
[[nodiscard]] std::string harmless(std::string_view words);

// A client on this thread, connected until Ctrl-C, SIGTERM, end(), or the server's last word.
class App {
 public:
  explicit App(client::ClientOptions options);

  [[nodiscard]] boost::asio::io_context& io() { return io_; }
  [[nodiscard]] client::Client& client() { return client_; }
  // A live replica; where there will be none, fail() says why.
  [[nodiscard]] client::Project open(const client::ListedProject& project);

  // Until the end; says on standard error what becomes of the connection, unless `tell` is given. Returns the exit code.
  int run(client::Client::StateHandler tell = nullptr);
  void end(int code = 0);
  // Ends it with this message.
  void fail(Failure failure);

 private:
  void on_state(const client::StateChange& change);
  void say(const client::StateChange& change);

  boost::asio::io_context io_;
  boost::asio::signal_set signals_;
  client::Client client_;
  client::Client::StateHandler tell_;
  bool lost_ = false;
  std::optional<int> code_;
  std::optional<Failure> failure_;
};

}  // namespace daybook::examples
