#include "tests/simulation/replay.hpp"

#include <utility>

#include "model/views/moment.hpp"
#include "schema/json/json.hpp"
#include "server/engine/loader.hpp"
#include "server/sync/view_step.hpp"

namespace daybook::simulation {

using testing::member_id;

void Replay::forget_replaced() {
  const auto restores = world_.count(Trouble::restore);
  if (std::exchange(restores_, restores) == restores) return;
  projects_.clear();
  workspace_ = {};
}

const model::Project& Replay::project(Id id) {
  forget_replaced();
  auto& state = projects_[id];
  if (state.version != world_.server.log().stream_version(id))
    state = engine::replay_project(world_.server.log(), id);
  return state;
}

const model::Workspace& Replay::workspace() {
  forget_replaced();
  if (workspace_.version != world_.server.log().stream_version({}))
    workspace_ = engine::load_workspace(world_.server.log());
  return workspace_;
}

bool Replay::may_read(Id member, Id id) {
  return member == member_id(1) ||  // the admin
         model::project::role_of(project(id).project, member) != schema::Role::NONE;
}

std::vector<model::View> Replay::views_of(model::ViewName name, Id id) {
  const auto& state = project(id);
  const auto today = model::present_date(name, state, world_.server.wall());
  const auto told = model::present_date(name, state, world_.latest_wall);
  std::vector<model::View> views{model::derive(name, state, workspace(), today)};
  if (told != today) views.push_back(model::derive(name, state, workspace(), told));
  return views;
}

PageRows Replay::rows_for(const Page& page) {
  const auto& place = page.place();
  // It is of no date.
  const auto view =
      std::make_shared<const model::View>(views_of(place.view, place.project).front());
  sync::ViewStep step(nullptr, view);
  PageRows rows;
  for (std::size_t i = 0;; ++i) {
    auto piece = step.piece(i, sync::Encoding::json, 1, world_.server.log());
    const auto update = schema::json::parse(piece.frame.flat());
    take_rows(rows, update->as_object().at("viewUpdate").as_object());
    if (piece.last) return rows;
  }
}

}  // namespace daybook::simulation
