#include "tests/support/swarm.hpp"

#include <arpa/inet.h>
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "model/record/event_batch.hpp"
#include "schema/protocol.hpp"
#include "schema/wire.capnp.h"

namespace daybook::testing {
namespace {

namespace protocol = schema::protocol;
using M = schema::Message;

constexpr std::size_t kInputBytes = 256 * 1024;
constexpr std::size_t kEventsAtOnce = 512;
constexpr int kStuckReceiveBuffer = 4096;
// Half of what the server lets pass between two signs of life.
constexpr std::chrono::seconds kLife{10};

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("swarm: " + what); }
[[noreturn]] void fail_to(const char* doing) {
  throw std::system_error(errno, std::generic_category(), doing);
}

std::int64_t micros_now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// A frame of a client's. The mask is zero, which leaves the bytes as they are: nobody is to be protected here.
std::string masked(unsigned opcode, std::string_view payload) {
  std::string out{static_cast<char>(0x80U | opcode)};
  if (payload.size() < 126) {
    out += static_cast<char>(0x80U | payload.size());
  } else {
    out += static_cast<char>(0x80U | 126U);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size() & 0xFF);
  }
  out.append(4, '\0');
  out += payload;
  return out;
}

template <typename F>
std::string message(F&& fill) {
  capnp::MallocMessageBuilder builder;
  auto root = builder.initRoot<M>();
  fill(root);
  const auto flat = capnp::messageToFlatArray(builder);
  const auto bytes = flat.asBytes();
  std::string out(protocol::kFrameHeaderBytes + bytes.size(), '\0');
  protocol::write_header(std::span<std::byte, protocol::kFrameHeaderBytes>(
                             reinterpret_cast<std::byte*>(out.data()), protocol::kFrameHeaderBytes),
                         protocol::FrameHeader{.length = static_cast<std::uint32_t>(bytes.size()),
                                               .kind = protocol::FrameKind::message});
  std::memcpy(out.data() + protocol::kFrameHeaderBytes, bytes.begin(), bytes.size());
  return out;
}

void fill(schema::Subscribe::Builder out, std::uint32_t number, Id project, std::uint64_t after) {
  out.setSubscription(number);
  write(out.initScope().initProject(), project);
  out.initFrom().setAfter(after);
  out.initContent().setEvents();
}

}  // namespace

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  // More than the hard limit only root may have.
  const rlimit more{.rlim_cur = 1 << 17, .rlim_max = 1 << 17};
  if (limit.rlim_max < more.rlim_max && ::setrlimit(RLIMIT_NOFILE, &more) == 0) {
    return more.rlim_cur;
  }
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

// --- Times ----------------------------------------------------------------------------------------------------------

void LatencyHistogram::add(std::chrono::microseconds time, std::uint64_t count) {
  const auto micros = static_cast<double>(std::max<std::int64_t>(time.count(), 1));
  const auto step = static_cast<std::size_t>(std::log2(micros) * kStepsPerDoubling);
  counts_[std::min(step, counts_.size() - 1)] += count;
  count_ += count;
}

void LatencyHistogram::add(const LatencyHistogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
}

std::chrono::microseconds LatencyHistogram::quantile(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  std::size_t step = 0;
  while (step + 1 < counts_.size() && (seen += counts_[step]) < wanted) ++step;
  const double end = std::exp2(static_cast<double>(step + 1) / kStepsPerDoubling);
  return std::chrono::microseconds(static_cast<std::int64_t>(end));
}

// --- Connections ------------------------------------------------------------------------------------------------------

struct Swarm::Connection {
  enum class Stage : std::uint8_t { closed, connecting, upgrading, entering, live };

  int fd = -1;
  std::uint32_t index = 0;
  std::uint32_t subscription = 0;  // the present one's number
  Stage stage = Stage::closed;
  bool reads = true;
  bool is_stuck = false;
  bool waits_for_room = false;
  bool waits_to_start = false;
  std::uint64_t through = 0;
  std::string input;  // what came of a message that is not whole
  std::string output;
};

