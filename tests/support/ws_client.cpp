#include "tests/support/ws_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace daybook::testing {
namespace {

namespace protocol = schema::protocol;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("test client: " + what);
}

void wait_for(int fd, short events) {
  pollfd poll_fd{.fd = fd, .events = events, .revents = 0};
  const auto millis = std::chrono::milliseconds(kPatience).count();
  if (::poll(&poll_fd, 1, static_cast<int>(millis)) != 1) fail("nothing came in time");
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

}  // namespace

// The connection's TLS, between two buffers in memory.
struct RawSocket::Tls {
  explicit Tls(const TlsTerms& terms) : context(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_min_proto_version(context, terms.version_min);
    SSL_CTX_set_max_proto_version(context, terms.version_max);
    // The versions before 1.2 need what this level alone still allows.
    SSL_CTX_set_cipher_list(context, "DEFAULT:@SECLEVEL=0");
    connection = SSL_new(context);
    SSL_set_bio(connection, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(connection);
  }
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;
  ~Tls() {
    SSL_free(connection);
    SSL_CTX_free(context);
  }
  void take(std::string_view bytes) const {
    BIO_write(SSL_get_rbio(connection), bytes.data(), static_cast<int>(bytes.size()));
  }

  SSL_CTX* context;
  SSL* connection;
};

RawSocket::RawSocket(std::uint16_t port, int receive_buffer)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (fd_ < 0) fail("no socket");
  if (receive_buffer > 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  const int one = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail("cannot connect");
  }
}

RawSocket::RawSocket(RawSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), tls_(std::move(other.tls_)) {}

RawSocket::~RawSocket() { close(); }

void RawSocket::start_tls(const TlsTerms& terms) {
  tls_ = std::make_unique<Tls>(terms);
  while (true) {
    ERR_clear_error();
    const int done = SSL_do_handshake(tls_->connection);
    const auto code = done == 1 ? 0 : ERR_get_error();
    const bool waits = SSL_get_error(tls_->connection, done) == SSL_ERROR_WANT_READ;
    flush_tls();
    if (done == 1) return;
    if (!waits) fail(code == 0 ? "TLS failed" : ERR_reason_error_string(code));
    const auto bytes = receive_raw();
    if (bytes.empty()) fail("closed in the TLS handshake");
    tls_->take(bytes);
  }
}

std::string RawSocket::tls_version() const { return SSL_get_version(tls_->connection); }

bool RawSocket::tls_resumable() const {
  return SSL_SESSION_is_resumable(SSL_get_session(tls_->connection)) == 1;
}

bool RawSocket::is_reset() {
  std::string bytes(64 * 1024, '\0');
  ssize_t got = 0;
  do {
    wait_for(fd_, POLLIN);
    got = ::recv(fd_, bytes.data(), bytes.size(), 0);
  } while (got > 0);
  return got < 0 && errno == ECONNRESET;
}

bool RawSocket::flush_tls() {
  char* data = nullptr;
  auto* const out = SSL_get_wbio(tls_->connection);
  const auto size = BIO_get_mem_data(out, &data);
  const bool sent = send_raw({data, static_cast<std::size_t>(size)});
  BIO_reset(out);
  return sent;
}

bool RawSocket::send(std::string_view bytes) {
  if (!tls_) return send_raw(bytes);
  if (bytes.empty()) return true;
  return SSL_write(tls_->connection, bytes.data(), static_cast<int>(bytes.size())) > 0 &&
         flush_tls();
}

std::string RawSocket::receive() {
  if (!tls_) return receive_raw();
  std::string bytes(16 * 1024, '\0');
  while (true) {
    ERR_clear_error();
    const int got = SSL_read(tls_->connection, bytes.data(), static_cast<int>(bytes.size()));
    if (got > 0) {
      bytes.resize(static_cast<std::size_t>(got));
      return bytes;
    }
    if (SSL_get_error(tls_->connection, got) != SSL_ERROR_WANT_READ) return {};
    const auto more = receive_raw();
    if (more.empty()) return {};
    tls_->take(more);
  }
}

bool RawSocket::send_raw(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      wait_for(fd_, POLLOUT);
    } else {
      return false;
    }
  }
  return true;
}

