#include "tests/simulation/verdict.hpp"

#include <algorithm>

#include "model/snapshot.hpp"
#include "server/engine/loader.hpp"
#include "server/engine/local.hpp"

namespace daybook::simulation {

using testing::member_id;
using testing::name_of;

std::string Verdict::what_is_not_shown() {
  for (const auto& member : world_.members) {
    for (const auto id : kProjects) {
      if (!replay_.may_read(member->id(), id)) continue;
      const auto view = member->watched(id);
      if (view && view->is_current && shows(*view, id)) continue;
      return fmt::format("{}: what it watches of {} is not the view of a replay ({})",
                         member->describe(), name_of(id),
                         view ? std::to_string(view->version.value) : "nothing came");
    }
  }
  for (const auto& page : world_.pages) {
    const auto& place = page->place();
    if (!page->is_room() && !replay_.may_read(place.member, place.project)) continue;
    const auto version = world_.server.log().stream_version(place.project);
    if (!page->is_room() && !page->has_all_events(version))
      return page->describe() + ": it does not have all events";
    if (!page->shows(version, replay_.rows_for(*page)))
      return page->describe() + ": what it shows is not the view of a replay";
  }
  return {};
}

std::string Verdict::who_is_not_known() {
  std::map<Id, std::vector<Guest>> there;
  for (const auto& member : world_.members) {
    const auto& at = member->looking();
    if (!at.project.is_nil() && replay_.may_read(member->id(), at.project))
      there[at.project].push_back({member->id(), at.view, at.entity});
  }
  const auto may_be_there = [&](const Page::Place& place) {
    return place.member.is_nil() || replay_.may_read(place.member, place.project);
  };
  for (const auto& page : world_.pages) {
    const auto& place = page->place();
    if (may_be_there(place)) there[place.project].push_back({place.member, place.view});
  }
  for (auto& [project, guests] : there) std::ranges::sort(guests);
  for (const auto& member : world_.members) {
    std::vector<Guest> known;
    for (const auto& present : member->presence().here)
      known.push_back({present.member, present.view, present.entity});
    std::ranges::sort(known);
    const auto project = member->looking().project;
    const bool is_there = !project.is_nil() && replay_.may_read(member->id(), project);
    if (known != (is_there ? there[project] : std::vector<Guest>()))
      return fmt::format("{}: it knows {} in {}, where there are {}", member->describe(),
                         known.size(), name_of(project), is_there ? there[project].size() : 0);
  }
  for (const auto& page : world_.pages) {
    const auto guests = page->guests();
    if (!may_be_there(page->place())) {
      if (guests) return page->describe() + ": it knows who is where it may not be";
    } else if (!guests || *guests != there[page->place().project]) {
      return fmt::format("{}: it knows {}, where there are {}", page->describe(),
                         guests ? guests->size() : 0, there[page->place().project].size());
    }
  }
  return {};
}

bool Verdict::shows(const client::WatchedView& view, Id project) {
  return std::ranges::any_of(replay_.views_of(view.name, project), [&](const model::View& is) {
    if (view.version != is.version || view.rows.size() != is.rows.size()) return false;
    return std::ranges::all_of(is.rows, [&](const model::ViewRow& row) {
      const auto* shown = view.rows.find(row.key);
      return shown != nullptr && **shown == *row.words;
    });
  });
}

void Verdict::check() {
  const auto& log = world_.server.log();
  world_.ledger.check_everything(log);
  for (const auto& member : world_.members) member->check_statuses();
  for (const auto& page : world_.pages) page->check(log);
  for (const auto id : kProjects) {
    const auto digest = model::digest(engine::replay_project(log, id));
    engine::LocalInbox inbox;
    const auto read = engine::read_project_and_wait(world_.server.engine(), inbox, id);
    if (!read || model::digest(**read) != digest)
      return world_.trace.fail("what readers see is not what a replay gives");
    for (const auto& member : world_.members) {
      const auto* replica = member->project(id);
      if (replica == nullptr) {
        if (replay_.may_read(member->id(), id))
          world_.trace.fail(member->describe() + ": cannot read what it may");
        continue;
      }
      if (replica->snapshot()->digest() != digest)
        world_.trace.fail(member->describe() + ": its replica is not what a replay gives");
    }
  }
  for (const auto& member : world_.members) {
    for (const auto& past : member->past()) {
      if (model::digest(engine::load_project_at(log, past.project, past.version)) != past.digest)
        world_.trace.fail("the past that was seen is not what the log gives");
    }
  }
  const auto workspace = model::digest(engine::load_workspace(log));
  if (world_.members.front()->workspace()->snapshot()->digest() != workspace)
    world_.trace.fail("the admin's copy of the workspace is not what the log gives");
}

}  // namespace daybook::simulation
