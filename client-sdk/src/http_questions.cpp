#include <daybook/http.hpp>

#include <capnp/schema.h>

#include <boost/json/value.hpp>

#include "model/time.hpp"
#include "schema/json/json.hpp"

namespace daybook::client {
namespace {

// A problem document (RFC 9457), as far as it is one: somebody else may have answered.
struct Problem {
  std::string code;
  std::string detail;
};
Problem problem_of(std::string_view body) {
  Problem problem;
  const auto document = schema::json::parse(body);
  const auto* object = document ? document->if_object() : nullptr;
  if (object == nullptr) return problem;
  const auto text = [&](std::string_view name) -> std::string {
    const auto* value = object->if_contains({name.data(), name.size()});
    const auto* string = value == nullptr ? nullptr : value->if_string();
    return string == nullptr ? std::string() : std::string(string->data(), string->size());
  };
  problem.code = text("code");
  problem.detail = text("detail");
  return problem;
}

Errc errc_of(unsigned status, const std::string& code) {
  const auto known = capnp::Schema::from<schema::Code>().findEnumerantByName(code.c_str());
  KJ_IF_MAYBE (enumerant, known) {
    const auto errc = client::errc_of(static_cast<schema::Code>(enumerant->getOrdinal()));
    if (errc != Errc::ended) return errc;
  }
  switch (status) {
    case 401:
      return Errc::unauthenticated;
    case 403:
      return Errc::not_permitted;
    case 404:
      return Errc::not_found;
    case 429:
    case 503:
      return Errc::overloaded;
    default:
      return status >= 500 && status != 501 ? Errc::server_failed : Errc::protocol_error;
  }
}

std::expected<std::string, HttpError> ask(std::string_view url, const std::string& path,
                                          std::string_view token, std::chrono::milliseconds timeout,
                                          const TlsOptions& tls) {
  auto answer = http_get(url, path, token, timeout, tls);
  if (!answer) {
    return std::unexpected(
        HttpError{.code = answer.error(), .status = 0, .detail = answer.error().message()});
  }
  if (answer->status == 200) return std::move(answer->body);
  auto problem = problem_of(answer->body);
  const error_code code = errc_of(answer->status, problem.code);
  if (problem.detail.empty()) problem.detail = code.message();
  return std::unexpected(
      HttpError{.code = code, .status = answer->status, .detail = std::move(problem.detail)});
}

std::string path_of(Id project) { return "/api/v1/projects/" + to_string(project); }

}  // namespace

std::expected<std::string, HttpError> decision_context(std::string_view url, std::string_view token,
                                                       Id project, Id entity,
                                                       std::optional<Version> version,
                                                       std::chrono::milliseconds timeout,
                                                       const TlsOptions& tls) {
  auto path = path_of(project) + "/decisions/" + to_string(entity) + "/context";
  if (version) path += "?version=" + std::to_string(version->value);
  return ask(url, path, token, timeout, tls);
}

std::expected<std::string, HttpError> view_at(std::string_view url, std::string_view token,
                                              Id project, model::ViewName name, Moment at,
                                              std::chrono::milliseconds timeout,
                                              const TlsOptions& tls) {
  const auto* version = std::get_if<Version>(&at);
  const auto text =
      version != nullptr ? std::to_string(version->value) : to_rfc3339(std::get<Timestamp>(at));
  const auto path =
      path_of(project) + "/views/" + std::string(model::to_string(name)) + "?at=" + text;
  return ask(url, path, token, timeout, tls);
}

}  // namespace daybook::client
