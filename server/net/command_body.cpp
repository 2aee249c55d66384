#include "server/net/command_body.hpp"

#include <capnp/serialize.h>

#include <boost/json/array.hpp>
#include <iterator>

#include "schema/json/json.hpp"
#include "server/sync/message_in.hpp"

namespace daybook::net {
namespace {

using model::Code;
using model::Rejection;
namespace json = schema::json;

std::unexpected<BodyFault> malformed(std::string detail) {
  return std::unexpected(BodyFault{{.code = Code::MALFORMED, .facts = {}}, std::move(detail)});
}

Checked refused(Id id, Rejection rejection) {
  return {.submission = std::nullopt, .outcome = {.id = id, .answer = std::move(rejection)}};
}

Checked malformed_command(Id id, std::string field, std::string_view message) {
  auto checked = refused(id, Rejection{.code = Code::MALFORMED, .facts = {}});
  checked.outcome.detail = json::to_string({.path = field, .message = std::string(message)});
  checked.outcome.field = std::move(field);
  return checked;
}

// The id of a command that could not be decoded; nil: it has none, or nonsense.
Id id_of(const boost::json::value& item) {
  const auto* object = item.if_object();
  const auto* id = object == nullptr ? nullptr : object->if_contains("id");
  if (id == nullptr || !id->is_string()) return {};
  return parse_id(std::string_view(id->get_string())).value_or(Id{});
}

bool is_of_workspace(schema::Command::Reader command) {
  return command.isWorkspace() || command.isMember();
}

}  // namespace

std::expected<CommandBody, BodyFault> read_command_body(std::string_view body,
                                                        std::string_view idempotency_key) {
  CommandBody result;
  if (!idempotency_key.empty()) {
    if (idempotency_key.size() > 2 && idempotency_key.front() == '"' &&
        idempotency_key.back() == '"') {
      idempotency_key = idempotency_key.substr(1, idempotency_key.size() - 2);
    }
    const auto parsed = parse_id(idempotency_key);
    if (!parsed) return malformed("Idempotency-Key: a UUID is needed");
    result.key = *parsed;
  }
  auto value = json::parse(body);
  if (!value) return malformed(json::to_string(value.error()));
  result.is_batch = value->is_array();
  if (!result.is_batch) {
    result.items.push_back(std::move(*value));
    return result;
  }
  if (!result.key.is_nil()) return malformed("Idempotency-Key goes with a single command");
  auto& batch = value->as_array();
  if (batch.size() > kBatchCommandsMax) {
    return std::unexpected(BodyFault{
        {.code = Code::TOO_MANY, .facts = {.limit = kBatchCommandsMax, .count = batch.size()}},
        "too many commands in one batch"});
  }
  result.items.assign(std::make_move_iterator(batch.begin()), std::make_move_iterator(batch.end()));
  return result;
}

Checked check_command(const boost::json::value& item, Id stream, Id key,
                      const engine::Sender& sender) {
  capnp::MallocMessageBuilder message;
  auto request = message.initRoot<schema::Message>().initCommand();
  if (const auto decoded = json::decode(item, request); !decoded) {
    const Id own = id_of(item);
    return malformed_command(own.is_nil() ? key : own, decoded.error().path,
                             decoded.error().message);
  }
  const Id own = read(request.asReader().getId());
  if (!own.is_nil() && !key.is_nil() && own != key) {
    return malformed_command(own, "id", "Idempotency-Key names another");
  }
  const Id id = own.is_nil() ? key : own;
  const Id named = read(request.asReader().getStream());
  if (!named.is_nil() && named != stream) {
    return malformed_command(id, "stream", "the address names another");
  }
  const auto command = request.asReader().getCommand();
  if (command.isNone()) return malformed_command(id, "command", "is missing");
  if (is_of_workspace(command) != stream.is_nil()) {
    return malformed_command(id, "command",
                             stream.is_nil()
                                 ? "a project's: it goes to /api/v1/projects/ID/commands"
                                 : "the workspace's: it goes to /api/v1/workspace/commands");
  }
  write(request.initId(), id);
  write(request.initStream(), stream);
  if (request.getSeed().size() == 0) {
    const auto seed = sync::make_seed();
    request.setSeed(kj::arrayPtr(reinterpret_cast<const kj::byte*>(seed.data()), seed.size()));
  }
  // Written anew: one segment without holes, as limits count it.
  const auto root = message.getRoot<schema::Message>().asReader();
  capnp::MallocMessageBuilder copy(static_cast<capnp::uint>(root.totalSize().wordCount + 1));
  copy.setRoot(root);
  auto submission = engine::check_submission(capnp::messageToFlatArray(copy), sender);
  if (!submission) return refused(id, submission.error());
  return {.submission = std::move(*submission), .outcome = {.id = id, .answer = {}}};
}

}  // namespace daybook::net
