// What this client submitted, shown before it is confirmed: decided here, on what is confirmed and what is pending, and again
// whenever the confirmed state has moved.

#include <daybook/client.hpp>

#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

#include "tests/client-sdk/client_rig.hpp"
#include "tests/support/decision_commands.hpp"

namespace daybook::testing {
namespace {

using client::Cause;
using client::Status;
using model::decision::Topic;

Id task(std::uint64_t i) { return {0x30, i}; }

// Stands still until it is moved.
class StillClock final : public client::Clock {
 public:
  client::Instant now() const override { return now_; }
  Timestamp wall() const override { return {1'800'000'000'000'000}; }
  std::unique_ptr<client::Timer> make_timer(const net::any_io_executor& executor) override {
    return std::make_unique<StillTimer>(*this, executor);
  }
  void advance(std::chrono::milliseconds by) {
    now_ += by;
    for (auto* timer : std::exchange(timers_, {})) timer->look();
  }

 private:
  class StillTimer final : public client::Timer {
   public:
    StillTimer(StillClock& clock, net::any_io_executor executor)
        : clock_(clock), executor_(std::move(executor)) {}
    StillTimer(const StillTimer&) = delete;
    StillTimer& operator=(const StillTimer&) = delete;
    ~StillTimer() override { cancel(); }
    void call_at(client::Instant at, std::function<void()> call) override {
      cancel();
      at_ = at;
      call_ = std::move(call);
      clock_.timers_.push_back(this);
    }
    void cancel() override { std::erase(clock_.timers_, this); }
    void look() {
      if (at_ <= clock_.now_) return net::post(executor_, call_);
      clock_.timers_.push_back(this);
    }

   private:
    StillClock& clock_;
    net::any_io_executor executor_;
    client::Instant at_;
    std::function<void()> call_;
  };

  client::Instant now_{std::chrono::hours(1)};
  std::vector<StillTimer*> timers_;
};

// A project that is open and live, and everything that it tells. After cut() it stays offline until come_back().
struct OverlayRig : ClientRig {
  OverlayRig() : OverlayRig(std::make_shared<StillClock>()) {}
  explicit OverlayRig(const std::shared_ptr<StillClock>& on) : ClientRig({.clock = on}), clock(on) {
    reopen();
  }
  void come_back() {
    clock->advance(1ms);
    until([&] { return client->state() == State::live; });
    poll();
  }

  void reopen() {
    client->on_command_change([this](const client::CommandStatus& change) {
      statuses[change.id].push_back(change.status);
    });
    client->start();
    project.emplace(client->open(kProject));
    project->on_change([this](const client::ProjectChange& change) {
      if (change.cause != Cause::people) causes.push_back(change.cause);
    });
    until([&] { return client->state() == State::live; });
    poll();
    causes.clear();
  }
  // The server takes what it is told, and keeps its answers and events to itself.
  void hold_server() {
    server.commits = false;
    server.answers_commands = false;
  }
  using Shared = SessionRig::Shared;
  Shared submit(client::CommandBuilder command, client::SubmitOptions with = {}) {
    auto result = std::make_shared<SessionRig::Result>();
    project->submit(std::move(command), std::move(with),
                    [result](client::error_code error, client::Outcome outcome) {
                      *result = {.done = true, .error = error, .outcome = std::move(outcome)};
                    });
    poll();
    return result;
  }
  [[nodiscard]] std::shared_ptr<const client::ProjectSnapshot> shown() const {
    return project->snapshot();
  }
  [[nodiscard]] const model::task::Task* find(Id id) const {
    return shown()->state.task.tasks.find(id);
  }
  // The state that the server has.
  void check_confirmed() const {
    CHECK(shown()->version() == server.state().version);
    CHECK(shown()->digest() == server.digest());
  }

  std::shared_ptr<StillClock> clock;
  std::optional<client::Project> project;
  std::vector<Cause> causes;
  std::map<Id, std::vector<Status>> statuses;
};

client::CommandBuilder retitle(Id id, const model::Text& seen, std::string_view words) {
  client::CommandBuilder command;
  auto edit = command.root().initTask().initEditTask();
  write(edit.initTask(), id);
  command.change(edit.initTitle(), seen, words);
  return command;
}

}  // namespace

TEST_CASE("What is submitted is shown at once, with its words and no number", "[client][overlay]") {
  OverlayRig rig;
  const auto version = rig.shown()->version();
  const auto digest = rig.shown()->digest();
  rig.hold_server();
  const auto result = rig.submit(create_task_command(task(1), "Pay by card"));
  CHECK_FALSE(result->done);
  REQUIRE(rig.find(task(1)));
  CHECK(rig.find(task(1))->number == 0);
  CHECK(rig.shown()->text(rig.find(task(1))->title) == "Pay by card");
  CHECK(client::is_pending(rig.find(task(1))->title.position));
  CHECK(rig.causes == std::vector{Cause::local});
  CHECK(rig.shown()->has_pending());
  CHECK(rig.shown()->version() == version);
  CHECK(rig.shown()->digest() == digest);
  CHECK(rig.shown()->confirmed->state.task.tasks.find(task(1)) == nullptr);
  CHECK_FALSE(rig.shown()->view(model::ViewName::TASKS).rows.empty());
}

TEST_CASE("What is confirmed takes the place of what was shown", "[client][overlay]") {
  OverlayRig rig;
  const auto result = rig.submit(create_task_command(task(1), "Pay by card"));
  REQUIRE(result->done);
  const Id id = client::accepted(result->outcome)->id;
  CHECK(rig.causes == std::vector{Cause::local, Cause::remote});
  REQUIRE(rig.find(task(1)));
  CHECK(rig.find(task(1))->number == 1);
  CHECK_FALSE(rig.shown()->has_pending());
  CHECK(rig.shown()->confirmed == nullptr);
  rig.check_confirmed();
  CHECK(rig.statuses.at(id) ==
        std::vector{Status::queued, Status::sent, Status::accepted, Status::confirmed});
  CHECK(rig.client->status(id).status == Status::confirmed);
  CHECK(rig.client->pending_commands().empty());
}

TEST_CASE("What the rules refuse here goes nowhere", "[client][overlay]") {
  OverlayRig rig;
  (void)rig.submit(create_task_command(task(1), "a"));
  const auto sent = rig.server.commands.size();
  rig.causes.clear();
  const auto result = rig.submit(create_task_command(task(1), "again"));
  REQUIRE(result->done);
  const auto* no = client::rejected(result->outcome);
  REQUIRE(no);
  CHECK(no->code == schema::Code::ALREADY_EXISTS);
  CHECK(no->local);
  CHECK(no->version == rig.shown()->version());
  CHECK(no->facts.id == task(1));
  CHECK(rig.server.commands.size() == sent);
  CHECK(rig.causes.empty());
  CHECK(rig.client->status(no->id).status == Status::unknown);
}

TEST_CASE("An attempt against a rule of governance reaches the server, which records it",
          "[client][overlay]") {
  OverlayRig rig;
  const Id board{0x50, 1};
  REQUIRE(rig.server.commit(constitute_advisory_board(
              {.board = board,
               .charter = {.members = {kManager}, .quorum = 1, .remit = {Topic::COST}}})) ==
          schema::Code::NONE);
  rig.push();
  rig.poll();
  rig.causes.clear();
  const auto beyond = open_decision({.decision = {0x50, 2},
                                     .board = board,
                                     .options = {{.option = {0x50, 3}}, {.option = {0x50, 4}}},
                                     .topic = Topic::RISK,
                                     .binding = true});
  client::CommandBuilder command;
  command.request().setCommand(beyond.reader());
  for (const auto& words : beyond.words) (void)command.text(words);
  const auto result = rig.submit(std::move(command));
  REQUIRE(result->done);
  const auto* no = client::rejected(result->outcome);
  REQUIRE(no);
  CHECK(no->code == schema::Code::OUT_OF_REMIT);
  CHECK_FALSE(no->local);
  CHECK(rig.server.commands.size() == 1);
  CHECK(rig.causes.empty());  // it was never shown
}

TEST_CASE(
    "A vote without the role to vote reaches the server, other commands without a role do not",
    "[client][overlay]") {
  OverlayRig rig;
  for (const auto& command :
       {grant_role({.member = kOther, .role = schema::Role::MANAGER}),
        grant_role(
            {.member = kManager, .from = schema::Role::MANAGER, .role = schema::Role::VIEWER})})
    REQUIRE(rig.server.commit(command) == schema::Code::NONE);
  rig.push();
  rig.poll();
  const auto refused = [&](const Command& given) {
    client::CommandBuilder command;
    command.request().setCommand(given.reader());
    for (const auto& words : given.words) (void)command.text(words);
    const auto result = rig.submit(std::move(command));
    REQUIRE(result->done);
    const auto* no = client::rejected(result->outcome);
    REQUIRE(no);
    CHECK(no->code == schema::Code::NOT_PERMITTED);
    return *no;
  };
  CHECK(refused(create_task({.task = task(1)})).local);
  CHECK(rig.server.commands.empty());
  CHECK_FALSE(refused(cast_vote({.decision = {0x50, 2}, .option = {0x50, 3}})).local);
  CHECK(rig.server.commands.size() == 1);
}

TEST_CASE("A command is decided on what is pending too, and the server agrees",
          "[client][overlay]") {
  OverlayRig rig;
  rig.cut();
  const auto made = rig.submit(create_task_command(task(1), "First"));
  const auto edited = rig.submit(retitle(task(1), rig.find(task(1))->title, "Second"));
  const auto again = rig.submit(retitle(task(1), rig.find(task(1))->title, "Third"));
  CHECK(rig.shown()->text(rig.find(task(1))->title) == "Third");
  CHECK(rig.shown()->pending.size() == 3);
  rig.come_back();
  for (const auto& result : {made, edited, again}) {
    REQUIRE(result->done);
    CHECK(client::accepted(result->outcome));
  }
  rig.poll();
  CHECK(rig.shown()->text(rig.find(task(1))->title) == "Third");
  CHECK_FALSE(rig.shown()->has_pending());
  rig.check_confirmed();
}

TEST_CASE("What no longer fits is not shown, stays, and is rejected by the server alone",
          "[client][overlay]") {
  OverlayRig rig;
  rig.cut();
  const auto result = rig.submit(create_task_command(task(1), "Mine"));
  const Id id = rig.shown()->pending.at(0);
  // Somebody else takes the id meanwhile.
  const auto theirs = create_task({.task = task(1), .title = "Theirs", .column = kColumnA});
  REQUIRE(rig.server.commit(theirs) == schema::Code::NONE);
  rig.hold_server();
  rig.come_back();
  CHECK(rig.shown()->text(rig.find(task(1))->title) == "Theirs");
  CHECK_FALSE(rig.shown()->has_pending());
  CHECK_FALSE(result->done);
  CHECK(rig.client->status(id).status == Status::sent);
  CHECK(rig.causes == std::vector{Cause::local, Cause::remote, Cause::rebase});
  rig.server.commits = true;
  rig.server.answers_commands = true;
  rig.cut();
  rig.come_back();
  REQUIRE(result->done);
  REQUIRE(client::rejected(result->outcome));
  CHECK_FALSE(client::rejected(result->outcome)->local);
  CHECK(rig.client->status(id).status == Status::rejected);
  CHECK(rig.client->status(id).outcome.has_value());
  rig.check_confirmed();
}

TEST_CASE("What the server rejects is taken back", "[client][overlay]") {
  OverlayRig rig;
  rig.hold_server();
  const auto result = rig.submit(create_task_command(task(1), "a"));
  const auto next = rig.submit(retitle(task(1), rig.find(task(1))->title, "b"));
  const Id id = rig.shown()->pending.at(0);
  rig.server.say([&](schema::Message::Builder message) {
    auto no = message.initRejected();
    write(no.initId(), id);
    no.setCode(schema::Code::NOT_PERMITTED);
  });
  rig.link->deliver();
  rig.poll();
  REQUIRE(result->done);
  CHECK(client::rejected(result->outcome)->code == schema::Code::NOT_PERMITTED);
  CHECK(rig.find(task(1)) == nullptr);
  CHECK(rig.causes == std::vector{Cause::local, Cause::local, Cause::rollback, Cause::rebase});
  CHECK_FALSE(next->done);  // its own answer is to come
}

TEST_CASE("An accepted command is shown until its events come", "[client][overlay]") {
  OverlayRig rig;
  rig.hold_server();
  const auto result = rig.submit(create_task_command(task(1), "a"));
  const Id id = rig.shown()->pending.at(0);
  rig.server.say([&](schema::Message::Builder message) {
    auto yes = message.initAccepted();
    write(yes.initId(), id);
    write(yes.initStream(), kProject);
    yes.setFirstVersion(rig.server.state().version.value + 1);
    yes.setCount(1);
  });
  rig.link->deliver();
  rig.poll();
  CHECK(result->done);
  CHECK(rig.client->status(id).status == Status::accepted);
  CHECK(rig.find(task(1)));
  auto theirs = create_task_command(task(1), "a");
  CHECK(rig.server.commit(id, theirs.root().asReader(), theirs.words()) == schema::Code::NONE);
  rig.push();
  rig.poll();
  CHECK(rig.client->status(id).status == Status::confirmed);
  CHECK(rig.find(task(1))->number == 1);
  rig.check_confirmed();
}

TEST_CASE("An event is the answer of its command", "[client][overlay]") {
  OverlayRig rig;
  rig.server.answers_commands = false;
  const auto result = rig.submit(create_task_command(task(1), "a"));
  REQUIRE(result->done);
  const auto* yes = client::accepted(result->outcome);
  REQUIRE(yes);
  CHECK(yes->last_version() == rig.server.state().version);
  CHECK(rig.client->status(yes->id).status == Status::confirmed);
  CHECK_FALSE(rig.shown()->has_pending());
}

TEST_CASE("A command with an id of the caller's is not decided here", "[client][overlay]") {
  OverlayRig rig;
  (void)rig.submit(create_task_command(task(1), "a"));
  rig.hold_server();
  rig.causes.clear();
  const auto import = rig.submit(create_task_command(task(1), "again"), {.id = {4, 1}});
  CHECK_FALSE(import->done);
  CHECK(rig.causes.empty());
  CHECK(rig.client->status({4, 1}).status == Status::sent);
}

TEST_CASE("A cancelled command is not shown any more", "[client][overlay]") {
  OverlayRig rig;
  rig.hold_server();
  const auto result = rig.submit(create_task_command(task(1), "a"));
  const Id id = rig.shown()->pending.at(0);
  rig.client->forget(id);
  rig.poll();
  CHECK(result->error == net::error::operation_aborted);
  CHECK(rig.find(task(1)) == nullptr);
  CHECK(rig.causes == std::vector{Cause::local, Cause::rollback});
  CHECK(rig.client->status(id).status == Status::unknown);
  CHECK(rig.client->pending_commands().empty());
}

TEST_CASE("A second replica shows what is pending too", "[client][overlay]") {
  OverlayRig rig;
  rig.hold_server();
  auto early = rig.client->open(kProject);
  rig.poll();
  (void)rig.submit(create_task_command(task(1), "a"));
  CHECK(early.snapshot()->state.task.tasks.find(task(1)));
  auto late = rig.client->open(kProject);
  rig.poll();
  CHECK(late.snapshot()->state.task.tasks.find(task(1)));
  CHECK(late.snapshot()->pending == rig.shown()->pending);
}

TEST_CASE("What-if tries commands on what is shown, and changes nothing", "[client][overlay]") {
  OverlayRig rig;
  rig.hold_server();
  (void)rig.submit(create_task_command(task(1), "Pending"));
  const auto sent = rig.server.commands.size();
  std::vector<client::CommandBuilder> commands;
  commands.push_back(create_task_command(task(2), "Tried"));
  commands.push_back(create_task_command(task(1), "Twice"));
  commands.push_back(retitle(task(1), rig.find(task(1))->title, "Other words"));
  const auto tried = rig.project->what_if(std::move(commands));
  REQUIRE(tried.outcomes.size() == 3);
  CHECK(tried.outcomes[0].events == 1);
  REQUIRE(tried.outcomes[1].rejected);
  CHECK(tried.outcomes[1].rejected->code == schema::Code::ALREADY_EXISTS);
  CHECK(tried.outcomes[2].events == 1);
  const auto& tasks = tried.snapshot->state.task.tasks;
  CHECK(tried.snapshot->text(tasks.find(task(2))->title) == "Tried");
  CHECK(tried.snapshot->text(tasks.find(task(1))->title) == "Other words");
  CHECK(tried.snapshot->digest() == rig.shown()->digest());
  CHECK(tried.snapshot->pending.size() == 3);
  CHECK(rig.find(task(2)) == nullptr);
  CHECK(rig.shown()->text(rig.find(task(1))->title) == "Pending");
  CHECK(rig.server.commands.size() == sent);
}

}  // namespace daybook::testing
