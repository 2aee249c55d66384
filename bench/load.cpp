#include "bench/load.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "bench/ids.hpp"

namespace daybook::bench {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

struct Line {
  Peer* peer = nullptr;
  std::vector<std::byte> out;
  std::size_t sent = 0;
  std::vector<std::byte> in;
  std::deque<Clock::time_point> begun;
  bool wants_write = false;
};

class Load {
 public:
  explicit Load(std::vector<Peer>& peers) : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    lines_.resize(peers.size());
    for (std::size_t i = 0; i < peers.size(); ++i) {
      lines_[i].peer = &peers[i];
      lines_[i].in = std::move(peers[i].unread);
      const int fd = peers[i].socket.fd();
      fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
      epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
      if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
    }
  }
  ~Load() {
    for (auto& line : lines_) {
      const int fd = line.peer->socket.fd();
      fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
      line.peer->unread = std::move(line.in);
    }
    close(epoll_);
  }

  LoadResult run(std::size_t in_flight, std::size_t total) {
    result_.latencies_us.reserve(total);
    std::size_t started = 0;
    const auto start = Clock::now();
    const auto fill = [&](Line& line) {
      const auto now = Clock::now();
      for (; line.begun.size() < in_flight && started < total; ++started) ask(line, now, {});
      flush(line);
    };
    for (auto& line : lines_) fill(line);
    while (result_.replies < total) {
      if (wait(kSilence, fill) == 0) throw std::runtime_error("the peer is silent");
    }
    return finish(start);
  }

  LoadResult run(const Schedule& schedule, const std::atomic<bool>* give_up) {
    const auto total = static_cast<std::size_t>(schedule.rate * schedule.seconds);
    std::size_t started = 0;
    const auto start = Clock::now();
    const auto wall_start = Ids::now();
    const auto after_start = [&](std::size_t request) {
      return std::chrono::nanoseconds(
          static_cast<std::int64_t>(1e9 * static_cast<double>(request) / schedule.rate));
    };
    while (true) {
      const bool stopped = give_up != nullptr && give_up->load();
      while (started < total && !stopped && start + after_start(started) <= Clock::now()) {
        auto* line = next_with_room(schedule.in_flight_max);
        if (line == nullptr) break;
        const auto due = after_start(started++);
        ask(*line, start + due, {wall_start.micros + due.count() / 1000});
      }
      for (auto& line : lines_) flush(line);
      const bool more = started < total && !stopped;
      const bool unsent = std::ranges::any_of(lines_, &Line::wants_write);
      if (!more && !unsent && result_.replies == started) break;
      // With room for another, what is next in time is that; else something must come from the peer.
      const bool any_room = std::ranges::any_of(
          lines_, [&](const Line& line) { return has_room(line, schedule.in_flight_max); });
      const auto until_due = start + after_start(started) - Clock::now();
      const auto patience = more && any_room ? std::max(until_due, Clock::duration::zero())
                                             : Clock::duration(kSilence);
      if (wait(patience, [](Line&) {}) == 0 && patience == kSilence)
        throw std::runtime_error("the peer is silent");
    }
    return finish(start);
  }

 private:
  static constexpr std::chrono::seconds kSilence{30};
  static constexpr std::size_t kUnsentMax = 1024 * 1024;

  void ask(Line& line, Clock::time_point begun, Timestamp due) {
    line.peer->conversation->next_request(line.out, due);
    if (line.peer->conversation->is_answered()) {
      line.begun.push_back(begun);
    } else {
      ++result_.replies;
    }
  }

  // Whether it may have another request.
  static bool has_room(const Line& line, std::size_t in_flight_max) {
    return line.begun.size() < in_flight_max && line.out.size() - line.sent < kUnsentMax;
  }

