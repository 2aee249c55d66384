// From a token to what its holder may do: who is let in, and a table of what each kind may read.
#include "server/access/access.hpp"

#include <catch2/catch.hpp>

#include <set>

#include "model/record/token.hpp"
#include "server/engine/random.hpp"
#include "tests/support/describe.hpp"
#include "tests/support/memory_stream.hpp"

namespace daybook::access {
namespace {

using model::workspace::TokenKind;
using schema::ViewName;
using testing::member_id;
using testing::project_id;
using testing::token_id;

constexpr Id kAdmin = member_id(1), kAuditor = member_id(2), kWorker = member_id(3),
             kViewer = member_id(4), kOutsider = member_id(5), kLeft = member_id(6);
constexpr Timestamp kNow = testing::kFirstMoment;
constexpr std::int64_t kHour = 3'600'000'000;

// A workspace with people of every kind, and two projects that some of them are in.
struct Office {
  testing::WorkspaceStream workspace;
  testing::ProjectStream project{{.id = project_id(1)}, model::Registration{"ONE", kAdmin}};
  testing::ProjectStream other{{.id = project_id(2)}, model::Registration{"TWO", kWorker}};
  std::uint64_t tokens = 1;

  Office() {
    const auto admin_token = make_token();
    act(testing::open_workspace({.admin = kAdmin,
                                 .token = token_id(1),
                                 .token_hash = {admin_token.hash.begin(), admin_token.hash.end()}}),
        testing::Actor{}.as_server());
    for (const auto id : {kAuditor, kWorker, kViewer, kOutsider, kLeft})
      act(testing::add_member({.member = id}));
    act(testing::grant_workspace_role({.member = kAuditor, .role = schema::Role::AUDITOR}));
    for (const auto n : {1, 2})
      act(testing::register_project({.project = project_id(static_cast<std::uint64_t>(n)),
                                     .key = n == 1 ? "ONE" : "TWO",
                                     .first_manager = n == 1 ? kAdmin : kWorker}));
    const auto in_project = [&](testing::ProjectStream& stream, const testing::Command& command) {
      REQUIRE(stream.submit(command, testing::Actor(kAdmin).as_admin()).has_value());
    };
    in_project(project, testing::open_project());
    in_project(project, testing::grant_role({.member = kWorker}));
    in_project(project, testing::grant_role({.member = kViewer, .role = schema::Role::VIEWER}));
    in_project(project, testing::grant_role({.member = kLeft}));
    in_project(project, testing::revoke_role({.member = kLeft, .from = schema::Role::CONTRIBUTOR}));
    in_project(other, testing::open_project());
  }

