#pragma once
// Reading over HTTP, for programs that want one answer and no connection that lasts: the list of projects, a view, what
// was known when something was decided.

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <daybook/error.hpp>
#include <daybook/moment.hpp>
#include <daybook/tls.hpp>

#include "model/views/view.hpp"

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

// Why a question has no answer.
struct HttpError {
  error_code code = {};     // to decide on: as of http_get(), or what the server's code stands for
  unsigned status = 0;      // 0: no answer came
  std::string detail = {};  // for people
};

// A project as the token may know it.
struct ListedProject {
  Id id = {};
  std::string key = {};   // "BANK"
  std::string name = {};  // empty: redacted
  Version version = {};
};
// The projects that the token may read. Errors as of http_get(); bad_server_data: the answer is not one.
[[nodiscard]] std::expected<std::vector<ListedProject>, HttpError> list_projects(
    std::string_view url, std::string_view token,
    std::chrono::milliseconds timeout = std::chrono::seconds(30), const TlsOptions& tls = {});

// What those who decided had before them: the JSON text of a Context (schema/context.capnp) for the act whose event has that
// version, or for the newest. Errors of its own: not_found (also: no such decision or request for approval), unknown_version
// (nobody acted on it at that version). Otherwise as http_get().
[[nodiscard]] std::expected<std::string, HttpError> decision_context(
    std::string_view url, std::string_view token, Id project, Id entity,
    std::optional<Version> version = {},
    std::chrono::milliseconds timeout = std::chrono::seconds(30), const TlsOptions& tls = {});

// A view as it was: the JSON text of a ViewUpdate. Errors of its own: not_found, unknown_version, ahead_of_log, overloaded.
// Otherwise as http_get().
[[nodiscard]] std::expected<std::string, HttpError> view_at(
    std::string_view url, std::string_view token, Id project, model::ViewName name, Moment at,
    std::chrono::milliseconds timeout = std::chrono::seconds(30), const TlsOptions& tls = {});

}  // namespace daybook::client
