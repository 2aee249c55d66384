#include "client-sdk/src/tls.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string_view>

namespace daybook::client::detail {
namespace {

namespace net = boost::asio;
namespace ssl = net::ssl;

constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";  // of TLS 1.2
constexpr std::string_view kPinPrefix = "sha256/";
constexpr std::size_t kPinCharacters = 44;  // 32 bytes in base64
constexpr int kNamesMax = 8;
constexpr std::size_t kNameMax = 100;

int check_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

std::string to_pin(const record::Hash& hash) {
  std::array<unsigned char, kPinCharacters + 1> text{};
  EVP_EncodeBlock(text.data(), reinterpret_cast<const unsigned char*>(hash.data()),
                  static_cast<int>(hash.size()));
  return std::string(kPinPrefix) + reinterpret_cast<const char*>(text.data());
}

// nullopt: not a pin, or not in the one form that each has.
std::optional<record::Hash> parse_pin(std::string_view text) {
  if (text.size() != kPinPrefix.size() + kPinCharacters || !text.starts_with(kPinPrefix)) {
    return std::nullopt;
  }
  std::array<unsigned char, 33> bytes{};
  const auto* encoded = reinterpret_cast<const unsigned char*>(text.data() + kPinPrefix.size());
  if (EVP_DecodeBlock(bytes.data(), encoded, static_cast<int>(kPinCharacters)) != 33) {
    return std::nullopt;
  }
  record::Hash hash{};
  std::memcpy(hash.data(), bytes.data(), hash.size());
  if (to_pin(hash) != text) return std::nullopt;
  return hash;
}

std::optional<record::Hash> key_hash(const X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return std::nullopt;
  record::Hash hash{};
  const bool ok =
      EVP_Digest(der, static_cast<std::size_t>(size), reinterpret_cast<unsigned char*>(hash.data()),
                 nullptr, EVP_sha256(), nullptr) == 1;
  OPENSSL_free(der);
  return ok ? std::optional(hash) : std::nullopt;
}

// What a foreign certificate says, fit for a line of text.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kNameMax)) out += c > ' ' && c < 0x7F ? c : '?';
  return out;
}

std::string name_text(const GENERAL_NAME* name) {
  if (name->type == GEN_DNS) {
    const auto* value = name->d.dNSName;
    return printable({reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                      static_cast<std::size_t>(ASN1_STRING_length(value))});
  }
  if (name->type != GEN_IPADD) return {};
  const auto* value = name->d.iPAddress;
  const auto* data = ASN1_STRING_get0_data(value);
  if (ASN1_STRING_length(value) == 4) {
    net::ip::address_v4::bytes_type bytes;
    std::memcpy(bytes.data(), data, bytes.size());
    return net::ip::address_v4(bytes).to_string();
  }
  if (ASN1_STRING_length(value) == 16) {
    net::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), data, bytes.size());
    return net::ip::address_v6(bytes).to_string();
  }
  return {};
}

// The hosts that a certificate is for, the first of them.
std::string names_of(const X509* certificate) {
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  std::string out;
  for (int i = 0, said = 0; i < sk_GENERAL_NAME_num(names) && said < kNamesMax; ++i) {
    const auto text = name_text(sk_GENERAL_NAME_value(names, i));
    if (text.empty()) continue;
    out += (out.empty() ? "" : ", ") + text;
    ++said;
  }
  GENERAL_NAMES_free(names);
  return out.empty() ? "no host at all" : out;
}

std::string day_text(const ASN1_TIME* time) {
  std::tm day{};
  if (ASN1_TIME_to_tm(time, &day) != 1) return "a time that cannot be read";
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &day);
  return text.data();
}

TlsFault wrong_key(const std::optional<record::Hash>& hash) {
  return {Errc::tls_wrong_key,
          "the server's key is " + (hash ? to_pin(*hash) : "none that can be read")};
}

TlsFault fault_of_reason(error_code error) {
  if (error.category() == net::error::get_ssl_category()) {
    switch (ERR_GET_REASON(static_cast<unsigned long>(error.value()))) {
      case SSL_R_WRONG_VERSION_NUMBER:  // of the first record: it is not one
        return {Errc::tls_not_spoken, "what came back is not TLS"};
      case SSL_R_UNSUPPORTED_PROTOCOL:
      case SSL_R_VERSION_TOO_LOW:
      case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      case SSL_R_INAPPROPRIATE_FALLBACK:
      case SSL_R_TLSV1_ALERT_INAPPROPRIATE_FALLBACK:
        return {Errc::tls_version_unsupported, "TLS 1.2 or 1.3 is needed: " + error.message()};
      default:
        break;
    }
  }
  return {Errc::tls_failed, error.message()};
}

}  // namespace

// --- What is trusted -----------------------------------------------------------------------------------------------

