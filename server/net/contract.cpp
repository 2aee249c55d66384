#include "server/net/contract.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "model/views/view.hpp"
#include "schema/context.capnp.h"
#include "schema/envelope.capnp.h"
#include "schema/json/scalars.hpp"
#include "schema/parts.capnp.h"
#include "schema/protocol.hpp"
#include "server/net/address.hpp"
#include "server/net/routes.hpp"

namespace daybook::net {
namespace {

namespace bj = boost::json;
using schema::json::Direction;
using schema::json::JsonSchemas;

template <typename T>
bj::object out_of(JsonSchemas& schemas) {
  return schemas.reference(capnp::Schema::from<T>(), Direction::out);
}

bj::object content(std::string_view type, bj::object schema) {
  return {{type, bj::object{{"schema", std::move(schema)}}}};
}

bj::object a_problem(std::string_view description) {
  return {
      {"description", bj::string(description)},
      {"content", content("application/problem+json", {{"$ref", "#/components/schemas/Problem"}})}};
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
                      {"facts", out_of<schema::Facts>(schemas)},
                      {"outcome", bj::object{{"const", "unknown"}}}}},
          {"required", bj::array{"status", "code", "retryable"}}};
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

bj::object readiness_schema() {
  const bj::object text{{"type", "string"}};
  const bj::object reason{{"type", "object"},
                          {"properties", bj::object{{"code", text}, {"text", text}}},
                          {"required", bj::array{"code", "text"}}};
  return {{"type", "object"},
          {"properties", bj::object{{"ready", bj::object{{"type", "boolean"}}},
                                    {"reasons", bj::object{{"type", "array"}, {"items", reason}}}}},
          {"required", bj::array{"ready", "reasons"}}};
}

// Which data goes with which type of event.
bj::array event_data(JsonSchemas& schemas) {
  const auto row = [](bj::object type, bj::object data) {
    return bj::object{
        {"properties", bj::object{{"type", std::move(type)}, {"data", std::move(data)}}}};
  };
  bj::array rows;
  for (const auto part : capnp::Schema::from<schema::Event>().getUnionFields()) {
    if (!part.getType().isStruct()) continue;
    for (const auto event : part.getType().asStruct().getUnionFields()) {
      if (!event.getType().isStruct()) continue;
      const auto name = std::string("daybook.") + part.getProto().getName().cStr() + '.' +
                        event.getProto().getName().cStr();
      rows.push_back(
          row({{"const", name}}, schemas.reference(event.getType().asStruct(), Direction::out)));
    }
  }
  const bj::object hex{{"type", "string"}, {"pattern", "^([0-9a-f]{2})*$"}};
  rows.push_back(row({{"pattern", "^daybook\\.part[0-9]+\\.type[0-9]+$"}},
                     {{"type", "object"},
                      {"properties", bj::object{{"unknown", hex}}},
                      {"required", bj::array{"unknown"}}}));
  return rows;
}

