#pragma once
// A server with real sockets on loopback over a small project, with a token of every kind.

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "server/access/access.hpp"
#include "server/net/server.hpp"
#include "tests/server/engine/running_engine.hpp"
#include "tests/support/ws_client.hpp"

namespace daybook::testing {

inline constexpr Id kAuditor = member_id(4);
inline constexpr Id kStranger = member_id(5);  // a member without any role

// For ServerOptions::steady: stands still until it is moved. Copies are one clock.
class MovedClock {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  [[nodiscard]] Instant operator()() const { return begin_ + Instant::duration(*passed_); }
  void pass(Instant::duration time) { *passed_ += time.count(); }

 private:
  Instant begin_ = std::chrono::steady_clock::now();
  std::shared_ptr<std::atomic<Instant::rep>> passed_ =
      std::make_shared<std::atomic<Instant::rep>>(0);
};

class RunningServer : public RunningEngine {
 public:
  explicit RunningServer(net::ServerOptions options = small_options());
  ~RunningServer();

  // Two threads, so that connections meet across them.
  [[nodiscard]] static net::ServerOptions small_options();

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] net::Server& server() { return *server_; }
  // With certificate and key in the options everything below goes under TLS.
  [[nodiscard]] bool is_tls() const { return !options_.tls_certificate_file.empty(); }
  // "admin" (manager too), "contributor", "viewer", "stranger", "auditor", "room" (board and summary), "importer",
  // "expired", "revoked", "none" (empty), "nonsense".
  [[nodiscard]] const std::string& token(const std::string& kind) const { return tokens_.at(kind); }
  [[nodiscard]] Id token_id_of(const std::string& kind) const { return token_ids_.at(kind); }

  void stop_server() { server_->stop(); }
  // Server and engine, with the log closed in between.
  void restart_all();

  [[nodiscard]] WsClient connect(const std::string& kind = "admin", Id client = {});
  [[nodiscard]] WsClient connect_json(const std::string& kind = "admin");
  [[nodiscard]] HttpReply get(const std::string& path, const std::string& kind = "admin");
  [[nodiscard]] HttpReply post(const std::string& path, const std::string& body,
                               const std::string& kind = "admin");

 private:
  void issue(const std::string& kind, IssueToken fields);
  void start();

  net::ServerOptions options_;
  std::map<std::string, std::string> tokens_;
  std::map<std::string, Id> token_ids_;
  std::unique_ptr<net::Server> server_;
};

// Subscribes to the project's events from a version.
void subscribe_after(WsClient& client, std::uint32_t subscription, std::uint64_t version,
                     Id project = kProject);

// What a subscriber has: its state, and that nothing was missing or came twice.
struct Replica {
  model::Project state{.id = kProject};
  std::uint64_t version = 0;
  // Folds a batch in; throws where it does not continue what there is.
  void take(const ServerFrame& frame);
};

}  // namespace daybook::testing
