#include "model/record/hash.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstring>
#include <memory>
#include <new>

namespace daybook::record {
namespace {

// Fetched once: a lookup by name costs as much as hashing 200 bytes.
const EVP_MD* sha256_method() {
  static EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (method == nullptr) throw std::bad_alloc();
  return method;
}

EVP_MD_CTX* context() {
  struct Free {
    void operator()(EVP_MD_CTX* ctx) const { EVP_MD_CTX_free(ctx); }
  };
  thread_local const std::unique_ptr<EVP_MD_CTX, Free> ctx(EVP_MD_CTX_new());
  if (ctx == nullptr) throw std::bad_alloc();
  return ctx.get();
}

class Hasher {
 public:
  Hasher() : ctx_(context()) {
    if (EVP_DigestInit_ex2(ctx_, sha256_method(), nullptr) != 1) throw std::bad_alloc();
  }
  void update(Bytes piece) {
    if (!piece.empty() && EVP_DigestUpdate(ctx_, piece.data(), piece.size()) != 1)
      throw std::bad_alloc();
  }
  Hash finish() {
    Hash hash;
    if (EVP_DigestFinal_ex(ctx_, reinterpret_cast<unsigned char*>(hash.data()), nullptr) != 1) {
      throw std::bad_alloc();
    }
    return hash;
  }

 private:
  EVP_MD_CTX* ctx_;
};

}  // namespace

Hash sha256(Bytes data) {
  Hasher hasher;
  hasher.update(data);
  return hasher.finish();
}

Hash sha256(std::initializer_list<Bytes> pieces) {
  Hasher hasher;
  for (const Bytes piece : pieces) hasher.update(piece);
  return hasher.finish();
}

Hash hmac_sha256(Bytes key, std::initializer_list<Bytes> pieces) {
  constexpr std::size_t kBlock = 64;
  Hash short_key;
  if (key.size() > kBlock) {
    short_key = sha256(key);
    key = short_key;
  }
  std::array<std::byte, kBlock> inner_pad, outer_pad;
  inner_pad.fill(std::byte{0x36});
  outer_pad.fill(std::byte{0x5c});
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner_pad[i] ^= key[i];
    outer_pad[i] ^= key[i];
  }
  Hasher inner;
  inner.update(inner_pad);
  for (const Bytes piece : pieces) inner.update(piece);
  const Hash inner_hash = inner.finish();
  return sha256({Bytes(outer_pad), Bytes(inner_hash)});
}

std::string to_hex(Bytes data) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(data.size() * 2);
  for (const std::byte b : data) {
    hex.push_back(kDigits[std::to_integer<unsigned>(b) >> 4]);
    hex.push_back(kDigits[std::to_integer<unsigned>(b) & 15]);
  }
  return hex;
}

bool equal_constant_time(Bytes a, Bytes b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace daybook::record
