#pragma once
// What every connection has to do with its thread: being counted, asked to finish, and cut.

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace daybook::net {

namespace asio = boost::asio;

// How many connections there are, in all and of each address.
//
// Threading: internally synchronized. Limits: one entry an address that is connected.
class ConnectionCount {
 public:
  ConnectionCount(std::size_t most, std::size_t most_per_address)
      : most_(most), most_per_address_(most_per_address) {}

  // False: there are too many already, and nothing was counted.
  [[nodiscard]] bool enter(const std::string& address);
  void leave(const std::string& address);

 private:
  std::size_t most_;
  std::size_t most_per_address_;
  std::mutex mutex_;
  std::size_t total_ = 0;
  std::map<std::string, std::size_t> per_address_;
};

class Deadline;

// Those of one thread's connections that run, on a clock that tests can move, with one timer for all.
//
// Threading: confined to the context's thread. Lifetime: outlives its deadlines.
class Deadlines {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  Deadlines(asio::io_context& context, std::function<Instant()> clock)
      : clock_(std::move(clock)), timer_(context) {}
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  // Ends what is due by the clock. Happens by itself when so much time has gone by.
  void look();

 private:
  friend Deadline;
  using Running = std::set<std::pair<Instant, Deadline*>>;
  void arm();

  std::function<Instant()> clock_;
  asio::steady_timer timer_;
  Instant armed_ = Instant::max();  // max: not
  Running running_;
};

// Closes a socket when an operation on it takes too long. The pending operations then end with an error.
//
// Threading: confined to the socket's thread. Lifetime: `all` and the socket must outlive it.
class Deadline {
 public:
  Deadline(Deadlines& all, asio::ip::tcp::socket& socket) : all_(all), socket_(socket) {}
  ~Deadline() { cancel(); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void expires_after(std::chrono::milliseconds time);
  void cancel();
  [[nodiscard]] bool has_expired() const { return expired_; }

 private:
  friend Deadlines;

  Deadlines& all_;
  asio::ip::tcp::socket& socket_;
  Deadlines::Instant at_ = Deadlines::Instant::max();  // max: it does not run
  bool expired_ = false;
};

// Closes a socket at once, without saying anything.
void cut(asio::ip::tcp::socket& socket);

}  // namespace daybook::net
