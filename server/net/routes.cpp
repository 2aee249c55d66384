#include "server/net/routes.hpp"

#include <array>

namespace daybook::net {
namespace {

using model::Code;

constexpr std::array kRoutes{
    Route{Method::get, "/", Who::everybody, get_page, Answers::html, "A page for people"},
    Route{Method::get, "/healthz", Who::everybody, get_health, Answers::text,
          "Whether the process is alive"},
    Route{Method::get, "/readyz", Who::everybody, get_readiness, Answers::json,
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
    Route{Method::post, "/api/v1/workspace/commands", Who::members, post_workspace_commands,
          Answers::outcome, "Give the workspace one command or a batch"},
};

// The segments that the pattern leaves open; nullopt: the path is another.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> parameters;
  while (true) {
    const auto pattern_end = pattern.find('/', 1);
    const auto path_end = path.find('/', 1);
    const auto wanted = pattern.substr(0, pattern_end);
    const auto given = path.substr(0, path_end);
    if (wanted == "/{}") {
      if (given.size() < 2) return std::nullopt;
      parameters.emplace_back(given.substr(1));
    } else if (wanted != given) {
      return std::nullopt;
    }
    const bool last = pattern_end == std::string_view::npos;
    if (last != (path_end == std::string_view::npos)) return std::nullopt;
    if (last) return parameters;
    pattern.remove_prefix(pattern_end);
    path.remove_prefix(path_end);
  }
}

std::string_view name(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::post:
      return "POST";
    case Method::other:
      break;
  }
  return "";
}

std::optional<access::Principal> authenticate(const Request& request, IoThread& thread) {
  constexpr std::string_view kScheme = "Bearer ";
  std::string_view credentials = request.authorization;
  if (!credentials.starts_with(kScheme)) return std::nullopt;
  credentials.remove_prefix(kScheme.size());
  return access::authenticate(*thread.door().workspace(), credentials,
                              thread.shared().options.clock());
}

}  // namespace

std::span<const Route> routes() { return kRoutes; }

asio::awaitable<Response> answer(const Request& request, IoThread& thread, sync::RateLimit& rate) {
  const Route* found = nullptr;
  std::vector<std::string> parameters;
  std::string allowed;
  for (const auto& route : kRoutes) {
    auto matched = match(route.pattern, request.path);
    if (!matched) continue;
    if (!allowed.empty()) allowed += ", ";
    allowed += name(route.method);
    if (route.method != request.method) continue;
    found = &route;
    parameters = std::move(*matched);
  }
  if (found == nullptr) {
    if (allowed.empty()) co_return problem(Code::NOT_FOUND, "there is no such route");
    auto response = problem(Code::METHOD_NOT_ALLOWED, "the route has another method");
    response.headers.emplace_back("Allow", allowed);
    co_return response;
  }
  Call call{request, thread, rate, {}, std::move(parameters)};
  if (found->who != Who::everybody) {
    auto principal = authenticate(request, thread);
    if (!principal) {
      co_return problem(Code::UNAUTHENTICATED, "a token is needed: Authorization: Bearer dbk_...");
    }
    call.principal = std::move(*principal);
    if (found->who == Who::members && !access::may_command(call.principal)) {
      co_return problem(Code::NOT_PERMITTED, "this token sends no commands");
    }
  }
  co_return co_await found->handler(call);
}

Id find_project(const model::Workspace& workspace, std::string_view segment) {
  if (const auto id = parse_id(segment)) return *id;
  const auto* id = workspace.workspace.project_of_key.find(std::string(segment));
  return id == nullptr ? Id{} : *id;
}

}  // namespace daybook::net
