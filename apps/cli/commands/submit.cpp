// submit: one command, as JSON.

#include <iostream>
#include <iterator>

#include "apps/cli/act.hpp"
#include "apps/cli/commands/commands.hpp"
#include "apps/cli/document.hpp"
#include "apps/cli/rejection.hpp"
#include "apps/cli/terminal.hpp"
#include "schema/json/json.hpp"

namespace daybook::cli {
namespace {

struct Options {
  std::string json;
  std::string id;
};

struct Submission {
  client::CommandBuilder command;
  client::SubmitOptions options;
  Id stream;  // as the request says; nil: it does not
};

[[noreturn]] void fail_form(const schema::json::Error& error) {
  fail(Exit::usage, "not a command: {}", shown(schema::json::to_string(error)));
}

// {"task":{"moveTask":{…}}}, or a whole request: {"id","seenVersion","effectiveAt","onBehalfOf","command":{…}}.
Submission read_submission(const std::string& text) {
  const auto parsed = schema::json::parse(text);
  if (!parsed) fail_form(parsed.error());
  Submission submission;
  if (find(*parsed, "command") == nullptr) {
    schema::json::Words words;
    const auto decoded = schema::json::decode(*parsed, submission.command.root(), &words);
    if (!decoded) fail_form(decoded.error());
    for (const auto& word : words) (void)submission.command.text(word);
    return submission;
  }
  capnp::MallocMessageBuilder message;
  auto request = message.initRoot<schema::CommandRequest>();
  const auto decoded = schema::json::decode(*parsed, request);
  if (!decoded) fail_form(decoded.error());
  submission.command.request().setCommand(request.getCommand());
  for (const auto word : request.getWords())
    (void)submission.command.text({word.begin(), word.size()});
  auto& options = submission.options;
  options.id = read(request.getId());
  options.effective_at = {request.getEffectiveAt()};
  options.on_behalf_of = read(request.getOnBehalfOf());
  options.seen_version = {request.getSeenVersion()};
  submission.stream = read(request.getStream());
  if (const auto seed = request.getSeed(); seed.size() != 0) {
    record::Hash bytes{};
    if (seed.size() != bytes.size()) fail(Exit::usage, "not a command: seed: 32 bytes in hex");
    std::copy_n(reinterpret_cast<const std::byte*>(seed.begin()), bytes.size(), bytes.begin());
    options.seed = bytes;
  }
  return submission;
}

// Each command is of the one kind of stream or of the other.
void check_stream(schema::Command::Reader command, Id stream) {
  const bool is_of_workspace = command.isWorkspace() || command.isMember();
  if (!is_of_workspace && stream.is_nil())
    fail(Exit::usage, "that is a command for a project: add --project KEY");
  if (is_of_workspace && !stream.is_nil())
    fail(Exit::usage, "that is a command for the workspace: leave --project out");
}

// A project's id may be of one that is registered but not opened: only a key is looked up.
Id stream_of(const Context& context, Source& source, const Submission& submission) {
  if (context.project.empty()) return submission.stream;
  const auto named = parse_id(context.project);
  const Id id = named ? *named : chosen_project(context, source).id;
  if (!submission.stream.is_nil() && submission.stream != id)
    fail(Exit::usage, "--project and the request's stream name different projects");
  return id;
}

Exit submit(const Context& context, const Options& options) {
  require_server(context);
  std::string text = options.json;
  if (text == "-") text.assign(std::istreambuf_iterator<char>(std::cin), {});
  auto submission = read_submission(text);
  if (!options.id.empty()) {
    const auto id = parse_id(options.id);
    if (!id) fail(Exit::usage, "--id takes a UUID");
    submission.options.id = *id;
  }
  OnlineSource source(context);
  const auto stream = stream_of(context, source, submission);
  check_stream(submission.command.root().asReader(), stream);
  const auto accepted =
      act(context, source, stream, std::move(submission.command), submission.options);
  if (!accepted) return Exit::failed;
  if (context.json) {
    context.console.print("{}\n", outcome_json(*accepted));
    return Exit::ok;
  }
  const auto first = accepted->first_version.value;
  const auto last = accepted->last_version().value;
  const auto where = stream.is_nil()           ? std::string("the workspace")
                     : context.project.empty() ? to_string(stream)
                                               : shown(context.project);
  if (first == last) {
    context.console.print("accepted: version {} of {}\n", first, where);
  } else {
    context.console.print("accepted: versions {} to {} of {}\n", first, last, where);
  }
  return Exit::ok;
}

}  // namespace

void add_submit(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("submit", "Give a command, as JSON");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("COMMAND", options->json,
                   "A command, or a whole request with `command` in it; - reads standard input")
      ->required();
  command->add_option("--id", options->id,
                      "Id of the command: sent again under the same id, it takes effect once");
  command->footer(
      "Prints the versions that it appended; or why it was rejected, with exit code 1. Without\n"
      "--project the command is for the workspace. schema/parts/ has every command.\n"
      "Examples:\n"
      "  daybook submit --project BANK "
      "'{\"task\":{\"createTask\":{\"task\":\"'$(uuidgen)'\",\"title\":\"Pay by card\"}}}'\n"
      "  daybook submit --project BANK --id $ID "
      "'{\"task\":{\"blockTask\":{\"task\":\"…\",\"reason\":\"no test data\"}}}'\n"
      "  daybook submit --project BANK - < request.json");
  command->callback([&context, options] {
    context.action = [&context, options] { return submit(context, *options); };
  });
}

}  // namespace daybook::cli