  // The next in turn; nullptr: none.
  Line* next_with_room(std::size_t in_flight_max) {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      auto& line = lines_[turn_++ % lines_.size()];
      if (has_room(line, in_flight_max)) return &line;
    }
    return nullptr;
  }

  // Takes what has come, then calls then(line); the number of connections on which something happened.
  int wait(Clock::duration patience, auto&& then) {
    const auto nanoseconds = std::chrono::nanoseconds(patience).count();
    const timespec timeout{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
    epoll_event events[128];
    const int ready = epoll_pwait2(epoll_, events, 128, &timeout, nullptr);
    if (ready < 0 && errno != EINTR) fail("epoll_pwait2");
    for (int i = 0; i < ready; ++i) {
      auto& line = lines_[events[i].data.u64];
      if ((events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive(line);
      then(line);
    }
    return ready;
  }

  LoadResult finish(Clock::time_point start) {
    result_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    std::sort(result_.latencies_us.begin(), result_.latencies_us.end());
    return std::move(result_);
  }

  void flush(Line& line) {
    if (line.out.empty()) return;
    while (line.sent < line.out.size()) {
      const auto n = send(line.peer->socket.fd(), line.out.data() + line.sent,
                          line.out.size() - line.sent, MSG_NOSIGNAL);
      if (n < 0) {
        if (errno != EAGAIN) fail("send");
        break;
      }
      line.sent += static_cast<std::size_t>(n);
    }
    const bool blocked = line.sent < line.out.size();
    if (!blocked) {
      line.out.clear();
      line.sent = 0;
    }
    if (blocked == line.wants_write) return;
    line.wants_write = blocked;
    const auto interest = static_cast<std::uint32_t>(blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
    epoll_event event{.events = interest,
                      .data = {.u64 = static_cast<std::uint64_t>(&line - lines_.data())}};
    epoll_ctl(epoll_, EPOLL_CTL_MOD, line.peer->socket.fd(), &event);
  }

  void receive(Line& line) {
    std::byte buffer[256 * 1024];
    const auto n = recv(line.peer->socket.fd(), buffer, sizeof buffer, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) throw std::runtime_error("the peer closed a connection");
    line.in.insert(line.in.end(), buffer, buffer + n);
    std::span<const std::byte> rest(line.in);
    const auto replies = line.peer->conversation->take_replies(rest);
    line.in.erase(line.in.begin(), line.in.end() - static_cast<std::ptrdiff_t>(rest.size()));
    const auto now = Clock::now();
    for (std::size_t i = 0; i < replies; ++i) {
      result_.latencies_us.push_back(
          std::chrono::duration<double, std::micro>(now - line.begun.front()).count());
      line.begun.pop_front();
    }
    result_.replies += replies;
  }

  int epoll_;
  std::vector<Line> lines_;
  std::size_t turn_ = 0;
  LoadResult result_;
};

}  // namespace

Socket::Socket(const std::string& address, std::uint16_t port)
    : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
  if (fd_ < 0) fail("socket");
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  inet_pton(AF_INET, address.c_str(), &to.sin_addr);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    close(fd_);
    fail("connect");
  }
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Socket::Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}

void Socket::write_all(std::span<const std::byte> data) {
  while (!data.empty()) {
    const auto n = send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
    if (n < 0) fail("send");
    data = data.subspan(static_cast<std::size_t>(n));
  }
}

std::vector<std::byte> Socket::read_some() {
  std::vector<std::byte> buffer(64 * 1024);
  const auto n = recv(fd_, buffer.data(), buffer.size(), 0);
  if (n <= 0) throw std::runtime_error("the peer closed the connection");
  buffer.resize(static_cast<std::size_t>(n));
  return buffer;
}

double LoadResult::quantile(double part) const {
  if (latencies_us.empty()) return 0;
  const auto index = static_cast<std::size_t>(part * static_cast<double>(latencies_us.size()));
  return latencies_us[std::min(index, latencies_us.size() - 1)];
}

LoadResult run_load(std::vector<Peer>& peers, std::size_t in_flight, std::size_t total) {
  return Load(peers).run(in_flight, total);
}

LoadResult run_schedule(std::vector<Peer>& peers, const Schedule& schedule,
                        const std::atomic<bool>* give_up) {
  return Load(peers).run(schedule, give_up);
}

}  // namespace daybook::bench
