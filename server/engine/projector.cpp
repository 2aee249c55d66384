#include "server/engine/projector.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "server/engine/loader.hpp"

namespace daybook::engine {
namespace {

constexpr std::size_t kGroupsWaitingMax = 64;  // beyond that the sequencer waits

}  // namespace

Projector::Projector(const log::EventLog& log, const Options& options, Metrics& metrics,
                     model::Workspace workspace, std::uint64_t workspace_events_behind_snapshot,
                     PutSnapshot put_snapshot, Handler on_failure)
    : log_(log),
      options_(options),
      metrics_(metrics),
      taker_{.events_min = options.snapshot_events_min, .put = std::move(put_snapshot)},
      on_failure_(std::move(on_failure)),
      shared_workspace_(std::make_shared<const model::Workspace>(workspace)),
      workspace_(std::move(workspace)) {
  workspace_growth_.events = workspace_events_behind_snapshot;
}

Projector::~Projector() { stop(); }

void Projector::start() {
  thread_ = std::thread([this] {
    while (turn(Patience::waits) != Turn::ended) continue;
  });
}

bool Projector::step() { return turn(Patience::none) == Turn::worked; }

void Projector::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  room_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Projector::add(CommittedGroup group) {
  if (group.workspace) {
    const std::lock_guard lock(shared_mutex_);
    shared_workspace_ = group.workspace;
  }
  {
    std::unique_lock lock(mutex_);
    unfolded_.push_back(options_.steady());
    room_.wait(lock,
               [this] { return stopping_ || failed_ || groups_waiting_ < kGroupsWaitingMax; });
    ++groups_waiting_;
    queue_.emplace_back(std::move(group));
  }
  wake_.notify_one();
}

Projector::Waiting Projector::waiting() const {
  const std::lock_guard lock(mutex_);
  if (unfolded_.empty()) return {};
  return {.groups = unfolded_.size(), .delay = options_.steady() - unfolded_.front()};
}

bool Projector::has_room() const {
  const std::lock_guard lock(mutex_);
  return stopping_ || failed_ || groups_waiting_ < kGroupsWaitingMax;
}

bool Projector::has_failed() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

void Projector::add_item(Item item) {
  {
    const std::lock_guard lock(mutex_);
    if (!failed_ && !ended_)
      queue_.push_back(std::move(item));
    else
      return answer_ended(item);
  }
  wake_.notify_one();
}

void Projector::answer_ended(Item& item) {
  const auto answer = [](auto& request) {
    if (request.task) std::exchange(request.task, nullptr)(std::unexpected(Unread::ended));
  };
  if (auto* project = std::get_if<ProjectRequest>(&item)) return answer(*project);
  if (auto* covers = std::get_if<CoversRequest>(&item)) return answer(*covers);
  if (auto* view = std::get_if<ViewRequest>(&item)) return answer(*view);
}

void Projector::with_project(Id project, ReadHandler<model::Project> task) {
  add_item(ProjectRequest{project, std::move(task)});
}

void Projector::with_covers(Id project, ReadHandler<Covers> task) {
  add_item(CoversRequest{project, std::move(task)});
}

void Projector::with_view(Id project, model::ViewName name, RejectedActs acts,
                          ReadHandler<model::View> task) {
  add_item(ViewRequest{project, name, acts, std::move(task)});
}

std::shared_ptr<const model::Workspace> Projector::workspace() const {
  const std::lock_guard lock(shared_mutex_);
  return shared_workspace_;
}

Engine::ListenerId Projector::add_listener(Inbox& inbox, Listener listener) {
  const std::lock_guard lock(shared_mutex_);
  listeners_.push_back(
      {++last_listener_, &inbox, std::make_shared<const Listener>(std::move(listener))});
  return last_listener_;
}

void Projector::remove_listener(Engine::ListenerId id) {
  const std::lock_guard lock(shared_mutex_);
  std::erase_if(listeners_, [&](const Registered& registered) { return registered.id == id; });
}

Projector::Turn Projector::turn(Patience patience) {
  std::vector<Item> items;
  {
    std::unique_lock lock(mutex_);
    if (failed_ || ended_) return Turn::ended;
    if (patience == Patience::waits)
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) {
      ended_ = stopping_;
      return ended_ ? Turn::ended : Turn::idle;
    }
    items.swap(queue_);
    groups_waiting_ = 0;
  }
  room_.notify_one();
  try {
    for (auto& item : items) {
      if (auto* group = std::get_if<CommittedGroup>(&item)) {
        apply(std::move(*group));
        const std::lock_guard lock(mutex_);
        unfolded_.pop_front();
      } else if (auto* project = std::get_if<ProjectRequest>(&item)) {
        // Made before the task is taken: if that fails, the task is still there to be answered.
        const auto state = read<model::Project>(
            project->project, [this](LoadedProject& loaded) { return share(loaded); });
        std::exchange(project->task, nullptr)(state);
      } else if (auto* wanted = std::get_if<CoversRequest>(&item)) {
        const Read<Covers> found = covers(wanted->project);
        std::exchange(wanted->task, nullptr)(found);
      } else if (auto* request = std::get_if<ViewRequest>(&item)) {
        const auto shown = read<model::View>(request->project, [&](LoadedProject& loaded) {
          return view(loaded, request->name, request->acts);
        });
        std::exchange(request->task, nullptr)(shown);
      }
    }
    drop_idle_projects();
    return Turn::worked;
  } catch (const std::exception& error) {
    {
      const std::lock_guard lock(mutex_);
      failed_ = true;
      std::move(queue_.begin(), queue_.end(), std::back_inserter(items));
      queue_.clear();
    }
    room_.notify_all();
    for (auto& item : items) answer_ended(item);  // nobody waits for ever
    spdlog::critical("event=projection_failed what=\"{}\"", error.what());
    on_failure_(error.what());
    return Turn::ended;
  }
}

