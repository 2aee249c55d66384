// What a rejection rests on reaches whoever is told of it, fact by fact.
#include <capnp/dynamic.h>
#include <catch2/catch.hpp>

#include "tests/support/all_facts.hpp"

namespace daybook::testing {
namespace {

TEST_CASE("every fact of a rejection reaches the wire", "[model][rejection]") {
  const auto facts = all_facts();
  capnp::MallocMessageBuilder message;
  auto builder = message.initRoot<schema::Rejected>();
  model::write(builder, task_id(20), {model::Code::WIP_LIMIT_REACHED, facts});
  const auto rejected = builder.asReader();
  CHECK(read(rejected.getId()) == task_id(20));
  CHECK(rejected.getCode() == model::Code::WIP_LIMIT_REACHED);
  CHECK(rejected.getRetryable());
  const auto out = rejected.getFacts();
  // A fact that the schema gets is set above, and written.
  const capnp::DynamicStruct::Reader dynamic(out);
  for (const auto field : dynamic.getSchema().getFields()) {
    INFO(field.getProto().getName().cStr());
    CHECK(dynamic.has(field, capnp::HasMode::NON_DEFAULT));
  }
  CHECK(out.getField() == "task.title");
  CHECK(read(out.getTask()) == facts.task);
  REQUIRE(out.getTasks().size() == 2);
  CHECK(read(out.getTasks()[1]) == facts.tasks[1]);
  CHECK(read(out.getColumn()) == facts.column);
  CHECK(read(out.getMember()) == facts.member);
  CHECK(out.getLimit() == facts.limit);
  CHECK(out.getCount() == facts.count);
  CHECK(out.getRequired() == facts.required);
  CHECK(read(out.getPresentId()) == facts.present_id);
  CHECK(out.getPresentNumber() == facts.present_number);
  CHECK(model::read(out.getPresentText()) == facts.present_text);
  CHECK(read(out.getId()) == facts.id);
  REQUIRE(out.getIds().size() == 2);
  CHECK(read(out.getIds()[1]) == facts.ids[1]);
  CHECK(read(out.getByMember()) == facts.by_member);
  CHECK(out.getRetryAfterMillis() == facts.retry_after_millis);
  CHECK(read(out.getSubject()) == facts.subject);
  REQUIRE(out.getMembers().size() == 2);
  CHECK(read(out.getMembers()[1]) == facts.members[1]);
  const auto revision = out.getPresentRevision().asBytes();
  CHECK(std::equal(revision.begin(), revision.end(), facts.present_revision->begin(),
                   facts.present_revision->end(),
                   [](kj::byte a, std::byte b) { return std::byte{a} == b; }));
}

}  // namespace
}  // namespace daybook::testing
