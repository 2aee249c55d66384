#pragma once
// Acting: a command is sent, and its answer printed.

#include "apps/cli/online.hpp"

namespace daybook::cli {

// Fails (exit 2) with --data: acting takes a server.
void require_server(const Context& context);

// Prints a rejection (JSON to `out`, for people to `err`) with the names of what it speaks of. Exit::failed.
Exit print_rejection(const Context& context, OnlineSource& source, Id stream,
                     const client::Rejected& rejected);

// Sends a command; a rejection is printed and ends the program (nullopt).
[[nodiscard]] std::optional<client::Accepted> act(const Context& context, OnlineSource& source,
                                                  Id stream, client::CommandBuilder command,
                                                  client::SubmitOptions options = {});

// The workspace, which admins and auditors may read; else fails.
[[nodiscard]] std::shared_ptr<const client::WorkspaceSnapshot> readable_workspace(Source& source);

}  // namespace daybook::cli
