#include "server/net/what_if_body.hpp"

#include "schema/json/json.hpp"

namespace daybook::net {
namespace {

using model::Code;
namespace json = schema::json;

std::string_view explain(Code code) {
  switch (code) {
    case Code::OUT_OF_RANGE:
      return "commands: 1 to 32 of them";
    case Code::DUPLICATE:
      return "views: one is there twice";
    case Code::NOT_FOUND:
      return "views: one does not exist";
    default:
      return "";
  }
}

std::unexpected<BodyFault> refused(Code code, std::string detail) {
  return std::unexpected(BodyFault{{.code = code, .facts = {}}, std::move(detail)});
}

}  // namespace

std::expected<sync::WhatIfRequest, BodyFault> read_what_if_body(
    std::string_view body, Id project, const engine::Sender& sender,
    const std::function<Id()>& fresh_id) {
  const auto value = json::parse(body);
  if (!value) return refused(Code::MALFORMED, json::to_string(value.error()));
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<schema::WhatIf>();
  if (const auto decoded = json::decode(*value, root); !decoded)
    return refused(Code::MALFORMED, json::to_string(decoded.error()));
  const Id named = daybook::read(root.getProject().asReader());
  if (!named.is_nil() && named != project)
    return refused(Code::MALFORMED, "project: another one than the address has");
  daybook::write(root.initProject(), project);
  auto request = sync::read_what_if(root.asReader(), sender, fresh_id);
  if (!request) return refused(request.error(), std::string(explain(request.error())));
  return std::move(*request);
}

}  // namespace daybook::net
