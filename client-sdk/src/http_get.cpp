#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/url/parse.hpp>
#include <cstdint>
#include <daybook/http.hpp>
#include <functional>

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
};

std::expected<Server, error_code> server_of(std::string_view url) {
  const auto parsed = boost::urls::parse_uri({url.data(), url.size()});
  if (!parsed) return std::unexpected(parsed.error());
  const auto& view = parsed.value();
  const bool plain = view.scheme() == "http" || view.scheme() == "ws";
  if (!plain || view.host().empty()) return std::unexpected(error_code(Errc::no_connection));
  return Server{std::string(view.host_address()),
                view.has_port() && !view.port().empty() ? std::string(view.port()) : "80",
                std::string(view.encoded_host_and_port())};
}

// One request on one connection: each step starts the next.
class Get {
 public:
  Get(net::io_context& io, http::request<http::empty_body> request,
      std::chrono::milliseconds timeout)
      : resolver_(io), stream_(io), request_(std::move(request)) {
    parser_.body_limit(kBodyBytesMax);
    stream_.expires_after(timeout);
  }

  void start(const Server& server) {
    resolver_.async_resolve(server.host, server.port, [this](error_code error, const auto& found) {
      if (failed(error)) return;
      stream_.async_connect(found, [this](error_code refused, const auto&) {
        if (!failed(refused)) send();
      });
    });
  }

  std::expected<HttpAnswer, error_code> take() {
    if (error_ == beast::error::timeout) error_ = Errc::timed_out;
    if (error_) return std::unexpected(error_);
    auto message = parser_.release();
    return HttpAnswer{message.result_int(), std::move(message.body())};
  }

 private:
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

  tcp::resolver resolver_;
  beast::tcp_stream stream_;
  http::request<http::empty_body> request_;
  beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
  error_code error_;
};

}  // namespace

std::expected<HttpAnswer, error_code> http_get(std::string_view url, std::string_view path,
                                               std::string_view token,
                                               std::chrono::milliseconds timeout) {
  const auto server = server_of(url);
  if (!server) return std::unexpected(server.error());
  http::request<http::empty_body> request(http::verb::get, {path.data(), path.size()}, 11);
  request.set(http::field::host, server->authority);
  request.set(http::field::connection, "close");
  if (!token.empty()) request.set(http::field::authorization, "Bearer " + std::string(token));
  net::io_context io(1);
  Get get(io, std::move(request), timeout);
  get.start(*server);
  io.run_for(timeout);
  if (!io.stopped()) return std::unexpected(error_code(Errc::timed_out));
  return get.take();
}

}  // namespace daybook::client
