#include "server/net/http_message.hpp"

#include <fmt/format.h>

#include "schema/json/json.hpp"

namespace daybook::net {
namespace {

using model::Code;

constexpr unsigned kRetrySeconds = 1;

void add_string(std::string& out, std::string_view name, std::string_view value) {
  out += fmt::format(R"(,"{}":)", name);
  schema::json::encode_string(out, value);
}

void add_facts(std::string& out, const model::Rejection& rejection) {
  capnp::MallocMessageBuilder message;
  auto rejected = message.initRoot<schema::Rejected>();
  model::write(rejected, {}, rejection);
  std::string facts;
  schema::json::encode(facts, rejected.asReader().getFacts());
  out += R"(,"facts":)" + facts;
}

Response make_problem(int status, const model::Rejection& rejection, std::string_view detail,
                      Id command) {
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  const auto code = model::to_string(rejection.code);
  response.body =
      fmt::format(R"({{"type":"about:blank","title":"{}","status":{},"code":"{}","retryable":{})",
                  code, response.status, code, model::is_retryable(rejection.code));
  if (!detail.empty()) add_string(response.body, "detail", detail);
  if (!command.is_nil()) add_string(response.body, "id", to_string(command));
  add_facts(response.body, rejection);
  response.body += "}\n";
  if (response.status == 429 || response.status == 503) {
    const auto seconds = std::max(kRetrySeconds, (rejection.facts.retry_after_millis + 999) / 1000);
    response.headers.emplace_back("Retry-After", std::to_string(seconds));
  }
  if (response.status == 401) {
    response.headers.emplace_back("WWW-Authenticate", R"(Bearer realm="daybook")");
  }
  return response;
}

}  // namespace

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

int status_of(Code code) {
  switch (code) {
    case Code::MALFORMED:
    case Code::TEXT_INVALID:
    case Code::SEED_INVALID:
    case Code::TEXT_REQUIRED:
    case Code::OUT_OF_RANGE:
    case Code::TOO_MANY:
    case Code::DUPLICATE:
    case Code::REASON_REQUIRED:
    case Code::ID_REQUIRED:
    case Code::KEY_INVALID:
    case Code::TOKEN_INVALID:
    case Code::TOKEN_SCOPE_INVALID:
    case Code::EXPIRY_INVALID:
    case Code::ROLE_INVALID:
    case Code::SELF_LINK:
    case Code::OPTIONS_REQUIRED:
    case Code::QUORUM_ABOVE_MEMBERS:
    case Code::HASH_INVALID:
      return 400;
    case Code::UNAUTHENTICATED:
      return 401;
    case Code::NOT_PERMITTED:
    case Code::IMPORTER_REQUIRED:
    case Code::SELF_APPROVAL:
    case Code::CONTRIBUTOR_EXCLUDED:
    case Code::NOT_IN_POOL:
    case Code::NOT_REQUESTER:
    case Code::OWNER_IS_SOLE_APPROVER:
    case Code::NOT_BOARD_MEMBER:
    case Code::CONFLICT_OF_INTEREST:
    case Code::NOT_AUTHOR:
      return 403;
    case Code::NOT_FOUND:
    case Code::UNKNOWN_VERSION:
      return 404;
    case Code::METHOD_NOT_ALLOWED:
      return 405;
    case Code::TOO_LARGE:
      return 413;
    case Code::RATE_LIMITED:
      return 429;
    case Code::INTERNAL:
      return 500;
    case Code::NOT_SUPPORTED:
      return 501;
    case Code::OVERLOADED:
    case Code::GOING_AWAY:
      return 503;
    case Code::STORAGE_FULL:
      return 507;
    default:  // what the state of things does not allow
      return 409;
  }
}

Response problem(const model::Rejection& rejection, std::string_view detail, Id command) {
  return make_problem(status_of(rejection.code), rejection, detail, command);
}

Response problem(Code code, std::string_view detail) {
  return problem(model::Rejection{.code = code, .facts = {}}, detail);
}

Response problem(int status, Code code, std::string_view detail) {
  return make_problem(status, model::Rejection{.code = code, .facts = {}}, detail, {});
}

Response unknown_outcome(Id command) {
  auto response = problem(model::Rejection{.code = Code::INTERNAL, .facts = {}},
                          "whether the command took effect is not known: send it again", command);
  response.body.resize(response.body.size() - 2);
  response.body += ",\"outcome\":\"unknown\"}\n";
  return response;
}

}  // namespace daybook::net
