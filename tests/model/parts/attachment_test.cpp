// The rules of the part `attachment`, in the order in which the checks apply.
#include "tests/support/attachment_commands.hpp"

#include "tests/model/reload.hpp"

namespace daybook::testing {
namespace {

constexpr Id F(std::uint64_t n) { return {'F', n}; }
constexpr auto T = task_id;
constexpr std::uint64_t kMost = std::uint64_t{1} << 40;

const model::attachment::Attachment& attachment(const ProjectScenario& scenario, Id id) {
  const auto* found = scenario.state().attachment.attachments.find(id);
  REQUIRE(found != nullptr);
  return *found;
}

// F1 is attached to a column, F2 is retired.
ProjectScenario with_files() {
  auto scenario = with_board();
  scenario
      .given(attach_file({.attachment = F(1), .subject = kTodo, .location = "shelf 3"}),
             kContributor)
      .given(attach_file({.attachment = F(2)}))
      .given(retire_attachment({.attachment = F(2)}));
  return scenario;
}

TEST_CASE("attachFile is refused for each reason, in this order", "[model][attachment]") {
  const auto given = with_files();
  CHECK(given.after(archive_project("over")).when(attach_file({})) == "projectArchived");
  const auto hash = [](std::size_t size) { return std::vector<std::byte>(size, std::byte{1}); };
  check_reloaded(
      given,
      {{"a viewer", attach_file({}), "notPermitted required=contributor", kViewer},
       {"no id", attach_file({.subject = T(9)}), "idRequired field=attachment.attachment"},
       {"an id in use", attach_file({.attachment = F(1), .subject = T(9)}),
        "alreadyExists field=attachment.attachment id=F1"},
       {"the id of a retired one", attach_file({.attachment = F(2), .subject = T(9)}),
        "alreadyExists field=attachment.attachment id=F2"},
       {"to nothing that there is", attach_file({.attachment = F(3), .subject = T(9), .name = ""}),
        "unknownSubject field=attachment.subject id=T9"},
       {"no name", attach_file({.attachment = F(3), .name = "", .sha256 = {}}),
        "textRequired field=attachment.name"},
       {"no hash", attach_file({.attachment = F(3), .sha256 = {}, .bytes = kMost + 1}),
        "hashInvalid field=attachment.sha256 limit=32"},
       {"a short hash", attach_file({.attachment = F(3), .sha256 = hash(31), .bytes = kMost + 1}),
        "hashInvalid field=attachment.sha256 limit=32 count=31"},
       {"a long hash", attach_file({.attachment = F(3), .sha256 = hash(33), .bytes = kMost + 1}),
        "hashInvalid field=attachment.sha256 limit=32 count=33"},
       {"too large", attach_file({.attachment = F(3), .bytes = kMost + 1}),
        "outOfRange field=attachment.bytes limit=1099511627776"},
       {"the largest, to the project", attach_file({.attachment = F(3), .bytes = kMost}),
        "fileAttached"},
       {"an empty one, to an attachment",
        attach_file({.attachment = F(3), .subject = F(2), .bytes = 0}), "fileAttached"}});
}

TEST_CASE("an attachment is as it was made", "[model][attachment]") {
  const auto given = with_files();
  const auto& made = attachment(given, F(1));
  CHECK(made.subject == kTodo);
  CHECK(made.name.index == 1);
  CHECK(made.location.index == 2);
  CHECK(made.sha256[31] == std::byte{7});
  CHECK(made.bytes == 1000);
  CHECK(made.attached_by == kContributor);
  CHECK(!made.attached_at.is_none());
  CHECK(!made.retired);
}

TEST_CASE("retireAttachment is refused for each reason, and the record stays",
          "[model][attachment]") {
  const auto given = with_files();
  check_reloaded(given,
                 {{"unknown", retire_attachment({.attachment = F(9), .reason = ""}),
                   "unknownAttachment id=F9"},
                  {"no reason", retire_attachment({.attachment = F(2), .reason = ""}),
                   "textRequired field=attachment.reason"},
                  {"retired already", retire_attachment({.attachment = F(2)}), "nothingToDo id=F2"},
                  {"retired", retire_attachment({.attachment = F(1)}), "attachmentRetired"}});
  const auto after = given.after(retire_attachment({.attachment = F(1)}));
  CHECK(attachment(after, F(1)).retired);
  CHECK(attachment(after, F(1)).reason.index == 1);
  CHECK(attachment(after, F(1)).bytes == 1000);
  (void)reloaded(after);
}

}  // namespace
}  // namespace daybook::testing
