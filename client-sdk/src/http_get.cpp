#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/url/parse.hpp>
#include <cstdint>
#include <daybook/http.hpp>
#include <functional>

#include "client-sdk/src/stream.hpp"

namespace daybook::client {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using net::ip::tcp;

constexpr std::uint64_t kBodyBytesMax = std::uint64_t{256} * 1024 * 1024;

struct Server {
  std::string host;
  std::string port;
  std::string authority;
  bool is_tls = false;
};

std::expected<Server, error_code> server_of(std::string_view url) {
  const auto parsed = boost::urls::parse_uri({url.data(), url.size()});
  if (!parsed) return std::unexpected(parsed.error());
  const auto& view = parsed.value();
  const bool is_plain = view.scheme() == "http" || view.scheme() == "ws";
  const bool is_tls = view.scheme() == "https" || view.scheme() == "wss";
  if ((!is_plain && !is_tls) || view.host().empty()) {
    return std::unexpected(error_code(Errc::no_connection));
  }
  const bool has_port = view.has_port() && !view.port().empty();
  return Server{std::string(view.host_address()),
                has_port ? std::string(view.port()) : (is_tls ? "443" : "80"),
                std::string(view.encoded_host_and_port()), is_tls};
}

// One request on one connection: each step starts the next.
class Get {
 public:
  // trust: nullptr without TLS.
  Get(net::io_context& io, detail::TlsTrust* trust, http::request<http::empty_body> request,
      std::chrono::milliseconds timeout)
      : trust_(trust), resolver_(io), stream_(io.get_executor()), request_(std::move(request)) {
    parser_.body_limit(kBodyBytesMax);
    stream_.next_layer().expires_after(timeout);
  }

  // Lifetime: `server` is borrowed until the end.
  void start(const Server& server) {
    const auto connect = [this, &server](error_code error, const auto& found) {
      if (failed(error)) return;
      stream_.next_layer().async_connect(found, [this, &server](error_code refused, const auto&) {
        if (failed(refused)) return;
        if (trust_ == nullptr) return send();
        secure(server.host);
      });
    };
    resolver_.async_resolve(server.host, server.port, connect);
  }

  std::expected<HttpAnswer, error_code> take() {
    if (error_ == beast::error::timeout) error_ = Errc::timed_out;
    if (error_) return std::unexpected(error_);
    auto message = parser_.release();
    return HttpAnswer{message.result_int(), std::move(message.body())};
  }

 private:
  void secure(const std::string& host) {
    stream_.async_handshake(*trust_, host, [this](error_code error) {
      const auto fault = stream_.fault(error);
      if (!failed(fault ? fault->error : error)) send();
    });
  }
  void send() {
    http::async_write(stream_, request_, [this](error_code error, std::size_t) {
      if (failed(error)) return;
      http::async_read(stream_, buffer_, parser_,
                       [this](error_code cut, std::size_t) { (void)failed(cut); });
    });
  }
  bool failed(error_code error) {
    error_ = error;
    return static_cast<bool>(error);
  }

  detail::TlsTrust* trust_;
  tcp::resolver resolver_;
  detail::Stream stream_;
  http::request<http::empty_body> request_;
  beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
  error_code error_;
};

}  // namespace

std::expected<HttpAnswer, error_code> http_get(std::string_view url, std::string_view path,
                                               std::string_view token,
                                               std::chrono::milliseconds timeout,
                                               const TlsOptions& tls) {
  const auto server = server_of(url);
  if (!server) return std::unexpected(server.error());
  const auto trust = detail::make_trust(server->is_tls, tls);
  http::request<http::empty_body> request(http::verb::get, {path.data(), path.size()}, 11);
  request.set(http::field::host, server->authority);
  request.set(http::field::connection, "close");
  if (!token.empty()) request.set(http::field::authorization, "Bearer " + std::string(token));
  net::io_context io(1);
  Get get(io, trust.get(), std::move(request), timeout);
  get.start(*server);
  io.run_for(timeout);
  if (!io.stopped()) return std::unexpected(error_code(Errc::timed_out));
  return get.take();
}

}  // namespace daybook::client
