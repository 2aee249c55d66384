#include "bench/crowd.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace daybook::bench {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr unsigned kClose = 8;
constexpr unsigned kPing = 9;
constexpr unsigned kPong = 10;
constexpr unsigned kBinary = 2;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in loopback(std::uint32_t offset, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + offset);
  return address;
}

// A frame's header from the server; size 0: it has not come whole.
struct FrameHead {
  std::size_t bytes = 0;
  unsigned opcode = 0;
  std::uint64_t payload = 0;
};
FrameHead read_head(std::span<const std::byte> data) {
  if (data.size() < 2) return {};
  const auto at = [&](std::size_t i) { return std::to_integer<std::uint64_t>(data[i]); };
  FrameHead head{2, static_cast<unsigned>(at(0) & 0x0F), at(1) & 0x7F};
  if (head.payload < 126) return head;
  const std::size_t more = head.payload == 126 ? 2 : 8;
  if (data.size() < 2 + more) return {};
  head.bytes = 2 + more;
  head.payload = 0;
  for (std::size_t i = 2; i < head.bytes; ++i) head.payload = head.payload << 8 | at(i);
  return head;
}

}  // namespace

void CrowdOut::send(std::span<const std::byte> payload) { add(kBinary, payload); }

void CrowdOut::add(unsigned opcode, std::span<const std::byte> payload) {
  const auto byte = [&](std::size_t value) { bytes_.push_back(static_cast<std::byte>(value)); };
  const auto size = payload.size();
  byte(0x80 | opcode);
  if (size < 126) {
    byte(0x80 | size);
  } else if (size < 65536) {
    byte(0x80 | 126);
    byte(size >> 8);
    byte(size & 0xFF);
  } else {
    byte(0x80 | 127);
    for (int shift = 56; shift >= 0; shift -= 8) byte(size >> shift & 0xFF);
  }
  bytes_.insert(bytes_.end(), 4, std::byte{0});
  bytes_.insert(bytes_.end(), payload.begin(), payload.end());
}

Crowd::Crowd(CrowdTarget target)
    : target_(std::move(target)), epoll_(epoll_create1(EPOLL_CLOEXEC)), buffer_(kReadBytes) {
  if (epoll_ < 0) fail("epoll_create1");
}

Crowd::~Crowd() {
  for (auto& line : lines_) close_line(line);
  close(epoll_);
}

std::size_t Crowd::add(std::unique_ptr<CrowdMember> member) {
  lines_.emplace_back().member = std::move(member);
  to_connect_.push_back(lines_.size() - 1);
  return lines_.size() - 1;
}

void Crowd::reconnect(std::size_t number) {
  auto& line = lines_[number];
  close_line(line);
  line.stage = Line::Stage::waiting;
  to_connect_.push_back(number);
}

bool Crowd::poll(std::chrono::milliseconds patience) {
  connect_some();
  epoll_event events[512];
  const int ready = epoll_wait(epoll_, events, 512, static_cast<int>(patience.count()));
  if (ready < 0 && errno != EINTR) fail("epoll_wait");
  for (int i = 0; i < ready; ++i) handle(events[i].data.u64, events[i].events);
  return ready > 0;
}

bool Crowd::poll_until(const std::function<bool()>& done, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    poll(std::chrono::milliseconds(10));
  }
  return true;
}

void Crowd::connect_some() {
  while (!to_connect_.empty() && connecting_ < target_.connecting_max) {
    const auto number = to_connect_.front();
    to_connect_.pop_front();
    if (lines_[number].stage == Line::Stage::waiting) connect(number);
  }
}