TlsTrust::TlsTrust(const TlsOptions& options)
    : context_(ssl::context::tls_client), has_ca_file_(!options.ca_file.empty()) {
  auto* const native = context_.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  if (SSL_CTX_set_cipher_list(native, kCiphers) != 1) {
    throw std::runtime_error("OpenSSL has none of the ciphers that are asked for");
  }
  if (!options.pinned_key.empty()) {
    pin_ = parse_pin(options.pinned_key);
    if (!pin_) {
      throw std::invalid_argument(
          "a pinned key is \"sha256/\" and the SHA-256 of the server's public key in 44 characters "
          "of base64; this is not: " +
          printable(options.pinned_key));
    }
  }
  if (!has_ca_file_) {
    SSL_CTX_set_default_verify_paths(native);
    return;
  }
  if (SSL_CTX_load_verify_file(native, options.ca_file.c_str()) != 1) {
    ERR_clear_error();
    throw std::invalid_argument("the CA file " + options.ca_file +
                                " cannot be read, or holds no certificate in PEM form");
  }
  // What the file holds is trusted, also where it is not a root.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(native), X509_V_FLAG_PARTIAL_CHAIN);
}

// --- One connection ------------------------------------------------------------------------------------------------

std::shared_ptr<TlsTrust> make_trust(bool is_tls, const TlsOptions& options) {
  if (is_tls) return std::make_shared<TlsTrust>(options);
  if (!options.ca_file.empty() || !options.pinned_key.empty()) {
    throw std::invalid_argument(
        "a CA file or a pin needs an address under TLS: https:// or wss://");
  }
  return nullptr;
}

TlsCheck::TlsCheck(SSL* connection, const TlsTrust& trust, const std::string& host)
    : connection_(connection), trust_(trust) {
  auto* const param = SSL_get0_param(connection);
  X509_VERIFY_PARAM_set_hostflags(
      param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  error_code not_an_address;
  const auto address = net::ip::make_address(host, not_an_address);
  if (not_an_address) {
    // A dot at the end makes a name absolute; certificates leave it out.
    const auto name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
    prepared_ = !name.empty() &&
                X509_VERIFY_PARAM_set1_host(param, name.data(), name.size()) == 1 &&
                SSL_set_tlsext_host_name(connection, name.c_str()) == 1;
  } else if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    prepared_ = X509_VERIFY_PARAM_set1_ip(param, bytes.data(), bytes.size()) == 1;
  } else {
    const auto bytes = address.to_v6().to_bytes();
    prepared_ = X509_VERIFY_PARAM_set1_ip(param, bytes.data(), bytes.size()) == 1;
  }
  prepared_ = prepared_ && SSL_set_ex_data(connection, check_index(), this) == 1;
  // Without a name to check against, nobody is let through: verify() refuses.
  SSL_set_verify(connection, SSL_VERIFY_PEER, &TlsCheck::verify);
}

// Called by OpenSSL for each fault that it finds, and for each certificate without one.
int TlsCheck::verify(int so_far, X509_STORE_CTX* store) noexcept {
  const auto* connection = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* self = static_cast<TlsCheck*>(SSL_get_ex_data(connection, check_index()));
  if (self == nullptr || !self->prepared_) return 0;
  if (so_far == 1) return 1;
  X509* const certificate = X509_STORE_CTX_get0_cert(store);
  self->verdict_ = X509_STORE_CTX_get_error(store);
  if (self->verdict_ == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT && self->trust_.pin_replaces_ca() &&
      key_hash(certificate) == self->trust_.pin()) {
    self->verdict_ = X509_V_OK;
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
  }
  if (X509_up_ref(certificate) == 1) self->certificate_.reset(certificate);
  return 0;
}

TlsFault TlsCheck::refusal() const {
  switch (verdict_) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return {Errc::tls_wrong_host, "the certificate is for " + names_of(certificate_.get())};
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {Errc::tls_certificate_expired,
              "the certificate is valid from " + day_text(X509_get0_notBefore(certificate_.get())) +
                  " to " + day_text(X509_get0_notAfter(certificate_.get())) +
                  (X509_cmp_current_time(X509_get0_notAfter(certificate_.get())) > 0 &&
                           X509_cmp_current_time(X509_get0_notBefore(certificate_.get())) < 0
                       ? "; one of its chain is not valid now"
                       : "")};
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      if (!trust_.pin_replaces_ca()) break;
      return wrong_key(key_hash(certificate_.get()));
    default:
      break;
  }
  return {Errc::tls_certificate_untrusted, X509_verify_cert_error_string(verdict_)};
}

std::optional<TlsFault> TlsCheck::fault(error_code error) const {
  if (!prepared_) return TlsFault{Errc::tls_failed, "the host name cannot be checked"};
  if (verdict_ != X509_V_OK && certificate_) return refusal();
  if (error) {
    if (error.category() != net::error::get_ssl_category()) return std::nullopt;
    return fault_of_reason(error);
  }
  if (SSL_get_verify_result(connection_) != X509_V_OK) {
    return TlsFault{Errc::tls_certificate_untrusted,
                    X509_verify_cert_error_string(SSL_get_verify_result(connection_))};
  }
  if (!trust_.pin()) return std::nullopt;
  const X509* certificate = SSL_get0_peer_certificate(connection_);
  const auto hash = certificate == nullptr ? std::nullopt : key_hash(certificate);
  if (hash == trust_.pin()) return std::nullopt;
  return wrong_key(hash);
}

}  // namespace daybook::client::detail
