#include "tests/support/frame_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace daybook::testing {
namespace {

constexpr int kPatienceMillis = 20'000;
// Beyond so many bytes a packet a byte takes too long.
constexpr std::size_t kSingleBytesMax = 300;

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(std::string("frame socket: ") + what);
}

void wait_for(int fd, short events) {
  pollfd poll_fd{.fd = fd, .events = events, .revents = 0};
  if (::poll(&poll_fd, 1, kPatienceMillis) != 1) fail("nothing came in time");
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void send_at_once(int fd) {
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

void append_number(std::string& to, std::uint64_t number, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    to += static_cast<char>(number >> shift & 0xFF);
  }
}

void mask(std::string& bytes, std::size_t begin, std::string_view key) {
  for (std::size_t i = begin; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(bytes[i] ^ key[(i - begin) % 4]);
  }
}

}  // namespace

std::string encode(const WireFrame& frame, Side speaker) {
  const bool masked = (speaker == Side::client) != frame.has_wrong_mask;
  const std::uint64_t size = frame.payload.size();
  std::string out;
  out += static_cast<char>((frame.is_last ? 0x80U : 0U) | frame.reserved << 4 | frame.opcode);
  const unsigned mask_bit = masked ? 0x80U : 0U;
  auto form = frame.length;
  if (form == LengthForm::shortest && size >= 126) {
    form = size < 65536 ? LengthForm::in_16_bits : LengthForm::in_64_bits;
  }
  switch (form) {
    case LengthForm::shortest:
      out += static_cast<char>(mask_bit | size);
      break;
    case LengthForm::in_16_bits:
      out += static_cast<char>(mask_bit | 126U);
      append_number(out, size, 2);
      break;
    case LengthForm::in_64_bits:
      out += static_cast<char>(mask_bit | 127U);
      append_number(out, size, 8);
      break;
    case LengthForm::high_bit_set:
      out += static_cast<char>(mask_bit | 127U);
      append_number(out, size | std::uint64_t{1} << 63, 8);
      break;
  }
  constexpr std::string_view kKey = "\x11\x22\x33\x44";
  if (masked) out += kKey;
  const auto begin = out.size();
  out += frame.payload.substr(0, frame.sent.value_or(frame.payload.size()));
  if (masked) mask(out, begin, kKey);
  return out;
}

FrameSocket::FrameSocket(std::uint16_t port)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const auto address = loopback(port);
  if (fd_ < 0 || ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (fd_ >= 0) ::close(fd_);
    fail("cannot connect");
  }
  send_at_once(fd_);
}

FrameSocket::FrameSocket(FrameSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      buffer_(std::move(other.buffer_)),
      masks_(std::move(other.masks_)) {}

FrameSocket::~FrameSocket() {
  if (fd_ >= 0) ::close(fd_);
}

bool FrameSocket::send(std::string_view bytes) {
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

bool FrameSocket::send_in_bytes(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto size = at < kSingleBytesMax ? 1 : bytes.size() / 20 + 1;
    if (!send(bytes.substr(at, size))) return false;
    at += size;
  }
  return true;
}

void FrameSocket::end_sending() { ::shutdown(fd_, SHUT_WR); }

bool FrameSocket::fill(std::size_t bytes) {
  while (buffer_.size() < bytes) {
    wait_for(fd_, POLLIN);
    char more[16 * 1024];
    const auto got = ::recv(fd_, more, sizeof more, 0);
    if (got <= 0) return false;
    buffer_.append(more, static_cast<std::size_t>(got));
  }
  return true;
}

std::string FrameSocket::receive_head() {
  std::size_t end = std::string::npos;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill(buffer_.size() + 1)) return std::exchange(buffer_, {});
  }
  auto head = buffer_.substr(0, end + 4);
  buffer_.erase(0, end + 4);
  return head;
}

std::optional<WireFrame> FrameSocket::receive(Side peer) {
  if (!fill(2)) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(buffer_[i]); };
  const bool masked = (byte(1) & 0x80U) != 0;
  if (masked != (peer == Side::client)) fail("the peer's frame is wrongly masked, or plain");
  std::uint64_t length = byte(1) & 0x7FU;
  std::size_t header = 2;
  if (length >= 126) {
    const std::size_t more = length == 126 ? 2 : 8;
    if (!fill(header + more)) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < more; ++i) length = length << 8 | byte(header + i);
    header += more;
  }
  if (masked) header += 4;
  if (!fill(header + length)) return std::nullopt;
  WireFrame frame{.opcode = byte(0) & 0x0FU,
                  .payload = buffer_.substr(header, length),
                  .is_last = (byte(0) & 0x80U) != 0,
                  .reserved = (byte(0) >> 4) & 7U};
  if (masked) {
    const auto key = buffer_.substr(header - 4, 4);
    mask(frame.payload, 0, key);
    std::uint32_t number = 0;
    for (const char c : key) number = number << 8 | static_cast<unsigned char>(c);
    masks_.push_back(number);
  }
  buffer_.erase(0, header + length);
  return frame;
}

FrameListener::FrameListener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (fd_ < 0 || ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::listen(fd_, SOMAXCONN) != 0 ||
      ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    if (fd_ >= 0) ::close(fd_);
    fail("cannot listen");
  }
  port_ = ntohs(address.sin_port);
}

FrameListener::~FrameListener() { ::close(fd_); }

FrameSocket FrameListener::accept() {
  wait_for(fd_, POLLIN);
  const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) fail("cannot accept");
  send_at_once(fd);
  return FrameSocket::adopt(fd);
}

}  // namespace daybook::testing