std::string RawSocket::receive_raw() {
  wait_for(fd_, POLLIN);
  std::string bytes(64 * 1024, '\0');
  const auto got = ::recv(fd_, bytes.data(), bytes.size(), 0);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

void RawSocket::shutdown_send() { ::shutdown(fd_, SHUT_WR); }

void RawSocket::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

std::string HttpReply::header(std::string_view name) const {
  std::string_view rest = head;
  while (!rest.empty()) {
    const auto end = std::min(rest.find("\r\n"), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !equal_ignoring_case(line.substr(0, colon), name)) {
      continue;
    }
    const auto begin = line.find_first_not_of(' ', colon + 1);
    return begin == std::string_view::npos ? std::string() : std::string(line.substr(begin));
  }
  return {};
}

boost::json::value HttpReply::json() const { return boost::json::parse(body); }

HttpReply read_reply(RawSocket& socket, std::string_view to) {
  HttpReply reply;
  std::string data;
  std::size_t end = std::string::npos;
  while ((end = data.find("\r\n\r\n")) == std::string::npos) {
    const auto more = socket.receive();
    if (more.empty()) return reply;
    data += more;
  }
  reply.head = data.substr(0, end);
  data.erase(0, end + 4);
  reply.status = std::stoi(reply.head.substr(9, 3));
  const auto length = reply.header("Content-Length");
  const bool chunked = reply.header("Transfer-Encoding") == "chunked";
  const auto wanted = length.empty() ? std::string::npos : std::stoul(length);
  if (reply.status == 101 || reply.status == 100 || to == "HEAD") {
    reply.body = std::move(data);  // there should be none
    return reply;
  }
  while (chunked ? !data.ends_with("0\r\n\r\n") : data.size() < wanted) {
    const auto more = socket.receive();
    if (more.empty()) break;
    data += more;
  }
  if (!chunked) {
    reply.body = std::move(data);
    return reply;
  }
  for (std::size_t at = 0;;) {
    const auto line = data.find("\r\n", at);
    if (line == std::string::npos) fail("a chunk is cut off");
    const auto size = std::stoul(data.substr(at, line - at), nullptr, 16);
    if (size == 0) return reply;
    reply.body += data.substr(line + 2, size);
    at = line + 2 + size + 2;
  }
}

HttpReply http_raw(std::uint16_t port, std::string_view bytes) {
  RawSocket socket(port);
  socket.send(bytes);
  socket.shutdown_send();
  return read_reply(socket);
}

HttpReply http(std::uint16_t port, const HttpCall& call) {
  std::string request = call.method + " " + call.path + " HTTP/1.1\r\nHost: localhost\r\n";
  if (!call.token.empty()) request += "Authorization: Bearer " + call.token + "\r\n";
  for (const auto& header : call.headers) request += header + "\r\n";
  if (call.method == "POST" || !call.body.empty()) {
    request +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(call.body.size()) +
        "\r\n";
  }
  request += "\r\n" + call.body;
  RawSocket socket(port);
  if (call.tls) socket.start_tls();
  socket.send(request);
  return read_reply(socket);
}

WsClient::WsClient(std::uint16_t port, const Options& options)
    : socket_(port, options.receive_buffer) {
  if (options.tls) socket_.start_tls();
  std::string request =
      "GET /api/v1/sync HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: "
      "Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Protocol: " +
      options.subprotocol + "\r\n";
  for (const auto& header : options.headers) request += header + "\r\n";
  socket_.send(request + "\r\n");
  std::string data;
  std::size_t end = std::string::npos;
  while ((end = data.find("\r\n\r\n")) == std::string::npos) {
    const auto more = socket_.receive();
    if (more.empty()) fail("closed instead of an upgrade");
    data += more;
  }
  if (!data.starts_with("HTTP/1.1 101")) fail("not upgraded: " + data);
  buffer_ = data.substr(end + 4);
}

void WsClient::send_frame(unsigned opcode, std::string_view payload, bool fin) {
  std::string out;
  out += static_cast<char>((fin ? 0x80U : 0U) | opcode);
  if (payload.size() < 126) {
    out += static_cast<char>(0x80U | payload.size());
  } else if (payload.size() < 65536) {
    out += static_cast<char>(0x80U | 126U);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size() & 0xFF);
  } else {
    out += static_cast<char>(0x80U | 127U);
    for (int shift = 56; shift >= 0; shift -= 8) {
      out += static_cast<char>(static_cast<std::uint64_t>(payload.size()) >> shift & 0xFF);
    }
  }
  const char mask[4] = {0x11, 0x22, 0x33, 0x44};
  out.append(mask, 4);
  const auto begin = out.size();
  out += payload;
  for (std::size_t i = begin; i < out.size(); ++i) {
    out[i] = static_cast<char>(out[i] ^ mask[(i - begin) % 4]);
  }
  socket_.send(out);
}

void WsClient::send(std::string_view payload, bool binary) { send_frame(binary ? 2 : 1, payload); }

