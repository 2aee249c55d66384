#pragma once
// The server of running_server.hpp with a certificate of a CA made on the spot.

#include "tests/server/net/running_server.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/temp_folder.hpp"

namespace daybook::testing {

// Certificate and key in files of a folder of their own.
struct TlsFiles {
  explicit TlsFiles(const CertificateOptions& options = {}) : identity(ca.issue(options)) {
    write_file(path("ca.pem"), ca.certificate_pem());
    write_file(path("server.pem"), identity.certificate_pem);
    write_file(path("server.key"), identity.key_pem);
  }
  [[nodiscard]] std::string path(const char* name) const { return files.path() / name; }
  [[nodiscard]] net::ServerOptions with(net::ServerOptions options) const {
    options.tls_certificate_file = path("server.pem");
    options.tls_key_file = path("server.key");
    return options;
  }

  TempFolder files;
  TestCa ca;
  Identity identity;
};

class TlsServer : public TlsFiles, public RunningServer {
 public:
  explicit TlsServer(net::ServerOptions options = small_options())
      : RunningServer(with(std::move(options))) {}
};

}  // namespace daybook::testing
