#include "tests/fuzz/samples.hpp"

#include <algorithm>

#include "model/snapshot.hpp"
#include "model/views/view.hpp"
#include "schema/json/json.hpp"
#include "tests/schema/random_message.hpp"
#include "tests/support/describe.hpp"
#include "tests/support/governance_play.hpp"

namespace daybook::fuzz {
namespace {

using namespace testing;

constexpr std::size_t kAttempts = 150;
// Until every part of a project has rows.
constexpr std::size_t kGovernanceAttempts = 250;

void accepted(const model::Verdict& verdict) {
  require(verdict.has_value(), "a sample's command is accepted, not " + describe(verdict));
}

ProjectStream registered() {
  model::Project project;
  project.id = small_id(1);
  return {std::move(project), model::Registration{.key = "BANK", .first_manager = small_id(1)}};
}

// Columns 1 to 3, tasks 4 to 7, members 1 (manager) and 2.
ProjectStream opened() {
  using model::board::Category;
  auto stream = registered();
  const auto given = [&](const Command& command) { accepted(stream.submit(command, small_id(1))); };
  given(open_project());
  given(grant_role({.member = small_id(2), .role = schema::Role::CONTRIBUTOR}));
  given(define_board({.columns = {{.column = small_id(1)},
                                  {.column = small_id(2), .category = Category::DOING},
                                  {.column = small_id(3), .category = Category::DONE}}}));
  for (std::uint64_t task = 4; task <= 7; ++task) {
    given(create_task({.task = small_id(task), .column = small_id(task - 3 < 3 ? task - 3 : 1)}));
  }
  return stream;
}

WorkspaceStream opened_workspace() {
  WorkspaceStream stream;
  const auto given = [&](const Command& command, const Actor& actor) {
    accepted(stream.submit(command, actor));
  };
  given(open_workspace({.admin = small_id(1), .token = small_id(1)}), Actor().as_server());
  const auto admin = Actor(small_id(1)).as_admin();
  given(add_member({.member = small_id(2)}), admin);
  given(register_project({.project = small_id(1), .first_manager = small_id(2)}), admin);
  return stream;
}

struct Histories {
  // The commands of the long ones.
  std::vector<Command> project_commands, workspace_commands;
  std::vector<ProjectStream> projects{ProjectStream(), registered(), opened()};
  std::vector<WorkspaceStream> workspaces{WorkspaceStream(), opened_workspace()};

  Histories() {
    const auto keep = [&](const auto&, const Attempt& attempt, const auto&, const auto&) {
      project_commands.push_back(attempt.command);
    };
    projects.push_back(play<ProjectPlay>(1, kAttempts, keep));
    projects.push_back(play<GovernancePlay>(1, kGovernanceAttempts, keep));
    workspaces.push_back(play<WorkspacePlay>(
        1, kAttempts, [&](const auto&, const Attempt& attempt, const auto&, const auto&) {
          workspace_commands.push_back(attempt.command);
        }));
  }
};

const Histories& histories() {
  static const Histories all;
  return all;
}

template <typename Stream>
void check_decidable_on(const std::vector<Stream>& streams, schema::Command::Reader command,
                        std::span<const std::string_view> words) {
  for (const auto& stream : streams) {
    const Id manager = [&] {
      if constexpr (requires { stream.state().project; }) {
        for (const auto& [id, role] : stream.state().project.members) {
          if (role == schema::Role::MANAGER) return id;
        }
      }
      return small_id(1);
    }();
    for (int kind = 0; kind < 4; ++kind) {
      model::Context context;
      context.actor = manager;
      context.is_admin = kind != 1;
      context.is_server = kind == 2;
      context.is_importer = kind != 1;
      context.on_behalf_of = kind == 3 ? small_id(2) : Id{};
      context.registration = model::Registration{.key = "BANK", .first_manager = manager};
      context.now = stream.now();
      context.command_id = {0xC0DE, 1};
      context.seed = record::sha256(to_bytes(context.command_id));
      context.words = words;
      context.provisional = kind == 3;
      const auto verdict = decide(stream.state(), command, context);
      if (!verdict) continue;
      require(!verdict->events.empty(), "an accepted command has events");
      auto state = stream.state();
      for (const auto& draft : verdict->events) {
        check_payload(draft.event());
        evolve(
            state, draft.event(),
            {.position = {1000}, .version = {state.version.value + 1}, .recorded_at = context.now});
        require(!state.has_newer_events, "what is decided can be folded");
      }
      check_state(state, Origin::decisions);
    }
  }
}

template <typename State, typename Decode>
void check_saved(const State& state, Origin origin, Decode&& decode) {
  static_cast<void>(model::texts_of(state));
  const auto bytes = model::encode_snapshot(state);
  const auto back = decode(bytes);
  if (origin == Origin::decisions) require(back.has_value(), "a saved state can be loaded");
  if (!back) return;
  require(model::encode_snapshot(*back) == bytes, "a loaded state is saved as the same bytes");
  require(model::digest(*back) == model::digest(state), "a loaded state has the same digest");
}

// As a client sends it, but for the stream; `whole`: with what may be left out in a question.
void write_request(schema::CommandRequest::Builder out, const Command& command, bool whole) {
  if (whole) write(out.initId(), {0xC0DE, 1});
  out.setCommand(command.reader());
  if (command.words.empty()) return;
  auto words = out.initWords(static_cast<unsigned>(command.words.size()));
  for (unsigned i = 0; i < words.size(); ++i)
    words.set(i, kj::StringPtr(command.words[i].c_str(), command.words[i].size()));
  if (!whole) return;
  const auto seed = record::sha256(to_bytes({0xC0DE, 1}));
  out.setSeed(kj::arrayPtr(reinterpret_cast<const kj::byte*>(seed.data()), seed.size()));
}

}  // namespace

const std::vector<ProjectStream>& sample_projects() { return histories().projects; }
const std::vector<WorkspaceStream>& sample_workspaces() { return histories().workspaces; }

void for_each_request(const std::function<void(schema::Message::Reader)>& f) {
  const auto request = [&](const Command& command, Id stream) {
    capnp::MallocMessageBuilder message;
    auto builder = message.initRoot<schema::Message>().initCommand();
    write_request(builder, command, /*whole=*/true);
    if (!stream.is_nil()) write(builder.initStream(), stream);
    f(message.getRoot<schema::Message>().asReader());
  };
  for (const auto& command : histories().project_commands) request(command, small_id(1));
  for (const auto& command : histories().workspace_commands) request(command, {});
}

void for_each_question(const std::function<void(schema::Message::Reader)>& f) {
  const auto& commands = histories().project_commands;
  std::size_t next = 0;
  for (const unsigned size : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 32U, 33U}) {
    capnp::MallocMessageBuilder message;
    auto question = message.initRoot<schema::Message>().initWhatIf();
    question.setQuestion(size);
    if (size % 2 == 0) write(question.initProject(), small_id(1));
    auto list = question.initCommands(size);
    for (unsigned i = 0; i < size; ++i, ++next)
      write_request(list[i], commands[next % commands.size()], /*whole=*/i % 2 == 0);
    auto views = question.initViews(size % 3);
    for (unsigned i = 0; i < views.size(); ++i) views.set(i, model::all_views()[size % 8 + i]);
    f(message.getRoot<schema::Message>().asReader());
  }
}

