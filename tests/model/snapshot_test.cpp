// Snapshots: the same state comes back, and foreign bytes do no harm.
#include "model/snapshot.hpp"

#include <capnp/any.h>

#include "model/views/view.hpp"
#include "tests/model/support.hpp"
#include "tests/support/history.hpp"

namespace daybook::testing {
namespace {

using model::SnapshotFault;

// Something of everything.
ProjectScenario busy() {
  auto scenario = with_board();
  scenario
      .given(create_task({.task = task_id(1),
                          .description = "more",
                          .owner = kContributor,
                          .priority = {1, 2, 3, 4}}))
      .given(create_task({.task = task_id(2), .column = kDone}))
      .given(block_task({.task = task_id(1), .needs = "an answer"}))
      .given(create_task({.task = task_id(3), .column = kWait}))
      .given(retire_task({.task = task_id(3)}))
      .given(retire_column(kWait))
      .given(set_transitions({.to = {{kTodo, kDoing}, {kDoing, kDone}}}))
      .given(revoke_role({.member = kViewer, .from = schema::Role::VIEWER}));
  return scenario;
}

std::expected<model::Project, SnapshotFault> decode(record::Bytes bytes, Version version = {9}) {
  return model::decode_project(bytes, kProject, version, Timestamp{10});
}

TEST_CASE("a project comes back from its snapshot, with everything derived", "[model][snapshot]") {
  const auto scenario = busy();
  const auto bytes = model::encode_snapshot(scenario.state());
  CHECK(bytes.size() % 8 == 0);
  const auto loaded = decode(bytes, scenario.state().version);
  REQUIRE(loaded.has_value());
  CHECK(loaded->id == kProject);
  CHECK(loaded->version == scenario.state().version);
  CHECK(loaded->recorded_at == Timestamp{10});
  CHECK(model::digest(*loaded) == model::digest(scenario.state()));
  CHECK(model::encode_snapshot(*loaded) == bytes);
  // What is decided next is the same, ranks, counts and numbers included.
  ProjectScenario one(ProjectStream(scenario.state(), std::nullopt));
  ProjectScenario two(ProjectStream(*loaded, std::nullopt));
  for (auto* next : {&one, &two}) {
    next->given(create_task({.task = task_id(9), .before = task_id(1)}))
        .given(restore_task({.task = task_id(3), .column = kTodo}));
    CHECK(next->cards(kTodo) == "T9 T1 T3");
    CHECK(next->task(task_id(9)).number == 4);
  }
  CHECK(model::digest(one.state()) == model::digest(two.state()));
}

TEST_CASE("a workspace comes back from its snapshot", "[model][snapshot]") {
  const auto workspace = play<WorkspacePlay>(5, 300).state();
  const auto bytes = model::encode_snapshot(workspace);
  const auto loaded = model::decode_workspace(bytes, workspace.version, workspace.recorded_at);
  REQUIRE(loaded.has_value());
  CHECK(model::digest(*loaded) == model::digest(workspace));
  CHECK(loaded->workspace.token_of_hash.size() == workspace.workspace.token_of_hash.size());
  CHECK(loaded->workspace.project_of_key.size() == workspace.workspace.project_of_key.size());
}

TEST_CASE("an empty project has a snapshot too", "[model][snapshot]") {
  const auto loaded = decode(model::encode_snapshot(model::Project{}));
  REQUIRE(loaded.has_value());
  CHECK(model::digest(*loaded) == model::digest(model::Project{}));
}

TEST_CASE("the digest depends on facts, not on id, version or time of the stream",
          "[model][snapshot]") {
  auto project = busy().state();
  const auto digest = model::digest(project);
  project.id = project_id(7);
  project.version = {100};
  project.recorded_at = {1};
  CHECK(model::digest(project) == digest);
  project.project.members.set(kViewer, schema::Role::VIEWER);
  CHECK(model::digest(project) != digest);
}

TEST_CASE("a snapshot of another model version is named as such", "[model][snapshot]") {
  auto bytes = model::encode_snapshot(busy().state());
  bytes[0] = static_cast<std::byte>(model::kModelVersion + 1);
  CHECK(decode(bytes).error() == SnapshotFault::other_model);
}

TEST_CASE("a snapshot cut off anywhere is malformed", "[model][snapshot]") {
  const auto bytes = model::encode_snapshot(busy().state());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    INFO(size << " of " << bytes.size() << " bytes");
    const record::AlignedBytes cut(bytes.begin(),
                                   bytes.begin() + static_cast<std::ptrdiff_t>(size));
    const auto loaded = decode(cut);
    REQUIRE(!loaded.has_value());
    REQUIRE(loaded.error() == SnapshotFault::malformed);
  }
  auto longer = bytes;
  longer.resize(bytes.size() + 8);
  CHECK(decode(longer).error() == SnapshotFault::malformed);
}

TEST_CASE("a workspace's snapshot is no project's", "[model][snapshot]") {
  model::Workspace workspace;
  workspace.member.members.set({1, 1}, {});
  CHECK(!decode(model::encode_snapshot(workspace)).has_value());
}

TEST_CASE("a part without any state is left out, so that a part added later changes no digest",
          "[model][snapshot]") {
  const auto bytes = model::encode_snapshot(model::Project{});
  CHECK(bytes.size() == 8);  // model version, no parts
  REQUIRE(decode(bytes).has_value());
  CHECK(model::digest(*decode(bytes)) == model::digest(model::Project{}));
}

TEST_CASE("a snapshot with a part that this build does not know is of another model",
          "[model][snapshot]") {
  record::AlignedBytes bytes(32);
  bytes[0] = static_cast<std::byte>(model::kModelVersion);
  bytes[4] = std::byte{1};
  bytes[8] = std::byte{200};  // its ordinal
  bytes[12] = std::byte{2};
  CHECK(decode(bytes).error() == SnapshotFault::other_model);
}

// A snapshot of one part, `project`, with this state.
record::AlignedBytes snapshot_of(schema::project::State::Reader state) {
  const auto words = record::canonical(capnp::toAny(state));
  record::AlignedBytes bytes(16);
  bytes[0] = static_cast<std::byte>(model::kModelVersion);
  bytes[4] = std::byte{1};
  bytes[8] = static_cast<std::byte>(schema::Event::PROJECT);
  bytes[12] = static_cast<std::byte>(words.size());
  const auto content = std::as_bytes(std::span(words.begin(), words.size()));
  bytes.insert(bytes.end(), content.begin(), content.end());
  return bytes;
}

TEST_CASE("a snapshot that this build would not write is of another model", "[model][snapshot]") {
  const auto with_members = [](std::uint64_t first, std::uint64_t second) {
    capnp::MallocMessageBuilder message;
    auto state = message.initRoot<schema::project::State>();
    state.setOpened(true);
    auto members = state.initMembers(2);
    write(members[0].initMember(), {1, first});
    members[0].setRole(schema::Role::VIEWER);
    write(members[1].initMember(), {1, second});
    members[1].setRole(schema::Role::VIEWER);
    return snapshot_of(state.asReader());
  };
  CHECK(decode(with_members(1, 2)).has_value());
  CHECK(decode(with_members(2, 1)).error() == SnapshotFault::other_model);
  CHECK(decode(with_members(1, 1)).error() == SnapshotFault::other_model);

  // A field that is not in this build's schema.
  capnp::MallocMessageBuilder message;
  auto newer = message.initRoot<capnp::AnyPointer>().initAsAnyStruct(8, 8);
  newer.getDataSection()[0] = 1;
  CHECK(decode(snapshot_of(message.getRoot<schema::project::State>().asReader())).has_value());
  newer.getDataSection()[63] = 1;
  CHECK(decode(snapshot_of(message.getRoot<schema::project::State>().asReader())).error() ==
        SnapshotFault::other_model);
}

TEST_CASE("flipped bits give a fault or some state, never harm", "[model][snapshot]") {
  const auto bytes = model::encode_snapshot(busy().state());
  std::size_t decoded = 0;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    auto flipped = bytes;
    flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    const auto loaded = decode(flipped);
    if (!loaded) continue;
    ++decoded;
    CHECK(model::encode_snapshot(*loaded) == flipped);
    for (const auto view : model::all_views()) (void)model::derive(view, *loaded, {});
    (void)model::decide(*loaded, retire_column(kDoing).reader(), {.actor = kManager});
  }
  CHECK(decoded > 0);
}

TEST_CASE("the texts of a state are all that it refers to", "[model][snapshot]") {
  // project name, 3 columns, 3 titles, a description, block reason and needs
  CHECK(model::texts_of(busy().state()).size() == 10);
  CHECK(model::texts_of(opened_workspace().state()).size() == 2);
  CHECK(model::texts_of(model::Project{}).empty());
}

}  // namespace
}  // namespace daybook::testing
