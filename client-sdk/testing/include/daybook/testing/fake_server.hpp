#pragma once
// A Daybook server in memory, for the tests of apps: it speaks the real protocol, decides with the real model and checks
// tokens and roles as the real one does. The network between it and its clients does what the test says.
//
//   net::io_context io;
//   testing::FakeServer server;
//   const Id ann = server.add_member("Ann");
//   const Id bank = server.add_project("BANK", "Mobile banking", ann);
//   client::Client app(io.get_executor(), server.options(ann));
//   …
//   testing::run_until_idle(io);
//
// On one thread everything happens in the same order every time: ids, seeds, delays and time come from the server and its
// clock alone.
//
// What it has not: HTTP (http.hpp), redaction, records of attempts against the rules; and it keeps its log in memory.
//
// Threading: internally synchronized. Its clients live on executors of their own, on which it delivers.
// Lifetime:  may go before its clients, who then find nobody.
// Failure:   what a test asks for and the model refuses (a key in use, an unknown member) throws std::invalid_argument.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <daybook/client.hpp>
#include <daybook/testing/virtual_clock.hpp>

namespace daybook::testing {

class FakeServer {
 public:
  FakeServer();
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  // Options for a client that acts as a member: this network, this clock, the member's token, no randomness.
  [[nodiscard]] client::ClientOptions options(Id member);
  // Likewise with whatever token.
  [[nodiscard]] client::ClientOptions options_with(std::string token);
  [[nodiscard]] VirtualClock& clock();

  // --- Who and what there is -----------------------------------------------------------------------------------------
  [[nodiscard]] Id admin() const;
  Id add_member(std::string_view name);
  // A project with a board, opened by its manager. The last column is that of done tasks, the first of those to do.
  Id add_project(std::string_view key, std::string_view name, Id manager,
                 const std::vector<std::string>& columns = {"To do", "Doing", "Done"});
  // NONE: out of the project.
  void set_role(Id project, Id member, schema::Role role);
  // The member's token; always the same until it is revoked.
  [[nodiscard]] std::string token(Id member);
  [[nodiscard]] std::string room_token(Id project, const std::vector<schema::ViewName>& views);
  [[nodiscard]] std::string auditor_token(Id member);
  // Ends connections that use it.
  void revoke(const std::string& token);

  // Acts as a member, as another app would. `stream`: a project, or nil for the workspace.
  client::Outcome act(Id member, Id stream, client::CommandBuilder command,
                      client::SubmitOptions options = {});

  // The state as of now, and how many events there are.
  [[nodiscard]] model::Project project(Id project) const;
  // What a replica's digest() must be.
  [[nodiscard]] record::Hash digest(Id project) const;
  [[nodiscard]] model::Workspace workspace() const;
  [[nodiscard]] Position position() const;
  [[nodiscard]] record::Hash root() const;
  [[nodiscard]] std::size_t connections() const;
  // An id that nothing has yet.
  [[nodiscard]] Id fresh_id();

  // --- The network ---------------------------------------------------------------------------------------------------
  // Connections break, and no new one can be made.
  void go_offline();
  // Nothing breaks, but nothing arrives any more, as in a lift: only heartbeats tell.
  void go_silent();
  void come_back();
  // Connections break once.
  void break_connections();
  // What the server says arrives so much later, in its order.
  void set_delay(std::chrono::milliseconds delay);
  // Answers to commands are kept, until they are released in their order; events go on.
  void hold_answers();
  void release_answers();

  // --- What becomes of commands, each for the next `count` of them ---------------------------------------------------
  // The connection breaks before the command has arrived.
  void lose_commands(std::size_t count = 1);
  // The command takes effect, and the connection breaks before anybody is told.
  void lose_answers(std::size_t count = 1);
  // Refused with this code, whatever it is.
  void refuse_commands(schema::Code code, std::size_t count = 1);

  // A planned stop: clients are told, connections close, and it is there again. The log is kept.
  void restart();
  // Remembers the log as it is now; and puts it back, as an operator would an old backup: under the same id the server knows
  // less than its clients, under a fresh one it has a log of its own.
  void back_up();
  enum class LogId { same, fresh };
  void restore_backup(LogId log_id);

 private:
  class Inside;
  std::shared_ptr<Inside> inside_;
};

}  // namespace daybook::testing