  void act(const testing::Command& command, testing::Actor by = testing::Actor(kAdmin).as_admin()) {
    const auto verdict = workspace.submit(command, by);
    INFO(testing::describe(verdict));
    REQUIRE(verdict.has_value());
  }
  // The secret of a new token.
  std::string issue(testing::IssueToken fields) {
    const auto made = make_token();
    fields.token = token_id(++tokens);
    fields.hash.assign(made.hash.begin(), made.hash.end());
    act(testing::issue_token(fields));
    return made.secret;
  }
  [[nodiscard]] std::optional<Principal> enter(std::string_view secret, Timestamp at = kNow) const {
    return authenticate(workspace.state(), secret, at);
  }
  [[nodiscard]] Principal of_member(Id member) { return *enter(issue({.member = member})); }
};

TEST_CASE("Tokens are random, of one form, and known by their hash", "[access]") {
  std::set<std::string> secrets;
  for (int i = 0; i < 100; ++i) {
    const auto token = make_token();
    CHECK(token.secret.starts_with("dbk_"));
    CHECK(token.secret.size() == 47);
    CHECK(token.secret.find_first_not_of(
              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos);
    CHECK(token.hash == record::hash_token(token.secret));
    secrets.insert(token.secret);
  }
  CHECK(secrets.size() == 100);
  // SHA-256 of "abc": the whole string is hashed as it is.
  CHECK(record::hash_token("abc")[0] == std::byte{0xBA});
  CHECK(record::hash_token("abc")[31] == std::byte{0xAD});
  CHECK(engine::random_id(kNow) != engine::random_id(kNow));
}

TEST_CASE_METHOD(Office, "A token lets its holder in until it expires or is revoked", "[access]") {
  const auto forever = issue({.member = kWorker});
  const auto importer = issue({.member = kWorker, .importer = true});
  const auto hour = issue({.member = kWorker, .expires_at = kNow.micros + kHour});
  const auto entered = enter(forever);
  REQUIRE(entered);
  CHECK(entered->member == kWorker);
  CHECK(entered->kind == TokenKind::MEMBER);
  CHECK_FALSE(entered->is_importer);
  CHECK(entered->expires_at.is_none());
  CHECK(enter(importer)->is_importer);
  CHECK(sender(*enter(importer)).is_importer);
  CHECK(sender(*entered).member == kWorker);
  CHECK_FALSE(sender(*entered).is_server);

  const auto limited = enter(hour, {kNow.micros + kHour - 1});
  REQUIRE(limited);
  CHECK(limited->expires_at.micros == kNow.micros + kHour);
  CHECK_FALSE(enter(hour, {kNow.micros + kHour}));
  CHECK_FALSE(enter(hour, {kNow.micros + kHour + 1}));
  CHECK(is_valid(workspace.state(), *limited, {kNow.micros + kHour - 1}));
  CHECK_FALSE(is_valid(workspace.state(), *limited, {kNow.micros + kHour}));

  CHECK(is_valid(workspace.state(), *entered, kNow));
  act(testing::revoke_token({.token = entered->token}));
  CHECK_FALSE(enter(forever));
  CHECK_FALSE(is_valid(workspace.state(), *entered, kNow));
  CHECK(enter(importer));
}

TEST_CASE_METHOD(Office, "What is not a known token is nobody's", "[access]") {
  const auto secret = issue({.member = kWorker});
  CHECK(enter(secret));
  CHECK_FALSE(enter(""));
  CHECK_FALSE(enter("dbk_"));
  CHECK_FALSE(enter(secret.substr(0, 46)));
  CHECK_FALSE(enter(secret + "A"));
  CHECK_FALSE(enter(secret + '\0'));
  CHECK_FALSE(enter("DBK_" + secret.substr(4)));
  CHECK_FALSE(enter(secret.substr(4)));
  auto changed = secret;
  changed.back() = changed.back() == 'A' ? 'B' : 'A';
  CHECK_FALSE(enter(changed));
  CHECK_FALSE(enter(make_token().secret));
  CHECK_FALSE(enter(std::string(47, '\xFF')));
  CHECK_FALSE(enter(std::string(1 << 20, 'A')));
  CHECK_FALSE(authenticate({}, secret, kNow));
  CHECK_FALSE(is_valid(workspace.state(), Principal{}, kNow));
}

TEST_CASE_METHOD(Office, "Attempts are shown to whoever may read everything", "[access]") {
  using engine::RejectedActs;
  const auto acts = [&](const Principal& principal) {
    return rejected_acts(workspace.state(), principal);
  };
  CHECK(acts(of_member(kAdmin)) == RejectedActs::shown);
  CHECK(acts(of_member(kAuditor)) == RejectedActs::shown);
  CHECK(acts(of_member(kWorker)) == RejectedActs::hidden);
  CHECK(acts(Principal{.kind = TokenKind::ROOM}) == RejectedActs::hidden);
}

TEST_CASE_METHOD(Office, "Who may read what, and who may command", "[access]") {
  struct Row {
    std::string who;
    Principal principal;
    std::string
        rights;  // a: all; p, o: the project, the other one; b, t: its views; O: the other's board; c: commands
  };
  const auto room = *enter(issue({.hash = {},
                                  .kind = TokenKind::ROOM,
                                  .project = project_id(1),
                                  .views = {static_cast<std::uint16_t>(ViewName::BOARD),
                                            static_cast<std::uint16_t>(ViewName::PEOPLE)}}));
  const auto auditor_token = *enter(issue({.kind = TokenKind::AUDITOR, .member = kOutsider}));
  const std::vector<Row> rows = {
      {"an admin", of_member(kAdmin), "apobtOc"},
      {"a member who is auditor", of_member(kAuditor), "apobtOc"},
      {"a contributor", of_member(kWorker), "pobtOc"},  // and manager of the other project
      {"a viewer", of_member(kViewer), "pbtc"},
      {"a member of no project", of_member(kOutsider), "c"},
      {"one who has left the project", of_member(kLeft), "c"},
      {"an auditor's token", auditor_token, "apobtO"},
      {"a room", room, "b"},
      {"nobody", Principal{.kind = TokenKind::ROOM}, ""},
  };
  for (const auto& row : rows) {
    INFO(row.who);
    const auto& known = workspace.state();
    std::string rights;
    const auto note = [&](bool may, char right) {
      if (may) rights += right;
    };
    note(may_read_all(known, row.principal), 'a');
    note(may_read_project(known, row.principal, project.state()), 'p');
    note(may_read_project(known, row.principal, other.state()), 'o');
    note(may_read_view(known, row.principal, project.state(), ViewName::BOARD), 'b');
    note(may_read_view(known, row.principal, project.state(), ViewName::TASKS), 't');
    note(may_read_view(known, row.principal, other.state(), ViewName::BOARD), 'O');
    note(may_command(row.principal), 'c');
    CHECK(rights == row.rights);
  }
  CHECK(room.member.is_nil());
  CHECK(may_read_view(workspace.state(), room, project.state(), ViewName::PEOPLE));
  CHECK_FALSE(may_read_view(workspace.state(), room, project.state(), ViewName::NONE));
}

TEST_CASE_METHOD(Office, "Rights follow the roles as they are now", "[access]") {
  const auto auditor = of_member(kAuditor);
  const auto viewer = of_member(kViewer);
  CHECK(may_read_all(workspace.state(), auditor));
  act(testing::revoke_workspace_role({.member = kAuditor, .role = schema::Role::AUDITOR}));
  CHECK_FALSE(may_read_all(workspace.state(), auditor));
  CHECK(may_read_project(workspace.state(), viewer, project.state()));
  REQUIRE(project
              .submit(testing::revoke_role({.member = kViewer, .from = schema::Role::VIEWER}),
                      testing::Actor(kAdmin))
              .has_value());
  CHECK_FALSE(may_read_project(workspace.state(), viewer, project.state()));
  CHECK_FALSE(may_read_view(workspace.state(), viewer, project.state(), ViewName::BOARD));
}

}  // namespace
}  // namespace daybook::access
