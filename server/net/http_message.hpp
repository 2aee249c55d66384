#pragma once
// Requests and responses as the routes see them, and problem documents (RFC 9457).

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/rejection.hpp"

namespace daybook::net {

namespace asio = boost::asio;

enum class Method { get, post, other };

struct Request {
  Method method = Method::get;                             // of HEAD too
  std::string path;                                        // as it was sent
  std::vector<std::pair<std::string, std::string>> query;  // decoded
  std::string authorization;                               // never logged
  std::string idempotency_key;
  std::string accept_encoding;
  std::string if_none_match;
  std::string body;

  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // Streamed in place of the body until it returns an empty string; nullopt: the response is to be broken off, so that nobody
  // takes it for whole. Reads the log page by page.
  std::function<asio::awaitable<std::optional<std::string>>()> more;
  std::shared_ptr<void> place;  // given back when all is written
};

// The status that goes with a code; schema/PROTOCOL.md, section 12.
[[nodiscard]] int status_of(model::Code code);

// `detail` is for people. `command`: the id of the one that was rejected; nil: none.
[[nodiscard]] Response problem(const model::Rejection& rejection, std::string_view detail = {},
                               Id command = {});
[[nodiscard]] Response problem(model::Code code, std::string_view detail);
// With another status than the code's.
[[nodiscard]] Response problem(int status, model::Code code, std::string_view detail);
// The outcome of a command is not known.
[[nodiscard]] Response unknown_outcome(Id command);

}  // namespace daybook::net