void Projector::apply(CommittedGroup group) {
  auto notice = std::make_shared<Notice>();
  notice->head = group.head;
  const auto stream_of = [&](Id id) -> Notice::Stream& {
    for (auto& stream : notice->streams) {
      if (stream.id == id) return stream;
    }
    return notice->streams.emplace_back(Notice::Stream{id, {}, false});
  };
  for (const auto& command : group.commands) {
    auto& stream = stream_of(command.stream);
    Folded folded;
    Growth* growth = nullptr;
    if (command.stream.is_nil()) {
      folded = fold(workspace_, command.entries);
      stream.version = workspace_.version;
      growth = &workspace_growth_;
    } else {
      // Loaded from the log, it may be ahead of the group already.
      const auto found = find_project(command.stream);
      if (!found) throw std::runtime_error("a project that was written cannot be read");
      auto& loaded = **found;
      folded = fold(loaded.state, command.entries);
      loaded.shared = nullptr;
      loaded.cover = nullptr;
      stream.version = loaded.state.version;
      growth = &loaded.growth;
    }
    stream.rights_changed |= folded.rights_changed || folded.events == 0;
    growth->events += folded.events;
    growth->bytes += command.entries.size();
  }
  for (const auto& stream : notice->streams) {
    if (stream.id.is_nil()) {
      taker_.consider(stream.id, workspace_, workspace_growth_);
    } else if (const auto at = projects_.find(stream.id); at != projects_.end()) {
      taker_.consider(stream.id, at->second.state, at->second.growth);
    }
  }
  notice->commands = std::move(group.commands);
  notify(std::move(notice));
}

void Projector::notify(std::shared_ptr<const Notice> notice) {
  // What waits for a thread that is busy holds no events: they are for those who listen at once.
  const auto later = std::make_shared<const Notice>(Notice{notice->head, notice->streams, {}});
  const std::lock_guard lock(shared_mutex_);
  for (const auto& registered : listeners_) {
    registered.inbox->post([listener = registered.listener, now = std::weak_ptr(notice), later] {
      const auto whole = now.lock();
      (*listener)(whole ? whole : later);
    });
  }
}

