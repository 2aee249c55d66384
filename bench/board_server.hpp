#pragma once
// A daybookd with one project: a board of three columns, whose last has a limit that is checked and never reached, and tasks
// that are moved round and round.

#include <functional>
#include <string>
#include <vector>

#include "bench/ids.hpp"
#include "bench/load.hpp"
#include "bench/server_process.hpp"
#include "bench/ws_client.hpp"
#include "model/request.hpp"

namespace daybook::bench {

// Threading: one thread at a time; the peers that it made may run on another, one thread for all of them.
// Lifetime: outlives the peers that it made.
class BoardServer {
 public:
  struct Options {
    std::size_t tasks = 10'000;
    std::vector<std::string> arguments;  // more of daybookd's
  };
  // `name`: of the folder.
  BoardServer(const std::string& name, Options options);

  // Makes the project, over so many connections.
  void set_up(std::size_t connections, std::size_t in_flight);
  // Each moves tasks of its own; its commands are one event each, and claim when they were due.
  [[nodiscard]] std::vector<Peer> movers(std::size_t connections);
  // make(number of the connection) gives its MakeCommand.
  [[nodiscard]] std::vector<Peer> connect(
      std::size_t connections, const std::function<MakeCommand(std::size_t)>& make) const;
  // One command, accepted.
  void give(Id stream, const std::function<void(model::Request&)>& fill);

  [[nodiscard]] static Id project() { return {0xbe0c, 1}; }
  [[nodiscard]] Id admin() const { return admin_; }
  [[nodiscard]] std::filesystem::path data() const { return folder_.path() / "data"; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::string& token() const { return token_; }
  void use_token(std::string token) { token_ = std::move(token); }
  [[nodiscard]] const Process& process() const { return process_; }

 private:
  [[nodiscard]] Id find_admin() const;

  Options options_;
  ScratchFolder folder_;
  Process process_;
  std::uint16_t port_ = 0;
  std::string token_;
  Ids ids_;
  Id admin_ = {};
  std::vector<std::size_t> columns_;  // where each task stands
};

}  // namespace daybook::bench
