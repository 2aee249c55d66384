#include "server/net/tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "server/sync/log_text.hpp"

namespace daybook::net {
namespace {

namespace ssl = boost::asio::ssl;

// Of TLS 1.2; those of 1.3 are all good.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

// Why OpenSSL's last call failed, in its words. Empties its list of errors.
std::string ssl_reason() {
  const char* reason = nullptr;
  while (const auto code = ERR_get_error()) reason = ERR_reason_error_string(code);
  return reason == nullptr ? "no reason given" : reason;
}

std::unique_ptr<std::FILE, int (*)(std::FILE*)> open_file(const char* what,
                                                          const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                       &std::fclose);
  if (!file) {
    throw std::runtime_error(fmt::format("the {} file {} cannot be read: {}", what, path,
                                         std::generic_category().message(errno)));
  }
  return file;
}

void use_certificate(SSL_CTX* context, const std::string& path) {
  const auto readable = open_file("certificate", path);
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, path.c_str()) != 1) {
    throw std::runtime_error(
        fmt::format("the certificate file {} cannot be used: {}. It has to hold the server's "
                    "certificate in PEM form, with the certificates that lead to its CA behind it",
                    path, ssl_reason()));
  }
}

void use_key(SSL_CTX* context, const std::string& path, const std::string& certificate_file) {
  const auto file = open_file("key", path);
  ERR_clear_error();
  // Nobody is asked for a passphrase.
  const auto no_passphrase = [](char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
  };
  bool asked = false;
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      PEM_read_PrivateKey(file.get(), nullptr, no_passphrase, &asked), &EVP_PKEY_free);
  if (!key) {
    const auto reason = ssl_reason();
    throw std::runtime_error(
        asked ? fmt::format("the key file {} is encrypted: give one without a passphrase, which "
                            "only the server's user may read",
                            path)
              : fmt::format("the key file {} cannot be used: {}. It has to hold a private key in "
                            "PEM form",
                            path, reason));
  }
  if (X509_check_private_key(SSL_CTX_get0_certificate(context), key.get()) != 1) {
    ERR_clear_error();
    throw std::runtime_error(fmt::format("the key in {} does not belong to the certificate in {}",
                                         path, certificate_file));
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    throw std::runtime_error(fmt::format("the key file {} cannot be used: {}", path, ssl_reason()));
  }
}

}  // namespace

ssl::context make_tls_context(const std::string& certificate_file, const std::string& key_file) {
  ssl::context context(ssl::context::tls_server);
  auto* const native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(native, 0);  // of TLS 1.3
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  if (SSL_CTX_set_cipher_list(native, kCiphers) != 1) {
    throw std::runtime_error("OpenSSL has none of the ciphers that are asked for");
  }
  use_certificate(native, certificate_file);
  use_key(native, key_file, certificate_file);
  return context;
}

void warn_if_expired(ssl::context& context, const std::string& certificate_file) {
  const auto* certificate = SSL_CTX_get0_certificate(context.native_handle());
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) {
    spdlog::warn("event=tls_certificate_expired file=\"{}\"", sync::log_text(certificate_file));
  }
}

}  // namespace daybook::net