std::expected<Projector::LoadedProject*, Unread> Projector::find_project(Id id) {
  if (id.is_nil()) return std::unexpected(Unread::absent);
  auto at = projects_.find(id);
  if (at == projects_.end()) {
    if (damaged_.contains(id)) return std::unexpected(Unread::damaged);
    Loaded how;
    auto state = try_load_project(log_, id, &how);
    if (!state) {
      damaged_.insert(id);
      return std::unexpected(Unread::damaged);
    }
    if (state->version.value == 0) return std::unexpected(Unread::absent);
    LoadedProject loaded;
    loaded.state = std::move(*state);
    loaded.growth.events = how.events_folded;
    taker_.consider(id, loaded.state, loaded.growth);  // it may never grow again
    at = projects_.emplace(id, std::move(loaded)).first;
    covers_.erase(id);
    metrics_.projector_projects.set(projects_.size());
  }
  at->second.last_used = ++uses_;
  return &at->second;
}

std::shared_ptr<const model::Project> Projector::share(LoadedProject& loaded) {
  if (!loaded.shared) loaded.shared = std::make_shared<const model::Project>(loaded.state);
  return loaded.shared;
}

std::shared_ptr<const Cover> Projector::cover(LoadedProject& loaded) {
  if (!loaded.cover) {
    Cover cover{.version = loaded.state.version, .project = loaded.state.project};
    cover.project.days = {};
    loaded.cover = std::make_shared<const Cover>(std::move(cover));
  }
  return loaded.cover;
}

std::shared_ptr<const Cover> Projector::find_cover(Id id) {
  if (const auto at = projects_.find(id); at != projects_.end()) return cover(at->second);
  if (const auto at = covers_.find(id); at != covers_.end()) return at->second;
  const auto loaded = find_project(id);
  if (!loaded) return nullptr;
  auto found = cover(**loaded);
  projects_.erase(id);
  covers_.emplace(id, found);
  return found;
}

std::shared_ptr<const Covers> Projector::covers(Id project) {
  auto out = std::make_shared<Covers>();
  if (!project.is_nil()) {
    if (auto found = find_cover(project)) out->emplace(project, std::move(found));
    return out;
  }
  *out = covers_;
  for (auto& [id, loaded] : projects_) out->emplace(id, cover(loaded));
  return out;
}

std::shared_ptr<const model::View> Projector::view(LoadedProject& loaded, model::ViewName name,
                                                   RejectedActs acts) {
  static const model::Workspace nothing;
  const bool hides = name == model::ViewName::TIMELINE && acts == RejectedActs::hidden;
  const auto& workspace = hides ? nothing : workspace_;
  const auto mark = model::workspace_mark(name, workspace, loaded.state.id);
  auto& cached = loaded.views[{name, hides ? RejectedActs::hidden : RejectedActs::shown}];
  const Date date = model::present_date(name, loaded.state, options_.clock());
  if (!cached.view || cached.view->version != loaded.state.version || cached.view->date != date ||
      cached.workspace_mark != mark) {
    cached.view = std::make_shared<const model::View>(derive(name, loaded.state, workspace, date));
    cached.workspace_mark = mark;
  }
  return cached.view;
}

void Projector::drop_idle_projects() {
  while (projects_.size() > options_.loaded_projects_max) {
    const auto idle = std::min_element(
        projects_.begin(), projects_.end(),
        [](const auto& a, const auto& b) { return a.second.last_used < b.second.last_used; });
    covers_.emplace(idle->first, cover(idle->second));
    projects_.erase(idle);
  }
  metrics_.projector_projects.set(projects_.size());
}

}  // namespace daybook::engine
