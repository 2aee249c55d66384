// A board on a terminal: cards are moved by keys, also offline. What is not confirmed yet is marked; what was rejected is
// said. With an outbox on disk, what was not sent when the program ended is sent by the next run. The board itself is kept in
// memory alone: a run that begins without a server says so, and shows the board as soon as there is one.

#include <algorithm>
#include <optional>
#include <set>

#include "program.hpp"
#include "terminal.hpp"

namespace daybook::examples {
namespace {

using client::ProjectSnapshot;
using model::task::find_task;
using model::task::Task;
using model::task::tasks_in_column;

std::string words(const ProjectSnapshot& at, const model::Text& text) {
  return harmless(at.text(text).value_or("(redacted)"));
}
std::string name_of(const ProjectSnapshot& at, const Task& task) {
  return (task.number == 0 ? "T-…" : "T-" + std::to_string(task.number)) + ' ' +
         words(at, task.title);
}
// Whether what is shown of a card is more than what is confirmed.
bool is_pending(const ProjectSnapshot& at, Id id, const Task& task) {
  if (at.confirmed == nullptr) return false;
  const auto* before = find_task(at.confirmed->state.task, id);
  return before == nullptr || before->column != task.column || before->rank != task.rank;
}

class BoardTui {
 public:
  BoardTui(App& app, const Arguments& arguments)
      : app_(app), arguments_(arguments), terminal_(app.io()) {
    for (const auto& act : app.client().pending_commands()) earlier_.insert(act.id);
    terminal_.on_key([this](Key key, const std::string& letter) { on_key(key, letter); });
    terminal_.on_resize([this] { draw(); });
    app.client().on_command_change([this](const client::CommandStatus& act) {
      const auto* no = act.outcome ? client::rejected(*act.outcome) : nullptr;
      if (no != nullptr && earlier_.contains(act.id)) {
        say("what was done before was rejected: " + client::code_name(no->code));
      }
      draw();
    });
  }
  int run() {
    draw();
    return app_.run([this](const client::StateChange& change) {
      state_ = to_string(change.state);
      if (change.reason) state_ += ": " + change.reason.message();
      if (change.reason && project_) state_ += "; this may be stale";
      if (change.state == client::State::live && !project_) open();
      draw();
    });
  }

 private:
  // Which project it is tells a server that is there.
  void open() {
    try {
      project_.emplace(app_.open(choose_project(arguments_)));
      project_->on_change([this](const client::ProjectChange&) { draw(); });
    } catch (const Failure& failure) {
      app_.fail(failure);
    }
  }

  void on_key(Key key, const std::string& letter) {
    if (title_) {
      if (key == Key::enter && !title_->empty()) create();
      if (!edit(*title_, key, letter)) title_ = std::nullopt;
      return draw();
    }
    message_.clear();
    if (letter == "q") return app_.end();
    if (!project_) return;
    if (letter == "n") title_ = "";
    if (key == Key::left || letter == "h") choose(-1, 0);
    if (key == Key::right || letter == "l") choose(1, 0);
    if (key == Key::up || letter == "k") choose(0, -1);
    if (key == Key::down || letter == "j") choose(0, 1);
    if (key == Key::take_left || letter == "<") move(-1);
    if (key == Key::take_right || letter == ">") move(1);
    draw();
  }

  void choose(int columns, int cards) {
    const auto at = project_->snapshot();
    const auto& board = at->state.board.columns;
    if (board.empty()) return;
    column_ = std::clamp<std::ptrdiff_t>(column_ + columns, 0, std::ssize(board) - 1);
    const auto there =
        tasks_in_column(at->state.task, board[static_cast<std::size_t>(column_)].id, SIZE_MAX);
    const auto row = std::clamp<std::ptrdiff_t>(row_ + cards, 0, std::ssize(there) - 1);
    chosen_ = there.empty() ? Id{} : there[static_cast<std::size_t>(row)];
  }

  void create() {
    client::CommandBuilder command;
    auto create = command.root().initTask().initCreateTask();
    chosen_ = app_.client().fresh_id();
    write(create.initTask(), chosen_);
    command.text(create.initTitle(), *title_);
    submit(std::move(command), "the new task");
  }

  void move(int by) {
    const auto at = project_->snapshot();
    const auto* task = find_task(at->state.task, chosen_);
    const auto& columns = at->state.board.columns;
    const auto to = column_ + by;
    if (task == nullptr || to < 0 || to >= std::ssize(columns)) return;
    const auto& target = columns[static_cast<std::size_t>(to)];
    client::CommandBuilder command;
    auto move = command.root().initTask().initMoveTask();
    write(move.initTask(), chosen_);
    write(move.initFromColumn(), task->column);
    write(move.initToColumn(), target.id);
    submit(std::move(command), name_of(*at, *task) + " to " + words(*at, target.name));
  }

