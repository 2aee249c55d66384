// The decisions of the demonstration's governance, and what people say about what they see.
#include <algorithm>
#include <string>

#include "model/parts/hash_data.hpp"
#include "server/demo_governance.hpp"

namespace daybook::server::demo {
namespace {

constexpr double kHalfADay = 0.5;

Id board_id() { return named_id("advisoryBoard", kBoardName); }
Id option_id(Decision decision, std::size_t option) {
  return named_id("option", std::to_string(decision) + "/" + std::to_string(option));
}
Id comment_id(const CommentPlan& plan) { return named_id("comment", plan.text); }

}  // namespace

void Governance::plan_decisions() {
  auto& agenda = story_.agenda();
  agenda.at(kBoardConstituted, [this] { constitute_board(); });
  agenda.at(kRecorded.day, [this] { record_decision(); });
  for (const auto& plan : kQuestions) agenda.at(plan.day, [this, &plan] { open(plan); });
  for (const auto& plan : kVotes) agenda.at(plan.day, [this, &plan] { vote(plan); });
  for (const auto& plan : kConclusions) agenda.at(plan.day, [this, &plan] { conclude(plan); });
  for (const auto& plan : kComments) {
    agenda.at(plan.day, [this, &plan] { comment(plan); });
    if (!plan.corrected.empty()) agenda.at(plan.day + kHalfADay, [this, &plan] { correct(plan); });
  }
  for (const auto& plan : kAttachments) agenda.at(plan.day, [this, &plan] { attach(plan); });
}

void Governance::constitute_board() {
  story_.must("the advisory board", ines, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto board = command.initDecision().initConstituteAdvisoryBoard();
                write(board.initBoard(), board_id());
                request.text(board.initName(), kBoardName);
                auto charter = board.initCharter();
                auto members = charter.initMembers(kBoard.size());
                for (unsigned i = 0; i < kBoard.size(); ++i)
                  write(members[i], story_.person(kBoard[i]));
                charter.setQuorum(kBoardQuorum);
                charter.setMajority(schema::decision::Majority::SIMPLE);
                auto remit = charter.initRemit(kRemit.size());
                for (unsigned i = 0; i < kRemit.size(); ++i) remit.set(i, kRemit[i]);
              });
}

void Governance::record_decision() {
  const auto& plan = kRecorded;
  story_.must("a recorded decision", plan.recorded_by, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto record = command.initDecision().initRecordDecision();
                write(record.initDecision(), id_of(about(plan.decision)));
                request.text(record.initWhat(), plan.what);
                request.text(record.initWhy(), plan.why);
                auto alternatives = record.initAlternatives(plan.alternatives.size());
                for (unsigned i = 0; i < alternatives.size(); ++i) {
                  write(alternatives[i].initOption(), option_id(plan.decision, i));
                  request.text(alternatives[i].initText(), plan.alternatives[i]);
                }
                auto asserted_by = record.initAssertedBy(plan.asserted_by.size());
                for (unsigned i = 0; i < asserted_by.size(); ++i)
                  write(asserted_by[i], story_.person(plan.asserted_by[i]));
                write(record.initLinks(1)[0], id_of(plan.about));
                record.setTopic(plan.topic);
                request.text(record.initMeeting(), plan.meeting);
              });
}

void Governance::open(const QuestionPlan& plan) {
  const auto options = static_cast<unsigned>(
      std::ranges::count_if(plan.options, [](std::string_view text) { return !text.empty(); }));
  story_.must("a question", plan.by, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto open = command.initDecision().initOpenDecision();
                write(open.initDecision(), id_of(about(plan.decision)));
                write(open.initBoard(), board_id());
                request.text(open.initQuestion(), plan.question);
                auto list = open.initOptions(options);
                for (unsigned i = 0; i < options; ++i) {
                  write(list[i].initOption(), option_id(plan.decision, i));
                  request.text(list[i].initText(), plan.options[i]);
                  list[i].setAccepts(plan.accepts[i]);
                }
                write(open.initSubject(), id_of(plan.about));
                open.setTopic(plan.topic);
                open.setBinding(true);
                open.setDue(start_of(story_.calendar().date_of(plan.due)).micros);
              });
}

void Governance::vote(const VotePlan& plan) {
  try_to("a vote on a decision", plan.expects, plan.by,
         [&](model::Request& request, schema::Command::Builder command) {
           auto vote = command.initDecision().initCastVote();
           write(vote.initDecision(), id_of(about(plan.decision)));
           write(vote.initOption(), option_id(plan.decision, plan.option));
           if (!plan.rationale.empty()) request.text(vote.initRationale(), plan.rationale);
         });
}

void Governance::conclude(const ConclusionPlan& plan) {
  try_to("a conclusion", plan.expects, plan.by,
         [&](model::Request& request, schema::Command::Builder command) {
           auto conclude = command.initDecision().initConcludeDecision();
           write(conclude.initDecision(), id_of(about(plan.decision)));
           request.text(conclude.initWhy(), plan.why);
         });
}

void Governance::comment(const CommentPlan& plan) {
  story_.must("a comment", plan.by, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto add = command.initComment().initAddComment();
                write(add.initComment(), comment_id(plan));
                write(add.initSubject(), id_of(plan.about));
                request.text(add.initText(), plan.text);
                if (plan.mentions != nobody)
                  write(add.initMentions(1)[0], story_.person(plan.mentions));
              });
}

void Governance::correct(const CommentPlan& plan) {
  const auto* present = story_.project().comment.comments.find(comment_id(plan));
  const auto seen = present != nullptr ? present->text.commitment : record::Hash{};
  story_.must("a correction", plan.by, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto correct = command.initComment().initCorrectComment();
                write(correct.initComment(), comment_id(plan));
                auto text = correct.initText();
                model::Request::seen(text.initFrom(), seen);
                request.text(text.initTo(), plan.corrected);
              });
}

void Governance::attach(const AttachmentPlan& plan) {
  // There is no such file: what stands for its hash is that of its name.
  const auto sha256 = record::sha256(std::as_bytes(std::span(plan.name)));
  story_.must("an attachment", plan.by, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto attach = command.initAttachment().initAttachFile();
                write(attach.initAttachment(), named_id("attachment", plan.name));
                write(attach.initSubject(), id_of(plan.about));
                request.text(attach.initName(), plan.name);
                attach.setSha256(model::data_of(sha256));
                attach.setBytes(plan.bytes);
                request.text(attach.initLocation(), plan.location);
              });
}

}  // namespace daybook::server::demo
