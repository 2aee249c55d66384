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
#include <string>

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

// Closes a socket when an operation on it takes too long. The pending operations then end with an error.
//
// Threading: confined to the socket's thread. Lifetime: the socket must outlive it.
class Deadline {
 public:
  explicit Deadline(asio::ip::tcp::socket& socket);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void expires_after(std::chrono::milliseconds time);
  void cancel();
  [[nodiscard]] bool has_expired() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Closes a socket at once, without saying anything.
void cut(asio::ip::tcp::socket& socket);

}  // namespace daybook::net
