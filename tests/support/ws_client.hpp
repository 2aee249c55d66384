#pragma once
// A small blocking client for tests of the server's doors: HTTP, and the sync protocol in both subprotocols, over a raw
// socket, so that it can also say what no decent client would.
//
// Threading: one thread at a time. Failure: std::runtime_error if something does not come within kPatience.

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "model/ids.hpp"
#include "model/record/event_batch.hpp"
#include "schema/protocol.hpp"
#include "schema/wire.capnp.h"

namespace daybook::testing {

inline constexpr std::chrono::seconds kPatience{20};

// How to speak TLS. Any certificate will do: what is under test is the server.
struct TlsTerms {
  int version_min = 0;  // TLS1_2_VERSION …; 0: as the library has it
  int version_max = 0;
};

// A TCP connection to this machine; after start_tls() what is sent and received goes under TLS.
class RawSocket {
 public:
  explicit RawSocket(std::uint16_t port, int receive_buffer = 0);
  RawSocket(RawSocket&& other) noexcept;
  ~RawSocket();

  // False: the peer has closed.
  bool send(std::string_view bytes);
  // Some bytes; empty: the peer has closed.
  [[nodiscard]] std::string receive();
  void shutdown_send();
  void close();

  // Throws std::runtime_error with the library's reason if there is no agreement.
  void start_tls(const TlsTerms& terms = {});
  [[nodiscard]] std::string tls_version() const;  // "TLSv1.3"
  // Whether the server has given what a later connection could go on from. Ask after something was received.
  [[nodiscard]] bool tls_resumable() const;
  // Whether the peer has ended the connection by a reset instead of a clean end; reads on until then.
  [[nodiscard]] bool is_reset();

 private:
  struct Tls;
  bool send_raw(std::string_view bytes);
  [[nodiscard]] std::string receive_raw();
  bool flush_tls();

  int fd_ = -1;
  std::unique_ptr<Tls> tls_;
};

struct HttpReply {
  int status = 0;
  std::string head;  // lower-case names are not guaranteed
  std::string body;  // chunks put together

  [[nodiscard]] std::string header(std::string_view name) const;
  [[nodiscard]] boost::json::value json() const;
};

struct HttpCall {
  std::string method = "GET";
  std::string path = "/";
  std::string token = {};
  std::string body = {};
  std::vector<std::string> headers = {};  // whole lines
  bool tls = false;
};
// A JSON string as such.
[[nodiscard]] inline std::string str(const boost::json::value& value) {
  return std::string(value.as_string());
}
// One request on a connection of its own.
[[nodiscard]] HttpReply http(std::uint16_t port, const HttpCall& call);
// Sends the bytes as they are and reads one reply; status 0: closed without one.
[[nodiscard]] HttpReply http_raw(std::uint16_t port, std::string_view bytes);
// `to`: of HEAD a reply has no body, whatever its length says.
[[nodiscard]] HttpReply read_reply(RawSocket& socket, std::string_view to = "GET");

// A frame from the server in binary form.
struct ServerFrame {
  kj::Array<capnp::word> words;                             // a message
  std::optional<schema::protocol::EventBatchHeader> batch;  // else events
  record::AlignedBytes entries;

  template <typename F>
  auto with(F&& f) const {
    capnp::FlatArrayMessageReader reader(words);
    return f(reader.getRoot<schema::Message>());
  }
  [[nodiscard]] schema::Message::Which which() const {
    return with([](schema::Message::Reader m) { return m.which(); });
  }
  [[nodiscard]] bool is(schema::Message::Which kind) const { return !batch && which() == kind; }
};

class WsClient {
 public:
  struct Options {
    std::string subprotocol = std::string(schema::protocol::kBinarySubprotocol);
    std::vector<std::string> headers = {};  // whole lines, besides those that are needed
    int receive_buffer = 0;                 // of the socket; 0: the system's
    bool tls = false;
  };
  // Connects and upgrades; throws if refused.
  WsClient(std::uint16_t port, const Options& options);
  explicit WsClient(std::uint16_t port) : WsClient(port, Options{}) {}

  // --- Sending ---
  void send(std::string_view payload, bool binary);  // one WebSocket message
  void send_frame(unsigned opcode, std::string_view payload, bool fin = true);
  template <typename F>
    requires std::is_invocable_v<F&, schema::Message::Builder&>
  void say(F&& fill) {  // one message in binary form
    capnp::MallocMessageBuilder message;
    auto root = message.initRoot<schema::Message>();
    fill(root);
    send(frame(capnp::messageToFlatArray(message)), true);
  }
  void say(kj::ArrayPtr<const capnp::word> flat) { send(frame(flat), true); }
  void say_json(std::string_view line) { send(line, false); }
  [[nodiscard]] static std::string frame(kj::ArrayPtr<const capnp::word> flat);

  // --- Receiving; answers pings of the WebSocket by itself ---
  [[nodiscard]] std::optional<std::string> message();           // nullopt: closed
  [[nodiscard]] ServerFrame next();                             // throws when closed
  [[nodiscard]] ServerFrame next(schema::Message::Which kind);  // skips others
  [[nodiscard]] boost::json::object next_line();
  // Reads on until the server closes; 0: without a code.
  [[nodiscard]] std::uint16_t wait_close();
  [[nodiscard]] std::uint16_t close_code() const { return close_code_; }
  [[nodiscard]] const std::string& close_reason() const { return close_reason_; }

  // Says farewell and waits for the other's.
  void close();
  void cut() { socket_.close(); }

  // hello and welcome in one.
  struct Hello {
    std::string token;
    Id client = {};
  };
  ServerFrame hello(const Hello& hello);

 private:
  [[nodiscard]] bool fill(std::size_t bytes);

  RawSocket socket_;
  std::string buffer_;
  std::deque<ServerFrame> frames_;
  std::deque<std::string> lines_;
  std::uint16_t close_code_ = 0;
  std::string close_reason_;
  bool closed_ = false;
};

}  // namespace daybook::testing
