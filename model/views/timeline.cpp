#include <map>

#include "model/parts/subject.hpp"
#include "model/views/figures.hpp"
#include "model/views/rows.hpp"

namespace daybook::model {
namespace {

using schema::timeline::Mark;
using Row = schema::timeline::Row;

// Recorded attempts at versions that the project as shown has reached, up to the moment asked for, by day.
std::map<Date, std::uint32_t> rejected_by_day(const ViewInput& input) {
  const auto& acts = input.workspace.workspace.rejected_acts;
  const Id project = input.project.id;
  std::map<Date, std::uint32_t> days;
  for (auto at = acts.lower_bound({project, {}}); at != acts.end() && at->first.project == project;
       ++at) {
    const auto& act = at->second;
    const bool is_later = !input.latest.is_none() && act.at > input.latest;
    if (!is_later && act.version <= input.project.version) ++days[date_of(act.at)];
  }
  return days;
}

void add_days(const ViewInput& input, std::vector<ViewRow>& rows) {
  struct Day {
    std::uint32_t events = 0;
    Version last_version = {};
    std::uint32_t rejected_acts = 0;
  };
  std::map<Date, Day> days;
  for (const auto& [date, activity] : input.project.project.days)
    days[date] = {activity.events, activity.last_version, 0};
  for (const auto& [date, count] : rejected_by_day(input)) days[date].rejected_acts = count;
  Version reached = {};  // a day of rejected acts alone ends where the last one did
  for (const auto& entry : days) {
    const Day& day = entry.second;
    reached = std::max(reached, day.last_version);
    const auto number = static_cast<std::uint64_t>(std::int64_t{entry.first.days});
    rows.push_back(make_row<Row>(row_key(Row::DAY, number), [&](Row::Builder row) {
      auto out = row.initDay();
      out.setDay(entry.first.days);
      out.setEvents(day.events);
      out.setRejectedActs(day.rejected_acts);
      out.setLastVersion(reached.value);
    }));
  }
}

class Marks {
 public:
  explicit Marks(std::vector<ViewRow>& rows) : rows_(rows) {}

  void add(Mark mark, Id subject, const subject::Label& label, Timestamp at) {
    const auto key = item_key(static_cast<std::uint16_t>(mark), subject);
    rows_.push_back(make_row<Row>(key, [&](Row::Builder row) {
      auto out = row.initMark();
      out.setMark(mark);
      daybook::write(out.initSubject(), subject);
      out.setNumber(label.number);
      write_text(label.title, [&] { return out.initTitle(); });
      out.setAt(at.micros);
      daybook::write(out.initItem(), key);
    }));
  }

 private:
  std::vector<ViewRow>& rows_;
};

// What was decided stays on the timeline when it is superseded, or withdrawn later.
void mark_decisions(const Project& project, Marks& marks) {
  for (const auto& [id, decision] : project.decision.decisions) {
    if (decision.status == decision::Status::OPEN || decision.status == decision::Status::WITHDRAWN)
      continue;
    marks.add(decision.board.is_nil() ? Mark::DECISION_RECORDED : Mark::DECISION_MADE, id,
              {decision.number, decision.question}, decision.decided_at);
  }
}

void mark_changes(const Project& project, Marks& marks) {
  using change::Status;
  for (const auto& [id, change] : project.change.changes) {
    const subject::Label label{change.number, change.title};
    if (!change.decided_at.is_none()) {
      const bool refused = change.status == Status::REFUSED;
      marks.add(refused ? Mark::CHANGE_REFUSED : Mark::CHANGE_APPROVED, id, label,
                change.decided_at);
    }
    if (change.status == Status::IMPLEMENTED)
      marks.add(Mark::CHANGE_IMPLEMENTED, id, label, change.closed_at);
  }
}

void mark_approvals(const Project& project, Marks& marks) {
  using approval::Status;
  for (const auto& [id, request] : project.approval.requests) {
    if (request.kind == approval::SubjectKind::CHANGE) continue;
    if (request.status != Status::GRANTED && request.status != Status::DENIED) continue;
    const bool granted = request.status == Status::GRANTED;
    marks.add(granted ? Mark::APPROVAL_GRANTED : Mark::APPROVAL_DENIED, id,
              subject::label_of(project, id), request.decided_at);
  }
}

void mark_risks(const Project& project, Marks& marks) {
  for (const auto& [id, risk] : project.risk.risks) {
    const subject::Label label{risk.number, risk.event};
    if (!risk.accepted_at.is_none()) marks.add(Mark::RISK_ACCEPTED, id, label, risk.accepted_at);
    if (!risk.materialized_at.is_none())
      marks.add(Mark::RISK_MATERIALIZED, id, label, risk.materialized_at);
  }
}

}  // namespace

std::vector<ViewRow> derive_timeline(const ViewInput& input) {
  std::vector<ViewRow> rows;
  add_days(input, rows);
  Marks marks(rows);
  mark_decisions(input.project, marks);
  mark_changes(input.project, marks);
  mark_approvals(input.project, marks);
  mark_risks(input.project, marks);
  return rows;
}

}  // namespace daybook::model
