#include "server/net/server.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "server/net/io_thread.hpp"
#include "server/net/tls.hpp"
#include "server/sync/log_text.hpp"

namespace daybook::net {
namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds kAcceptPause{50};  // when there are no descriptors left

unsigned thread_count(unsigned wanted) {
  if (wanted > 0) return wanted;
  return std::clamp(std::thread::hardware_concurrency(), 1U, 4U);
}

}  // namespace

struct Server::Impl {
  Impl(engine::Engine& engine, ServerOptions options) : shared(engine, std::move(options)) {
    for (unsigned i = 0; i < thread_count(shared.options.threads); ++i) {
      threads.push_back(std::make_unique<IoThread>(shared));
      shared.threads.push_back(threads.back().get());
    }
    acceptor.emplace(threads.front()->context());
  }

  asio::awaitable<void> accept_loop() {
    std::size_t turn = 0;
    asio::steady_timer pause(threads.front()->context());
    while (acceptor->is_open()) {
      std::string fault;
      try {
        auto [ec, socket] = co_await acceptor->async_accept(kTuple);
        if (ec == asio::error::operation_aborted || !acceptor->is_open()) break;
        if (!ec) {
          hand_over(std::move(socket), turn++);
          continue;
        }
        fault = ec.message();
      } catch (const std::exception& error) {  // one connection's
        fault = error.what();
      }
      spdlog::warn("event=accept_failed what=\"{}\"", sync::log_text(fault));
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(kTuple);
    }
  }

  void hand_over(asio::ip::tcp::socket socket, std::size_t turn) {
    boost::system::error_code ec;
    const auto peer = socket.remote_endpoint(ec);
    if (ec) return;
    auto address = peer.address().to_string();
    if (!shared.count.enter(address)) {
      spdlog::warn("event=connection_refused peer={} why=too_many", address);
      return;
    }
    socket.set_option(asio::ip::tcp::no_delay(true), ec);
    const bool is_v6 = peer.protocol() == asio::ip::tcp::v6();
    const auto handle = socket.release(ec);
    if (ec) {
      shared.count.leave(address);
      return;
    }
    threads[turn % threads.size()]->adopt(handle, is_v6, std::move(address));
  }

  void close_acceptor() {
    std::promise<void> closed;
    asio::post(threads.front()->context(), [&] {
      boost::system::error_code ignored;
      acceptor->close(ignored);
      closed.set_value();
    });
    closed.get_future().wait();
  }

  Shared shared;
  std::vector<std::unique_ptr<IoThread>> threads;
  std::optional<asio::ip::tcp::acceptor> acceptor;
  std::uint16_t port = 0;
  bool running = false;
};

Server::Server(engine::Engine& engine, ServerOptions options)
    : impl_(std::make_unique<Impl>(engine, std::move(options))) {}

Server::~Server() { stop(); }

void Server::start() {
  const auto& certificate_file = impl_->shared.options.tls_certificate_file;
  const auto& key_file = impl_->shared.options.tls_key_file;
  if (certificate_file.empty() != key_file.empty()) {
    throw std::runtime_error("TLS takes a certificate file and a key file: give both or neither");
  }
  if (!certificate_file.empty()) {
    auto& context = impl_->shared.tls.emplace(make_tls_context(certificate_file, key_file));
    warn_if_expired(context, certificate_file);
  }
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(impl_->shared.options.address),
                                         impl_->shared.options.port);
  auto& acceptor = *impl_->acceptor;
  acceptor.open(endpoint.protocol());
  acceptor.set_option(asio::socket_base::reuse_address(true));
  acceptor.bind(endpoint);
  acceptor.listen();
  impl_->port = acceptor.local_endpoint().port();
  impl_->running = true;
  for (auto& thread : impl_->threads) thread->start();
  auto accepting = impl_->accept_loop();
  asio::co_spawn(impl_->threads.front()->context(), std::move(accepting),
                 [](const std::exception_ptr& error) {
                   if (error) spdlog::critical("event=accept_loop_failed");
                 });
}

std::uint16_t Server::port() const { return impl_->port; }

void Server::look_at_clock() {
  const auto looked =
      std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(impl_->threads.size()));
  for (auto& thread : impl_->threads) thread->look([looked] { looked->count_down(); });
  looked->wait();
}

void Server::stop() {
  if (!impl_->running) return;
  impl_->running = false;
  impl_->close_acceptor();
  impl_->shared.engine.refuse_past();  // or each would be worked out for nobody
  for (auto& thread : impl_->threads) thread->drain();

  // Cuts what has not ended in time; a thread of its own, as the others may be busy.
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  std::thread cutter([&] {
    std::unique_lock lock(mutex);
    if (changed.wait_for(lock, impl_->shared.options.drain_deadline, [&] { return done; })) return;
    for (auto& thread : impl_->threads) thread->abort();
  });
  for (auto& thread : impl_->threads) thread->join();
  {
    const std::lock_guard lock(mutex);
    done = true;
  }
  changed.notify_all();
  cutter.join();
}

}  // namespace daybook::net
