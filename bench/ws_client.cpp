#include "bench/ws_client.hpp"

#include <capnp/serialize.h>

#include <cstring>
#include <stdexcept>

#include "model/rejection.hpp"
#include "schema/protocol.hpp"

namespace daybook::bench {
namespace {

namespace protocol = schema::protocol;

void append(std::vector<std::byte>& out, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const std::byte*>(data);
  out.insert(out.end(), bytes, bytes + size);
}

// A client's WebSocket message must be masked; a mask of zeros leaves the bytes as they are.
void append_ws_message(std::vector<std::byte>& out, kj::ArrayPtr<const capnp::word> message) {
  const std::size_t body = message.size() * sizeof(capnp::word);
  const std::size_t size = protocol::kFrameHeaderBytes + body;
  out.push_back(std::byte{0x82});
  if (size < 126) {
    out.push_back(static_cast<std::byte>(0x80 | size));
  } else {
    out.push_back(std::byte{0x80 | 126});
    out.push_back(static_cast<std::byte>(size >> 8));
    out.push_back(static_cast<std::byte>(size));
  }
  const std::uint32_t mask = 0;
  append(out, &mask, sizeof mask);
  std::array<std::byte, protocol::kFrameHeaderBytes> header;
  protocol::write_header(
      header, {.length = static_cast<std::uint32_t>(body), .kind = protocol::FrameKind::message});
  append(out, header.data(), header.size());
  append(out, message.begin(), body);
}

// Takes a whole WebSocket message off the front; false: there is none yet.
bool take_ws_message(std::span<const std::byte>& data, std::span<const std::byte>& payload) {
  if (data.size() < 2) return false;
  std::size_t header = 2;
  std::uint64_t size = static_cast<std::uint8_t>(data[1]) & 0x7F;
  const auto read_be = [&](std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
      value = value << 8 | static_cast<std::uint8_t>(data[2 + i]);
    return value;
  };
  if (size == 126) {
    header = 4;
    if (data.size() < header) return false;
    size = read_be(2);
  } else if (size == 127) {
    header = 10;
    if (data.size() < header) return false;
    size = read_be(8);
  }
  if (data.size() < header + size) return false;
  if ((static_cast<std::uint8_t>(data[0]) & 0x0F) == 8)
    throw std::runtime_error("the server closed the connection");
  payload = data.subspan(header, size);
  data = data.subspan(header + size);
  return true;
}

// Calls f(schema::Message::Reader) for each message frame in a WebSocket message.
void for_each_message(std::span<const std::byte> payload, auto&& f) {
  while (!payload.empty()) {
    const auto header = protocol::read_frame_header(payload);
    if (!header) throw std::runtime_error("a frame without header");
    payload = payload.subspan(protocol::kFrameHeaderBytes);
    if (header->kind == protocol::FrameKind::message) {
      auto words = kj::heapArray<capnp::word>(header->length / sizeof(capnp::word));
      std::memcpy(words.begin(), payload.data(), header->length);
      capnp::FlatArrayMessageReader reader(words);
      f(reader.getRoot<schema::Message>());
    }
    payload = payload.subspan(header->length);
  }
}

class Commands : public Conversation {
 public:
  explicit Commands(MakeCommand make) : make_(std::move(make)) {}

  void next_request(std::vector<std::byte>& out, Timestamp due) override {
    const auto message = make_(due);
    append_ws_message(out, message);
  }

  std::size_t take_replies(std::span<const std::byte>& data) override {
    std::size_t replies = 0;
    std::span<const std::byte> payload;
    while (take_ws_message(data, payload)) {
      for_each_message(payload, [&](schema::Message::Reader message) {
        if (message.isAccepted()) {
          ++replies;
        } else if (message.isRejected()) {
          throw std::runtime_error("rejected: " +
                                   std::string(model::to_string(message.getRejected().getCode())));
        }
      });
    }
    return replies;
  }

 private:
  MakeCommand make_;
};

void upgrade(Peer& peer, const std::string& address, std::uint16_t port) {
  const std::string request =
      "GET " + std::string(protocol::kSyncPath) + " HTTP/1.1\r\nHost: " + address + ":" +
      std::to_string(port) +
      "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: " +
      std::string(protocol::kBinarySubprotocol) + "\r\n\r\n";
  peer.socket.write_all(std::as_bytes(std::span(request)));
  std::string head;
  while (head.find("\r\n\r\n") == std::string::npos) {
    const auto chunk = peer.socket.read_some();
    head.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
  }
  if (!head.starts_with("HTTP/1.1 101"))
    throw std::runtime_error("no upgrade: " + head.substr(0, head.find('\r')));
  const auto rest = std::as_bytes(std::span(head)).subspan(head.find("\r\n\r\n") + 4);
  peer.unread.assign(rest.begin(), rest.end());
}

void say_hello(Peer& peer, const std::string& token) {
  capnp::MallocMessageBuilder message;
  auto hello = message.initRoot<schema::Message>().initHello();
  hello.initProtocolVersions(1).set(0, protocol::kProtocolVersion);
  hello.setToken(token.c_str());
  static std::uint64_t clients = 0;
  write(hello.initClient(), Id{0x62656e6368, ++clients});
  std::vector<std::byte> out;
  append_ws_message(out, capnp::messageToFlatArray(message));
  peer.socket.write_all(out);
  bool welcomed = false;
  while (!welcomed) {
    std::span<const std::byte> data(peer.unread);
    std::span<const std::byte> payload;
    while (take_ws_message(data, payload)) {
      for_each_message(payload,
                       [&](schema::Message::Reader reply) { welcomed |= reply.isWelcome(); });
    }
    peer.unread.erase(peer.unread.begin(),
                      peer.unread.end() - static_cast<std::ptrdiff_t>(data.size()));
    if (welcomed) return;
    const auto chunk = peer.socket.read_some();
    peer.unread.insert(peer.unread.end(), chunk.begin(), chunk.end());
  }
}

}  // namespace

Peer connect_daybook(const std::string& address, std::uint16_t port, const std::string& token,
                     MakeCommand make) {
  Peer peer{Socket(address, port), std::make_unique<Commands>(std::move(make)), {}};
  upgrade(peer, address, port);
  say_hello(peer, token);
  return peer;
}

}  // namespace daybook::bench
