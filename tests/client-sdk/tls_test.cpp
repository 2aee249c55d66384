// Whom the client trusts at the other end of an https:// or wss:// address: real sockets, servers with certificates made on
// the spot, and for each fault its own error, before anything was sent.

#include <openssl/ssl.h>
#include <daybook/http.hpp>
#include <daybook/testing/virtual_clock.hpp>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <catch2/catch.hpp>

#include "tests/client-sdk/socket_rig.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/temp_folder.hpp"

namespace daybook::testing {
namespace {

using Catch::Matchers::Contains;
using client::TlsOptions;

// A server in memory behind TLS. Each connection gets the next of the identities, the last one stays.
class TlsListener {
 public:
  explicit TlsListener(std::vector<Identity> identities, int version_max = 0)
      : listener_([this, identities = std::move(identities), version_max](tcp::socket socket) {
          const auto at = std::min<std::size_t>(connections_++, identities.size() - 1);
          auto context = make_context(identities[at], version_max);
          serve(std::move(socket), context);
        }) {}
  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
  [[nodiscard]] int upgrades() const { return upgrades_; }
  [[nodiscard]] std::string server_name() const { return server_name_; }  // the last one asked for

 private:
  using Stream = beast::websocket::stream<asio::ssl::stream<tcp::socket>>;

  static asio::ssl::context make_context(const Identity& identity, int version_max) {
    asio::ssl::context context(asio::ssl::context::tls_server);
    // The versions before 1.2 need what this level alone still allows.
    SSL_CTX_set_cipher_list(context.native_handle(), "DEFAULT:@SECLEVEL=0");
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.native_handle(), version_max);
    context.use_certificate_chain(asio::buffer(identity.certificate_pem));
    context.use_private_key(asio::buffer(identity.key_pem), asio::ssl::context::pem);
    return context;
  }
  void serve(tcp::socket socket, asio::ssl::context& context) {
    Stream stream(std::move(socket), context);
    client::error_code error;
    stream.next_layer().handshake(asio::ssl::stream_base::server, error);
    if (error) return;
    const char* name =
        SSL_get_servername(stream.next_layer().native_handle(), TLSEXT_NAMETYPE_host_name);
    server_name_ = name == nullptr ? "" : name;
    if (!accept(stream)) return;
    ++upgrades_;
    speak(stream, server_, 1000);
  }

  WireServer server_;
  std::size_t connections_ = 0;
  std::atomic<int> upgrades_ = 0;
  std::string server_name_;
  Listener listener_;  // last: its thread uses the others
};

client::ClientOptions options_for(std::uint16_t port, const TlsOptions& tls,
                                  const std::string& host = "localhost") {
  auto options = SocketRig::options_for("https://" + host + ":" + std::to_string(port), "dbk_good");
  options.tls = tls;
  return options;
}

struct TlsCase {
  TlsCase() {
    ca_file = folder.path() / "ca.pem";
    write_file(ca_file, ca.certificate_pem());
  }
  // Why the client does not connect. Nothing was sent to such a server.
  [[nodiscard]] client::StateChange refusal(const Identity& identity, const TlsOptions& tls,
                                            const std::string& host = "localhost",
                                            int version_max = 0) const {
    const TlsListener listener({identity}, version_max);
    const auto options = options_for(listener.port(), tls, host);
    client::StateChange first;
    {
      SocketRig rig(options);
      // It goes on trying, but says that somebody has to act.
      rig.until([&] { return rig.offline() == 2; });
      first = *std::ranges::find(rig.states, State::offline, &client::StateChange::state);
      rig.stop();
    }
    CHECK(first.next_attempt.has_value());
    CHECK(first.reason == Condition::tls);
    CHECK_FALSE(first.reason == Condition::temporary);
    const auto answer = client::http_get(options.url, "/", "dbk_good", 10s, tls);
    CHECK_FALSE(answer);
    if (!answer) CHECK(answer.error() == first.reason);
    CHECK(listener.upgrades() == 0);
    return first;
  }
  // The client is live, by the name that it asked for, and has an answer over HTTP too.
  [[nodiscard]] bool accepts(const Identity& identity, const TlsOptions& tls,
                             const std::string& host = "localhost", int version_max = 0) const {
    const TlsListener listener({identity}, version_max);
    const auto options = options_for(listener.port(), tls, host);
    SocketRig rig(options);
    rig.until([&] { return rig.client.state() == State::live || rig.offline() > 0; });
    const bool live = rig.client.state() == State::live;
    INFO(rig.states.back().detail);
    rig.stop();
    const auto answer = client::http_get(options.url, "/", "dbk_good", 10s, tls);
    CHECK(answer.has_value() == live);
    return live;
  }

