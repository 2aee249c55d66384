// The state of tasks as it is saved, and how what follows from it is made again.
#include "model/parts/id_list.hpp"
#include "model/parts/save.hpp"
#include "model/parts/task_tables.hpp"

namespace daybook::model::task {
namespace {

namespace wire = schema::task;

void save_day(Date date, const DayFlow& day, wire::DayFlow::Builder out) {
  out.setDay(date.days);
  out.setCreated(day.created);
  out.setCompleted(day.completed);
  out.setReopened(day.reopened);
  out.setRetired(day.retired);
  save_list(
      day.columns, [&](unsigned size) { return out.initColumns(size); },
      [](wire::ColumnFlow::Builder flow, const auto& row) {
        save_id(row.first, [&] { return flow.initColumn(); });
        flow.setEntered(row.second.entered);
        flow.setLeft(row.second.left);
      });
}

DayFlow load_day(wire::DayFlow::Reader in) {
  DayFlow day;
  day.created = in.getCreated();
  day.completed = in.getCompleted();
  day.reopened = in.getReopened();
  day.retired = in.getRetired();
  for (const auto flow : in.getColumns())
    day.columns.set(daybook::read(flow.getColumn()), {flow.getEntered(), flow.getLeft()});
  return day;
}

}  // namespace

void write(wire::LinkState::Builder builder, const LinkKey& key, const Link& link) {
  daybook::write(builder.initPredecessor(), key.predecessor);
  daybook::write(builder.initSuccessor(), key.successor);
  builder.setType(link.type);
  builder.setLagDays(link.lag_days);
}

void save(const State& state, wire::State::Builder builder) {
  builder.setLastNumber(state.last_number);
  builder.setPredecessorPolicy(state.predecessor_policy);
  save_list(
      state.tasks, [&](unsigned size) { return builder.initTasks(size); },
      [](wire::TaskState::Builder out, const auto& row) {
        const auto& [id, task] = row;
        save_id(id, [&] { return out.initTask(); });
        out.setNumber(task.number);
        write_text(task.title, [&] { return out.initTitle(); });
        write_text(task.description, [&] { return out.initDescription(); });
        save_id(task.owner, [&] { return out.initOwner(); });
        out.setEstimateMinutes(task.estimate_minutes);
        out.setPoints(task.points);
        if (task.priority != Priority{}) write(out.initPriority(), task.priority);
        save_id(task.column, [&] { return out.initColumn(); });
        out.setRank(task.rank);
        out.setCreatedAt(task.created_at.micros);
        out.setEnteredAt(task.entered_at.micros);
        save_id(task.entered_by, [&] { return out.initEnteredBy(); });
        out.setCompletedAt(task.completed_at.micros);
        out.setRetired(task.retired);
        out.setBlocked(task.blocked);
        write_text(task.block_reason, [&] { return out.initBlockReason(); });
        out.setBlockKind(task.block_kind);
        write_text(task.block_needs, [&] { return out.initBlockNeeds(); });
        out.setBlockedAt(task.blocked_at.micros);
        out.setStartedAt(task.started_at.micros);
        out.setPercent(task.percent);
        out.setRemainingMinutes(task.remaining_minutes);
        out.setProgressAt(task.progress_at.micros);
        save_id(task.change, [&] { return out.initChange(); });
        write_ids(task.contributors, [&](unsigned size) { return out.initContributors(size); });
        save_id(task.written_by, [&] { return out.initWrittenBy(); });
        write_ids(task.agents, [&](unsigned size) { return out.initAgents(size); });
        out.setRetiredAt(task.retired_at.micros);
      });
  save_list(
      state.links, [&](unsigned size) { return builder.initLinks(size); },
      [](wire::LinkState::Builder out, const auto& row) { write(out, row.first, row.second); });
  save_list(
      state.time_entries, [&](unsigned size) { return builder.initTimeEntries(size); },
      [](wire::TimeEntry::Builder out, const auto& row) {
        const auto& [id, entry] = row;
        save_id(id, [&] { return out.initEntry(); });
        save_id(entry.task, [&] { return out.initTask(); });
        save_id(entry.member, [&] { return out.initMember(); });
        out.setDay(entry.day.days);
        out.setMinutes(entry.minutes);
        write_text(entry.note, [&] { return out.initNote(); });
      });
  save_list(
      state.days, [&](unsigned size) { return builder.initDays(size); },
      [](wire::DayFlow::Builder out, const auto& row) { save_day(row.first, row.second, out); });
}

State load(wire::State::Reader reader) {
  State state;
  state.last_number = reader.getLastNumber();
  state.predecessor_policy = reader.getPredecessorPolicy();
  for (const auto in : reader.getTasks()) {
    const auto id = daybook::read(in.getTask());
    Task task;
    task.number = in.getNumber();
    task.title = model::read(in.getTitle());
    task.description = model::read(in.getDescription());
    task.owner = daybook::read(in.getOwner());
    task.estimate_minutes = in.getEstimateMinutes();
    task.points = in.getPoints();
    task.priority = read_priority(in.getPriority());
    task.column = daybook::read(in.getColumn());
    task.rank = in.getRank();
    task.created_at = {in.getCreatedAt()};
    task.entered_at = {in.getEnteredAt()};
    task.entered_by = daybook::read(in.getEnteredBy());
    task.completed_at = {in.getCompletedAt()};
    task.retired = in.getRetired();
    task.blocked = in.getBlocked();
    task.block_reason = model::read(in.getBlockReason());
    task.block_kind = in.getBlockKind();
    task.block_needs = model::read(in.getBlockNeeds());
    task.blocked_at = {in.getBlockedAt()};
    task.started_at = {in.getStartedAt()};
    task.percent = in.getPercent();
    task.remaining_minutes = in.getRemainingMinutes();
    task.progress_at = {in.getProgressAt()};
    task.change = daybook::read(in.getChange());
    task.contributors = read_sorted_ids(in.getContributors());
    task.written_by = daybook::read(in.getWrittenBy());
    task.agents = read_sorted_ids(in.getAgents());
    task.retired_at = {in.getRetiredAt()};
    state.tasks.set(id, std::move(task));
  }
  // From the tasks as they are now: foreign bytes may have one twice.
  for (const auto& [id, task] : state.tasks) {
    if (!task.retired) stand_in_column(state, id, task);
  }
  for (const auto in : reader.getLinks()) {
    set_link(state, {daybook::read(in.getPredecessor()), daybook::read(in.getSuccessor())},
             {in.getType(), in.getLagDays()});
  }
  for (const auto in : reader.getTimeEntries()) {
    set_time_entry(state, daybook::read(in.getEntry()),
                   {daybook::read(in.getTask()),
                    daybook::read(in.getMember()),
                    {in.getDay()},
                    in.getMinutes(),
                    model::read(in.getNote())});
  }
  for (const auto in : reader.getDays()) state.days.set({in.getDay()}, load_day(in));
  return state;
}

}  // namespace daybook::model::task
