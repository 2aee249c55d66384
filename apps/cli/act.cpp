#include "apps/cli/act.hpp"

#include "apps/cli/rejection.hpp"
#include "apps/cli/secret.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {

void require_server(const Context& context) {
  if (context.is_offline())
    fail(Exit::usage, "a data folder is only read: acting takes a running server (--server URL)");
}

Exit print_rejection(const Context& context, OnlineSource& source, Id stream,
                     const client::Rejected& rejected) {
  if (context.json) {
    context.console.print("{}\n", outcome_json(rejected));
    return Exit::failed;
  }
  Names names;
  try {
    if (stream.is_nil()) {
      learn_workspace(source, names);
    } else {
      learn_project(source, names, stream);
    }
  } catch (const Failure& failure) {
    // The answer matters more: without names, ids stand for themselves.
    context.console.say("daybook: names could not be read: {}\n", failure.what());
  }
  context.console.say("daybook: rejected ({}): {}\n", client::code_name(rejected.code),
                      explain(rejected, names));
  return Exit::failed;
}

std::optional<client::Accepted> act(const Context& context, OnlineSource& source, Id stream,
                                    client::CommandBuilder command, client::SubmitOptions options) {
  if (options.id.is_nil()) options.id = fresh_id();
  const auto outcome = source.submit(stream, std::move(command), options);
  if (const auto* accepted = client::accepted(outcome)) return *accepted;
  if (const auto* rejected = client::rejected(outcome))
    print_rejection(context, source, stream, *rejected);
  return std::nullopt;
}

std::shared_ptr<const client::WorkspaceSnapshot> readable_workspace(Source& source) {
  auto workspace = source.workspace();
  if (workspace == nullptr) {
    fail(Exit::failed,
         "this token may not read the workspace: that takes an admin's or an auditor's");
  }
  return workspace;
}

}  // namespace daybook::cli
