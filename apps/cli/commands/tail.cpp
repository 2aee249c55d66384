// tail: what happens, as it happens.

#include <boost/asio/signal_set.hpp>
#include <exception>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/event_printer.hpp"
#include "apps/cli/online.hpp"

namespace daybook::cli {
namespace {

using client::Errc;
using client::State;

struct Options {
  std::optional<std::uint64_t> from;
  std::uint32_t lines = 10;
};

class Tail {
 public:
  Tail(const Context& context, const Options& options)
      : context_(context), options_(options), source_(context), signals_(source_.io()) {}

  Exit run() {
    std::optional<Id> project;
    if (!context_.project.empty()) project = chosen_project(context_, source_).id;
    auto& client = source_.connected();
    EventPrinter printer(context_, source_, project);

    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.async_wait([this](const client::error_code& error, int) {
      if (!error) end(Exit::ok);
    });
    client.on_state_change([this](const client::StateChange& change) { on_state(change); });
    client::FollowOptions follow{.all = !project, .stream = project.value_or(Id{})};
    if (options_.from) {
      follow.from = client::FollowAfter{.number = *options_.from - 1};
    } else {
      follow.from = client::FollowTail{options_.lines};
    }
    const auto following = client.follow(
        follow,
        {.on_command = [&](std::span<const record::Entry> events) { print(printer, events); },
         .on_complete = {},
         .on_end = [this](client::error_code reason) { on_end(reason); }});
    source_.io().restart();
    while (!exit_) source_.io().run_one();
    if (thrown_) std::rethrow_exception(thrown_);
    return *exit_;
  }

 private:
  void end(Exit exit) {
    if (!exit_) exit_ = exit;
  }

  void print(EventPrinter& printer, std::span<const record::Entry> events) {
    try {
      for (const auto& entry : events) printer.print(entry);
      if (std::fflush(context_.console.out) != 0) end(Exit::failed);
    } catch (...) {
      thrown_ = std::current_exception();
      end(Exit::failed);
    }
  }

  void on_state(const client::StateChange& change) {
    switch (change.state) {
      case State::needs_auth:
      case State::closed:
        thrown_ = std::make_exception_ptr(source_.connection_failure(change.reason));
        return end(Exit::failed);
      case State::offline:
        if (!lost_) {
          context_.console.say("daybook: the connection is lost ({}); trying again …\n",
                               change.reason.message());
        }
        lost_ = true;
        return;
      case State::live:
        if (lost_) context_.console.say("daybook: connected again; nothing was missed\n");
        lost_ = false;
        return;
      case State::connecting:
      case State::syncing:
        return;
    }
  }

  void on_end(const client::error_code& reason) {
    if (reason == Errc::not_permitted || reason == Errc::not_found) {
      context_.console.say(
          "daybook: {}\n",
          context_.project.empty()
              ? "only admins and auditors may follow the whole log: add --project KEY"
              : "this token may not read the events of that project");
    } else {
      context_.console.say("daybook: the server ended it: {}\n", reason.message());
    }
    end(Exit::failed);
  }

  const Context& context_;
  const Options& options_;
  OnlineSource source_;
  boost::asio::signal_set signals_;
  std::optional<Exit> exit_;
  std::exception_ptr thrown_;
  bool lost_ = false;
};

}  // namespace

void add_tail(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("tail", "Print events as they happen, until Ctrl-C");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("--from", options->from, "Begin at this version (without --project: position)")
      ->check(number_from_1());
  command->add_option("--lines", options->lines, "Begin with the newest so many events")
      ->check(CLI::Range(0, 10'000))
      ->capture_default_str();
  command->footer(
      "Prints as `log` does. After a lost connection it goes on where it was.\n"
      "Examples:\n"
      "  daybook tail --project BANK\n"
      "  daybook tail --project BANK --lines 0 --json | jq .event");
  command->callback([&context, options] {
    context.action = [&context, options] {
      if (context.is_offline()) fail(Exit::usage, "tail follows a server: use log with --data");
      return Tail(context, *options).run();
    };
  });
}

}  // namespace daybook::cli
