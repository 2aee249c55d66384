#include "server/net/routes.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>

#include "server/net/address.hpp"

namespace daybook::net {
namespace {

using model::Code;

constexpr std::array kRoutes{
    Route{Method::get, "/", Who::everybody, get_page, Answers::html, "The dashboard: all projects"},
    Route{Method::get, "/p/{}", Who::everybody, get_page, Answers::html, "The dashboard: a project",
          "project"},
    Route{Method::get, "/p/{}/{}", Who::everybody, get_page, Answers::html,
          "The dashboard: a page of a project", "project,part"},
    Route{Method::get, "/p/{}/{}/{}", Who::everybody, get_page, Answers::html,
          "The dashboard: a thing on a page", "project,part,entity"},
    Route{Method::get, "/room/{}", Who::everybody, get_page, Answers::html,
          "The dashboard: a project on a room's wall", "project"},
    Route{Method::get, "/assets/{}", Who::everybody, get_asset, Answers::file,
          "A file of the dashboard", "file"},
    Route{Method::get, "/healthz", Who::everybody, get_health, Answers::text,
          "Whether the process is alive"},
    Route{Method::get, "/readyz", Who::everybody, get_readiness, Answers::readiness,
          "Whether the server is ready, and if not, why"},
    Route{Method::get, "/metrics", Who::everybody, get_metrics, Answers::text,
          "Figures for Prometheus"},
    Route{Method::get, "/api/v1/openapi.json", Who::everybody, get_openapi, Answers::document,
          "This document"},
    Route{Method::get, "/api/v1/asyncapi.json", Who::everybody, get_asyncapi, Answers::document,
          "The sync protocol as an AsyncAPI document"},
    Route{Method::get, "/api/v1/projects", Who::token_holders, get_projects, Answers::projects,
          "The projects that the token may read"},
    Route{Method::get, "/api/v1/projects/{}/views/{}", Who::token_holders, get_view, Answers::view,
          "A view of a project, as it is or was", "project,view", "at"},
    Route{Method::get, "/api/v1/projects/{}/decisions/{}/context", Who::token_holders, get_context,
          Answers::context, "What those who decided had before them", "project,entity", "version"},
    Route{Method::get, "/api/v1/projects/{}/events", Who::token_holders, get_events,
          Answers::events, "A project's events, one a line", "project", "from,to"},
    Route{Method::get, "/api/v1/workspace/events", Who::token_holders, get_workspace_events,
          Answers::events, "The workspace's events, for admins and auditors", "", "from,to"},
    Route{Method::post, "/api/v1/projects/{}/commands", Who::members, post_project_commands,
          Answers::outcome, "Give a project one command or a batch", "project"},
    Route{Method::post, "/api/v1/projects/{}/what-if", Who::members, post_what_if, Answers::what_if,
          "What commands would lead to; nothing is recorded", "project"},
    Route{Method::post, "/api/v1/workspace/commands", Who::members, post_workspace_commands,
          Answers::outcome, "Give the workspace one command or a batch"},
};

std::string_view name(Method method) {
  switch (method) {
    case Method::get:
      return "GET, HEAD";
    case Method::post:
      return "POST";
    case Method::other:
      break;
  }
  return "";
}

std::optional<access::Principal> authenticate(const Request& request, IoThread& thread) {
  constexpr std::string_view kScheme = "bearer ";
  std::string_view credentials = request.authorization;
  if (!boost::beast::iequals(credentials.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  credentials.remove_prefix(kScheme.size());
  credentials.remove_prefix(std::min(credentials.find_first_not_of(' '), credentials.size()));
  return access::authenticate(*thread.door().workspace(), credentials,
                              thread.shared().options.clock());
}

struct Found {
  const Route* route = nullptr;
  std::vector<std::string> parameters;
  std::string allowed;  // the methods that the path has
};

// An address of the page may end with a slash, as people and other programs write them.
std::string_view path_for(const Route& route, std::string_view path) {
  const bool may_end = route.answers == Answers::html && path.size() > 1 && path.ends_with('/');
  return may_end ? path.substr(0, path.size() - 1) : path;
}

Found find_route(const Request& request) {
  Found found;
  for (const auto& route : kRoutes) {
    auto matched = match_path(route.pattern, path_for(route, request.path));
    if (!matched) continue;
    if (!found.allowed.empty()) found.allowed += ", ";
    found.allowed += name(route.method);
    if (route.method != request.method) continue;
    found.route = &route;
    found.parameters = std::move(*matched);
  }
  return found;
}

}  // namespace

std::span<const Route> routes() { return kRoutes; }

bool takes_commands(const Request& request) {
  const auto found = find_route(request);
  return found.route != nullptr && found.route->answers == Answers::outcome;
}

asio::awaitable<Response> answer(const Request& request, IoThread& thread, sync::RateLimit& rate) {
  auto found = find_route(request);
  if (found.route == nullptr) {
    if (found.allowed.empty()) co_return problem(Code::NOT_FOUND, "there is no such route");
    auto response = problem(Code::METHOD_NOT_ALLOWED, "the route has another method");
    response.headers.emplace_back("Allow", found.allowed);
    co_return response;
  }
  const Route& route = *found.route;
  Call call{request, thread, rate, {}, std::move(found.parameters)};
  if (route.who == Who::everybody) co_return co_await route.handler(call);

  auto principal = authenticate(request, thread);
  if (!principal) {
    co_return problem(Code::UNAUTHENTICATED, "a token is needed: Authorization: Bearer dbk_...");
  }
  call.principal = std::move(*principal);
  if (auto refusal = refuse_query(request, route.query)) co_return std::move(*refusal);
  if (route.who == Who::members) {
    if (access::may_command(call.principal)) co_return co_await route.handler(call);
    call.door().count_refused(Code::NOT_PERMITTED);
    co_return problem(Code::NOT_PERMITTED, "this token sends no commands");
  }
  auto place = thread.shared().read_shares.enter(call.principal.token, thread.services().steady());
  if (!place) co_return problem(place.error(), "too much is read with this token at a time");
  auto response = co_await route.handler(call);
  response.place = std::move(*place);
  co_return response;
}

Id find_project(const model::Workspace& workspace, std::string_view segment) {
  if (const auto id = parse_id(segment)) return *id;
  const auto* id = workspace.workspace.project_of_key.find(std::string(segment));
  return id == nullptr ? Id{} : *id;
}

Response no_project(engine::Unread why) {
  const auto code = engine::code_of(why);
  return problem(code, code == Code::NOT_FOUND ? "no such project, as far as this token may know"
                                               : "the project cannot be read");
}

}  // namespace daybook::net
