// AsyncAPI: the messages, and who has them.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "schema/protocol.hpp"
#include "server/net/contract.hpp"
#include "server/net/routes.hpp"

namespace daybook::net {
namespace {

namespace bj = boost::json;
using schema::json::Direction;
using schema::json::JsonSchemas;

std::string make_asyncapi() {
  JsonSchemas schemas;
  bj::object messages;
  bj::array from_client;
  bj::array from_server;
  for (const auto field : capnp::Schema::from<schema::Message>().getUnionFields()) {
    const auto which = static_cast<schema::Message::Which>(field.getProto().getDiscriminantValue());
    const auto by = sent_by(which);
    if (by == SentBy::nobody) continue;
    const auto note = why_not_served(which);
    const std::string name = field.getProto().getName().cStr();
    const auto payload = [&](Direction direction) {
      return bj::object{{"type", "object"},
                        {"properties", bj::object{{name, schemas.of_field(field, direction)}}},
                        {"required", bj::array{bj::string(name)}},
                        {"additionalProperties", false}};
    };
    const auto add = [&](bj::array& to, const std::string& key, Direction direction) {
      bj::object message{{"name", bj::string(name)}, {"payload", payload(direction)}};
      if (!note.empty()) message["x-not-served"] = bj::string(note);
      messages[key] = std::move(message);
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
      {"info",
       bj::object{{"title", "Daybook sync"}, {"version", "1"}, {"description", kAboutContract}}},
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
      {"components", bj::object{{"schemas", take_schemas(schemas)}}}});
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

std::string_view why_not_served(schema::Message::Which message) {
  using schema::Message;
  switch (message) {
    case Message::SNAPSHOT_CHUNK:
    case Message::SNAPSHOT_END:
    case Message::RESET:
      return "in the binary form alone";
    default:
      return "";
  }
}

const std::string& asyncapi_document() {
  static const std::string document = make_asyncapi();
  return document;
}

asio::awaitable<Response> get_asyncapi(Call&) {
  Response response;
  response.body = asyncapi_document() + '\n';
  co_return response;
}

}  // namespace daybook::net
