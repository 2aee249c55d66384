#pragma once
// The doors of daybookd: HTTP and the sync protocol on one port.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "server/engine/engine.hpp"
#include "server/sync/session.hpp"

namespace daybook::net {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;     // 0: any that is free
  unsigned threads = 0;       // 0: as many as the machine has, 1 to 4
  std::string version = "0";  // as told in `welcome`

  // PEM files: the certificate with its chain behind it, and its private key without a passphrase. Both or neither; with
  // them the port speaks TLS (1.2 or 1.3) and nothing else. Read by start().
  std::string tls_certificate_file;
  std::string tls_key_file;
  // Of Strict-Transport-Security, which tells browsers to come back to this host by https alone, on every port. 0: not said.
  std::chrono::milliseconds strict_transport{0};

  engine::Clock clock = engine::system_clock_now;
  engine::SteadyClock steady = std::chrono::steady_clock::now;  // called on every thread

  std::size_t connections_max = 10'000;
  std::size_t connections_per_address_max = 1'000;
  std::size_t engine_queue_max = 20'000;       // beyond it, HTTP commands are answered `overloaded`
  std::uint32_t commands_per_second = 10'000;  // of one connection; 0: no limit
  std::uint32_t reads_per_second = 1'000;      // over HTTP with one token; 0: no limit
  std::uint32_t view_updates_per_second = 10;
  std::size_t ring_bytes_max =
      64 * 1024 * 1024;  // of the newest events, kept in memory for those who follow
  std::uint64_t reset_events =
      100'000;  // who is so far behind may get a snapshot instead; 0: never
  std::chrono::milliseconds heartbeat = schema::protocol::kHeartbeat;
  std::chrono::milliseconds handshake_timeout = 2 * schema::protocol::kHeartbeat;
  std::chrono::milliseconds idle_timeout{60'000};  // between two requests
  std::chrono::milliseconds write_deadline{
      30'000};  // of one write to a peer, at most 64 KiB or a frame
  std::chrono::milliseconds drain_deadline{10'000};  // of stop(), then connections are cut
  bool metrics = true;                               // whether GET /metrics answers
  // Other sites whose pages may connect to the sync protocol: origins with commas between.
  std::string allowed_origins;
  bool test_echo = false;  // for test suites: serves kTestEchoPath (echo_session.hpp)
};

// Threads:  its own, one io_context each; a connection stays on its thread.
// Lifetime: keeps a reference to the engine, which must outlive it and still answer until stop() has returned.
// Failure:  start() throws std::runtime_error if certificate and key cannot be used (the text says why), and
//           std::system_error if the address cannot be had.
class Server {
 public:
  Server(engine::Engine& engine, ServerOptions options);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void start();
  // The port it listens on. Requires: started.
  [[nodiscard]] std::uint16_t port() const;
  // For tests, behind a move of `steady`: whatever waits for a time looks at it now. Returns when all threads have.
  void look_at_clock();
  // Stops accepting, tells the clients, lets answers go out, then closes; returns when its threads have ended. Questions about
  // the past that wait are refused, and the engine takes no more of them.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::net
