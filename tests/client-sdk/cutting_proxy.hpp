#pragma once
// A TCP proxy on loopback that cuts its connections after so many bytes of the server's.

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <functional>
#include <memory>

namespace daybook::testing {

namespace asio = boost::asio;

// Threading: confined to its io_context.
class CuttingProxy {
 public:
  // budget(): how many bytes the next connection may carry to the client before it is cut.
  CuttingProxy(asio::io_context& io, std::function<std::uint16_t()> port,
               std::function<std::uint64_t()> budget)
      : acceptor_(io, {asio::ip::address_v4::loopback(), 0}),
        port_(std::move(port)),
        budget_(std::move(budget)) {
    asio::co_spawn(io, accept(), asio::detached);
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] std::uint64_t carried() const { return *carried_; }  // to the client, in all
  [[nodiscard]] std::uint64_t connections() const { return connections_; }
  void close() { acceptor_.close(); }

 private:
  using Socket = asio::ip::tcp::socket;
  struct Pair {
    explicit Pair(Socket of_client) : client(std::move(of_client)), server(client.get_executor()) {}
    Socket client;
    Socket server;
    std::uint64_t budget = 0;
    // What was carried so far arrives, unless the connection is reset.
    void cut(bool reset = false) {
      boost::system::error_code ignored;
      if (reset) client.set_option(asio::socket_base::linger(true, 0), ignored);
      client.close(ignored);
      server.close(ignored);
    }
  };
  static constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

  asio::awaitable<void> accept() {
    while (true) {
      auto [error, socket] = co_await acceptor_.async_accept(kTuple);
      if (error) co_return;
      ++connections_;
      auto pair = std::make_shared<Pair>(std::move(socket));
      pair->budget = budget_();
      const asio::ip::tcp::endpoint to(asio::ip::address_v4::loopback(), port_());
      const auto [failed] = co_await pair->server.async_connect(to, kTuple);
      if (failed) {
        pair->cut();
        continue;
      }
      boost::system::error_code ignored;
      pair->client.set_option(asio::ip::tcp::no_delay(true), ignored);
      pair->server.set_option(asio::ip::tcp::no_delay(true), ignored);
      asio::co_spawn(acceptor_.get_executor(), up(pair), asio::detached);
      asio::co_spawn(acceptor_.get_executor(), down(pair, carried_), asio::detached);
    }
  }
  static asio::awaitable<void> up(std::shared_ptr<Pair> pair) {
    std::array<char, 16384> bytes{};
    while (true) {
      const auto [error, n] = co_await pair->client.async_read_some(asio::buffer(bytes), kTuple);
      if (error) break;
      const auto [failed, written] =
          co_await asio::async_write(pair->server, asio::buffer(bytes, n), kTuple);
      if (failed) break;
    }
    pair->cut();
  }
  static asio::awaitable<void> down(std::shared_ptr<Pair> pair,
                                    std::shared_ptr<std::uint64_t> carried) {
    std::array<char, 16384> bytes{};
    while (pair->budget > 0) {
      const auto most = std::min<std::uint64_t>(bytes.size(), pair->budget);
      const auto [error, n] =
          co_await pair->server.async_read_some(asio::buffer(bytes.data(), most), kTuple);
      if (error) break;
      const auto [failed, written] =
          co_await asio::async_write(pair->client, asio::buffer(bytes, n), kTuple);
      if (failed) break;
      pair->budget -= n;
      *carried += n;
    }
    pair->cut(pair->budget == 0 && *carried % 2 == 0);
  }

  asio::ip::tcp::acceptor acceptor_;
  std::function<std::uint16_t()> port_;
  std::function<std::uint64_t()> budget_;
  std::shared_ptr<std::uint64_t> carried_ = std::make_shared<std::uint64_t>(0);
  std::uint64_t connections_ = 0;
};

}  // namespace daybook::testing
