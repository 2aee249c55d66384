#include "server/net/contract.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "model/views/view.hpp"
#include "schema/json/json_schema.hpp"
#include "schema/json/scalars.hpp"
#include "schema/protocol.hpp"
#include "server/net/routes.hpp"

namespace daybook::net {
namespace {

namespace bj = boost::json;
using schema::json::Direction;
using schema::json::JsonSchemas;

constexpr const char* kTitle = "Daybook";
constexpr const char* kAbout =
    "The shared record of a project. PROTOCOL.md in the source tree says what a schema cannot: "
    "guarantees, how a client resumes, what each code means.";

template <typename T>
bj::object out_of(JsonSchemas& schemas) {
  return schemas.reference(capnp::Schema::from<T>(), Direction::out);
}

std::vector<std::string_view> names_in(std::string_view list) {
  std::vector<std::string_view> names;
  while (!list.empty()) {
    const auto comma = list.find(',');
    names.push_back(list.substr(0, comma));
    list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
  }
  return names;
}

bj::object content(std::string_view type, bj::object schema) {
  return {{type, bj::object{{"schema", std::move(schema)}}}};
}

bj::object problem_schema(JsonSchemas& schemas) {
  const bj::object text{{"type", "string"}};
  return {{"type", "object"},
          {"description", "A problem document (RFC 9457)"},
          {"properties",
           bj::object{{"type", text},
                      {"title", text},
                      {"status", bj::object{{"type", "integer"}}},
                      {"detail", text},
                      {"code", schemas.of_field(
                                   capnp::Schema::from<schema::Rejected>().getFieldByName("code"),
                                   Direction::out)},
                      {"retryable", bj::object{{"type", "boolean"}}},
                      {"id", text},
                      {"facts", out_of<schema::Facts>(schemas)}}},
          {"required", bj::array{"status", "code"}}};
}

bj::object projects_schema() {
  const bj::object text{{"type", "string"}};
  const bj::object project{
      {"type", "object"},
      {"properties", bj::object{{"id", text}, {"key", text}, {"name", text}, {"version", text}}},
      {"required", bj::array{"id", "key", "name", "version"}}};
  return {
      {"type", "object"},
      {"properties", bj::object{{"projects", bj::object{{"type", "array"}, {"items", project}}}}},
      {"required", bj::array{"projects"}}};
}

// A stored event in the form of CloudEvents 1.0, one a line.
bj::object event_schema(JsonSchemas& schemas) {
  const bj::object text{{"type", "string"}};
  return {{"type", "object"},
          {"description", "A CloudEvents 1.0 event; one a line"},
          {"properties", bj::object{{"specversion", bj::object{{"const", "1.0"}}},
                                    {"id", text},
                                    {"source", text},
                                    {"type", text},
                                    {"subject", text},
                                    {"time", text},
                                    {"data", bj::object{{"description", "The event's facts"}}}}},
          {"required", bj::array{"specversion", "id", "source", "type"}},
          {"x-facts", out_of<schema::Event>(schemas)}};
}

bj::object outcome_schema(JsonSchemas& schemas) {
  const auto one_of = [](std::string_view name, bj::object schema) {
    return bj::object{{"type", "object"},
                      {"properties", bj::object{{name, std::move(schema)}}},
                      {"required", bj::array{bj::string(name)}}};
  };
  const auto accepted = one_of("accepted", out_of<schema::Accepted>(schemas));
  const bj::array outcomes{accepted, one_of("rejected", out_of<schema::Rejected>(schemas)),
                           one_of("unknown", out_of<schema::Unknown>(schemas))};
  const bj::object batch{{"type", "array"}, {"items", bj::object{{"anyOf", outcomes}}}};
  return {{"description", "Of one command; of a batch one outcome for each, in order"},
          {"anyOf", bj::array{accepted, batch}}};
}

bj::object success(Answers answers, JsonSchemas& schemas) {
  switch (answers) {
    case Answers::text:
      return content("text/plain", {{"type", "string"}});
    case Answers::html:
      return content("text/html", {{"type", "string"}});
    case Answers::json:
    case Answers::document:
      return content("application/json", {{"type", "object"}});
    case Answers::projects:
      return content("application/json", projects_schema());
    case Answers::view:
      return content("application/json", out_of<schema::ViewUpdate>(schemas));
    case Answers::events:
      return content("application/x-ndjson", event_schema(schemas));
    case Answers::context:
      return content("application/json", {{"type", "object"}});
    case Answers::outcome:
      return content("application/json", outcome_schema(schemas));
  }
  return {};
}

std::string_view about_parameter(std::string_view name) {
  if (name == "project") return "The project's id or key";
  if (name == "view") return "The view's name";
  if (name == "entity") return "The id of what was decided on";
  if (name == "at") return "As it was at a version (digits) or a time (RFC 3339)";
  if (name == "from") return "The first version";
  if (name == "to") return "The last version";
  if (name == "version") return "The version of the act; absent: the newest";
  return "";
}

bj::object parameter(std::string_view name, std::string_view in) {
  bj::object schema{{"type", "string"}};
  if (name == "view") {
    bj::array views;
    for (const auto view : model::all_views()) views.push_back(bj::string(model::to_string(view)));
    schema["enum"] = std::move(views);
  }
  return {{"name", bj::string(name)},
          {"in", bj::string(in)},
          {"required", in == "path"},
          {"description", bj::string(about_parameter(name))},
          {"schema", std::move(schema)}};
}

// "/api/v1/projects/{}/views/{}" with its names in place.
std::string path_of(const Route& route) {
  std::string path;
  auto names = names_in(route.segments);
  auto name = names.begin();
  for (std::size_t i = 0; i < route.pattern.size(); ++i) {
    path += route.pattern[i];
    if (route.pattern[i] == '{' && name != names.end()) path += *name++;
  }
  return path;
}

bj::object operation(const Route& route, JsonSchemas& schemas) {
  bj::object out{{"summary", bj::string(route.summary)}};
  bj::array parameters;
  for (const auto name : names_in(route.segments)) parameters.push_back(parameter(name, "path"));
  for (const auto name : names_in(route.query)) parameters.push_back(parameter(name, "query"));
  if (route.method == Method::post) {
    parameters.push_back(
        bj::object{{"name", "Idempotency-Key"},
                   {"in", "header"},
                   {"required", false},
                   {"description", "The command's id, where the body has none; not with a batch"},
                   {"schema", bj::object{{"type", "string"}}}});
    const auto one =
        schemas.reference(capnp::Schema::from<schema::CommandRequest>(), Direction::in);
    const bj::object batch{{"type", "array"}, {"items", one}};
    out["requestBody"] =
        bj::object{{"required", true},
                   {"content", content("application/json", {{"anyOf", bj::array{one, batch}}})}};
  }
  if (!parameters.empty()) out["parameters"] = std::move(parameters);
  out["responses"] = bj::object{
      {"200", bj::object{{"description", "Done"}, {"content", success(route.answers, schemas)}}},
      {"default", bj::object{{"description", "A problem"},
                             {"content", content("application/problem+json",
                                                 {{"$ref", "#/components/schemas/Problem"}})}}}};
  if (route.who != Who::everybody) out["security"] = bj::array{bj::object{{"token", bj::array{}}}};
  return out;
}

std::string make_openapi() {
  JsonSchemas schemas;
  bj::object paths;
  for (const auto& route : routes()) {
    auto& path = paths[path_of(route)];
    if (!path.is_object()) path = bj::object();
    path.as_object()[route.method == Method::post ? "post" : "get"] = operation(route, schemas);
  }
  paths[schema::protocol::kSyncPath] = bj::object{
      {"get",
       bj::object{
           {"summary", "The sync protocol, over a WebSocket: see asyncapi.json"},
           {"responses",
            bj::object{
                {"101", bj::object{{"description", "Switched to WebSocket"}}},
                {"default",
                 bj::object{{"description", "A problem"},
                            {"content", content("application/problem+json",
                                                {{"$ref", "#/components/schemas/Problem"}})}}}}}}}};
  auto problem = problem_schema(schemas);
  auto components = schemas.take();
  components["Problem"] = std::move(problem);
  return bj::serialize(bj::object{
      {"openapi", "3.1.0"},
      {"info", bj::object{{"title", kTitle}, {"version", "1"}, {"description", kAbout}}},
      {"servers", bj::array{bj::object{{"url", "/"}}}},
      {"paths", std::move(paths)},
      {"components",
       bj::object{{"schemas", std::move(components)},
                  {"securitySchemes",
                   bj::object{{"token", bj::object{{"type", "http"}, {"scheme", "bearer"}}}}}}}});
}

std::string make_asyncapi() {
  JsonSchemas schemas;
  bj::object messages;
  bj::array from_client;
  bj::array from_server;
  for (const auto field : capnp::Schema::from<schema::Message>().getUnionFields()) {
    const auto by =
        sent_by(static_cast<schema::Message::Which>(field.getProto().getDiscriminantValue()));
    if (by == SentBy::nobody) continue;
    const std::string name = field.getProto().getName().cStr();
    const auto payload = [&](Direction direction) {
      return bj::object{{"type", "object"},
                        {"properties", bj::object{{name, schemas.of_field(field, direction)}}},
                        {"required", bj::array{bj::string(name)}},
                        {"additionalProperties", false}};
    };
    const auto add = [&](bj::array& to, const std::string& key, Direction direction) {
      messages[key] = bj::object{{"name", bj::string(name)}, {"payload", payload(direction)}};
      to.push_back(bj::object{{"$ref", "#/channels/sync/messages/" + key}});
    };
    if (by == SentBy::client || by == SentBy::both)
      add(from_client, by == SentBy::both ? name + "FromClient" : name, Direction::in);
    if (by == SentBy::server || by == SentBy::both)
      add(from_server, by == SentBy::both ? name + "FromServer" : name, Direction::out);
  }
  const auto operation = [](std::string_view action, bj::array list) {
    return bj::object{{"action", bj::string(action)},
                      {"channel", bj::object{{"$ref", "#/channels/sync"}}},
                      {"messages", std::move(list)}};
  };
  return bj::serialize(bj::object{
      {"asyncapi", "3.0.0"},
      {"info", bj::object{{"title", "Daybook sync"}, {"version", "1"}, {"description", kAbout}}},
      {"defaultContentType", "application/json"},
      {"channels",
       bj::object{
           {"sync",
            bj::object{{"address", schema::protocol::kSyncPath},
                       {"description",
                        "A WebSocket with the subprotocol daybook.v1.json; one object a line"},
                       {"messages", std::move(messages)}}}}},
      // As the server sees it: it receives what clients send.
      {"operations", bj::object{{"fromClient", operation("receive", std::move(from_client))},
                                {"fromServer", operation("send", std::move(from_server))}}},
      {"components", bj::object{{"schemas", schemas.take()}}}});
}

}  // namespace

SentBy sent_by(schema::Message::Which message) {
  using schema::Message;
  switch (message) {
    case Message::NONE:
      return SentBy::nobody;
    case Message::HELLO:
    case Message::RENEW_TOKEN:
    case Message::SUBSCRIBE:
    case Message::UNSUBSCRIBE:
    case Message::COMMAND:
    case Message::OUTCOME_QUERY:
    case Message::WHAT_IF:
    case Message::PRESENCE:
      return SentBy::client;
    case Message::WELCOME:
    case Message::SNAPSHOT_CHUNK:
    case Message::SNAPSHOT_END:
    case Message::EVENTS:
    case Message::VIEW_UPDATE:
    case Message::RESET:
    case Message::SUBSCRIPTION_END:
    case Message::ACCEPTED:
    case Message::REJECTED:
    case Message::UNKNOWN:
    case Message::NOT_RECORDED:
    case Message::WHAT_IF_RESULT:
    case Message::PRESENCE_UPDATE:
    case Message::GOING_AWAY:
    case Message::ERROR:
      return SentBy::server;
    case Message::PING:
    case Message::PONG:
      return SentBy::both;
  }
  return SentBy::nobody;
}

const std::string& openapi_document() {
  static const std::string document = make_openapi();
  return document;
}

const std::string& asyncapi_document() {
  static const std::string document = make_asyncapi();
  return document;
}

asio::awaitable<Response> get_openapi(Call&) {
  Response response;
  response.body = openapi_document() + '\n';
  co_return response;
}

asio::awaitable<Response> get_asyncapi(Call&) {
  Response response;
  response.body = asyncapi_document() + '\n';
  co_return response;
}

}  // namespace daybook::net
