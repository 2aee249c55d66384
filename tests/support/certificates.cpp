#include "tests/support/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <fstream>
#include <stdexcept>

namespace daybook::testing {
namespace {

template <auto free>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;

void require(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(std::string("test certificates: ") + what);
}

Key make_key() {
  Key key(EVP_EC_gen("P-256"));
  require(key != nullptr, "no key");
  return key;
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  require(extension != nullptr, "an extension is wrong");
  require(X509_add_ext(certificate, extension.get(), -1) == 1, "an extension is refused");
}

// issuer: nullptr for one that signs itself.
Certificate make_certificate(EVP_PKEY* key, const CertificateOptions& options, bool is_ca,
                             X509* issuer, EVP_PKEY* issuer_key) {
  Certificate certificate(X509_new());
  auto* const made = certificate.get();
  require(made != nullptr && X509_set_version(made, X509_VERSION_3) == 1, "no certificate");
  std::uint64_t serial = 0;
  require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "no serial");
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(made), serial >> 1);
  const auto seconds = [](std::chrono::hours time) {
    return static_cast<long>(std::chrono::seconds(time).count());
  };
  X509_gmtime_adj(X509_getm_notBefore(made), seconds(options.begins));
  X509_gmtime_adj(X509_getm_notAfter(made), seconds(options.ends));
  auto* const subject = X509_get_subject_name(made);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(options.common_name.c_str()),
                             -1, -1, 0);
  X509* const signer = issuer == nullptr ? made : issuer;
  X509_set_issuer_name(made, X509_get_subject_name(signer));
  X509_set_pubkey(made, key);
  add_extension(made, signer, NID_basic_constraints, is_ca ? "critical,CA:TRUE" : "CA:FALSE");
  if (is_ca) add_extension(made, signer, NID_key_usage, "critical,keyCertSign");
  if (!options.names.empty()) add_extension(made, signer, NID_subject_alt_name, options.names);
  require(X509_sign(made, issuer_key, EVP_sha256()) > 0, "not signed");
  return certificate;
}

template <typename Write>
std::string to_pem(Write&& write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  require(bio != nullptr && write(bio.get()) == 1, "not written");
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string certificate_pem(X509* certificate) {
  return to_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

std::string pin_of(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  require(size > 0, "no public key");
  std::array<unsigned char, 32> hash{};
  EVP_Digest(der, static_cast<std::size_t>(size), hash.data(), nullptr, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  std::array<unsigned char, 45> text{};
  EVP_EncodeBlock(text.data(), hash.data(), static_cast<int>(hash.size()));
  return "sha256/" + std::string(reinterpret_cast<const char*>(text.data()));
}

Identity to_identity(EVP_PKEY* key, X509* certificate) {
  return {.certificate_pem = certificate_pem(certificate),
          .key_pem = to_pem([&](BIO* bio) {
            return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
          }),
          .pin = pin_of(key)};
}

}  // namespace

struct TestCa::Signer {
  Key key;
  Certificate certificate;
};

TestCa::TestCa(const std::string& name) : signer_(std::make_unique<Signer>()) {
  signer_->key = make_key();
  auto* const key = signer_->key.get();
  signer_->certificate =
      make_certificate(key, {.common_name = name, .names = ""}, true, nullptr, key);
  certificate_pem_ = daybook::testing::certificate_pem(signer_->certificate.get());
}

TestCa::~TestCa() = default;

Identity TestCa::issue(const CertificateOptions& options) const {
  const auto key = make_key();
  const auto certificate =
      make_certificate(key.get(), options, false, signer_->certificate.get(), signer_->key.get());
  return to_identity(key.get(), certificate.get());
}

Identity self_signed(const CertificateOptions& options) {
  const auto key = make_key();
  const auto certificate = make_certificate(key.get(), options, false, nullptr, key.get());
  return to_identity(key.get(), certificate.get());
}

std::string encrypted_key_pem(const Identity& identity) {
  const Bio in(BIO_new_mem_buf(identity.key_pem.data(), static_cast<int>(identity.key_pem.size())));
  const Key key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
  require(key != nullptr, "no key to encrypt");
  return to_pem([&](BIO* bio) {
    const std::string passphrase = "correct horse";
    return PEM_write_bio_PrivateKey(bio, key.get(), EVP_aes_256_cbc(),
                                    reinterpret_cast<const unsigned char*>(passphrase.data()),
                                    static_cast<int>(passphrase.size()), nullptr, nullptr);
  });
}

void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  require(static_cast<bool>(file), "a file could not be written");
}

}  // namespace daybook::testing
