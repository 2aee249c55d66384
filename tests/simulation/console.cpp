#include "tests/simulation/console.hpp"

#include "model/record/token.hpp"

namespace daybook::simulation {

using namespace daybook::testing;

std::vector<std::byte> token_hash(const std::string& secret) {
  const auto hash = record::hash_token(secret);
  return {hash.begin(), hash.end()};
}

engine::Answer Console::operate(const Command& command, Id stream, const engine::Sender& sender) {
  const auto high = world_.random.next();
  const Id id{high, world_.random.next()};
  world_.ledger.operated(id);
  record::Hash seed;
  for (auto& byte : seed) byte = static_cast<std::byte>(world_.random.next());
  model::Request request(id, stream, seed);
  request.request().setCommand(command.reader());
  // The command's references count its words from 1 already.
  capnp::MallocMessageBuilder scratch;
  for (const auto& words : command.words) request.text(scratch.initRoot<schema::TextRef>(), words);
  engine::LocalInbox inbox;
  return engine::submit_and_wait(world_.server.engine(), inbox, sender, std::move(request));
}

void Console::given(const Command& command, Id stream, engine::Sender sender) {
  const auto answer = operate(command, stream, sender);
  if (std::holds_alternative<engine::Accepted>(answer)) return;
  const auto* rejection = std::get_if<model::Rejection>(&answer);
  world_.trace.fail(
      "the world cannot be set up: " +
      std::string(rejection != nullptr ? model::to_string(rejection->code) : "unknown"));
}

MadeToken Console::make_token() {
  record::Hash secret;
  for (auto& byte : secret) byte = static_cast<std::byte>(world_.random.next());
  return {token_id(++tokens_), record::format_token(secret)};
}

Command Console::issue(const Page::Place& place, const MadeToken& token) {
  const bool is_room = place.member.is_nil();
  const auto seconds = static_cast<std::int64_t>(60 + world_.random.below(600));
  IssueToken fields{.token = token.id,
                    .hash = token_hash(token.secret),
                    .member = place.member,
                    .expires_at = world_.random.one_in(6) && !world_.is_over
                                      ? world_.server.wall().micros + seconds * 1'000'000
                                      : 0};
  if (is_room) {
    fields.kind = model::workspace::TokenKind::ROOM;
    fields.project = place.project;
    fields.views = {static_cast<std::uint16_t>(place.view)};
  }
  return issue_token(fields);
}

// By the admin's app: a new token is issued, the member is told, the old one revoked.
void Console::replace_token() {
  auto& member = world_.any_member();
  auto& admin = *world_.members.front();
  const auto token = make_token();
  const auto seconds = static_cast<std::int64_t>(1 + world_.random.below(600));
  const auto expires =
      world_.random.one_in(3) ? world_.server.wall().micros + seconds * 1'000'000 : 0;
  admin.act_on_workspace(issue_token({.token = token.id,
                                      .hash = token_hash(token.secret),
                                      .member = member.id(),
                                      .expires_at = expires}),
                         [&member, &admin, token, old = member.token().id] {
                           member.put_token(token);
                           admin.act_on_workspace(revoke_token({.token = old, .reason = "renewed"}),
                                                  {});
                         });
}

// By the operator: another token, and the old one is good for nothing any more.
void Console::renew_token(Page& page) {
  if (!world_.may_write()) return;
  const auto token = make_token();
  const engine::Sender admin{.member = member_id(1)};
  if (!std::holds_alternative<engine::Accepted>(operate(issue(page.place(), token), {}, admin)))
    return;
  const auto old = page.token().id;
  page.put_token(token);
  if (world_.may_write()) operate(revoke_token({.token = old, .reason = "renewed"}), {}, admin);
}

// By the operator, for who has none that is good.
void Console::reissue_token(Member& member) {
  if (!world_.may_write()) return;
  const auto token = make_token();
  const auto answer = operate(
      issue_token({.token = token.id, .hash = token_hash(token.secret), .member = member.id()}), {},
      {.member = member_id(1)});
  if (std::holds_alternative<engine::Accepted>(answer)) member.put_token(token);
}

}  // namespace daybook::simulation