  TempFolder folder;
  TestCa ca;
  std::string ca_file;
};

const CertificateOptions kElsewhere{.names = "DNS:elsewhere.example,DNS:*.daybook.example,IP:::1"};
const CertificateOptions kExpired{.begins = std::chrono::hours(-48),
                                  .ends = std::chrono::hours(-24)};
const CertificateOptions kEarly{.begins = std::chrono::hours(24), .ends = std::chrono::hours(48)};

}  // namespace

TEST_CASE_METHOD(TlsCase, "A server whose certificate its CA signed is trusted", "[client][tls]") {
  const auto identity = ca.issue();
  CHECK(accepts(identity, {.ca_file = ca_file}));
  CHECK(accepts(identity, {.ca_file = ca_file}, "127.0.0.1"));
  CHECK(accepts(identity, {.ca_file = ca_file}, "localhost", TLS1_2_VERSION));
  const TestCa other("Another test CA");
  const auto both = folder.path() / "both.pem";
  write_file(both, other.certificate_pem() + ca.certificate_pem());
  CHECK(accepts(identity, {.ca_file = both}));
}

TEST_CASE_METHOD(TlsCase, "A server is told which host is asked for, but no address",
                 "[client][tls]") {
  const auto* host = GENERATE("localhost", "127.0.0.1");
  const TlsListener listener({ca.issue()});
  SocketRig rig(options_for(listener.port(), {.ca_file = ca_file}, host));
  rig.until([&] { return rig.client.state() == State::live; });
  CHECK(listener.server_name() == (std::string_view(host) == "localhost" ? "localhost" : ""));
  rig.stop();
}

TEST_CASE_METHOD(TlsCase, "A certificate for another host is refused by its names",
                 "[client][tls]") {
  const auto change = refusal(ca.issue(kElsewhere), {.ca_file = ca_file});
  CHECK(change.reason == Errc::tls_wrong_host);
  CHECK_THAT(change.detail, Contains("localhost:"));
  CHECK_THAT(change.detail, Contains("is for elsewhere.example, *.daybook.example, ::1"));
  // The name has to be an alternative name: the subject's is for people.
  const auto subject =
      refusal(ca.issue({.common_name = "localhost", .names = ""}), {.ca_file = ca_file});
  CHECK(subject.reason == Errc::tls_wrong_host);
  CHECK_THAT(subject.detail, Contains("no host at all"));
  // An address is none of the names, whatever they look like.
  CHECK(
      refusal(ca.issue({.names = "DNS:127.0.0.1,DNS:localhost"}), {.ca_file = ca_file}, "127.0.0.1")
          .reason == Errc::tls_wrong_host);
  CHECK(refusal(ca.issue({.names = "IP:127.0.0.2"}), {.ca_file = ca_file}, "127.0.0.1").reason ==
        Errc::tls_wrong_host);
}

TEST_CASE_METHOD(TlsCase, "A certificate outside its dates is refused", "[client][tls]") {
  const auto expired = refusal(ca.issue(kExpired), {.ca_file = ca_file});
  CHECK(expired.reason == Errc::tls_certificate_expired);
  CHECK_THAT(expired.detail, Contains("valid from 20"));
  CHECK(refusal(ca.issue(kEarly), {.ca_file = ca_file}).reason == Errc::tls_certificate_expired);
}

TEST_CASE_METHOD(TlsCase, "A certificate of a CA that nobody trusts is refused", "[client][tls]") {
  const auto identity = ca.issue();
  CHECK(refusal(identity, {}).reason == Errc::tls_certificate_untrusted);
  CHECK(refusal(self_signed(), {}).reason == Errc::tls_certificate_untrusted);
  // The same name, another key.
  const TestCa impostor;
  CHECK(refusal(impostor.issue(), {.ca_file = ca_file}).reason == Errc::tls_certificate_untrusted);
  CHECK(refusal(self_signed(), {.ca_file = ca_file}).reason == Errc::tls_certificate_untrusted);
  CHECK_FALSE(refusal(identity, {}).detail.empty());
}

