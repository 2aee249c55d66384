// The outbox on disk: nothing is sent before it is safe, what is safe outlives the program, and no byte of the file that has
// changed ends it.

#include <daybook/client.hpp>

#include <sys/resource.h>

#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "client-sdk/src/outbox_file.hpp"
#include "tests/client-sdk/client_rig.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temp_folder.hpp"

namespace daybook::testing {
namespace {

using client::Status;
namespace fs = std::filesystem;

Id task(std::uint64_t i) { return {0x30, i}; }

// A client whose disk does nothing by itself.
struct OutboxRig {
  OutboxRig() : OutboxRig(std::make_shared<TempFolder>()) {}
  explicit OutboxRig(std::shared_ptr<TempFolder> in)
      : folder(std::move(in)), path(folder->path() / "outbox"), rig(options()) {}
  client::ClientOptions options() {
    client::ClientOptions options;
    options.outbox_path = path.string();
    options.outbox_executor = disk.get_executor();
    return options;
  }
  void write() {
    disk.restart();
    disk.poll();
    rig.poll();
    disk.restart();
    disk.poll();
    rig.poll();
  }
  SessionRig::Shared submit(client::CommandBuilder command, client::SubmitOptions with = {}) {
    auto result = std::make_shared<SessionRig::Result>();
    rig.client->submit(kProject, std::move(command), std::move(with),
                       [result](client::error_code error, client::Outcome outcome) {
                         *result = {.done = true, .error = error, .outcome = std::move(outcome)};
                       });
    rig.poll();
    return result;
  }
  void go_live() {
    rig.go_live();
    write();
  }