  void submit(client::CommandBuilder command, const std::string& what) {
    project_->submit(std::move(command),
                     [this, what](client::error_code error, const auto& outcome) {
                       if (error) say(what + ": " + error.message());
                       if (const auto* no = client::rejected(outcome))
                         say(what + " was rejected: " + client::code_name(no->code));
                     });
  }

  void say(const std::string& message) {
    message_ = message;
    draw();
  }

  // What waits in the outbox, and the connection's state: last, as it may be long.
  [[nodiscard]] std::string standing() const {
    const auto acts = app_.client().pending_commands().size();
    return (acts == 0 ? "" : std::to_string(acts) + " not confirmed (*) · ") + state_;
  }

  void draw() {
    const auto [width, height] = terminal_.size();
    const auto at = project_ ? project_->snapshot() : nullptr;
    if (at == nullptr || at->state.board.columns.empty()) {
      return terminal_.draw(
          {fitted(' ' + standing(), width), styled(Style::dim, fitted("q quit", width))});
    }
    const auto& columns = at->state.board.columns;
    const auto* chosen = find_task(at->state.task, chosen_);
    if (chosen == nullptr || chosen->retired) choose(0, 0);
    std::vector<Lane> lanes;
    for (const auto& column : columns) {
      if (chosen != nullptr && column.id == chosen->column) column_ = std::ssize(lanes);
      lanes.push_back(lane_of(*at, column));
    }
    const auto head =
        ' ' + at->state.project.key + ' ' + words(*at, at->state.project.name) + " · " + standing();
    std::vector<std::string> lines{styled(Style::reverse, fitted(head, width))};
    const auto rows = height - std::min<std::size_t>(height, 3);
    for (auto& line : side_by_side(lanes, static_cast<std::size_t>(column_), width, rows)) {
      lines.push_back(std::move(line));
    }
    lines.push_back(styled(Style::red, fitted(message_, width)));
    const std::string keys = "arrows choose   < > move   n new   q quit";
    lines.push_back(title_ ? fitted("new task: " + *title_ + '_', width)
                           : styled(Style::dim, fitted(keys, width)));
    terminal_.draw(lines);
  }

  Lane lane_of(const ProjectSnapshot& at, const model::board::Column& column) {
    Lane lane;
    for (const Id id : tasks_in_column(at.state.task, column.id, SIZE_MAX)) {
      const auto& task = *find_task(at.state.task, id);
      const bool pending = is_pending(at, id, task);
      if (id == chosen_) row_ = std::ssize(lane.cells), lane.chosen = lane.cells.size();
      const std::string mark = pending ? "*" : task.blocked ? "!" : " ";
      lane.cells.push_back({mark + name_of(at, task), pending ? Style::yellow : Style::plain});
    }
    lane.head = words(at, column.name) + ' ' + std::to_string(lane.cells.size());
    if (column.wip.count != 0) lane.head += '/' + std::to_string(column.wip.count);
    return lane;
  }

  App& app_;
  const Arguments& arguments_;
  Terminal terminal_;
  std::optional<client::Project> project_;  // nullopt: there was no connection yet
  std::set<Id> earlier_;                    // acts of the runs before
  std::string state_ = "connecting";
  Id chosen_;
  std::ptrdiff_t column_ = 0;
  std::ptrdiff_t row_ = 0;
  std::optional<std::string> title_;  // that is being typed
  std::string message_;               // the newest
};

constexpr std::string_view kHelp =
    " [--outbox FILE] [COMMON OPTIONS]\n\n"
    "A project's board, live. Cards are moved by keys, also without a connection: what is not\n"
    "confirmed yet is marked with *, what was rejected is said below. Without a server at its\n"
    "start it goes on trying.\n\n"
    "  --outbox FILE    keeps what is not confirmed, so that the next run sends it\n\n"
    "Keys: arrows or h j k l choose a card, < and > (or Shift with an arrow) move it,\n"
    "n makes a new task, q ends.\n";

}  // namespace
}  // namespace daybook::examples

int main(int count, char** given) {
  using namespace daybook::examples;
  return run(count, given, kHelp, {"--outbox="}, [](const Arguments& arguments) {
    auto options = client_options(arguments);
    if (arguments.has("--outbox")) options.outbox_path = arguments.own.at("--outbox");
    App app(options);
    return BoardTui(app, arguments).run();
  });
}
