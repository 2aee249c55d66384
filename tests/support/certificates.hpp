#pragma once
// Certificates made on the spot, as good or as bad as a test wants them. Keys are of the curve P-256.
//
// Failure: std::runtime_error.

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace daybook::testing {

struct CertificateOptions {
  std::string common_name = "Daybook test server";
  // As OpenSSL writes subject alternative names; empty: none.
  std::string names = "DNS:localhost,IP:127.0.0.1";
  std::chrono::hours begins{-24};  // from now
  std::chrono::hours ends{24};
};

// A certificate with its private key.
struct Identity {
  std::string certificate_pem;
  std::string key_pem;
  std::string pin;  // "sha256/BASE64" of its public key
};

// A CA of its own, trusted by nobody.
class TestCa {
 public:
  explicit TestCa(const std::string& name = "Daybook test CA");
  ~TestCa();
  TestCa(const TestCa&) = delete;
  TestCa& operator=(const TestCa&) = delete;

  [[nodiscard]] const std::string& certificate_pem() const { return certificate_pem_; }
  [[nodiscard]] Identity issue(const CertificateOptions& options = {}) const;

 private:
  struct Signer;
  std::unique_ptr<Signer> signer_;
  std::string certificate_pem_;
};

[[nodiscard]] Identity self_signed(const CertificateOptions& options = {});

// The key of an identity, encrypted under a passphrase.
[[nodiscard]] std::string encrypted_key_pem(const Identity& identity);

void write_file(const std::filesystem::path& path, const std::string& content);

}  // namespace daybook::testing