Swarm::Swarm(SwarmOptions options)
    : options_(std::move(options)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      upgrade_(
          "GET /api/v1/sync HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: "
          "Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
          "Sec-WebSocket-Protocol: daybook.v1.capnp\r\n\r\n"),
      next_life_(std::chrono::steady_clock::now() + kLife),
      input_(kInputBytes) {
  if (epoll_ < 0) fail_to("epoll_create1");
}

Swarm::~Swarm() {
  for (const auto& connection : connections_) {
    if (connection->fd >= 0) ::close(connection->fd);
  }
  ::close(epoll_);
}

std::size_t Swarm::size() const { return connections_.size(); }
std::size_t Swarm::live() const { return live_; }
std::size_t Swarm::closed() const { return closed_; }

std::uint64_t Swarm::least_version() const {
  std::uint64_t least = 0;
  for (const auto& one : connections_) {
    if (one->stage != Connection::Stage::live || one->is_stuck) continue;
    if (least == 0 || one->through < least) least = one->through;
  }
  return least;
}

void Swarm::fail_late() const {
  fail("not in time: " + std::to_string(live_) + " of " + std::to_string(size()) + " live, " +
       std::to_string(closed_) + " closed, the last with " + std::to_string(last_close_) +
       "; least version " + std::to_string(least_version()));
}

void Swarm::open(std::size_t count, Reading reading, std::uint64_t after) {
  for (std::size_t i = 0; i < count; ++i) {
    auto made = std::make_unique<Connection>();
    made->index = static_cast<std::uint32_t>(connections_.size());
    made->reads = reading == Reading::always;
    made->through = after;
    made->waits_to_start = true;
    waiting_.push_back(made.get());
    connections_.push_back(std::move(made));
  }
}

void Swarm::reopen() {
  for (const auto& one : connections_) {
    if (one->stage != Connection::Stage::closed || one->waits_to_start) continue;
    --closed_;
    one->waits_to_start = true;
    waiting_.push_back(one.get());
  }
}

void Swarm::cut_all(Cut cut) {
  for (const auto& one : connections_) {
    if (one->fd >= 0) close(*one, cut == Cut::by_reset);
  }
}

void Swarm::forget_all(Cut cut) {
  cut_all(cut);
  waiting_.clear();
  connections_.clear();
  closed_ = 0;
}

void Swarm::resubscribe() {
  for (const auto& one : connections_) {
    if (one->stage != Connection::Stage::live || one->is_stuck) continue;
    one->stage = Connection::Stage::entering;
    --live_;
    const auto old = one->subscription++;
    send(*one, 2, message([&](M::Builder& m) {
                    m.initUnsubscribe().setSubscription(old);
                  }) + message([&](M::Builder& m) {
                    fill(m.initSubscribe(), one->subscription, options_.project, one->through);
                  }));
  }
}

void Swarm::start(Connection& one) {
  one.waits_to_start = false;
  one.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (one.fd < 0) fail_to("socket");
  const int on = 1;
  ::setsockopt(one.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(one.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (!one.reads) {
    ::setsockopt(one.fd, SOL_SOCKET, SO_RCVBUF, &kStuckReceiveBuffer, sizeof kStuckReceiveBuffer);
  }
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + one.index % options_.addresses);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(options_.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(one.fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) fail_to("bind");
  one.stage = Connection::Stage::connecting;
  one.input.clear();
  one.output.clear();
  ++handshakes_;
  if (::connect(one.fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 &&
      errno != EINPROGRESS) {
    close(one, false);  // as where there is no server
    return;
  }
  epoll_event event{.events = EPOLLOUT, .data = {.ptr = &one}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, one.fd, &event) != 0) fail_to("epoll_ctl");
}

void Swarm::start_more() {
  std::size_t begun = 0;
  while (begun < waiting_.size() && handshakes_ < options_.handshakes_max) {
    start(*waiting_[begun++]);
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(begun));
}

void Swarm::close(Connection& one, bool by_reset) {
  if (one.stage == Connection::Stage::live) {
    --live_;
  } else {
    handshakes_ -= one.stage == Connection::Stage::connecting ||
                           one.stage == Connection::Stage::upgrading ||
                           (one.stage == Connection::Stage::entering && one.subscription <= 1)
                       ? 1
                       : 0;
  }
  if (by_reset) {
    const linger hard{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(one.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  }
  ::close(std::exchange(one.fd, -1));
  one.stage = Connection::Stage::closed;
  one.subscription = 0;
  one.is_stuck = one.waits_for_room = false;
  one.input = {};
  one.output = {};
  ++closed_;
}

void Swarm::step(std::chrono::milliseconds at_most) {
  start_more();
  std::array<epoll_event, kEventsAtOnce> events;
  const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(at_most.count()));
  if (count < 0 && errno != EINTR) fail_to("epoll_wait");
  for (int i = 0; i < count; ++i) {
    auto& one = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
    if (one.fd >= 0) handle(one, events[static_cast<std::size_t>(i)].events);
  }
  if (std::chrono::steady_clock::now() >= next_life_) show_life();
}

void Swarm::show_life() {
  next_life_ = std::chrono::steady_clock::now() + kLife;
  const auto ping = message([](M::Builder& m) { m.initPing(); });
  for (const auto& one : connections_) {
    if (one->stage == Connection::Stage::live && !one->is_stuck) send(*one, 2, ping);
  }
}

void Swarm::handle(Connection& one, std::uint32_t events) {
  if (one.stage == Connection::Stage::connecting) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(one.fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return close(one, false);
    one.stage = Connection::Stage::upgrading;
    one.output = upgrade_;
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &one}};
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, one.fd, &event);
    return flush(one);
  }
  if ((events & EPOLLOUT) != 0) flush(one);
  if (one.fd >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
    // One that does not read does not even look; what epoll says unasked is the end.
    if (one.is_stuck) return close(one, false);
    read(one);
  }
}

void Swarm::read(Connection& one) {
  const auto got = ::recv(one.fd, input_.data(), input_.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return close(one, false);
  figures_.bytes += static_cast<std::uint64_t>(got);
  std::string_view data(input_.data(), static_cast<std::size_t>(got));
  std::string whole;
  if (!one.input.empty()) {
    whole = std::exchange(one.input, {});
    whole += data;
    data = whole;
  }
  if (one.stage == Connection::Stage::upgrading) data.remove_prefix(take_head(one, data));
  if (one.fd >= 0 && one.stage != Connection::Stage::upgrading) {
    data.remove_prefix(take_frames(one, data));
  }
  if (one.fd >= 0 && !data.empty()) one.input = data;
}

std::size_t Swarm::take_head(Connection& one, std::string_view data) {
  const auto end = data.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  if (!data.starts_with("HTTP/1.1 101 ")) fail("not upgraded: " + std::string(data.substr(0, 200)));
  one.stage = Connection::Stage::entering;
  one.subscription = 1;
  send(one, 2, message([&](M::Builder& m) {
         auto hello = m.initHello();
         hello.initProtocolVersions(1).set(0, protocol::kProtocolVersion);
         hello.setToken(options_.token.c_str());
         if (options_.project.is_nil()) return;
         fill(hello.initSubscriptions(1)[0], 1, options_.project, one.through);
       }));
  return end + 4;
}

std::size_t Swarm::take_frames(Connection& one, std::string_view data) {
  std::size_t taken = 0;
  while (one.fd >= 0) {
    const auto rest = data.substr(taken);
    if (rest.size() < 2) break;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
    std::uint64_t length = byte(1);
    std::size_t header = 2;
    if (length >= 126) {
      const std::size_t more = length == 126 ? 2 : 8;
      if (rest.size() < header + more) break;
      length = 0;
      for (std::size_t i = 0; i < more; ++i) length = length << 8 | byte(header + i);
      header += more;
    }
    if (length > protocol::kServerMessageBytesMax) fail("a message beyond the limit");
    if (rest.size() < header + length) break;
    const auto payload = rest.substr(header, length);
    taken += header + length;
    switch (byte(0)) {
      case 0x82:
        take_message(one, payload);
        break;
      case 0x88:
        if (payload.size() >= 2) {
          last_close_ = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                                   static_cast<unsigned char>(payload[1]));
        }
        close(one, false);
        break;
      case 0x89:
        send(one, 10, payload);
        break;
      case 0x8A:
        break;
      default:
        fail("a frame that this server does not send");
    }
  }
  return taken;
}

void Swarm::take_message(Connection& one, std::string_view payload) {
  ++figures_.messages;
  aligned_.resize((payload.size() + 7) / 8);
  std::memcpy(aligned_.data(), payload.data(), payload.size());
  std::span<const std::byte> rest(reinterpret_cast<const std::byte*>(aligned_.data()),
                                  payload.size());
  while (!rest.empty() && one.fd >= 0) {
    const auto header = protocol::read_frame_header(rest);
    if (!header || header->length > rest.size() - protocol::kFrameHeaderBytes) fail("not a frame");
    const auto content = rest.subspan(protocol::kFrameHeaderBytes, header->length);
    rest = rest.subspan(protocol::kFrameHeaderBytes + header->length);
    switch (header->kind) {
      case protocol::FrameKind::event_batch:
        take_batch(one, content.data(), content.size());
        break;
      case protocol::FrameKind::message:
        take_answer(one, content.data(), content.size());
        break;
    }
  }
}

void Swarm::take_batch(Connection& one, const std::byte* data, std::size_t size) {
  std::span<const std::byte> content(data, size);
  const auto header = protocol::read_event_batch_header(content);
  if (!header) fail("a batch that is cut off");
  if (header->subscription != one.subscription) return;  // on its way when it was ended
  if (header->from != one.through + 1) {
    fail("a gap, or a repetition: " + std::to_string(header->from) + " behind " +
         std::to_string(one.through));
  }
  record::Bytes entries = content.subspan(protocol::kEventBatchHeaderBytes);
  const auto now = micros_now();
  for (std::uint32_t i = 0; i < header->count; ++i) {
    const auto entry = record::next_entry(entries, record::EventView::Check::shape);
    if (!entry || !*entry) fail("an event that cannot be read");
    const auto& envelope = (*entry)->event.envelope();
    if (envelope.version.value != ++one.through) fail("a gap between events");
    figures_.latency.add(std::chrono::microseconds(now - envelope.recorded_at.micros));
  }
  figures_.deliveries += header->count;
  if (!entries.empty() || one.through != header->complete_through)
    fail("a batch that does not end");
}

void Swarm::take_answer(Connection& one, const std::byte* data, std::size_t size) {
  capnp::FlatArrayMessageReader reader(
      kj::arrayPtr(reinterpret_cast<const capnp::word*>(data), size / sizeof(capnp::word)));
  const auto said = reader.getRoot<M>();
  switch (said.which()) {
    case M::WELCOME:
      became_live(one);
      break;
    case M::SUBSCRIPTION_END:
      if (said.getSubscriptionEnd().getSubscription() == one.subscription) {
        fail("a subscription has ended");
      }
      became_live(one);  // of the one before
      break;
    case M::PING:
      send(one, 2,
           message([&](M::Builder& m) { m.initPong().setNonce(said.getPing().getNonce()); }));
      break;
    case M::ERROR:
      fail("the server did not take something: " +
           std::string(said.getError().getMessage().cStr()));
    default:
      break;
  }
}

void Swarm::became_live(Connection& one) {
  if (one.stage != Connection::Stage::entering) return;
  if (one.subscription <= 1) --handshakes_;
  one.stage = Connection::Stage::live;
  ++live_;
  if (one.reads) return;
  one.is_stuck = true;
  epoll_event event{.events = 0, .data = {.ptr = &one}};
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, one.fd, &event);
}

void Swarm::send(Connection& one, unsigned opcode, std::string_view payload) {
  one.output += masked(opcode, payload);
  flush(one);
}

void Swarm::flush(Connection& one) {
  std::size_t sent = 0;
  while (sent < one.output.size()) {
    const auto n = ::send(one.fd, one.output.data() + sent, one.output.size() - sent, MSG_NOSIGNAL);
    if (n < 0) break;  // no room; or an end, which reading finds too
    sent += static_cast<std::size_t>(n);
  }
  one.output.erase(0, sent);
  const bool waits = !one.output.empty();
  if (waits == one.waits_for_room) return;
  one.waits_for_room = waits;
  epoll_event event{.events = EPOLLIN | (waits ? static_cast<std::uint32_t>(EPOLLOUT) : 0),
                    .data = {.ptr = &one}};
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, one.fd, &event);
}

}  // namespace daybook::testing
