// The view people: whoever another view names has a name there.
#include <set>

#include "tests/model/views/rows.hpp"
#include "tests/support/attachment_commands.hpp"
#include "tests/support/comment_commands.hpp"
#include "tests/support/governance_play.hpp"
#include "tests/support/risk_commands.hpp"

namespace daybook::testing {
namespace {

using model::ViewName;

// Every member whom a row names; ids of members begin with an M.
void collect_members(capnp::DynamicStruct::Reader from, std::set<Id>& members) {
  if (from.getSchema() == capnp::Schema::from<schema::Id>()) {
    const auto id = read(from.as<schema::Id>());
    if (id.high == 'M') members.insert(id);
    return;
  }
  const auto visit = [&](capnp::StructSchema::Field field) {
    if (!from.has(field)) return;
    const auto value = from.get(field);
    if (field.getType().isStruct()) collect_members(value.as<capnp::DynamicStruct>(), members);
    if (!field.getType().isList() || !field.getType().asList().getElementType().isStruct()) return;
    for (const auto element : value.as<capnp::DynamicList>())
      collect_members(element.as<capnp::DynamicStruct>(), members);
  };
  for (const auto field : from.getSchema().getNonUnionFields()) visit(field);
  KJ_IF_MAYBE (field, from.which()) {
    visit(*field);
  }
}

TEST_CASE("whoever a view names is one of the people", "[model][views]") {
  const auto seed = fresh_seed();
  INFO("seed " << seed);
  std::size_t n = 0;
  (void)play<GovernancePlay>(
      seed, 1500, [&](const auto&, const Attempt&, const auto&, const auto& after) {
        if (++n % 50 != 0) return;
        const auto people = model::derive(ViewName::PEOPLE, after.state(), {});
        for (const auto name : model::all_views()) {
          capnp::MallocMessageBuilder message;
          const auto rows = message.initRoot<schema::ViewRows>();
          model::write_rows(rows, name, model::whole(model::derive(name, after.state(), {})).rows);
          std::set<Id> members;
          collect_members(rows.asReader(), members);
          for (const auto member : members) {
            INFO(model::to_string(name) << " names " << name_of(member));
            REQUIRE(has_row(people, member));
          }
        }
      });
}

TEST_CASE("whoever acted without a role is one of the people", "[model][views]") {
  const auto outsider = Actor(kManager).as_importer().for_member(kOutsider);
  const auto given = with_board();
  CHECK(!has_row(derive_on(ViewName::PEOPLE, given.state()), kOutsider));
  for (const auto& act :
       {create_task({.task = task_id(1)}), identify_risk({.risk = risk_n(1)}),
        add_comment({.comment = comment_n(1)}), attach_file({.attachment = item_n(1)})}) {
    const auto view = derive_on(ViewName::PEOPLE, given.after(act, outsider).state());
    REQUIRE(has_row(view, kOutsider));
    with_row<schema::member::Row>(view, kOutsider, [](schema::member::Row::Reader row) {
      CHECK(row.getRole() == schema::Role::NONE);
    });
  }
}

}  // namespace
}  // namespace daybook::testing
