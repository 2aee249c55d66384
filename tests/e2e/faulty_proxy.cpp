#include <array>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <thread>

#include "tests/e2e/faulty_network.hpp"
#include "tests/support/random.hpp"

namespace daybook::testing {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

class Proxy final : public FaultyNetwork {
 public:
  explicit Proxy(std::uint64_t seed)
      : acceptor_(io_, {asio::ip::address_v4::loopback(), 0}),
        work_(io_.get_executor()),
        silence_(io_),
        random_(seed) {
    silence_.expires_at(asio::steady_timer::time_point::max());
    asio::co_spawn(io_, accept(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Proxy() override {
    io_.stop();
    thread_.join();
  }
  [[nodiscard]] std::string name() const override { return "proxy"; }
  [[nodiscard]] std::string url(std::uint16_t port) override {
    to_ = port;
    return "ws://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }
  void make_bad() override {
    on_thread([this] { bad_ = true; });
  }
  void go_silent() override {
    on_thread([this] { silent_ = true; });
  }
  void heal() override {
    on_thread([this] {
      bad_ = silent_ = false;
      silence_.cancel();
    });
  }

 private:
  struct Pair {
    tcp::socket client;
    tcp::socket server;
    void cut(bool by_reset) {
      boost::system::error_code ignored;
      if (by_reset) client.set_option(asio::socket_base::linger(true, 0), ignored);
      client.close(ignored);
      server.close(ignored);
    }
  };

  template <typename F>
  void on_thread(F f) {
    std::promise<void> done;
    asio::post(io_, [&] {
      f();
      done.set_value();
    });
    done.get_future().wait();
  }

  asio::awaitable<void> accept() {
    while (true) {
      auto [error, socket] = co_await acceptor_.async_accept(kTuple);
      if (error) co_return;
      asio::co_spawn(io_, serve(std::move(socket)), asio::detached);
    }
  }
  asio::awaitable<void> serve(tcp::socket socket) {
    auto pair = std::make_shared<Pair>(std::move(socket), tcp::socket(io_));
    const tcp::endpoint to(asio::ip::address_v4::loopback(), to_);
    const auto [error] = co_await pair->server.async_connect(to, kTuple);
    boost::system::error_code ignored;
    pair->client.set_option(tcp::no_delay(true), ignored);
    pair->server.set_option(tcp::no_delay(true), ignored);
    if (error) {
      pair->cut(false);
      co_return;
    }
    asio::co_spawn(io_, carry(pair, pair->client, pair->server), asio::detached);
    asio::co_spawn(io_, carry(pair, pair->server, pair->client), asio::detached);
  }

  asio::awaitable<void> carry(std::shared_ptr<Pair> pair, tcp::socket& from, tcp::socket& to) {
    std::array<char, 16 * 1024> bytes{};
    asio::steady_timer late(io_);
    while (true) {
      const auto [error, n] = co_await from.async_read_some(asio::buffer(bytes), kTuple);
      while (silent_) co_await silence_.async_wait(kTuple);
      if (error) break;
      std::size_t passes = n;
      if (bad_) {
        late.expires_after(std::chrono::milliseconds(random_.below(10)));
        co_await late.async_wait(kTuple);
        // One piece in fifty gets through only in part, and ends the connection.
        if (random_.one_in(50)) passes = random_.below(n + 1);
      }
      const auto [failed, m] =
          co_await asio::async_write(to, asio::buffer(bytes.data(), passes), kTuple);
      if (failed || passes < n) break;
    }
    pair->cut(random_.one_in(2));
  }

  asio::io_context io_;
  tcp::acceptor acceptor_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  asio::steady_timer silence_;  // cancelled when it ends
  Random random_;
  std::atomic<std::uint16_t> to_ = 0;
  bool bad_ = false;
  bool silent_ = false;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<FaultyNetwork> make_proxy(std::uint64_t seed) {
  return std::make_unique<Proxy>(seed);
}

}  // namespace daybook::testing
