#include "bench/broadcast_daybook.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "schema/protocol.hpp"

namespace daybook::bench {
namespace {

namespace protocol = schema::protocol;

constexpr std::chrono::seconds kPatience{20};

// A client id of its own for every receiver of this process.
Id next_client() {
  static std::uint64_t clients = 0;
  return {0x737761726d, ++clients};
}

class Receiver final : public CrowdSubscriber {
 public:
  Receiver(Options options, std::size_t number, Receipts& receipts)
      : CrowdSubscriber(
            std::move(options),
            [number, &receipts](const CrowdEvent& event) { receipts.take(number, event); }),
        receipts_(receipts) {}

  void take(std::span<const std::byte> payload, CrowdOut& out) override {
    const bool before = welcomed();
    CrowdSubscriber::take(payload, out);
    if (!before && welcomed()) receipts_.become_ready();
  }

 private:
  Receipts& receipts_;
};

// Keeps the last frame that holds one event.
class Capturer final : public CrowdSubscriber {
 public:
  Capturer(Options options, std::vector<std::byte>& frame)
      : CrowdSubscriber(std::move(options), [this](const CrowdEvent& event) { event_ = event; }),
        frame_(frame) {}

  void take(std::span<const std::byte> payload, CrowdOut& out) override {
    CrowdSubscriber::take(payload, out);
    const auto header = protocol::read_frame_header(payload);
    if (header->kind == protocol::FrameKind::event_batch && !event_.effective_at.is_none())
      frame_.assign(payload.begin(), payload.end());
  }
  [[nodiscard]] const CrowdEvent& event() const { return event_; }

 private:
  CrowdEvent event_;
  std::vector<std::byte>& frame_;
};

BoardServer::Options options() {
  return {.tasks = 1'000,
          .arguments = {"--connections-max", "50000", "--connections-per-address-max", "50000",
                        "--commands-per-second", "0", "--heartbeat-seconds", "3600"}};
}

CrowdTarget target_of(const BoardServer& server) {
  return {.port = server.port(),
          .path = std::string(protocol::kSyncPath),
          .subprotocol = std::string(protocol::kBinarySubprotocol)};
}

}  // namespace

DaybookBroadcaster::DaybookBroadcaster() : server_("deliveries", options()) {
  server_.set_up(kPublishers, 64);
  after_ = newest();
}

CrowdTarget DaybookBroadcaster::target() const { return target_of(server_); }

std::unique_ptr<CrowdMember> DaybookBroadcaster::receiver(std::size_t number, Receipts& receipts) {
  return receiver(number, receipts, after_);
}

std::unique_ptr<CrowdMember> DaybookBroadcaster::receiver(std::size_t number, Receipts& receipts,
                                                          std::uint64_t after) {
  return std::make_unique<Receiver>(CrowdSubscriber::Options{.token = server_.token(),
                                                             .client = next_client(),
                                                             .project = BoardServer::project(),
                                                             .after = after},
                                    number, receipts);
}

std::uint64_t DaybookBroadcaster::newest() {
  Crowd crowd(target());
  auto member = std::make_unique<CrowdSubscriber>(
      CrowdSubscriber::Options{
          .token = server_.token(), .client = next_client(), .project = BoardServer::project()},
      [](const CrowdEvent&) {});
  const auto& frames = member->frames();
  crowd.add(std::move(member));
  if (!crowd.poll_until([&] { return frames.complete_through().has_value(); }, kPatience))
    throw std::runtime_error("no event came");
  return *frames.complete_through();
}

EventFrame EventFrame::capture() {
  BoardServer server("capture", options());
  server.set_up(1, 1);
  EventFrame frame;
  Crowd crowd(target_of(server));
  auto member = std::make_unique<Capturer>(
      CrowdSubscriber::Options{
          .token = server.token(), .client = next_client(), .project = BoardServer::project()},
      frame.bytes_);
  const auto& capturer = *member;
  crowd.add(std::move(member));
  const auto poll_until = [&](auto&& done) {
    if (!crowd.poll_until(done, kPatience)) throw std::runtime_error("no event came");
  };
  poll_until([&] { return capturer.frames().complete_through().has_value(); });
  auto peers = server.movers(1);
  (void)run_schedule(peers, {.rate = 1, .seconds = 1});
  poll_until([&] { return !frame.bytes_.empty(); });

  const auto find = [&](Timestamp time) {
    std::byte bytes[sizeof time.micros];
    std::memcpy(bytes, &time.micros, sizeof bytes);
    const auto found = std::ranges::search(frame.bytes_, bytes);
    if (found.empty()) throw std::runtime_error("an event without its time");
    return static_cast<std::size_t>(found.begin() - frame.bytes_.begin());
  };
  frame.recorded_at_ = find(capturer.event().recorded_at);
  frame.effective_at_ = find(capturer.event().effective_at);
  return frame;
}

std::span<const std::byte> EventFrame::next(Timestamp due) {
  ++version_;
  const std::span bytes(bytes_);
  protocol::write_header(
      bytes.subspan(protocol::kFrameHeaderBytes).first<protocol::kEventBatchHeaderBytes>(),
      {.subscription = 1, .count = 1, .from = version_, .complete_through = version_});
  std::memcpy(bytes.data() + recorded_at_, &due.micros, sizeof due.micros);
  std::memcpy(bytes.data() + effective_at_, &due.micros, sizeof due.micros);
  return bytes;
}

BroadcasterKind daybook_kind() {
  return {kDaybook, [] { return std::make_unique<DaybookBroadcaster>(); }};
}

}  // namespace daybook::bench
