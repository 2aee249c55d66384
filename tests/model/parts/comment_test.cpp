// The rules of the part `comment`, in the order in which the checks apply.
#include "tests/support/comment_commands.hpp"

#include "tests/model/reload.hpp"

namespace daybook::testing {
namespace {

constexpr Id X(std::uint64_t n) { return {'X', n}; }
constexpr auto T = task_id;

const model::comment::Comment& comment(const ProjectScenario& scenario, Id id) {
  const auto* found = scenario.state().comment.comments.find(id);
  REQUIRE(found != nullptr);
  return *found;
}

// X1 is the contributor's, on a column; its text is 5.1.
ProjectScenario with_comment() {
  return with_board().after(
      add_comment({.comment = X(1), .subject = kTodo, .mentions = {kViewer, kManager}}),
      kContributor);
}

TEST_CASE("addComment is refused for each reason, in this order", "[model][comment]") {
  const auto given = with_comment();
  CHECK(given.after(archive_project("over")).when(add_comment({})) == "projectArchived");
  std::vector<Id> crowd;
  for (std::uint64_t n = 101; n <= 133; ++n) crowd.push_back(member_id(n));
  check_reloaded(
      given,
      {{"a viewer", add_comment({}), "notPermitted required=contributor", kViewer},
       {"no id", add_comment({.subject = T(9)}), "idRequired field=comment.comment"},
       {"an id in use", add_comment({.comment = X(1), .subject = T(9)}),
        "alreadyExists field=comment.comment id=X1"},
       {"on nothing that there is", add_comment({.comment = X(2), .subject = T(9), .text = ""}),
        "unknownSubject field=comment.subject id=T9"},
       {"no text", add_comment({.comment = X(2), .text = "", .mentions = crowd}),
        "textRequired field=comment.text"},
       {"33 mentions", add_comment({.comment = X(2), .mentions = crowd}),
        "tooMany field=comment.mentions limit=32 count=33"},
       {"a mention twice", add_comment({.comment = X(2), .mentions = {kOutsider, kOutsider}}),
        "duplicate field=comment.mentions id=M9"},
       {"a mention from outside", add_comment({.comment = X(2), .mentions = {kViewer, kOutsider}}),
        "memberRequired field=comment.mentions member=M9"},
       {"on the project", add_comment({.comment = X(2)}), "commentAdded"},
       {"on a comment", add_comment({.comment = X(2), .subject = X(1), .mentions = {kViewer}}),
        "commentAdded"}});
  auto crowded = with_comment();
  crowd.pop_back();
  for (const auto member : crowd) crowded.given(grant_role({.member = member}));
  CHECK(crowded.when(add_comment({.comment = X(2), .mentions = crowd})) == "commentAdded");
}

TEST_CASE("a comment is as it was said", "[model][comment]") {
  const auto given = with_comment();
  const auto& said = comment(given, X(1));
  CHECK(said.subject == kTodo);
  CHECK(said.author == kContributor);
  CHECK(said.text.position.value == 5);
  CHECK(said.corrected.is_none());
  CHECK(said.mentions == std::vector<Id>{kViewer, kManager});
  CHECK(said.at == given.last_event().meta.recorded_at);
}

TEST_CASE("correctComment is refused for each reason, in this order", "[model][comment]") {
  auto given = with_comment();
  const auto seen = comment(given, X(1)).text;
  auto other = seen;
  other.commitment[0] ^= std::byte{1};
  const auto correct = [](const model::Text& from, std::string to) {
    return correct_comment({.comment = X(1), .text = {from, std::move(to)}});
  };
  check_reloaded(
      given,
      {{"unknown", correct_comment({.comment = X(9), .text = {other, ""}}), "unknownComment id=X9"},
       {"another's", correct(other, ""), "notAuthor member=M2 id=X1", kManager},
       {"for another", correct(other, ""), "notAuthor member=M2 id=X1",
        Actor(kContributor).as_importer().for_member(kManager)},
       {"other words were seen", correct(other, ""),
        "changedMeanwhile field=comment.text presentText=5.1"},
       {"none were seen", correct({}, "a"), "changedMeanwhile field=comment.text presentText=5.1"},
       {"removed", correct(seen, ""), "textRequired field=comment.text"},
       {"nothing", correct({}, ""), "nothingToDo id=X1"},
       {"corrected", correct(seen, "I am sure"), "commentCorrected"},
       {"corrected for its author", correct(seen, "I am sure"), "commentCorrected",
        Actor(kManager).as_importer().for_member(kContributor)}});
}

TEST_CASE("the first words stay; what was corrected last is corrected next", "[model][comment]") {
  auto given = with_comment();
  const auto first = comment(given, X(1)).text;
  given.given(correct_comment({.comment = X(1), .text = {first, "second"}}), kContributor);
  const auto second = comment(given, X(1)).corrected;
  CHECK(second.position.value == 6);
  CHECK(comment(given, X(1)).text == first);
  CHECK(given.when(correct_comment({.comment = X(1), .text = {first, "third"}}), kContributor) ==
        "changedMeanwhile field=comment.text presentText=6.1");
  const auto now = comment(given, X(1)).corrected_at;
  given.given(correct_comment({.comment = X(1), .text = {second, "third"}}),
              Actor(kContributor).at({1}));
  CHECK(comment(given, X(1)).corrected.position.value == 7);
  CHECK(comment(given, X(1)).text == first);
  CHECK(comment(given, X(1)).corrected_at == now);  // never backwards
  (void)reloaded(given);
}

}  // namespace
}  // namespace daybook::testing
