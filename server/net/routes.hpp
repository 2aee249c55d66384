#pragma once
// Every HTTP route in one table: what it answers to, who may, and who does the work.

#include <boost/asio/awaitable.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/access/access.hpp"
#include "server/net/http_message.hpp"
#include "server/net/io_thread.hpp"

namespace daybook::net {

// Who may use a route. Which projects and views they get is for the route to look at.
enum class Who {
  everybody,
  token_holders,  // what the token may read; else notFound
  members,        // tokens that send commands; the roles are checked where they are decided
};

// What a handler works with. Lives until its response is made.
struct Call {
  const Request& request;
  IoThread& thread;
  sync::RateLimit& rate;                // of the connection's commands
  access::Principal principal;          // of Who::everybody: nobody
  std::vector<std::string> parameters;  // the parts of the path that the pattern leaves open

  [[nodiscard]] sync::Door& door() const { return thread.door(); }
};

// What a route's answer is, beside problem documents.
enum class Answers {
  text,
  html,
  file,
  readiness,
  projects,
  view,
  events,
  context,
  outcome,
  what_if,
  document
};

struct Route {
  Method method = Method::get;
  std::string_view pattern;  // "{}" stands for one segment
  Who who = Who::everybody;
  asio::awaitable<Response> (*handler)(Call& call) = nullptr;

  // --- For openapi.json (contract.hpp) ---
  Answers answers = Answers::text;
  std::string_view summary = {};
  std::string_view segments = {};  // names of the open segments, as in "project,view"
  std::string_view query = {};     // names of the query's parameters, as in "from,to"
};

[[nodiscard]] std::span<const Route> routes();

// Whether what is sent there are commands, for whoever counts them.
[[nodiscard]] bool takes_commands(const Request& request);

// Finds the route, checks the token, and answers. Never throws for what a client sent.
[[nodiscard]] asio::awaitable<Response> answer(const Request& request, IoThread& thread,
                                               sync::RateLimit& rate);

// --- Handlers -----------------------------------------------------------------------------------------------------

asio::awaitable<Response> get_page(Call& call);
asio::awaitable<Response> get_asset(Call& call);
asio::awaitable<Response> get_health(Call& call);
asio::awaitable<Response> get_readiness(Call& call);
asio::awaitable<Response> get_metrics(Call& call);
asio::awaitable<Response> get_projects(Call& call);
asio::awaitable<Response> get_view(Call& call);
asio::awaitable<Response> get_context(Call& call);
asio::awaitable<Response> get_events(Call& call);
asio::awaitable<Response> get_workspace_events(Call& call);
asio::awaitable<Response> get_openapi(Call& call);
asio::awaitable<Response> get_asyncapi(Call& call);
asio::awaitable<Response> post_project_commands(Call& call);
asio::awaitable<Response> post_what_if(Call& call);
asio::awaitable<Response> post_workspace_commands(Call& call);

// The project that a segment names, by id or by key; nil: neither.
[[nodiscard]] Id find_project(const model::Workspace& workspace, std::string_view segment);
// The answer where it cannot be read: by this token, or at all.
[[nodiscard]] Response no_project(engine::Unread why = engine::Unread::absent);

}  // namespace daybook::net
