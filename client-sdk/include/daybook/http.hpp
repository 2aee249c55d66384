#pragma once
// Reading over HTTP, for programs that want one answer and no connection that lasts: the list of projects, a view.

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

#include <daybook/error.hpp>
#include <daybook/tls.hpp>

namespace daybook::client {

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
};

// Waits for the answer to GET `path` (encoded, with its query) at the server that `url` names, as for a Client. Whatever the
// status says is an answer; an error is a lost or missing connection, one that cannot be secured (Condition::tls), or
// Errc::timed_out. Throws std::invalid_argument if what `tls` says cannot be used.
//
// Threading: blocks its thread; safe on any.
// Limits:    answers up to 256 MiB.
[[nodiscard]] std::expected<HttpAnswer, error_code> http_get(
    std::string_view url, std::string_view path, std::string_view token,
    std::chrono::milliseconds timeout = std::chrono::seconds(30), const TlsOptions& tls = {});

}  // namespace daybook::client