TEST_CASE_METHOD(TlsCase, "A pin is asked for besides the CA", "[client][tls]") {
  const auto identity = ca.issue();
  CHECK(accepts(identity, {.ca_file = ca_file, .pinned_key = identity.pin}));
  const auto wrong = refusal(identity, {.ca_file = ca_file, .pinned_key = ca.issue().pin});
  CHECK(wrong.reason == Errc::tls_wrong_key);
  CHECK_THAT(wrong.detail, Contains(identity.pin));
  // It replaces no CA but that of a certificate that signs itself.
  CHECK(refusal(identity, {.pinned_key = identity.pin}).reason == Errc::tls_certificate_untrusted);
  const auto own = self_signed();
  CHECK(refusal(own, {.ca_file = ca_file, .pinned_key = own.pin}).reason ==
        Errc::tls_certificate_untrusted);
}

TEST_CASE_METHOD(TlsCase, "A pin alone is enough for a certificate that signs itself",
                 "[client][tls]") {
  const auto own = self_signed();
  CHECK(accepts(own, {.pinned_key = own.pin}));
  CHECK(accepts(own, {.pinned_key = own.pin}, "127.0.0.1"));
  const auto wrong = refusal(own, {.pinned_key = self_signed().pin});
  CHECK(wrong.reason == Errc::tls_wrong_key);
  CHECK_THAT(wrong.detail, Contains(own.pin));
  // Dates and names hold all the same.
  const auto expired = self_signed(kExpired);
  CHECK(refusal(expired, {.pinned_key = expired.pin}).reason == Errc::tls_certificate_expired);
  const auto elsewhere = self_signed(kElsewhere);
  CHECK(refusal(elsewhere, {.pinned_key = elsewhere.pin}).reason == Errc::tls_wrong_host);
  // So is naming the certificate itself as what is trusted.
  const auto file = folder.path() / "own.pem";
  write_file(file, own.certificate_pem);
  CHECK(accepts(own, {.ca_file = file}));
}

TEST_CASE_METHOD(TlsCase, "A server that has only TLS 1.0 or 1.1 is refused", "[client][tls]") {
  const auto version = GENERATE(TLS1_VERSION, TLS1_1_VERSION);
  CHECK(refusal(ca.issue(), {.ca_file = ca_file}, "localhost", version).reason ==
        Errc::tls_version_unsupported);
}

TEST_CASE("A server that speaks no TLS is told from one whose TLS fails", "[client][tls]") {
  const std::string words =
      GENERATE("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
               "220 mail.example ESMTP\r\n");
  const Listener plain([&](tcp::socket socket) {
    client::error_code error;
    std::array<char, 4096> hello{};
    socket.read_some(asio::buffer(hello), error);
    asio::write(socket, asio::buffer(words), error);
    while (!error) socket.read_some(asio::buffer(hello), error);
  });
  SocketRig rig(options_for(plain.port(), {}));
  rig.until([&] { return rig.offline() == 1; });
  CHECK(rig.states.back().reason == Errc::tls_not_spoken);
  rig.stop();
  const auto answer = client::http_get(options_for(plain.port(), {}).url, "/", "", 10s);
  REQUIRE_FALSE(answer);
  CHECK(answer.error() == Errc::tls_not_spoken);
}

TEST_CASE("A peer that goes away in the handshake is a lost connection", "[client][tls]") {
  const Listener hasty([](tcp::socket socket) {
    client::error_code error;
    std::array<char, 4096> hello{};
    socket.read_some(asio::buffer(hello), error);
  });
  SocketRig rig(options_for(hasty.port(), {}));
  rig.until([&] { return rig.offline() == 1; });
  CHECK(rig.states.back().reason == Errc::no_connection);
  CHECK(rig.states.back().reason == Condition::temporary);
  rig.stop();
}

