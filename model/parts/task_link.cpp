// Which task comes before which: links, without cycles, and what open predecessors mean.
#include <map>

#include "model/parts/task_rules.hpp"

namespace daybook::model::task {
namespace {

namespace wire = schema::task;

// The shortest way from one task to another along the links, both included; empty: there is none.
// Looks at each link once at most.
std::vector<Id> find_path(const State& state, Id from, Id to) {
  std::map<Id, Id> reached_from{{from, {}}};
  std::vector<Id> reached{from};
  for (std::size_t i = 0; i < reached.size(); ++i) {
    const auto here = reached[i];
    for (auto at = state.links.lower_bound({here, {}});
         at != state.links.end() && at->first.predecessor == here; ++at) {
      const auto next = at->first.successor;
      if (!reached_from.emplace(next, here).second) continue;
      if (next != to) {
        reached.push_back(next);
        continue;
      }
      std::vector<Id> path;
      for (auto task = to; !task.is_nil(); task = reached_from.at(task)) path.push_back(task);
      return {path.rbegin(), path.rend()};
    }
  }
  return {};
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
  if (auto path = find_path(all.task, key.successor, key.predecessor); !path.empty()) {
    const auto length = path.size();
    path.resize(std::min(length, kTasksInFactsMax));
    return reject(Code::CYCLE,
                  {.field = "task.successor", .tasks = std::move(path), .count = length});
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
