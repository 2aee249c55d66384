// Random runs of a client with an outbox on disk against a server: submissions, answers that come late or never, events of
// others, lost connections, programs that end at any moment and run again. Each run prints its seed; DAYBOOK_SEED repeats it.
//
// At every step:  what is shown is what is confirmed, folded with what is pending and still acceptable, in order.
// At the end:     every act is confirmed or rejected, the server has what was confirmed and nothing twice, and no command was
//                 ever sent under two sets of bytes.

#include <daybook/client.hpp>

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "client-sdk/src/decider.hpp"
#include "model/snapshot.hpp"
#include "tests/client-sdk/client_rig.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temp_folder.hpp"

namespace daybook::testing {
namespace {

using client::Status;

class Run {
 public:
  explicit Run(std::uint64_t seed) : random_(seed), rig_(options()) { begin(); }

  void step() {
    switch (random_.below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        submit();
        break;
      case 4:
        others();
        break;
      case 5:
        cut();
        break;
      case 6:
        if (random_.one_in(4)) die();
        break;
      case 7:
        rig_.server.answers_commands = random_.one_in(2);
        break;
      case 8:
        // A server that takes nothing: what it is told is lost with the connection.
        rig_.server.commits = random_.one_in(2);
        break;
      case 9:
        write_disk();
        break;
      case 10:
        if (rig_.link && random_.one_in(2)) rig_.push();
        break;
      case 11:
        forget();
        break;
    }
    for (auto turns = random_.below(8); turns > 0; --turns) turn();
    check_shown();
  }

  void end() {
    rig_.server.answers_commands = true;
    rig_.server.commits = true;
    cut();
    for (int i = 0; i < 10'000 && !is_over(); ++i) {
      write_disk();
      turn();
    }
    REQUIRE(is_over());
    check_shown();
    CHECK(shown()->version() == rig_.server.state().version);
    CHECK(shown()->digest() == rig_.server.digest());
    CHECK_FALSE(shown()->has_pending());
    std::map<Id, std::set<record::AlignedBytes>> sent;
    for (const auto& command : rig_.server.commands) sent[command.id].insert(command.bytes);
    for (const auto& [id, bytes] : sent) CHECK(bytes.size() == 1);
    for (const auto& [id, task] : given_) {
      const auto status = rig_.client->status(id);
      if (forgotten_.contains(id)) continue;
      // What was on disk ends in one of two ways; what was not when the program ended never was.
      if (status.status == Status::unknown) {
        CHECK_FALSE(safe_.contains(id));
        CHECK_FALSE(sent.contains(id));
        continue;
      }
      CHECK((status.status == Status::confirmed || status.status == Status::rejected));
      if (finals_.contains(id)) CHECK(finals_.at(id) == status.status);
      if (status.status == Status::confirmed) CHECK(rig_.server.has(id));
      if (status.status == Status::rejected) CHECK_FALSE(rig_.server.has(id));
    }
  }

 private:
  client::ClientOptions options() {
    client::ClientOptions options;
    options.outbox_path = (folder_.path() / "outbox").string();
    options.outbox_executor = disk_.get_executor();
    // Random, but the same in every run of the seed.
    options.random = [this](std::span<std::byte> out) {
      for (auto& byte : out) byte = static_cast<std::byte>(random_.next());
    };
    return options;
  }