  std::shared_ptr<TempFolder> folder;
  fs::path path;
  net::io_context disk;
  ClientRig rig;
};

// Kept in a file, and read back by the file alone.
std::vector<detail::OutboxEntry> read_back(const fs::path& path, std::size_t* set_aside = nullptr,
                                           std::string* damaged = nullptr) {
  detail::OutboxContents contents;
  const auto file = detail::OutboxFile::open(path.string(), 1 << 20, contents);
  if (set_aside != nullptr) *set_aside = contents.set_aside;
  if (damaged != nullptr) *damaged = contents.damaged_file;
  return std::move(contents.entries);
}

detail::OutboxEntry entry(std::uint64_t number, std::string_view words) {
  auto command = create_task_command(task(number), words);
  write(command.request().initId(), {4, number});
  write(command.request().initStream(), kProject);
  const auto act = detail::make_act({.number = number,
                                     .id = {4, number},
                                     .stream = kProject,
                                     .submitted_at = {1'800'000'000'000'000},
                                     .is_decided_here = true},
                                    std::move(command));
  return {.act = **act, .owner = {.member = kManager, .log_id = kLog}};
}

void write_entries(const fs::path& path, std::uint64_t count, std::size_t words = 10) {
  detail::OutboxContents contents;
  const auto file = detail::OutboxFile::open(path.string(), 1 << 20, contents);
  std::vector<detail::OutboxFile::Change> changes;
  for (std::uint64_t i = 1; i <= count; ++i) {
    changes.push_back(
        {.number = i, .row = detail::encode_row(entry(i, std::string(words * (i % 7 + 1), 'w')))});
  }
  REQUIRE_FALSE(file->commit(changes));
}

}  // namespace

TEST_CASE("A command is neither queued nor sent before it is on disk", "[client][outbox]") {
  OutboxRig it;
  it.go_live();
  const auto result = it.submit(create_task_command(task(1), "a"), {.id = {4, 1}});
  CHECK(it.rig.client->status({4, 1}).status == Status::unknown);
  CHECK(it.rig.server.commands.empty());
  it.write();
  CHECK(it.rig.server.commands.size() == 1);
  REQUIRE(result->done);
  CHECK(client::accepted(result->outcome));
}

TEST_CASE("What is queued outlives the program, and is sent as it was", "[client][outbox]") {
  OutboxRig it;
  it.go_live();
  it.rig.server.answers_commands = false;
  it.rig.server.commits = false;
  for (std::uint64_t i = 1; i <= 5; ++i) {
    (void)it.submit(create_task_command(task(i), "a"), {.id = {4, i}});
  }
  it.write();
  const auto first = std::exchange(it.rig.server.commands, {});
  REQUIRE(first.size() == 5);
  it.rig.restart();
  const auto kept = it.rig.client->pending_commands();
  REQUIRE(kept.size() == 5);
  for (std::uint64_t i = 1; i <= 5; ++i) {
    CHECK(kept[i - 1].id == Id{4, i});
    CHECK(kept[i - 1].status == Status::queued);
  }
  it.rig.server.answers_commands = true;
  it.rig.server.commits = true;
  it.go_live();
  REQUIRE(it.rig.server.commands.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) CHECK(it.rig.server.commands[i].bytes == first[i].bytes);
  CHECK(it.rig.server.state().task.tasks.size() == 5);
  CHECK(it.rig.client->pending_commands().empty());
  CHECK(it.rig.client->status({4, 3}).status == Status::confirmed);
}

TEST_CASE("What was never on disk when the program ended is gone, and was never sent",
          "[client][outbox]") {
  OutboxRig it;
  it.go_live();
  (void)it.submit(create_task_command(task(1), "a"), {.id = {4, 1}});
  it.rig.restart();
  it.go_live();
  CHECK(it.rig.client->status({4, 1}).status == Status::unknown);
  CHECK(it.rig.server.commands.empty());
}

TEST_CASE("After a restart what waits is shown again", "[client][outbox]") {
  OutboxRig it;
  it.go_live();
  auto project = std::make_unique<client::Project>(it.rig.client->open(kProject));
  it.rig.poll();
  it.rig.server.answers_commands = false;
  it.rig.server.commits = false;
  project->submit(create_task_command(task(1), "Kept"), [](client::error_code, auto) {});
  it.rig.poll();
  it.write();
  const auto pending = project->snapshot()->pending;
  REQUIRE(pending.size() == 1);
  project = nullptr;
  it.rig.restart();
  project = std::make_unique<client::Project>(it.rig.client->open(kProject));
  it.go_live();
  const auto shown = project->snapshot();
  CHECK(shown->pending == pending);
  const auto* kept = shown->state.task.tasks.find(task(1));
  REQUIRE(kept);
  CHECK(shown->text(kept->title) == "Kept");
}

TEST_CASE("What became of a command is known after a restart, until it is forgotten",
          "[client][outbox]") {
  OutboxRig it;
  it.go_live();
  (void)it.submit(create_task_command(task(1), "a"), {.id = {4, 1}});
  (void)it.submit(create_task_command(task(1), "a"), {.id = {4, 2}});
  it.write();
  it.write();
  CHECK(it.rig.client->status({4, 2}).status == Status::rejected);
  it.rig.restart();
  const auto yes = it.rig.client->status({4, 1});
  CHECK(yes.status == Status::confirmed);
  REQUIRE(yes.outcome);
  CHECK(client::accepted(*yes.outcome)->first_version.value == 3);
  const auto no = it.rig.client->status({4, 2});
  CHECK(no.status == Status::rejected);
  REQUIRE(no.outcome);
  CHECK(client::rejected(*no.outcome)->code == schema::Code::ALREADY_EXISTS);
  it.rig.client->forget({4, 1});
  it.rig.poll();
  it.write();
  CHECK(it.rig.client->status({4, 1}).status == Status::unknown);
  it.rig.restart();
  CHECK(it.rig.client->status({4, 1}).status == Status::unknown);
  CHECK(it.rig.client->status({4, 2}).status == Status::rejected);
}

TEST_CASE("A rejection is told when it is on disk, so that it stays one", "[client][outbox]") {
  OutboxRig it;
  it.go_live();
  (void)it.submit(create_task_command(task(1), "a"), {.id = {4, 1}});
  it.write();
  const auto no = it.submit(create_task_command(task(1), "a"), {.id = {4, 2}});
  it.disk.restart();
  it.disk.poll();  // it is queued
  it.rig.poll();   // it is sent, and rejected
  REQUIRE(it.rig.server.commands.size() == 2);
  CHECK_FALSE(no->done);
  it.write();
  CHECK(no->done);
}

TEST_CASE("Commands of another log are held, told of, and go on where they belong",
          "[client][outbox]") {
  OutboxRig it;
  it.go_live();
  it.rig.server.answers_commands = false;
  it.rig.server.commits = false;
  const auto result = it.submit(create_task_command(task(1), "a"), {.id = {4, 1}});
  it.write();
  it.rig.server.commands.clear();
  it.rig.server.answers_commands = true;
  it.rig.server.commits = true;
  it.rig.server.set_log_id(Id{1, 2});
  it.rig.cut();
  it.go_live();
  CHECK(it.rig.server.commands.empty());
  CHECK(result->error == Errc::other_log);
  CHECK(it.rig.client->status({4, 1}).status == Status::queued);
  CHECK(it.rig.client->status({4, 1}).is_held);
  it.rig.restart();
  it.go_live();
  CHECK(it.rig.server.commands.empty());
  CHECK(it.rig.client->status({4, 1}).is_held);
  it.rig.server.set_log_id(kLog);
  it.rig.cut();
  it.go_live();
  CHECK(it.rig.server.commands.size() == 1);
  CHECK(it.rig.client->status({4, 1}).status == Status::confirmed);
}

TEST_CASE("An outbox is open once", "[client][outbox]") {
  OutboxRig it;
  net::io_context io;
  try {
    const Client second(io.get_executor(), it.options());
    FAIL("opened twice");
  } catch (const boost::system::system_error& error) {
    CHECK(error.code() == Errc::outbox_in_use);
  }
  it.rig.client.reset();
  const Client now(io.get_executor(), it.options());
}

TEST_CASE("An outbox with a thread of its own", "[client][outbox]") {
  const TempFolder folder;
  client::ClientOptions options;
  options.outbox_path = (folder.path() / "outbox").string();
  ClientRig rig(options);
  rig.go_live();
  int accepted = 0;
  for (int round = 1; round <= 3; ++round) {
    for (std::uint64_t i = 0; i < 20; ++i) {
      rig.client->submit(
          kProject, create_task_command(task(static_cast<std::uint64_t>(100 * round) + i), "a"),
          [&](client::error_code, const client::Outcome& outcome) {
            accepted += client::accepted(outcome) != nullptr;
          });
    }
    rig.until([&] { return accepted == 20 * round; });
    rig.restart();  // the next one waits for the file to be closed
    rig.go_live();
  }
  CHECK(rig.client->settled_commands().size() == 60);
  bool stopped = false;
  rig.client->stop([&](client::error_code) { stopped = true; });
  rig.until([&] { return stopped; });
}

TEST_CASE("A full disk refuses the command and nothing else", "[client][outbox]") {
  OutboxRig it;
  it.go_live();
  const auto before = it.submit(create_task_command(task(1), "a"), {.id = {4, 1}});
  it.write();
  it.write();
  CHECK(before->done);
  // A limit on the size of files stands for the disk's end.
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit old_limit{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &old_limit) == 0);
  struct rlimit limit = old_limit;
  limit.rlim_cur = fs::file_size(it.path);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  std::vector<SessionRig::Shared> full;
  for (std::uint64_t i = 10; i < 20; ++i) {
    full.push_back(it.submit(create_task_command(task(i), std::string(16'000, 'a'))));
  }
  it.write();
  CHECK(::setrlimit(RLIMIT_FSIZE, &old_limit) == 0);
  std::signal(SIGXFSZ, old_handler);
  for (const auto& result : full) CHECK(result->error == Errc::outbox_full);
  CHECK(it.rig.server.commands.size() == 1);
  const auto after = it.submit(create_task_command(task(4), "a"), {.id = {4, 4}});
  it.write();
  CHECK(after->done);
  CHECK_FALSE(after->error);
}

TEST_CASE("A file keeps its entries in order, byte for byte", "[client][outbox]") {
  const TempFolder folder;
  const auto path = folder.path() / "outbox";
  write_entries(path, 300, 200);
  const auto entries = read_back(path);
  REQUIRE(entries.size() == 300);
  for (std::uint64_t i = 1; i <= 300; ++i) {
    const auto expected = entry(i, std::string(200 * (i % 7 + 1), 'w'));
    CHECK(entries[i - 1].act.number == i);
    CHECK(entries[i - 1].act.frame == expected.act.frame);
    CHECK(entries[i - 1].act.is_decided_here);
    CHECK(entries[i - 1].owner == expected.owner);
    CHECK(entries[i - 1].act.submitted_at == expected.act.submitted_at);
  }
}

TEST_CASE("A file of a newer form is left alone", "[client][outbox]") {
  const TempFolder folder;
  const auto path = folder.path() / "outbox";
  write_entries(path, 1);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  // The form stands behind its key; every copy of it in the file.
  for (auto at = bytes.find("form"); at != std::string::npos; at = bytes.find("form", at + 1)) {
    bytes[at + 4] = 9;
  }
  file.seekp(0);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  try {
    (void)read_back(path);
    FAIL("opened");
  } catch (const boost::system::system_error& error) {
    CHECK(error.code() == Errc::outbox_unusable);
  }
}

TEST_CASE("No changed byte of the file ends the program, and no entry is read as another",
          "[client][outbox]") {
  const TempFolder folder;
  const auto path = folder.path() / "outbox";
  write_entries(path, 60, 300);
  const auto whole = read_back(path);
  std::ifstream in(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  // The first: a number of pages beyond the map was taken for a full disk.
  const auto seed = GENERATE(std::uint64_t{678785960}, fresh_seed());
  INFO("seed " << seed);
  Random random(seed);
  for (int round = 0; round < 300; ++round) {
    auto changed = bytes;
    if (round % 10 == 0) {
      changed.resize(random.below(changed.size()));
    } else {
      const auto page = random.below(changed.size() / 4096);
      // Heads of pages above all: there the numbers are that LMDB trusts.
      const auto at = page * 4096 + random.below(round % 2 == 0 ? 64 : 4096);
      for (std::uint64_t i = 0; i < 1 + random.below(4); ++i) {
        auto& byte = changed[(at + i) % changed.size()];
        byte = static_cast<char>(byte ^ (1 << random.below(8)));
      }
    }
    const auto copy = folder.path() / "changed";
    std::ofstream(copy, std::ios::binary) << changed;
    std::size_t set_aside = 0;
    std::string damaged;
    std::vector<detail::OutboxEntry> entries;
    try {
      entries = read_back(copy, &set_aside, &damaged);
      // And it can be written from then on.
      detail::OutboxContents again;
      const auto file = detail::OutboxFile::open(copy.string(), 1 << 20, again);
      CHECK_FALSE(file->commit({{.number = 1'000, .row = detail::encode_row(entry(3, "new"))}}));
    } catch (const boost::system::system_error& error) {
      CHECK(error.code() == Errc::outbox_unusable);
    }
    for (const auto& read : entries) {
      const auto& expected = whole.at(read.act.number - 1);
      CHECK(read.act.frame == expected.act.frame);
      CHECK(read.owner == expected.owner);
    }
    for (const auto& file : fs::directory_iterator(folder.path())) {
      if (file.path().filename().string().starts_with("changed")) fs::remove(file.path());
    }
  }
}

}  // namespace daybook::testing
