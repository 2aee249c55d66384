// Peers that pass on what they are given: nobody decides, nothing is on disk.

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <stdexcept>

#include "bench/broadcaster.hpp"

namespace daybook::bench {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

void append(std::vector<std::byte>& out, std::span<const std::byte> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// A receiver of frames that each hold one event; how they are wrapped is the peer's affair.
class FrameReceiver : public CrowdMember {
 public:
  FrameReceiver(std::size_t number, Receipts& receipts) : number_(number), receipts_(receipts) {}

 protected:
  void begin() { frames_ = {}; }  // what came meanwhile is lost: these peers do not resume
  void become_ready() { receipts_.become_ready(); }
  void take_frame(std::span<const std::byte> frame) {
    frames_.take(
        frame, [this](const CrowdEvent& event) { receipts_.take(number_, event); },
        [](schema::Message::Reader) { throw std::runtime_error("a frame without events"); });
  }

 private:
  std::size_t number_;
  Receipts& receipts_;
  CrowdFrames frames_;
};

// --- nats-server -----------------------------------------------------------------------------------------------

// Its lines, which a WebSocket message may hold several or a part of.
class NatsReceiver final : public FrameReceiver {
 public:
  using FrameReceiver::FrameReceiver;

  void greet(CrowdOut& out) override {
    begin();
    rest_.clear();
    out.send(bytes_of("CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB e 1\r\nPING\r\n"));
  }

  void take(std::span<const std::byte> payload, CrowdOut& out) override {
    if (rest_.empty()) {
      payload = take_lines(payload, out);
      append(rest_, payload);
    } else {
      append(rest_, payload);
      const auto left = take_lines(rest_, out);
      rest_.erase(rest_.begin(), rest_.end() - static_cast<std::ptrdiff_t>(left.size()));
    }
  }

 private:
  std::span<const std::byte> take_lines(std::span<const std::byte> data, CrowdOut& out) {
    while (true) {
      const std::string_view text(reinterpret_cast<const char*>(data.data()), data.size());
      const auto end = text.find("\r\n");
      if (end == std::string_view::npos) return data;
      const auto line = text.substr(0, end);
      if (line.starts_with("MSG ")) {
        std::size_t size = 0;
        const auto number = line.substr(line.rfind(' ') + 1);
        std::from_chars(number.data(), number.data() + number.size(), size);
        if (data.size() < end + 2 + size + 2) return data;
        take_frame(data.subspan(end + 2, size));
        data = data.subspan(end + 2 + size + 2);
        continue;
      }
      if (line == "PONG") become_ready();
      if (line == "PING") out.send(bytes_of("PONG\r\n"));
      if (line.starts_with("-ERR")) throw std::runtime_error("nats: " + std::string(line));
      data = data.subspan(end + 2);
    }
  }

  std::vector<std::byte> rest_;
};

class NatsPublisher final : public Conversation {
 public:
  explicit NatsPublisher(const EventFrame& frame) : frame_(frame) {}

  void next_request(std::vector<std::byte>& out, Timestamp due) override {
    if (!greeted_) append(out, bytes_of("CONNECT {\"verbose\":false,\"pedantic\":false}\r\n"));
    greeted_ = true;
    append(out, bytes_of(head_));
    append(out, frame_.next(due));
    append(out, bytes_of("\r\n"));
  }
  std::size_t take_replies(std::span<const std::byte>& data) override {
    const std::string_view text(reinterpret_cast<const char*>(data.data()), data.size());
    if (text.find("-ERR") != std::string_view::npos) throw std::runtime_error(std::string(text));
    data = {};
    return 0;
  }
  [[nodiscard]] bool is_answered() const override { return false; }

 private:
  EventFrame frame_;
  std::string head_ = fmt::format("PUB e {}\r\n", frame_.size());
  bool greeted_ = false;
};

class NatsBroadcaster final : public Broadcaster {
 public:
  explicit NatsBroadcaster(const EventFrame& frame)
      : frame_(frame), folder_("nats"), process_({"nats-server", "-c", write_settings()}) {
    wait_for_listener(port_);
    wait_for_listener(websocket_port_);
  }

  const Process& process() const override { return process_; }
  CrowdTarget target() const override { return {.port = websocket_port_}; }
  std::unique_ptr<CrowdMember> receiver(std::size_t number, Receipts& receipts) override {
    return std::make_unique<NatsReceiver>(number, receipts);
  }
  std::vector<Peer> publishers() override {
    std::vector<Peer> peers;
    peers.push_back({Socket("127.0.0.1", port_), std::make_unique<NatsPublisher>(frame_), {}});
    return peers;
  }

 private:
  std::string write_settings() const {
    const auto path = folder_.path() / "nats.conf";
    std::ofstream file(path);
    file << fmt::format(
        "listen: \"127.0.0.1:{}\"\nping_interval: \"1h\"\nlog_file: \"{}\"\n"
        "websocket {{ listen: \"127.0.0.1:{}\", no_tls: true, compression: false }}\n",
        port_, (folder_.path() / "nats.log").string(), websocket_port_);
    return path;
  }

  EventFrame frame_;
  ScratchFolder folder_;
  std::uint16_t port_ = free_port();
  std::uint16_t websocket_port_ = free_port();
  Process process_;
};

// --- npm's ws --------------------------------------------------------------------------------------------------

class WsReceiver final : public FrameReceiver {
 public:
  using FrameReceiver::FrameReceiver;

  void greet(CrowdOut&) override {
    begin();
    become_ready();
  }
  void take(std::span<const std::byte> payload, CrowdOut&) override { take_frame(payload); }
};

class WsPublisher final : public Conversation {
 public:
  explicit WsPublisher(const EventFrame& frame) : frame_(frame) {}

  void next_request(std::vector<std::byte>& out, Timestamp due) override {
    const auto size = static_cast<std::uint32_t>(frame_.size());
    append(out, std::as_bytes(std::span(&size, 1)));
    append(out, frame_.next(due));
  }
  std::size_t take_replies(std::span<const std::byte>&) override { return 0; }
  [[nodiscard]] bool is_answered() const override { return false; }

 private:
  EventFrame frame_;
};

class WsBroadcaster final : public Broadcaster {
 public:
  explicit WsBroadcaster(const EventFrame& frame)
      : frame_(frame), process_({"node", DAYBOOK_BENCH_PEERS "/ws_broadcast.mjs"}) {
    const auto ports = process_.next_line();
    port_ = static_cast<std::uint16_t>(std::stoul(ports));
    feed_port_ = static_cast<std::uint16_t>(std::stoul(ports.substr(ports.find(' '))));
  }

  const Process& process() const override { return process_; }
  CrowdTarget target() const override { return {.port = port_}; }
  std::unique_ptr<CrowdMember> receiver(std::size_t number, Receipts& receipts) override {
    return std::make_unique<WsReceiver>(number, receipts);
  }
  std::vector<Peer> publishers() override {
    std::vector<Peer> peers;
    peers.push_back({Socket("127.0.0.1", feed_port_), std::make_unique<WsPublisher>(frame_), {}});
    return peers;
  }

 private:
  EventFrame frame_;
  Process process_;
  std::uint16_t port_ = 0;
  std::uint16_t feed_port_ = 0;
};

}  // namespace

BroadcasterKind nats_kind(const EventFrame& frame) {
  using Started = std::expected<std::unique_ptr<Broadcaster>, std::string>;
  return {"nats-server", [frame]() -> Started {
            if (!is_installed("nats-server"))
              return std::unexpected("nats-server is not installed");
            return std::make_unique<NatsBroadcaster>(frame);
          }};
}

BroadcasterKind ws_kind(const EventFrame& frame) {
  using Started = std::expected<std::unique_ptr<Broadcaster>, std::string>;
  return {"ws (npm)", [frame]() -> Started {
            if (!is_installed("node")) return std::unexpected("node is not installed");
            if (!std::filesystem::exists(DAYBOOK_BENCH_PEERS "/node_modules/ws"))
              return std::unexpected("ws is not installed: npm ci in bench/peers");
            return std::make_unique<WsBroadcaster>(frame);
          }};
}

std::vector<BroadcasterKind> broadcaster_kinds() {
  const auto frame = EventFrame::capture();
  return {daybook_kind(), nats_kind(frame), ws_kind(frame)};
}

}  // namespace daybook::bench