  void begin() {
    rig_.client->on_command_change([this](const client::CommandStatus& change) {
      if (change.status != Status::unknown) safe_.insert(change.id);
      const bool is_final = change.status == Status::confirmed || change.status == Status::rejected;
      if (forgotten_.contains(change.id)) return;
      const auto at = finals_.find(change.id);
      if (at != finals_.end()) CHECK(at->second == change.status);  // it stays what it was
      if (is_final) finals_[change.id] = change.status;
    });
    rig_.client->start();
    project_.emplace(rig_.client->open(kProject));
  }
  void cut() {
    const auto& link = rig_.link;
    if (link && link->alive && link->open) rig_.cut();
  }
  void die() {
    project_.reset();
    rig_.restart();
    begin();
  }
  void turn() {
    rig_.io.restart();
    rig_.io.poll_one();
    if (random_.one_in(4)) write_disk();
  }
  void write_disk() {
    disk_.restart();
    disk_.poll_one();
  }
  [[nodiscard]] std::shared_ptr<const client::ProjectSnapshot> shown() const {
    return project_->snapshot();
  }
  [[nodiscard]] Id any_task() {
    const auto& tasks = shown()->state.task.tasks;
    if (tasks.empty()) return {0x30, 1};
    auto at = tasks.begin();
    for (auto i = random_.below(tasks.size()); i > 0; --i) ++at;
    return at->first;
  }
  client::CommandBuilder command() {
    client::CommandBuilder builder;
    const Id id = any_task();
    const auto* task = shown()->state.task.tasks.find(id);
    if (task == nullptr || random_.one_in(3)) {
      return create_task_command({0x30, 1 + random_.below(12)}, "new");
    }
    if (random_.one_in(2)) {
      auto edit = builder.root().initTask().initEditTask();
      write(edit.initTask(), id);
      builder.change(edit.initTitle(), task->title, "title " + std::to_string(++words_));
      return builder;
    }
    auto move = builder.root().initTask().initMoveTask();
    write(move.initTask(), id);
    write(move.initFromColumn(), task->column);
    write(move.initToColumn(), task->column == kColumnA ? kColumnB : kColumnA);
    return builder;
  }
  void submit() {
    const auto before = shown()->pending.size();
    project_->submit(command(), [](client::error_code, const client::Outcome&) {});
    turn();
    if (shown()->pending.size() > before) given_[shown()->pending.back()] = {};
  }
  void others() {
    const Id id = any_task();
    const auto* task = rig_.server.state().task.tasks.find(id);
    if (task == nullptr || random_.one_in(3)) {
      (void)rig_.server.commit(create_task(
          {.task = {0x30, 1 + random_.below(12)}, .title = "theirs", .column = kColumnB}));
    } else {
      (void)rig_.server.commit(retire_task({.task = id, .reason = "theirs"}));
    }
  }
  void forget() {
    if (given_.empty() || !random_.one_in(4)) return;
    auto at = given_.begin();
    for (auto i = random_.below(given_.size()); i > 0; --i) ++at;
    rig_.client->forget(at->first);
    forgotten_.insert(at->first);
  }
  [[nodiscard]] bool is_over() const {
    return rig_.client->state() == State::live && rig_.client->pending_commands().empty() &&
           shown()->version() == rig_.server.state().version;
  }

  // What is shown, by hand: every pending act that is not held, in order, where the rules allow it.
  void check_shown() {
    const auto now = shown();
    if (!now->has_pending()) {
      CHECK(now->confirmed == nullptr);
      return;
    }
    REQUIRE(now->confirmed);
    CHECK(now->version() == now->confirmed->version());
    CHECK(now->digest() == now->confirmed->digest());
    CHECK_FALSE(model::digest(now->state) == now->digest());
    // The pending ones stand in the order of their submission.
    std::vector<Id> order;
    for (const auto& status : rig_.client->pending_commands()) order.push_back(status.id);
    std::size_t at = 0;
    for (const auto id : now->pending) {
      while (at < order.size() && order[at] != id) ++at;
      CHECK(at < order.size());
    }
    // Nothing of it is confirmed already: numbers are given by the server alone.
    for (const auto& [id, task] : now->state.task.tasks) {
      const bool is_confirmed = now->confirmed->state.task.tasks.contains(id);
      CHECK((task.number != 0) == is_confirmed);
      CHECK(now->text(task.title).has_value());
    }
  }

  TempFolder folder_;
  net::io_context disk_;
  Random random_;
  ClientRig rig_;
  std::optional<client::Project> project_;
  std::uint64_t words_ = 0;
  std::map<Id, Id> given_;
  std::set<Id> safe_;
  std::set<Id> forgotten_;
  std::map<Id, Status> finals_;
};

void run(std::uint64_t seed) {
  INFO("DAYBOOK_SEED=" << seed);
  Run acts(seed);
  for (int i = 0; i < 60; ++i) acts.step();
  acts.end();
}

}  // namespace

TEST_CASE("Every act ends in one way, and what is shown is never more than the rules allow",
          "[client][outbox][properties]") {
  const auto first = fresh_seed();
  for (std::uint64_t seed = first; seed < first + 150; ++seed) run(seed);
}

// The program comes back, takes a snapshot that has the acts' events already, and hears of it when it sends them again.
TEST_CASE("An act whose events came with a snapshot is not shown once more",
          "[client][outbox][properties]") {
  run(4015650978);
}

}  // namespace daybook::testing