// A stored event in the form of CloudEvents 1.0, one a line.
bj::object event_schema(JsonSchemas& schemas) {
  const bj::object text{{"type", "string"}};
  const bj::object digits{{"type", "string"}, {"pattern", "^[0-9]+$"}};
  const bj::object small{{"type", "integer"}, {"minimum", 0}, {"maximum", 65535}};
  const bj::object id{{"type", "string"},
                      {"pattern", "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}};
  return {
      {"type", "object"},
      {"description", "A CloudEvents 1.0 event; one a line"},
      {"properties",
       bj::object{
           {"specversion", bj::object{{"const", "1.0"}}},
           {"id", digits},
           {"source", text},
           {"type", text},
           {"subject", id},
           {"time", text},
           {"datacontenttype", bj::object{{"const", "application/json"}}},
           {"version", digits},
           {"position", digits},
           {"actor", id},
           {"onbehalfof", id},
           {"role", schemas.of_field(capnp::Schema::from<schema::Envelope>().getFieldByName("role"),
                                     Direction::out)},
           {"effectiveat", text},
           {"command", id},
           {"commandindex", small},
           {"commandcount", small},
           {"causation", id},
           {"seenversion", digits},
           {"payloadhash", bj::object{{"type", "string"}, {"pattern", "^[0-9a-f]{64}$"}}},
           {"data", bj::object{{"type", "object"}}}}},
      {"required",
       bj::array{"specversion", "id", "source", "type", "time", "datacontenttype", "version",
                 "position", "command", "commandindex", "commandcount", "payloadhash", "data"}},
      {"anyOf", event_data(schemas)}};
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
    case Answers::file:
      return content("*/*", {{"type", "string"}, {"format", "binary"}});
    case Answers::readiness:
      return content("application/json", readiness_schema());
    case Answers::document:
      return content("application/json", {{"type", "object"}});
    case Answers::projects:
      return content("application/json", projects_schema());
    case Answers::view:
      return content("application/json", out_of<schema::ViewUpdate>(schemas));
    case Answers::events:
      return content("application/x-ndjson", event_schema(schemas));
    case Answers::context:
      return content("application/json", out_of<schema::context::Context>(schemas));
    case Answers::outcome:
      return content("application/json", outcome_schema(schemas));
    case Answers::what_if:
      return content("application/json",
                     {{"type", "array"}, {"items", out_of<schema::WhatIfResult>(schemas)}});
  }
  return {};
}

std::string_view about_parameter(std::string_view name) {
  if (name == "project") return "The project's id or key";
  if (name == "part") return "A page of the project, as `board`";
  if (name == "file") return "A name that the page knows; it changes with what is in the file";
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
  auto names = split_names(route.segments);
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
  for (const auto name : split_names(route.segments)) parameters.push_back(parameter(name, "path"));
  for (const auto name : split_names(route.query)) parameters.push_back(parameter(name, "query"));
  if (route.answers == Answers::what_if) {
    const auto question = schemas.reference(capnp::Schema::from<schema::WhatIf>(), Direction::in);
    out["requestBody"] =
        bj::object{{"required", true}, {"content", content("application/json", question)}};
  }
  if (route.answers == Answers::outcome) {
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
  bj::object responses{
      {"200", bj::object{{"description", "Done"}, {"content", success(route.answers, schemas)}}},
      {"default", a_problem("A problem")}};
  if (route.answers == Answers::readiness) {
    responses["503"] =
        bj::object{{"description", "Not ready"}, {"content", success(route.answers, schemas)}};
  }
  out["responses"] = std::move(responses);
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
       bj::object{{"summary", "The sync protocol, over a WebSocket: see asyncapi.json"},
                  {"responses",
                   bj::object{{"101", bj::object{{"description", "Switched to WebSocket"}}},
                              {"426", a_problem("The request asks for no WebSocket of version 13")},
                              {"default", a_problem("A problem")}}}}}};
  auto problem = problem_schema(schemas);
  auto components = take_schemas(schemas);
  components["Problem"] = std::move(problem);
  return bj::serialize(bj::object{
      {"openapi", "3.1.0"},
      {"info", bj::object{{"title", "Daybook"}, {"version", "1"}, {"description", kAboutContract}}},
      {"servers", bj::array{bj::object{{"url", "/"}}}},
      {"paths", std::move(paths)},
      {"components",
       bj::object{{"schemas", std::move(components)},
                  {"securitySchemes",
                   bj::object{{"token", bj::object{{"type", "http"}, {"scheme", "bearer"}}}}}}}});
}

}  // namespace

bj::object take_schemas(JsonSchemas& schemas) {
  auto components = schemas.take();
  if (auto* request = components.if_contains("in.wire.CommandRequest"))
    request->as_object()["required"] = bj::array{"command"};
  return components;
}

const std::string& openapi_document() {
  static const std::string document = make_openapi();
  return document;
}

asio::awaitable<Response> get_openapi(Call&) {
  Response response;
  response.body = openapi_document() + '\n';
  co_return response;
}

}  // namespace daybook::net
