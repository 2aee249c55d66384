#include "model/rejection.hpp"

#include <capnp/schema.h>

namespace daybook::model {

bool is_retryable(Code code) {
  switch (code) {
    case Code::OVERLOADED:
    case Code::STORAGE_FULL:
    case Code::RATE_LIMITED:
    case Code::WIP_LIMIT_REACHED:
    case Code::TASK_BLOCKED:
    case Code::PREDECESSOR_OPEN:
    case Code::IMPACT_NOT_ASSESSED:
    case Code::IMPACT_NOT_ACCEPTED:
    case Code::CHANGE_DEFERRED:
    case Code::QUORUM_NOT_REACHED:
    case Code::MAJORITY_NOT_REACHED:
    case Code::GOING_AWAY:
      return true;
    default:
      return false;
  }
}

bool is_breach(Code code) {
  constexpr std::uint64_t kBreach = 0xcc7cef226ef818cd;
  static const auto breaches = [] {
    std::vector<bool> marked;
    for (const auto enumerant : capnp::Schema::from<Code>().getEnumerants()) {
      bool is = false;
      for (const auto annotation : enumerant.getProto().getAnnotations())
        is |= annotation.getId() == kBreach;
      marked.push_back(is);
    }
    return marked;
  }();
  const auto ordinal = static_cast<std::size_t>(code);
  return ordinal < breaches.size() && breaches[ordinal];
}

std::string_view to_string(Code code) {
  const auto enumerants = capnp::Schema::from<Code>().getEnumerants();
  const auto ordinal = static_cast<unsigned>(code);
  if (ordinal >= enumerants.size()) return "internal";
  const auto name = enumerants[ordinal].getProto().getName();
  return {name.begin(), name.size()};
}

void write(schema::Rejected::Builder builder, Id command, const Rejection& rejection) {
  daybook::write(builder.initId(), command);
  builder.setCode(rejection.code);
  builder.setRetryable(is_retryable(rejection.code));
  const auto& facts = rejection.facts;
  auto out = builder.initFacts();
  const auto put_id = [](Id id, auto init) {
    if (!id.is_nil()) daybook::write(init(), id);
  };
  if (!facts.field.empty()) out.setField(capnp::Text::Reader(std::string(facts.field).c_str()));
  put_id(facts.task, [&] { return out.initTask(); });
  if (!facts.tasks.empty()) {
    auto list = out.initTasks(static_cast<unsigned>(facts.tasks.size()));
    for (unsigned i = 0; i < list.size(); ++i) daybook::write(list[i], facts.tasks[i]);
  }
  put_id(facts.column, [&] { return out.initColumn(); });
  put_id(facts.member, [&] { return out.initMember(); });
  out.setLimit(facts.limit);
  out.setCount(facts.count);
  out.setRequired(facts.required);
  put_id(facts.present_id, [&] { return out.initPresentId(); });
  out.setPresentNumber(facts.present_number);
  write_text(facts.present_text, [&] { return out.initPresentText(); });
  put_id(facts.id, [&] { return out.initId(); });
  put_id(facts.by_member, [&] { return out.initByMember(); });
  out.setRetryAfterMillis(facts.retry_after_millis);
  put_id(facts.subject, [&] { return out.initSubject(); });
  if (!facts.members.empty()) {
    auto list = out.initMembers(static_cast<unsigned>(facts.members.size()));
    for (unsigned i = 0; i < list.size(); ++i) daybook::write(list[i], facts.members[i]);
  }
  if (facts.present_revision) {
    out.setPresentRevision(
        capnp::Data::Reader(reinterpret_cast<const kj::byte*>(facts.present_revision->data()),
                            facts.present_revision->size()));
  }
}

}  // namespace daybook::model