std::string WsClient::frame(kj::ArrayPtr<const capnp::word> flat) {
  const auto bytes = flat.asBytes();
  std::string out(protocol::kFrameHeaderBytes + bytes.size(), '\0');
  protocol::write_header(std::span<std::byte, protocol::kFrameHeaderBytes>(
                             reinterpret_cast<std::byte*>(out.data()), protocol::kFrameHeaderBytes),
                         protocol::FrameHeader{.length = static_cast<std::uint32_t>(bytes.size()),
                                               .kind = protocol::FrameKind::message});
  if (bytes.size() > 0) {
    std::memcpy(out.data() + protocol::kFrameHeaderBytes, bytes.begin(), bytes.size());
  }
  return out;
}

bool WsClient::fill(std::size_t bytes) {
  while (buffer_.size() < bytes) {
    const auto more = socket_.receive();
    if (more.empty()) {
      closed_ = true;
      return false;
    }
    buffer_ += more;
  }
  return true;
}

std::optional<std::string> WsClient::message() {
  std::string whole;
  while (!closed_) {
    if (!fill(2)) break;
    const unsigned first = static_cast<unsigned char>(buffer_[0]);
    std::uint64_t length = static_cast<unsigned char>(buffer_[1]) & 0x7FU;
    std::size_t header = 2;
    if (length >= 126) {
      const std::size_t more = length == 126 ? 2 : 8;
      if (!fill(2 + more)) break;
      length = 0;
      for (std::size_t i = 0; i < more; ++i) {
        length = length << 8 | static_cast<unsigned char>(buffer_[2 + i]);
      }
      header += more;
    }
    if (!fill(header + length)) break;
    const auto payload = buffer_.substr(header, length);
    buffer_.erase(0, header + length);
    switch (first & 0x0F) {
      case 8:
        if (payload.size() >= 2) {
          close_code_ = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                                   static_cast<unsigned char>(payload[1]));
          close_reason_ = payload.substr(2);
        }
        send_frame(8, payload);
        socket_.close();
        closed_ = true;
        return std::nullopt;
      case 9:
        send_frame(10, payload);
        continue;
      case 10:
        continue;
      default:
        whole += payload;
        if ((first & 0x80U) != 0) return whole;
    }
  }
  return std::nullopt;
}

ServerFrame WsClient::next() {
  while (frames_.empty()) {
    const auto whole = message();
    if (!whole) fail("closed with " + std::to_string(close_code_) + " " + close_reason_);
    if (whole->size() > protocol::kServerMessageBytesMax) fail("a message beyond the limit");
    auto rest = std::as_bytes(std::span(*whole));
    while (!rest.empty()) {
      const auto header = protocol::read_frame_header(rest);
      if (!header) fail("not a frame");
      auto content = rest.subspan(protocol::kFrameHeaderBytes, header->length);
      rest = rest.subspan(protocol::kFrameHeaderBytes + header->length);
      ServerFrame frame;
      if (header->kind == protocol::FrameKind::event_batch) {
        frame.batch = protocol::read_event_batch_header(content);
        content = content.subspan(protocol::kEventBatchHeaderBytes);
        frame.entries.assign(content.begin(), content.end());
      } else {
        frame.words = kj::heapArray<capnp::word>(content.size() / sizeof(capnp::word));
        std::memcpy(frame.words.begin(), content.data(), content.size());
      }
      frames_.push_back(std::move(frame));
    }
  }
  auto frame = std::move(frames_.front());
  frames_.pop_front();
  return frame;
}

ServerFrame WsClient::next(schema::Message::Which kind) {
  while (true) {
    auto frame = next();
    if (frame.is(kind)) return frame;
  }
}

boost::json::object WsClient::next_line() {
  while (lines_.empty()) {
    const auto whole = message();
    if (!whole) fail("closed with " + std::to_string(close_code_) + " " + close_reason_);
    if (whole->size() > protocol::kServerMessageBytesMax) fail("a message beyond the limit");
    for (std::size_t at = 0; at <= whole->size();) {
      const auto end = std::min(whole->find('\n', at), whole->size());
      lines_.push_back(whole->substr(at, end - at));
      at = end + 1;
    }
  }
  const auto line = std::move(lines_.front());
  lines_.pop_front();
  return boost::json::parse(line).as_object();
}

std::uint16_t WsClient::wait_close() {
  while (message()) {
  }
  return close_code_;
}

void WsClient::close() {
  const char normal[2] = {0x03, static_cast<char>(0xE8)};  // 1000
  send_frame(8, std::string_view(normal, 2));
  static_cast<void>(wait_close());
}

ServerFrame WsClient::hello(const Hello& hello) {
  say([&](schema::Message::Builder& message) {
    auto out = message.initHello();
    out.initProtocolVersions(1).set(0, protocol::kProtocolVersion);
    out.setToken(hello.token.c_str());
    write(out.initClient(), hello.client);
  });
  return next(schema::Message::WELCOME);
}

}  // namespace daybook::testing
