#pragma once
// Whom to trust at the other end of an https:// or wss:// address.
//
// The connection is TLS 1.2 or 1.3. The server's certificate must be within its dates, must hold the address's host name
// (RFC 6125) or IP address as a subject alternative name, and must be signed, over its chain, by a CA that is trusted.
// For an address without TLS the options must be empty: std::invalid_argument is thrown otherwise, and nothing is sent.

#include <string>

namespace daybook::client {

struct TlsOptions {
  // PEM file of the CAs that are trusted, instead of the system's. It may hold the server's own certificate.
  std::string ca_file = {};

  // SHA-256 of the SubjectPublicKeyInfo of the server's own certificate, as "sha256/BASE64" (the pin of RFC 7469). With it
  // the server's key must be this one, besides all that is said above, with one exception: without a ca_file, a
  // self-signed certificate that holds this key needs no CA. Its dates and its host name are checked all the same.
  //
  //   openssl x509 -in CERTIFICATE -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64
  std::string pinned_key = {};
};

}  // namespace daybook::client
