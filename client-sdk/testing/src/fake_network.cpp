#include "client-sdk/testing/src/fake_network.hpp"

#include <boost/asio/post.hpp>

namespace daybook::testing::detail {

namespace net = boost::asio;
using client::detail::Ending;

namespace {

class FakeTransport final : public client::detail::Transport {
 public:
  FakeTransport(std::weak_ptr<Exchange> exchange, LinkPointer link)
      : exchange_(std::move(exchange)), link_(std::move(link)) {
    post([](Exchange& to, const LinkPointer& from) { to.open(from); });
  }
  FakeTransport(const FakeTransport&) = delete;
  FakeTransport& operator=(const FakeTransport&) = delete;
  ~FakeTransport() override {
    link_->alive = false;
    link_->timer->cancel();
    post([](Exchange& exchange, const LinkPointer& link) { exchange.forget(link); });
  }
  void send(Message message) override {
    post([message = std::move(message)](Exchange& exchange, const LinkPointer& link) mutable {
      exchange.take(link, std::move(message));
    });
  }
  void close(std::uint16_t code) override {
    post([code](Exchange& exchange, const LinkPointer& link) { exchange.close(link, code); });
  }

 private:
  template <typename F>
  void post(F call) {
    net::post(link_->executor, [weak = exchange_, link = link_, call = std::move(call)]() mutable {
      if (const auto exchange = weak.lock()) return call(*exchange, link);
      if (link->alive) link->listener.on_closed({.error = client::Errc::no_connection});
      link->alive = false;
    });
  }

  std::weak_ptr<Exchange> exchange_;
  LinkPointer link_;
};

}  // namespace

void deliver(const std::weak_ptr<Exchange>& weak, const LinkPointer& link) {
  const auto exchange = weak.lock();
  std::optional<client::Instant> next;
  while (exchange && link->alive) {
    auto delivery = exchange->next_delivery(link, next);
    if (!delivery) break;
    if (std::holds_alternative<Opened>(*delivery)) {
      link->listener.on_open();
    } else if (auto* message = std::get_if<Message>(&*delivery)) {
      link->listener.on_message(std::move(*message));
    } else {
      link->alive = false;
      link->listener.on_closed(std::get<Ending>(*delivery));
    }
  }
  if (next && link->alive) link->timer->call_at(*next, [weak, link] { deliver(weak, link); });
}

std::unique_ptr<client::detail::Transport> make_transport(std::weak_ptr<Exchange> exchange,
                                                          LinkPointer link) {
  return std::make_unique<FakeTransport>(std::move(exchange), std::move(link));
}

}  // namespace daybook::testing::detail