void for_each_message(const std::function<void(schema::Message::Reader)>& f) {
  const auto members = capnp::Schema::from<schema::Message>().getUnionFields();
  for (unsigned member = 1; member < members.size(); ++member) {
    RandomMessage random(member);
    capnp::MallocMessageBuilder message;
    random.fill(message.initRoot<schema::Message>(), {member}, /*texts=*/false);
    f(message.getRoot<schema::Message>().asReader());
  }
}

void check_decidable(schema::Command::Reader command, std::span<const std::string_view> words) {
  check_decidable_on(sample_projects(), command, words);
  check_decidable_on(sample_workspaces(), command, words);
}

void check_foldable(schema::Event::Reader event) {
  const auto fold_into = [&](const auto& streams) {
    for (const auto& stream : streams) {
      auto state = stream.state();
      evolve(state, event,
             {.position = {1000},
              .version = {state.version.value + 1},
              .recorded_at = stream.now(),
              .actor = small_id(1)});
      check_state(state, Origin::anything);
    }
  };
  fold_into(sample_projects());
  fold_into(sample_workspaces());
}

void check_state(const model::Project& project, Origin origin) {
  check_saved(project, origin, [&](record::Bytes bytes) {
    return model::decode_project(bytes, project.id, project.version, project.recorded_at);
  });
  for (const auto name : model::all_views()) {
    const auto view = model::derive(name, project, sample_workspaces().back().state());
    static_cast<void>(model::derive(name, project, {}, {20'000}));
    const auto change = model::whole(view);
    require(change.rows.size() == view.rows.size(), "a whole view is all of its rows");
    const auto unsorted =
        std::ranges::adjacent_find(view.rows, std::ranges::greater_equal{}, &model::ViewRow::key);
    require(origin == Origin::anything || unsorted == view.rows.end(),
            "a view's rows are sorted, and their keys unique");
    capnp::MallocMessageBuilder message;
    const auto rows = message.initRoot<schema::ViewRows>();
    model::write_rows(rows, name, change.rows);
    std::string json;
    schema::json::encode(json, rows.asReader());
    static_cast<void>(model::texts_of(name, change.rows));
  }
}

void check_state(const model::Workspace& workspace, Origin origin) {
  check_saved(workspace, origin, [&](record::Bytes bytes) {
    return model::decode_workspace(bytes, workspace.version, workspace.recorded_at);
  });
}

void check_payload(schema::Event::Reader event) {
  const auto words = record::canonical(capnp::toAny(event));
  const auto stored = record::encode_event({}, words);
  const auto view = record::EventView::parse(stored, record::EventView::Check::full);
  require(view.has_value(), "what is emitted verifies");
  require(view->is_known(), "what is emitted is known");
}

}  // namespace daybook::fuzz
