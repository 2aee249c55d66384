// Which task comes before which: links, without cycles, and what open predecessors mean.
#include <algorithm>
#include <map>
#include <optional>

#include "model/parts/task_rules.hpp"

namespace daybook::model::task {
namespace {

namespace wire = schema::task;

// What is reached from a task along links in one direction, the nearest first, a link at a time.
template <typename Links>
class Search {
 public:
  Search(const Links& links, Id from)
      : links_(links), at_(links.lower_bound({from, {}})), reached_{from}, way_{{from, {}}} {}

  // Where the next link leads, reached before or not; nullopt: all has been looked at, nothing more can be.
  [[nodiscard]] std::optional<Id> step() {
    while (at_ == links_.end() || at_->first.predecessor != reached_[here_]) {
      if (++here_ == reached_.size()) return std::nullopt;
      at_ = links_.lower_bound({reached_[here_], {}});
    }
    const auto next = at_->first.successor;
    ++at_;
    if (way_.emplace(next, reached_[here_]).second) reached_.push_back(next);
    return next;
  }
  [[nodiscard]] bool has_reached(Id task) const { return way_.contains(task); }
  // From the task back to where the search began, both included.
  [[nodiscard]] std::vector<Id> way_back(Id task) const {
    std::vector<Id> way;
    for (; !task.is_nil(); task = way_.at(task)) way.push_back(task);
    return way;
  }

 private:
  const Links& links_;
  typename Links::Iterator at_;  // the next link of reached_[here_], if it has one
  std::size_t here_ = 0;
  std::vector<Id> reached_;
  std::map<Id, Id> way_;  // task → the one that it was reached from
};

// A way from one task to another along the links, both included; empty: there is none. Searched for from both ends at once, so
// that it costs twice what the smaller side has, and nothing where either end has no link on its side.
// tooMany: kLinksSearchedMax were not enough.
std::expected<std::vector<Id>, Rejection> find_path(const State& state, Id from, Id to) {
  Search behind(state.links, from);
  Search before(state.reverse_links, to);
  for (std::size_t searched = 0; searched < kLinksSearchedMax; ++searched) {
    const auto next = searched % 2 == 0 ? behind.step() : before.step();
    if (!next) return {};
    if (!behind.has_reached(*next) || !before.has_reached(*next)) continue;
    auto path = behind.way_back(*next);
    std::reverse(path.begin(), path.end());
    const auto rest = before.way_back(*next);
    path.insert(path.end(), rest.begin() + 1, rest.end());
    return path;
  }
  return reject(Code::TOO_MANY, {.field = "task.successor", .limit = kLinksSearchedMax});
}

}  // namespace

Ruling link_tasks(const Project& all, wire::LinkTasks::Reader command, Emitter& out) {
  const LinkKey key{daybook::read(command.getPredecessor()), daybook::read(command.getSuccessor())};
  for (const auto id : {key.predecessor, key.successor}) {
    if (const auto task = find_any(all, id); !task) return std::unexpected(task.error());
  }
  for (const auto id : {key.predecessor, key.successor}) {
    if (const auto task = find_open(all, id); !task) return std::unexpected(task.error());
  }
  if (key.predecessor == key.successor)
    return reject(Code::SELF_LINK, {.field = "task.successor", .task = key.successor});
  if (command.getType() > LinkType::START_TO_FINISH)
    return reject(Code::MALFORMED, {.field = "task.type"});
  if (command.getLagDays() > kLagDaysMax || command.getLagDays() < -kLagDaysMax)
    return reject(Code::OUT_OF_RANGE, {.field = "task.lagDays", .limit = kLagDaysMax});
  const auto& links = all.task.links;
  if (links.contains(key)) {
    return reject(Code::DUPLICATE,
                  {.field = "task.successor", .tasks = {key.predecessor, key.successor}});
  }
  auto path = find_path(all.task, key.successor, key.predecessor);
  if (!path) return std::unexpected(std::move(path).error());
  if (!path->empty()) {
    const auto length = path->size();
    path->resize(std::min(length, kTasksInFactsMax));
    return reject(Code::CYCLE,
                  {.field = "task.successor", .tasks = std::move(*path), .count = length});
  }
  if (links.size() >= kLinksMax) {
    return reject(Code::TOO_MANY,
                  {.field = "task.links", .limit = kLinksMax, .count = links.size()});
  }
  auto event = out.next().initTask().initTasksLinked();
  daybook::write(event.initPredecessor(), key.predecessor);
  daybook::write(event.initSuccessor(), key.successor);
  event.setType(command.getType());
  event.setLagDays(command.getLagDays());
  return {};
}

Ruling unlink_tasks(const Project& all, wire::UnlinkTasks::Reader command, Emitter& out) {
  const LinkKey key{daybook::read(command.getPredecessor()), daybook::read(command.getSuccessor())};
  for (const auto id : {key.predecessor, key.successor}) {
    if (const auto task = find_any(all, id); !task) return std::unexpected(task.error());
  }
  if (!all.task.links.contains(key)) {
    return reject(Code::UNKNOWN_LINK,
                  {.field = "task.successor", .tasks = {key.predecessor, key.successor}});
  }
  DAYBOOK_TRY(require_text(command.getReason(), "task.reason"));
  auto event = out.next().initTask().initTasksUnlinked();
  daybook::write(event.initPredecessor(), key.predecessor);
  daybook::write(event.initSuccessor(), key.successor);
  out.text(command.getReason(), [&] { return event.initReason(); });
  return {};
}

Ruling set_predecessor_policy(const Project& all, wire::SetPredecessorPolicy::Reader command,
                              Emitter& out) {
  const auto present = all.task.predecessor_policy;
  if (command.getFrom() != present) {
    return reject(Code::CHANGED_MEANWHILE, {.field = "task.predecessorPolicy",
                                            .present_number = static_cast<std::int64_t>(present)});
  }
  if (command.getTo() > PredecessorPolicy::BLOCK)
    return reject(Code::MALFORMED, {.field = "task.predecessorPolicy"});
  if (command.getTo() == present) return reject(Code::NOTHING_TO_DO);
  auto event = out.next().initTask().initPredecessorPolicySet();
  event.setFrom(present);
  event.setTo(command.getTo());
  return {};
}

}  // namespace daybook::model::task
