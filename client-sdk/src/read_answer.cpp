#include "client-sdk/src/read_answer.hpp"

#include <capnp/message.h>

#include <algorithm>
#include <cstring>

namespace daybook::client::detail {
namespace {

model::Text text_of(schema::TextRef::Reader reference) {
  // Foreign: a commitment of another length is none.
  model::Text text{.position = {reference.getPosition()}, .index = reference.getIndex()};
  const auto commitment = reference.getCommitment();
  if (commitment.size() == text.commitment.size()) {
    std::memcpy(text.commitment.data(), commitment.begin(), commitment.size());
  }
  return text;
}

}  // namespace

Rejected read_rejected(schema::Rejected::Reader reader) {
  const auto from = reader.getFacts();
  Rejected out{.id = daybook::read(reader.getId()),
               .code = reader.getCode(),
               .retryable = reader.getRetryable()};
  Facts& facts = out.facts;
  facts.field.assign(from.getField().begin(), from.getField().size());
  facts.task = daybook::read(from.getTask());
  for (const auto task : from.getTasks()) facts.tasks.push_back(daybook::read(task));
  facts.column = daybook::read(from.getColumn());
  facts.member = daybook::read(from.getMember());
  facts.limit = from.getLimit();
  facts.count = from.getCount();
  facts.required = from.getRequired();
  facts.present_id = daybook::read(from.getPresentId());
  facts.present_number = from.getPresentNumber();
  facts.present_text = text_of(from.getPresentText());
  facts.id = daybook::read(from.getId());
  facts.by_member = daybook::read(from.getByMember());
  facts.retry_after_millis = from.getRetryAfterMillis();
  facts.subject = daybook::read(from.getSubject());
  for (const auto member : from.getMembers()) facts.members.push_back(daybook::read(member));
  if (const auto revision = from.getPresentRevision(); revision.size() == sizeof(record::Hash)) {
    facts.present_revision.emplace();
    std::copy(revision.begin(), revision.end(),
              reinterpret_cast<kj::byte*>(facts.present_revision->data()));
  }
  for (const auto id : from.getIds()) facts.ids.push_back(daybook::read(id));
  return out;
}

Accepted read_accepted(schema::Accepted::Reader reader) {
  return {.id = daybook::read(reader.getId()),
          .stream = daybook::read(reader.getStream()),
          .first_version = {reader.getFirstVersion()},
          .first_position = {reader.getFirstPosition()},
          .count = reader.getCount()};
}

Rejected to_rejected(Id command, const model::Rejection& rejection) {
  capnp::MallocMessageBuilder message;
  auto builder = message.initRoot<schema::Rejected>();
  model::write(builder, command, rejection);
  return read_rejected(builder.asReader());
}

}  // namespace daybook::client::detail
