#pragma once
// The client's side of TLS: what is trusted, and why a server is not.

#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>
#include <daybook/error.hpp>
#include <daybook/tls.hpp>
#include <memory>
#include <optional>
#include <string>

#include "model/record/hash.hpp"

namespace daybook::client::detail {

// TlsOptions, read and ready for use by any number of connections.
//
// Threading: connections of one thread at a time. Lifetime: outlives its connections' handshakes.
// Failure:   the constructor throws std::invalid_argument, whose text says what is wrong with the options.
class TlsTrust {
 public:
  explicit TlsTrust(const TlsOptions& options);

  [[nodiscard]] boost::asio::ssl::context& context() { return context_; }
  [[nodiscard]] const std::optional<record::Hash>& pin() const { return pin_; }
  [[nodiscard]] bool pin_replaces_ca() const { return pin_ && !has_ca_file_; }

 private:
  boost::asio::ssl::context context_;
  std::optional<record::Hash> pin_;
  bool has_ca_file_;
};

// nullptr for an address without TLS. Throws std::invalid_argument as the constructor does, and for options that such an
// address would leave without effect: whoever names a key or a CA wants nothing sent to others.
[[nodiscard]] std::shared_ptr<TlsTrust> make_trust(bool is_tls, const TlsOptions& options);

struct TlsFault {
  error_code error;
  std::string detail;
};

// One connection's look at its server.
//
// Lifetime: outlives the handshake of `connection`; `trust` outlives it.
class TlsCheck {
 public:
  // Before the handshake. `host` as it stands in the address, an IPv6 address without brackets.
  TlsCheck(SSL* connection, const TlsTrust& trust, const std::string& host);
  TlsCheck(const TlsCheck&) = delete;
  TlsCheck& operator=(const TlsCheck&) = delete;

  // After the handshake, which ended with `error`. nullopt: the server is the right one, or, with an error, the network
  // failed and not TLS.
  [[nodiscard]] std::optional<TlsFault> fault(error_code error) const;

 private:
  struct FreeCertificate {
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  static int verify(int so_far, X509_STORE_CTX* store) noexcept;
  [[nodiscard]] TlsFault refusal() const;

  SSL* connection_;
  const TlsTrust& trust_;
  bool prepared_ = false;
  int verdict_ = X509_V_OK;                             // that ended the verification
  std::unique_ptr<X509, FreeCertificate> certificate_;  // the server's that was refused
};

}  // namespace daybook::client::detail
