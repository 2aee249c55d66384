// token issue | list | revoke: who may connect.

#include "apps/cli/act.hpp"
#include "apps/cli/commands/commands.hpp"
#include "apps/cli/expiry.hpp"
#include "apps/cli/secret.hpp"
#include "apps/cli/terminal.hpp"
#include "schema/json/json.hpp"

namespace daybook::cli {
namespace {

using schema::workspace::TokenKind;

struct IssueOptions {
  std::string member;
  bool room = false;
  bool auditor = false;
  bool importer = false;
  std::string views;
  std::string expires;
  std::string label;
};

std::vector<schema::ViewName> parse_views(std::string_view text) {
  std::vector<schema::ViewName> views;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(',', at), text.size());
    auto word = text.substr(at, end - at);
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    const auto name = model::parse_view_name(word);
    if (!name) {
      std::string all;
      for (const auto view : model::all_views())
        all += (all.empty() ? "" : ", ") + std::string(model::to_string(view));
      fail(Exit::usage, "--views: there is no view {}; there are: {}", shown(word), all);
    }
    views.push_back(*name);
    at = end + 1;
  }
  return views;
}

void check(const Context& context, const IssueOptions& options) {
  require_server(context);
  if (options.room && (options.auditor || options.importer || !options.member.empty()))
    fail(Exit::usage, "a room's token is of nobody: --room goes with --project and --views only");
  if (options.auditor && options.importer)
    fail(Exit::usage, "an auditor writes nothing: --importer goes with --member alone");
  if (options.room && context.project.empty())
    fail(Exit::usage, "--room takes --project KEY and --views board,summary");
  if (!options.room && options.member.empty())
    fail(Exit::usage,
         "whose token? --member M (with --auditor to read all and write nothing), or --room");
  if (!options.room && !options.views.empty()) fail(Exit::usage, "--views goes with --room");
}

Exit issue(const Context& context, const IssueOptions& options) {
  check(context, options);
  OnlineSource source(context);
  const auto now = source.connected().server_now();
  Timestamp expires;
  if (!options.expires.empty()) {
    const auto parsed = parse_expiry(options.expires, now);
    if (!parsed)
      fail(Exit::usage, "--expires takes a duration (12h, 30d) or a time (2026-12-31T18:00Z)");
    expires = *parsed;
  }
  const auto token = fresh_token();
  const auto id = fresh_id();
  client::CommandBuilder command;
  auto request = command.root().initWorkspace().initIssueToken();
  write(request.initToken(), id);
  request.setHash(
      capnp::Data::Reader(reinterpret_cast<const kj::byte*>(token.hash.data()), token.hash.size()));
  request.setKind(options.room      ? TokenKind::ROOM
                  : options.auditor ? TokenKind::AUDITOR
                                    : TokenKind::MEMBER);
  request.setImporter(options.importer);
  request.setExpiresAt(expires.micros);
  if (options.room) {
    write(request.initProject(), chosen_project(context, source).id);
    const auto views = parse_views(options.views.empty() ? "board,summary,people" : options.views);
    auto list = request.initViews(static_cast<unsigned>(views.size()));
    for (unsigned i = 0; i < views.size(); ++i) list.set(i, static_cast<std::uint16_t>(views[i]));
  } else {
    write(request.initMember(), resolve_member(*readable_workspace(source), options.member));
  }
  if (!options.label.empty()) command.text(request.initLabel(), options.label);
  if (!act(context, source, {}, std::move(command))) return Exit::failed;
  // The one place where a token is printed: only its hash went to the server.
  if (context.json) {
    context.console.print(
        "{}\n", fmt::format(R"({{"token":"{}","id":"{}"}})", token.secret, to_string(id)));
  } else {
    context.console.print("{}\n", token.secret);
    context.console.say("Shown this once. To end it: daybook token revoke {}\n", to_string(id));
  }
  return Exit::ok;
}

std::string kind_name(const model::workspace::Token& token) {
  switch (token.kind) {
    case TokenKind::MEMBER:
      return token.is_importer ? "member, importer" : "member";
    case TokenKind::ROOM:
      return "room";
    case TokenKind::AUDITOR:
      return "auditor";
  }
  return "?";
}

std::string holder(const model::workspace::Token& token, const Names& names) {
  if (token.kind != TokenKind::ROOM) return names.of(token.member);
  std::string views;
  for (const auto view : token.views) {
    views += (views.empty() ? "" : ", ") +
             std::string(model::to_string(static_cast<schema::ViewName>(view)));
  }
  return names.of(token.project) + ": " + views;
}