TEST_CASE("A peer that never answers the handshake is given up", "[client][tls]") {
  const Listener silent([&](tcp::socket socket) {
    client::error_code error;
    std::array<char, 4096> hello{};
    while (!error) socket.read_some(asio::buffer(hello), error);
  });
  auto options = options_for(silent.port(), {});
  const auto clock = std::make_shared<VirtualClock>();
  options.clock = clock;
  SocketRig rig(options);
  rig.until([&] { return clock->next() == options.connect_timeout; });
  clock->advance(options.connect_timeout);
  rig.until([&] { return rig.offline() == 1; });
  CHECK(rig.states.back().reason == Errc::timed_out);
  CHECK(rig.states.back().reason == Condition::temporary);
  rig.stop();
  const auto answer = client::http_get(options.url, "/", "", 50ms);
  REQUIRE_FALSE(answer);
  CHECK(answer.error() == Errc::timed_out);
}

TEST_CASE_METHOD(TlsCase, "When the certificate is put right, the client comes in by itself",
                 "[client][tls]") {
  const TlsListener listener({ca.issue(kExpired), ca.issue(kElsewhere), ca.issue()});
  SocketRig rig(options_for(listener.port(), {.ca_file = ca_file}));
  rig.until([&] { return rig.client.state() == State::live; });
  std::vector<client::error_code> reasons;
  for (const auto& change : rig.states) {
    if (change.state == State::offline) reasons.push_back(change.reason);
  }
  CHECK(reasons ==
        std::vector<client::error_code>{Errc::tls_certificate_expired, Errc::tls_wrong_host});
  rig.stop();
}

TEST_CASE_METHOD(TlsCase, "A client that is destroyed in the handshake leaves nothing behind",
                 "[client][tls]") {
  const TlsListener listener({ca.issue()});
  destroy_at_every_turn(options_for(listener.port(), {.ca_file = ca_file}));
}

TEST_CASE_METHOD(TlsCase, "What the options say about TLS is checked at once", "[client][tls]") {
  const auto pin = self_signed().pin;
  const auto make = [](const TlsOptions& tls) {
    asio::io_context io;
    const client::Client client(io.get_executor(), options_for(1, tls));
  };
  CHECK_NOTHROW(make({.ca_file = ca_file, .pinned_key = pin}));
  for (const auto& wrong :
       {std::string("sha256/"), pin.substr(7), "sha1/" + pin.substr(7), pin + "=", pin + " ",
        pin.substr(0, pin.size() - 1),
        pin.substr(0, pin.size() - 2) + "B=", std::string("sha256/") + std::string(44, '!')}) {
    INFO(wrong);
    CHECK_THROWS_AS(make({.pinned_key = wrong}), std::invalid_argument);
    CHECK_THROWS_AS(client::http_get("https://localhost:1", "/", "", 1s, {.pinned_key = wrong}),
                    std::invalid_argument);
  }
  const std::string missing = folder.path() / "missing.pem";
  CHECK_THROWS_WITH(make({.ca_file = missing}), Contains(missing));
  const std::string words = folder.path() / "words.pem";
  write_file(words, "no certificate\n");
  CHECK_THROWS_WITH(make({.ca_file = words}), Contains(words));
}

TEST_CASE_METHOD(TlsCase, "Options of TLS are refused for an address without it", "[client][tls]") {
  const auto pin = self_signed().pin;
  for (const std::string scheme : {"http", "ws"}) {
    for (const TlsOptions& tls : {TlsOptions{.ca_file = ca_file}, TlsOptions{.pinned_key = pin}}) {
      INFO(scheme);
      auto options = options_for(1, tls);
      options.url = scheme + "://localhost:1";
      asio::io_context io;
      CHECK_THROWS_WITH(client::Client(io.get_executor(), options), Contains("https://"));
      CHECK_THROWS_WITH(client::http_get(options.url, "/", "", 1s, tls), Contains("https://"));
    }
  }
}

TEST_CASE("Each fault of TLS has its own words, and is nothing that passes", "[client][tls]") {
  std::vector<std::string> messages;
  for (const auto code : {Errc::tls_failed, Errc::tls_not_spoken, Errc::tls_version_unsupported,
                          Errc::tls_certificate_untrusted, Errc::tls_certificate_expired,
                          Errc::tls_wrong_host, Errc::tls_wrong_key}) {
    const client::error_code error = code;
    CHECK(error == Condition::tls);
    CHECK_FALSE(error == Condition::temporary);
    CHECK_FALSE(error == Condition::auth);
    messages.push_back(error.message());
  }
  std::ranges::sort(messages);
  CHECK(std::ranges::adjacent_find(messages) == messages.end());
}

}  // namespace daybook::testing
