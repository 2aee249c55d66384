// What a connection costs that is there and says nothing: memory of the server, as it is resident.
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>

#include "tests/server/net/running_server.hpp"

namespace daybook::testing {
namespace {

using M = schema::Message;

constexpr std::size_t kConnections = 5'000;
constexpr std::size_t kBytesMax = 12 * 1024;

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

void allow_descriptors(rlim_t wanted) {
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_max = std::max(limit.rlim_max, wanted);
  limit.rlim_cur = wanted;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

// A client that takes no memory of this process beside its descriptor.
class BareClient {
 public:
  BareClient(std::uint16_t port, const std::string& hello) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0);
    send_all(
        "GET /api/v1/sync HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: "
        "Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: "
        "13\r\nSec-WebSocket-Protocol: daybook.v1.capnp\r\n\r\n");
    receive_some();  // the upgrade
    send_all(hello);
    receive_some();  // welcome, and perhaps more
  }
  BareClient(BareClient&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~BareClient() {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  void send_all(std::string_view bytes) {
    REQUIRE(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
  }
  void receive_some() {
    std::array<char, 4096> bytes;
    REQUIRE(::recv(fd_, bytes.data(), bytes.size(), 0) > 0);
  }

  int fd_;
};

// hello with one subscription to the project's events, as the SDK opens, in one masked frame.
std::string hello_frame(const std::string& token, std::uint64_t client, std::uint64_t version) {
  capnp::MallocMessageBuilder message;
  auto hello = message.initRoot<M>().initHello();
  hello.initProtocolVersions(1).set(0, 1);
  hello.setToken(token.c_str());
  write(hello.initClient(), Id{7, client});
  auto subscribe = hello.initSubscriptions(1)[0];
  subscribe.setSubscription(1);
  write(subscribe.initScope().initProject(), kProject);
  subscribe.initFrom().setAfter(version);
  subscribe.initContent().setEvents();
  const auto payload = WsClient::frame(capnp::messageToFlatArray(message));
  REQUIRE(payload.size() < 65'536);
  std::string frame{'\x82', '\xFE', static_cast<char>(payload.size() >> 8),
                    static_cast<char>(payload.size() & 0xFF)};
  frame += std::string(4, '\0');  // a mask of zeros
  return frame + payload;
}

net::ServerOptions roomy() {
  auto options = RunningServer::small_options();
  options.connections_max = 2 * kConnections;
  options.connections_per_address_max = 2 * kConnections;
  options.heartbeat = std::chrono::minutes(10);  // nobody speaks meanwhile
  options.handshake_timeout = std::chrono::minutes(10);
  return options;
}

TEST_CASE("An idle connection with one subscription takes at most 12 KB", "[net][memory]") {
  allow_descriptors(2 * kConnections + 200);
  RunningServer server(roomy());
  const auto version = server.log().stream_version(kProject).value;
  std::vector<BareClient> clients;
  clients.reserve(kConnections);
  const auto come = [&] {
    clients.emplace_back(server.port(),
                         hello_frame(server.token("viewer"), clients.size() + 1, version));
  };
  // What is taken once, whoever comes.
  for (int i = 0; i < 100; ++i) come();
  const auto before = resident_bytes();
  while (clients.size() < kConnections) come();
  const auto each = (resident_bytes() - before) / (kConnections - 100);
  std::cout << "an idle connection takes " << each << " bytes\n";
  CHECK(each <= kBytesMax);
  clients.clear();
}

}  // namespace
}  // namespace daybook::testing
