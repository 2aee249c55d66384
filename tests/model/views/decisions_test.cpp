// The views decisions, comments and attachments.
#include "tests/model/views/rows.hpp"

namespace daybook::testing {
namespace {

using model::ViewName;
using model::decision::Status;
using Row = schema::decision::Row;

// D1, put to M1, M2, M3 and M4: two have voted, M3 has stepped aside.
model::decision::Decision question() {
  model::decision::Decision decision;
  decision.number = 1;
  decision.board = board_n(1);
  decision.charter = {.members = {kManager, kContributor, kViewer, member_id(4)}, .quorum = 2};
  decision.question = text(40);
  decision.options = {{item_n(1), text(40, 2)}, {item_n(2), text(40, 3)}, {item_n(3), text(40, 4)}};
  decision.opened_at = at(-2);
  decision.opened_by = kContributor;
  decision.votes = {{.member = kManager, .option = item_n(2)},
                    {.member = member_id(4), .option = item_n(2)}};
  decision.recused = {kViewer};
  return decision;
}

TEST_CASE("a decision shows its tally and whose votes are missing", "[model][views][decisions]") {
  auto project = open_project_state();
  project.decision.decisions.set(decision_n(1), question());
  const auto shown = [&] {
    return with_row<Row>(
        derive_on(ViewName::DECISIONS, project), decision_n(1), [](Row::Reader row) {
          const auto decision = row.getDecision();
          std::string tally;
          for (const auto option : decision.getTally())
            tally +=
                name_of(read(option.getOption())) + "=" + std::to_string(option.getVotes()) + " ";
          return tally + "of " + std::to_string(decision.getVotesCast()) + ", missing " +
                 names_of(decision.getVotesMissing());
        });
  };
  CHECK(shown() == "I1=0 I2=2 I3=0 of 2, missing M2");
  project.decision.decisions.edit(decision_n(1))->recused = {};
  CHECK(shown() == "I1=0 I2=2 I3=0 of 2, missing M2");  // a viewer has no vote
  project.project.members.set(kContributor, schema::Role::VIEWER);
  CHECK(shown() == "I1=0 I2=2 I3=0 of 2, missing ");
  project.project.members.set(kContributor, schema::Role::CONTRIBUTOR);
  project.decision.decisions.edit(decision_n(1))->status = Status::MADE;
  CHECK(shown() == "I1=0 I2=2 I3=0 of 2, missing ");  // nobody's any more
}

TEST_CASE("a decision shows which of its options accept", "[model][views][decisions]") {
  auto project = open_project_state();
  auto decision = question();
  decision.options[1].accepts = true;
  project.decision.decisions.set(decision_n(1), decision);
  with_row<Row>(derive_on(ViewName::DECISIONS, project), decision_n(1), [](Row::Reader row) {
    const auto options = row.getDecision().getState().getOptions();
    REQUIRE(options.size() == 3);
    CHECK(!options[0].getAccepts());
    CHECK(options[1].getAccepts());
  });
}

TEST_CASE("a recorded decision has alternatives, but no tally", "[model][views][decisions]") {
  auto project = open_project_state();
  auto decision = question();
  decision.board = {};
  decision.charter = {};
  decision.votes.clear();
  decision.status = Status::RECORDED;
  project.decision.decisions.set(decision_n(1), decision);
  with_row<Row>(derive_on(ViewName::DECISIONS, project), decision_n(1), [](Row::Reader row) {
    CHECK(row.getDecision().getState().getOptions().size() == 3);
    CHECK(row.getDecision().getTally().size() == 0);
  });
}

TEST_CASE("a decision names what rests on it", "[model][views][decisions]") {
  auto project = open_project_state();
  project.decision.boards.set(board_n(1), {text(9), question().charter});
  project.decision.decisions.set(decision_n(1), question());
  auto old = question();
  old.superseded_by = decision_n(1);
  project.decision.decisions.set(decision_n(2), old);
  auto risk = risk_of(1, 5, 5);
  risk.decision = decision_n(1);
  project.risk.risks.set(risk_n(1), risk);
  risk.decision = decision_n(2);
  project.risk.risks.set(risk_n(2), risk);
  const auto view = derive_on(ViewName::DECISIONS, project);
  const auto led = [&](Id decision) {
    return with_row<Row>(view, decision,
                         [](Row::Reader row) { return names_of(row.getDecision().getLed()); });
  };
  CHECK(led(decision_n(1)) == "R1 D2");
  CHECK(led(decision_n(2)) == "R2");
  with_row<Row>(view, board_n(1), [](Row::Reader row) {
    CHECK(names_of(row.getBoard().getCharter().getMembers()) == "M1 M2 M3 M4");
  });
}

TEST_CASE("comments and attachments are shown as they are", "[model][views]") {
  auto project = open_project_state();
  project.comment.comments.set(comment_n(1), {.subject = task_id(1),
                                              .author = kContributor,
                                              .at = at(-1),
                                              .text = text(50),
                                              .corrected = text(51),
                                              .corrected_at = at(0),
                                              .mentions = {kManager}});
  project.attachment.attachments.set(item_n(1), {.subject = task_id(1),
                                                 .name = text(52),
                                                 .sha256 = record::sha256({}),
                                                 .bytes = 1234,
                                                 .attached_by = kManager,
                                                 .attached_at = at(-1)});
  using Comment = schema::comment::CommentState;
  with_row<Comment>(derive_on(ViewName::COMMENTS, project), comment_n(1), [](Comment::Reader row) {
    CHECK(read(row.getSubject()) == task_id(1));
    CHECK(model::read(row.getText()) == text(50));
    CHECK(model::read(row.getCorrected()) == text(51));
    CHECK(names_of(row.getMentions()) == "M1");
  });
  using Attachment = schema::attachment::AttachmentState;
  with_row<Attachment>(derive_on(ViewName::ATTACHMENTS, project), item_n(1),
                       [](Attachment::Reader row) {
                         CHECK(model::read(row.getName()) == text(52));
                         CHECK(row.getSha256().size() == 32);
                         CHECK(row.getBytes() == 1234);
                         CHECK(!row.getRetired());
                       });
}

}  // namespace
}  // namespace daybook::testing
