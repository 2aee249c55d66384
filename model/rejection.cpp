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
    case Code::IMPACT_NOT_ACCEPTED:
    case Code::CHANGE_DEFERRED:
    case Code::NOT_APPROVED:
    case Code::RISK_NOT_ASSESSED:
    case Code::OPEN_ACTIONS:
    case Code::DECISION_OPEN:
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
  const auto put_ids = [](const std::vector<Id>& ids, auto init) {
    if (ids.empty()) return;
    auto list = init(static_cast<unsigned>(ids.size()));
    for (unsigned i = 0; i < list.size(); ++i) daybook::write(list[i], ids[i]);
  };
  if (!facts.field.empty()) out.setField(capnp::Text::Reader(std::string(facts.field).c_str()));
  put_id(facts.task, [&] { return out.initTask(); });
  put_ids(facts.tasks, [&](unsigned size) { return out.initTasks(size); });
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
  put_ids(facts.members, [&](unsigned size) { return out.initMembers(size); });
  if (facts.present_revision) {
    out.setPresentRevision(
        capnp::Data::Reader(reinterpret_cast<const kj::byte*>(facts.present_revision->data()),
                            facts.present_revision->size()));
  }
  put_ids(facts.ids, [&](unsigned size) { return out.initIds(size); });
}

}  // namespace daybook::model