void Crowd::connect(std::size_t number) {
  auto& line = lines_[number];
  line.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (line.fd < 0) fail("socket");
  const int on = 1;
  setsockopt(line.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(line.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const auto from = loopback(static_cast<std::uint32_t>(number / target_.members_per_address), 0);
  if (bind(line.fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) fail("bind");
  const auto to = loopback(0, target_.port);
  if (::connect(line.fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 &&
      errno != EINPROGRESS)
    fail("connect");
  ++connecting_;
  line.stage = Line::Stage::connecting;
  line.interest = EPOLLOUT;
  epoll_event event{.events = line.interest, .data = {.u64 = number}};
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, line.fd, &event) != 0) fail("epoll_ctl");
}

void Crowd::handle(std::size_t number, std::uint32_t events) {
  auto& line = lines_[number];
  switch (line.stage) {
    case Line::Stage::waiting:
    case Line::Stage::closed:
      return;  // cut since epoll saw it
    case Line::Stage::connecting: {
      int error = 0;
      socklen_t size = sizeof error;
      getsockopt(line.fd, SOL_SOCKET, SO_ERROR, &error, &size);
      if (error != 0) throw std::system_error(error, std::generic_category(), "connect");
      std::string request = "GET " + target_.path +
                            " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(target_.port) +
                            "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            "Sec-WebSocket-Version: 13\r\n"
                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
      if (!target_.subprotocol.empty())
        request += "Sec-WebSocket-Protocol: " + target_.subprotocol + "\r\n";
      request += "\r\n";
      const auto bytes = std::as_bytes(std::span(request));
      line.out.assign(bytes.begin(), bytes.end());
      line.stage = Line::Stage::upgrading;
      flush(number);
      return;
    }
    case Line::Stage::upgrading:
    case Line::Stage::open:
      if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive(number);
      if (line.fd >= 0) flush(number);
      return;
  }
}

void Crowd::receive(std::size_t number) {
  auto& line = lines_[number];
  // What is left over stands before what comes.
  const auto left = line.in.size();
  if (buffer_.size() < left + kReadBytes) buffer_.resize(left + kReadBytes);
  std::copy(line.in.begin(), line.in.end(), buffer_.begin());
  const auto n = recv(line.fd, buffer_.data() + left, kReadBytes, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    ++ended_by_peer_;
    close_line(line);
    return;
  }
  std::span<const std::byte> data(buffer_.data(), left + static_cast<std::size_t>(n));
  if (line.stage == Line::Stage::upgrading) data = data.subspan(take_reply(number, data));
  if (line.stage == Line::Stage::open) data = data.subspan(take(number, data));
  if (line.fd >= 0) line.in.assign(data.begin(), data.end());
}

std::size_t Crowd::take_reply(std::size_t number, std::span<const std::byte> data) {
  auto& line = lines_[number];
  const std::string_view text(reinterpret_cast<const char*>(data.data()), data.size());
  const auto end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  if (!text.starts_with("HTTP/1.1 101"))
    throw std::runtime_error("no upgrade: " + std::string(text.substr(0, text.find('\r'))));
  --connecting_;
  line.stage = Line::Stage::open;
  CrowdOut out(line.out);
  line.member->greet(out);
  return end + 4;
}

std::size_t Crowd::take(std::size_t number, std::span<const std::byte> data) {
  auto& line = lines_[number];
  CrowdOut out(line.out);
  std::size_t taken = 0;
  while (line.stage == Line::Stage::open) {
    const auto rest = data.subspan(taken);
    const auto head = read_head(rest);
    if (head.payload > kFrameBytesMax) throw std::runtime_error("a frame beyond the limit");
    if (head.bytes == 0 || rest.size() < head.bytes + head.payload) break;
    const auto payload = rest.subspan(head.bytes, head.payload);
    taken += head.bytes + head.payload;
    if (head.opcode < kClose) {
      line.member->take(payload, out);
    } else if (head.opcode == kPing) {
      out.add(kPong, payload);
    } else if (head.opcode == kClose) {
      ++ended_by_peer_;
      close_line(line);
    }
  }
  return taken;
}

void Crowd::flush(std::size_t number) {
  auto& line = lines_[number];
  while (!line.out.empty()) {
    const auto n = send(line.fd, line.out.data(), line.out.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) {
      ++ended_by_peer_;
      close_line(line);
      return;
    }
    line.out.erase(line.out.begin(), line.out.begin() + n);
  }
  watch(number);
}

void Crowd::watch(std::size_t number) {
  auto& line = lines_[number];
  if (line.fd < 0 || line.stage == Line::Stage::connecting) return;
  const auto interest = static_cast<std::uint32_t>(line.out.empty() ? EPOLLIN : EPOLLIN | EPOLLOUT);
  if (interest == line.interest) return;
  line.interest = interest;
  epoll_event event{.events = interest, .data = {.u64 = number}};
  if (epoll_ctl(epoll_, EPOLL_CTL_MOD, line.fd, &event) != 0) fail("epoll_ctl");
}

void Crowd::close_line(Line& line) {
  if (line.stage == Line::Stage::connecting || line.stage == Line::Stage::upgrading) --connecting_;
  if (line.fd >= 0) close(line.fd);
  line.fd = -1;
  line.stage = Line::Stage::closed;
  line.in = {};
  line.out = {};
}

void allow_files(std::size_t files) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < files) {
    const rlimit higher{files, files};
    if (setrlimit(RLIMIT_NOFILE, &higher) == 0) return;
    throw std::runtime_error("the limit on open files is " + std::to_string(limit.rlim_max) +
                             ", and it takes " + std::to_string(files));
  }
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace daybook::bench