Exit list(const Context& context) {
  const auto source = open_source(context);
  const auto workspace = readable_workspace(*source);
  const auto now = system_now();
  const auto& tokens = workspace->state.workspace.tokens;
  if (context.json) {
    // What anybody may see of them: no hashes.
    std::string out = R"({"tokens":[)";
    for (const auto& [id, token] : tokens) {
      if (out.back() != '[') out += ',';
      out += fmt::format(
          R"({{"id":"{}","kind":"{}","importer":{},"member":"{}","project":"{}","expiresAt":"{}","revoked":{},"views":[)",
          to_string(id),
          token.kind == TokenKind::ROOM      ? "room"
          : token.kind == TokenKind::AUDITOR ? "auditor"
                                             : "member",
          token.is_importer, token.member.is_nil() ? "" : to_string(token.member),
          token.project.is_nil() ? "" : to_string(token.project), token.expires_at.micros,
          token.revoked);
      for (const auto view : token.views) {
        if (out.back() != '[') out += ',';
        out += fmt::format("\"{}\"", model::to_string(static_cast<schema::ViewName>(view)));
      }
      out += R"(],"label":)";
      schema::json::encode_string(out, workspace->text(token.label).value_or(""));
      out += '}';
    }
    context.console.print("{}]}}\n", shown_json(out));
    return Exit::ok;
  }
  Names names;
  learn_workspace(*source, names);
  std::vector<std::vector<std::string>> rows;
  for (const auto& [id, token] : tokens) {
    const bool expired = !token.expires_at.is_none() && token.expires_at <= now;
    rows.push_back({to_string(id), kind_name(token), holder(token, names),
                    shown(workspace->text(token.label).value_or("")),
                    token.revoked                ? "revoked"
                    : expired                    ? "expired " + shown_time(token.expires_at)
                    : token.expires_at.is_none() ? "works until revoked"
                                                 : "until " + shown_time(token.expires_at)});
  }
  const std::vector<Column> columns{{"ID"}, {"KIND"}, {"OF"}, {"FOR"}, {"STATE"}};
  print_table(context.console, columns, rows);
  return Exit::ok;
}

Exit revoke(const Context& context, const std::string& typed, const std::string& reason) {
  require_server(context);
  const auto id = parse_id(typed);
  if (!id)
    fail(Exit::usage, "revoke takes the token's id, not the token; `daybook token list` shows it");
  OnlineSource source(context);
  client::CommandBuilder command;
  auto request = command.root().initWorkspace().initRevokeToken();
  write(request.initToken(), *id);
  if (!reason.empty()) command.text(request.initReason(), reason);
  if (!act(context, source, {}, std::move(command))) return Exit::failed;
  if (context.json) {
    context.console.print("{}\n", fmt::format(R"({{"revoked":"{}"}})", to_string(*id)));
  } else {
    context.console.print("revoked: {}\n", to_string(*id));
  }
  return Exit::ok;
}

void add_issue(CLI::App& token, Context& context) {
  auto* command =
      token.add_subcommand("issue", "Make a token; shown once, the server gets its hash");
  const auto options = std::make_shared<IssueOptions>();
  command->add_option("--member", options->member, "Whose: an id, or an exact name");
  command->add_flag("--room", options->room, "For a wall: reads views of --project, nothing else");
  command->add_option("--views", options->views,
                      "With --room: which, with commas (default: board,summary,people)");
  command->add_flag("--auditor", options->auditor, "Reads everything, writes nothing");
  command->add_flag("--importer", options->importer, "May act on behalf of any member");
  command->add_option("--expires", options->expires,
                      "After a duration (90m, 12h, 30d, 8w) or at a time (2026-12-31T18:00Z)");
  command->add_option("--label", options->label, "What it is for");
  command->footer(
      "Examples:\n"
      "  daybook token issue --member \"Ada Lovelace\" --expires 30d --label \"laptop\"\n"
      "  daybook token issue --room --project BANK --views board,summary --label \"room 4.12\"\n"
      "  daybook token issue --auditor --member \"Grace Hopper\"");
  command->callback([&context, options] {
    context.action = [&context, options] { return issue(context, *options); };
  });
}

}  // namespace

void add_token(CLI::App& app, Context& context) {
  auto* token = app.add_subcommand("token", "Issue, list and revoke tokens (admins)");
  token->require_subcommand(1);
  add_issue(*token, context);
  auto* listing = token->add_subcommand("list", "List tokens: what for, whose, until when");
  listing->footer(
      "Example:\n  daybook token list --json | jq '.tokens[] | select(.revoked | not)'");
  listing->callback([&context] { context.action = [&context] { return list(context); }; });

  auto* revoking = token->add_subcommand("revoke", "End a token at once, on open connections too");
  const auto id = std::make_shared<std::string>();
  const auto reason = std::make_shared<std::string>();
  revoking->add_option("ID", *id, "The token's id, from `token list`")->required();
  revoking->add_option("--reason", *reason, "Why");
  revoking->footer("Example:\n  daybook token revoke 0192f3c4-… --reason \"laptop lost\"");
  revoking->callback([&context, id, reason] {
    context.action = [&context, id, reason] { return revoke(context, *id, *reason); };
  });
}

}  // namespace daybook::cli
