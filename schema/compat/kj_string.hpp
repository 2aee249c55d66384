#pragma once
// Force-included before Cap'n Proto's headers: kj 0.9 hides `const char* == kj::StringPtr` from C++20 on, yet
// capnp/blob.h still uses it; clang stops there.
#ifdef __cplusplus
#include <kj/string.h>

#if __cplusplus >= 202000L
namespace kj {
inline bool operator==(const char* a, const StringPtr& b) { return b == StringPtr(a); }
}  // namespace kj
#endif
#endif
