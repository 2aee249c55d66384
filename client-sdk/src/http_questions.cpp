#include <daybook/http.hpp>

#include <capnp/schema.h>

#include <boost/json/value.hpp>
#include <charconv>

#include "model/time.hpp"
#include "schema/json/json.hpp"

namespace daybook::client {
namespace {

// A member of an object that is a string; empty: there is none.
std::string text_of(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains({name.data(), name.size()});
  const auto* string = value == nullptr ? nullptr : value->if_string();
  return string == nullptr ? std::string() : std::string(string->data(), string->size());
}

// A problem document (RFC 9457), as far as it is one: somebody else may have answered.
struct Problem {
  std::string code;
  std::string detail;
};
Problem problem_of(std::string_view body) {
  const auto document = schema::json::parse(body);
  const auto* object = document ? document->if_object() : nullptr;
  if (object == nullptr) return {};
  return {.code = text_of(*object, "code"), .detail = text_of(*object, "detail")};
}

// nullopt: not the list of projects.
std::optional<std::vector<ListedProject>> projects_of(std::string_view body) {
  const auto document = schema::json::parse(body);
  const auto* object = document ? document->if_object() : nullptr;
  const auto* value = object == nullptr ? nullptr : object->if_contains("projects");
  const auto* list = value == nullptr ? nullptr : value->if_array();
  if (list == nullptr) return std::nullopt;
  std::vector<ListedProject> projects;
  for (const auto& entry : *list) {
    const auto* row = entry.if_object();
    const auto id = row == nullptr ? std::nullopt : parse_id(text_of(*row, "id"));
    if (!id) return std::nullopt;
    auto& project = projects.emplace_back();
    project.id = *id;
    project.key = text_of(*row, "key");
    project.name = text_of(*row, "name");
    const auto version = text_of(*row, "version");
    std::from_chars(version.data(), version.data() + version.size(), project.version.value);
  }
  return projects;
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

std::expected<std::vector<ListedProject>, HttpError> list_projects(
    std::string_view url, std::string_view token, std::chrono::milliseconds timeout,
    const TlsOptions& tls) {
  const auto body = ask(url, "/api/v1/projects", token, timeout, tls);
  if (!body) return std::unexpected(body.error());
  auto projects = projects_of(*body);
  if (projects) return std::move(*projects);
  const error_code code = Errc::bad_server_data;
  return std::unexpected(HttpError{.code = code, .status = 200, .detail = code.message()});
}

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
