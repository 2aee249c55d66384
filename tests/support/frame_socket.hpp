#pragma once
// WebSocket frames over a raw socket, said from either side, right and wrong: for tests of what our WebSockets do with them.
//
// Threading: one thread at a time. Failure: std::runtime_error if something does not come within 20 s.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace daybook::testing {

enum class Side { client, server };  // who speaks; a client's frames are masked

enum Opcode : unsigned {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10
};

// How a frame tells the length of its payload.
enum class LengthForm { shortest, in_16_bits, in_64_bits, high_bit_set };

struct WireFrame {
  unsigned opcode = kBinary;
  std::string payload = {};
  bool is_last = true;    // FIN
  unsigned reserved = 0;  // RSV1 to RSV3 as a number: 1 to 7
  LengthForm length = LengthForm::shortest;
  bool has_wrong_mask = false;                     // masked by a server, or plain from a client
  std::optional<std::size_t> sent = std::nullopt;  // so much of the payload is sent; nullopt: all

  bool operator==(const WireFrame&) const = default;
};

[[nodiscard]] std::string encode(const WireFrame& frame, Side speaker);

// One connection; closed with the object.
class FrameSocket {
 public:
  // Connects to this machine.
  explicit FrameSocket(std::uint16_t port);
  // Takes over a descriptor.
  static FrameSocket adopt(int fd) { return FrameSocket(fd, 0); }
  FrameSocket(FrameSocket&& other) noexcept;
  FrameSocket& operator=(FrameSocket&&) = delete;
  ~FrameSocket();

  // False: the peer has closed.
  bool send(std::string_view bytes);
  // Byte by byte, as far as that is bearable: each a packet of its own.
  bool send_in_bytes(std::string_view bytes);
  void end_sending();

  // Up to an empty line, it included; what comes behind is kept. Shorter: the peer has closed.
  [[nodiscard]] std::string receive_head();
  // The next frame of the peer's, unmasked. nullopt: the peer has closed. Throws if it is masked and should not be, or
  // not and should.
  [[nodiscard]] std::optional<WireFrame> receive(Side peer);
  // The masks of the frames received so far.
  [[nodiscard]] const std::vector<std::uint32_t>& masks() const { return masks_; }

 private:
  FrameSocket(int fd, int) : fd_(fd) {}
  [[nodiscard]] bool fill(std::size_t bytes);

  int fd_;
  std::string buffer_;
  std::vector<std::uint32_t> masks_;
};

// Listens on this machine.
class FrameListener {
 public:
  FrameListener();
  FrameListener(const FrameListener&) = delete;
  FrameListener& operator=(const FrameListener&) = delete;
  ~FrameListener();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] FrameSocket accept();

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

}  // namespace daybook::testing
