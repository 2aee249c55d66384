#pragma once
// The subcommands. Each adds itself to the parser and, when chosen, sets context.action, which may throw Failure.

#include <CLI/CLI.hpp>

#include "apps/cli/context.hpp"

namespace daybook::cli {

void add_projects(CLI::App& app, Context& context);
void add_project(CLI::App& app, Context& context);  // project new
void add_log(CLI::App& app, Context& context);
void add_tail(CLI::App& app, Context& context);
void add_why(CLI::App& app, Context& context);
void add_context(CLI::App& app, Context& context);
void add_diff(CLI::App& app, Context& context);
void add_show(CLI::App& app, Context& context);
void add_submit(CLI::App& app, Context& context);
void add_verify(CLI::App& app, Context& context);
void add_token(CLI::App& app, Context& context);
void add_member(CLI::App& app, Context& context);

// For options that take a version, a position or a count.
[[nodiscard]] CLI::Validator number_from_1();

}  // namespace daybook::cli
