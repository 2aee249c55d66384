#include "tests/model/views/rows.hpp"

#include "model/views/views.hpp"

namespace daybook::testing {
namespace {

using model::ViewName;

std::uint64_t days_key(std::int32_t days) { return static_cast<std::uint64_t>(std::int64_t{days}); }

std::uint64_t currency_key(schema::Money::Reader money) {
  std::uint64_t number = 0;
  for (const char c : money.getCurrency()) number = number * 256 + static_cast<unsigned char>(c);
  return number;
}

Id key_of_row(schema::board::Row::Reader row) {
  return row.isColumn() ? read(row.getColumn().getColumn()) : read(row.getCard().getTask());
}
Id key_of_row(schema::task::Row::Reader row) { return read(row.getTask()); }
Id key_of_row(schema::member::Row::Reader row) { return read(row.getMember()); }
Id key_of_row(schema::project::Row::Reader row) { return read(row.getProject()); }
Id key_of_row(schema::approval::Row::Reader row) {
  if (row.isRequest()) return read(row.getRequest().getSubject());
  if (row.isPool()) return read(row.getPool().getPool());
  return {3, static_cast<std::uint64_t>(row.getPolicy().getKind())};
}
Id key_of_row(schema::change::Row::Reader row) {
  if (row.isChange()) return read(row.getChange().getState().getChange());
  return {2, currency_key(row.getTotal().getCost())};
}
Id key_of_row(schema::risk::Row::Reader row) {
  if (row.isRisk()) return read(row.getRisk().getState().getRisk());
  if (row.isSession()) return read(row.getSession().getSession());
  if (row.isExposure()) return {3, currency_key(row.getExposure().getExpected())};
  return {2, row.getCell().getLikelihood() * 16 + row.getCell().getImpact()};
}
Id key_of_row(schema::decision::Row::Reader row) {
  if (row.isBoard()) return read(row.getBoard().getBoard());
  return read(row.getDecision().getState().getDecision());
}
Id key_of_row(schema::comment::CommentState::Reader row) { return read(row.getComment()); }
Id key_of_row(schema::attachment::AttachmentState::Reader row) { return read(row.getAttachment()); }
Id key_of_row(schema::flow::Row::Reader row) {
  if (row.isDay()) return {1, days_key(row.getDay().getDay())};
  if (row.isFinished()) return read(row.getFinished().getTask());
  if (row.isAgeing()) return read(row.getAgeing().getTask());
  return {4, 0};
}
Id key_of_row(schema::attention::Row::Reader row) { return read(row.getItem()); }
Id key_of_row(schema::timeline::Row::Reader row) {
  if (row.isDay()) return {1, days_key(row.getDay().getDay())};
  return read(row.getMark().getItem());
}

}  // namespace

Id key_of(ViewName name, const model::RowWords& words) {
  switch (name) {
    case ViewName::NONE:
      break;
#define DAYBOOK_KEY(name, Name, NAME, Row) \
  case ViewName::NAME:                     \
    return with_row<Row>(words, [](Row::Reader row) { return key_of_row(row); });
      DAYBOOK_VIEWS(DAYBOOK_KEY)
#undef DAYBOOK_KEY
  }
  return {};
}

void apply(Shown& shown, ViewName name, const model::ViewChange& change) {
  for (const auto key : change.removed) REQUIRE(shown.erase(key) == 1);
  for (const auto& row : change.rows) shown[key_of(name, row)] = *row;
}

Shown shown_whole(const model::View& view) {
  Shown shown;
  apply(shown, view.name, model::whole(view));
  return shown;
}

std::string figure(schema::Figure::Reader figure) {
  if (figure.getMissing() == schema::Missing::NONE) return std::to_string(figure.getValue());
  CHECK(figure.getValue() == 0);
  const auto enumerants = capnp::Schema::from<schema::Missing>().getEnumerants();
  return enumerants[static_cast<unsigned>(figure.getMissing())].getProto().getName().cStr();
}

model::Project open_project_state() {
  model::Project project;
  project.id = kProject;
  project.version = {100};
  project.recorded_at = at(0, 9 * kHour);
  project.project.opened = true;
  project.project.key = "BANK";
  project.project.members.set(kManager, schema::Role::MANAGER);
  project.project.members.set(kContributor, schema::Role::CONTRIBUTOR);
  project.project.members.set(kViewer, schema::Role::VIEWER);
  project.project.members.set(member_id(4), schema::Role::CONTRIBUTOR);
  project.project.members.set(kOutsider, schema::Role::NONE);
  return project;
}

model::risk::Risk risk_of(std::uint32_t number, std::uint32_t likelihood, std::uint32_t impact) {
  model::risk::Risk risk;
  risk.number = number;
  risk.event = text(number);
  risk.assessment.likelihood = likelihood;
  risk.assessment.impact = impact;
  risk.identified_at = at(-30);
  risk.assessed_at = at(-20);
  risk.reviewed_at = at(0);
  return risk;
}

}  // namespace daybook::testing
