#include "apps/cli/view_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

#include "apps/cli/document.hpp"
#include "apps/cli/quantities.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {
namespace {

using boost::json::value;
using schema::ViewName;
using Cells = std::vector<std::vector<std::string>>;

std::string name_of(const value& object, std::string_view field, const Names& names) {
  const auto id = id_of(object, field);
  return id.is_nil() ? "" : names.of(id);
}

std::string names_in(const value& object, std::string_view field, const Names& names) {
  std::string out;
  for (const auto& element : list_of(object, field)) {
    const auto* text = element.if_string();
    const auto id = text == nullptr ? std::nullopt : parse_id({text->data(), text->size()});
    if (id) out += (out.empty() ? "" : ", ") + names.of(*id);
  }
  return out;
}

// An enumerant; those of ordinal 0 are left out in JSON.
std::string choice(const value& object, std::string_view field, std::string_view otherwise) {
  const auto text = string_of(object, field);
  return shown(text.empty() ? otherwise : text);
}

std::string time_of(const value& object, std::string_view field) {
  return shown_time({number_of(object, field)});
}

std::string thousandths(std::int64_t number) {
  const auto absolute = number < 0 ? -number : number;
  return fmt::format("{}{}.{}", number < 0 ? "-" : "", absolute / 1000, absolute % 1000 / 100);
}

// A figure, or why there is none.
template <typename Show>
std::string figure(const value& object, std::string_view field, Show&& show) {
  const auto* found = find(object, field);
  if (found == nullptr) return show(0);
  const auto missing = string_of(*found, "missing");
  if (!missing.empty() && missing != "none") return "not available: " + shown(missing);
  return show(number_of(*found, "value"));
}

std::string ratio(const value& object, std::string_view field) {
  return figure(object, field, [](std::int64_t number) {
    return fmt::format("{}.{} %", number / 10, (number < 0 ? -number : number) % 10);
  });
}

std::string duration(const value& object, std::string_view field) {
  return figure(object, field, shown_duration);
}

std::string money(const value& object, std::string_view field) {
  const auto* amount = find(object, field);
  if (amount == nullptr) return "";
  return shown_money(number_of(*amount, "minor"), string_of(*amount, "currency"));
}

const value& inner(const value& object, std::string_view field) {
  static const value kNothing;
  const auto* found = find(object, field);
  return found == nullptr ? kNothing : *found;
}

// The rows that are this member of their union.
std::vector<const value*> members(const value& rows, std::string_view view,
                                  std::string_view member) {
  std::vector<const value*> found;
  for (const auto& row : list_of(rows, view)) {
    if (const auto* one = find(row, member)) found.push_back(one);
  }
  return found;
}

void sort_by(std::vector<const value*>& rows, auto&& key) {
  std::ranges::sort(rows, [&](const value* a, const value* b) { return key(*a) < key(*b); });
}

std::string task_state(const value& task) {
  if (bool_of(task, "retired")) return "retired";
  if (bool_of(task, "blocked")) return "blocked: " + words_of(task, "blockReason");
  return number_of(task, "completedAt") != 0 ? "done" : "";
}

std::string non_zero(std::int64_t number) { return number == 0 ? "" : std::to_string(number); }

void print_tasks(const Console& console, const value& rows, const Names& names) {
  std::vector<const value*> tasks;
  for (const auto& task : list_of(rows, "tasks")) tasks.push_back(&task);
  std::ranges::sort(tasks, {}, [](const auto* task) { return number_of(*task, "number"); });
  std::vector<std::vector<std::string>> table;
  for (const auto* task : tasks) {
    const auto owner = id_of(*task, "owner");
    table.push_back({"T-" + std::to_string(number_of(*task, "number")), words_of(*task, "title"),
                     names.of(id_of(*task, "column")), owner.is_nil() ? "" : names.of(owner),
                     non_zero(number_of(*task, "points")),
                     shown_time({number_of(*task, "enteredAt")}), task_state(*task)});
  }
  const std::vector<Column> columns{{"TASK"},
                                    {.heading = "TITLE", .width_max = 44},
                                    {.heading = "COLUMN", .width_max = 20},
                                    {.heading = "OWNER", .width_max = 20},
                                    {.heading = "POINTS", .right = true},
                                    {"SINCE"},
                                    {.heading = "STATE", .width_max = 50}};
  print_table(console, columns, table);
}

void print_people(const Console& console, const value& rows) {
  std::vector<std::vector<std::string>> table;
  for (const auto& person : list_of(rows, "people")) {
    const auto role = string_of(person, "role");
    table.push_back({words_of(person, "name"), std::string(role.empty() ? "-" : role),
                     std::string(string_of(person, "member"))});
  }
  std::ranges::sort(table);
  const std::vector<Column> columns{{"NAME"}, {"ROLE"}, {"MEMBER"}};
  print_table(console, columns, table);
}

void print_summary(const Console& console, const value& rows) {
  for (const auto& row : list_of(rows, "summary")) {
    const auto line = [&](std::string_view label, const std::string& value) {
      console.print("{}  {}\n", styled(console, Style::dim, fitted(label, 18)), value);
    };
    line("project", shown(string_of(row, "key")) + "  " + words_of(row, "name"));
    if (bool_of(row, "demonstration")) line("", "a demonstration");
    if (bool_of(row, "archived")) line("", "archived");
    line("members", std::to_string(number_of(row, "members")));
    line("tasks open", fmt::format("{}: {} to do, {} in work, {} waiting",
                                   number_of(row, "tasksOpen"), number_of(row, "tasksTodo"),
                                   number_of(row, "tasksDoing"), number_of(row, "tasksWaiting")));
    line("tasks done", std::to_string(number_of(row, "tasksDone")));
    line("tasks blocked", std::to_string(number_of(row, "tasksBlocked")));
    line("tasks retired", std::to_string(number_of(row, "tasksRetired")));
    line("columns", fmt::format("{} at their limit, {} beyond it", number_of(row, "columnsAtLimit"),
                                number_of(row, "columnsOverLimit")));
    line("done", ratio(row, "completion"));
    line("throughput", figure(row, "throughput", [](std::int64_t number) {
           return thousandths(number) + " tasks a week";
         }));
    line("time left", figure(row, "weeksLeft", [](std::int64_t number) {
           return thousandths(number) + " weeks at this throughput";
         }));
    line("schedule variance", figure(row, "scheduleVarianceDays", [](std::int64_t number) {
           return std::to_string(number) + " working days";
         }));
    line("scope growth", ratio(row, "scopeGrowth"));
    line("changes",
         fmt::format("{} open, {} approved ({:+} days)", number_of(row, "changesOpen"),
                     number_of(row, "changesApproved"), number_of(row, "approvedScheduleDays")));
    line("risks", fmt::format("{} open: {} extreme, {} high; {} materialized; {} reviews overdue",
                              number_of(row, "risksOpen"), number_of(row, "risksExtreme"),
                              number_of(row, "risksHigh"), number_of(row, "risksMaterialized"),
                              number_of(row, "riskReviewsOverdue")));
    const auto missing = choice(row, "exposureMissing", "none");
    line("exposure", missing == "none" ? money(row, "exposure") : "not available: " + missing);
    line("waiting", fmt::format("{} approvals, {} decisions", number_of(row, "approvalsWaiting"),
                                number_of(row, "decisionsOpen")));
    if (const auto remainders = number_of(row, "importRemainders"); remainders != 0)
      line("import remainders", std::to_string(remainders));
    line("last change", shown_time({number_of(row, "lastChangeAt")}));
  }
}

void print_changes(const Console& console, const value& rows, const Names& names) {
  auto changes = members(rows, "changes", "change");
  sort_by(changes, [](const value& row) { return number_of(inner(row, "state"), "number"); });
  Cells table;
  for (const auto* row : changes) {
    const auto& state = inner(*row, "state");
    const auto& impact = inner(state, "impact");
    std::string effect = bool_of(state, "assessed")
                             ? fmt::format("{:+} days", number_of(impact, "scheduleDays"))
                             : "not assessed";
    if (const auto cost = money(impact, "cost"); !cost.empty()) effect += ", " + cost;
    table.push_back({fmt::format("CR-{}", number_of(state, "number")), words_of(state, "title"),
                     name_of(state, "requester", names), choice(state, "status", "submitted"),
                     effect, bool_of(state, "impactAccepted") ? "yes" : "",
                     fmt::format("{}/{}", number_of(*row, "approvals"), number_of(*row, "quorum")),
                     time_of(state, "submittedAt")});
  }
  const std::vector<Column> columns{{"CHANGE"},
                                    {.heading = "TITLE", .width_max = 40},
                                    {.heading = "REQUESTER", .width_max = 20},
                                    {"STATUS"},
                                    {.heading = "IMPACT", .width_max = 36},
                                    {"ACCEPTED"},
                                    {.heading = "APPROVALS", .right = true},
                                    {"SUBMITTED"}};
  print_table(console, columns, table);
  for (const auto* total : members(rows, "changes", "total")) {
    console.print("approved so far: {} changes, {:+} days{}\n", number_of(*total, "changes"),
                  number_of(*total, "scheduleDays"),
                  find(*total, "cost") != nullptr ? ", " + money(*total, "cost") : std::string());
  }
}

// Likelihood upwards, impact to the right, as risk matrices are drawn.
void print_matrix(const Console& console, const value& rows) {
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> counts;
  for (const auto* cell : members(rows, "risks", "cell")) {
    counts[{number_of(*cell, "likelihood"), number_of(*cell, "impact")}] =
        list_of(*cell, "risks").size();
  }
  if (counts.empty()) return;  // rows of a few risks alone
  console.print("{}\n", styled(console, Style::dim, "likelihood"));
  for (std::int64_t likelihood = 5; likelihood >= 1; --likelihood) {
    std::string line = fmt::format("  {} |", likelihood);
    for (std::int64_t impact = 1; impact <= 5; ++impact) {
      const auto count = counts[{likelihood, impact}];
      const auto score = likelihood * impact;
      const auto style = score >= 20 ? Style::red : score >= 10 ? Style::yellow : Style::plain;
      line += count == 0 ? "   ." : styled(console, style, fmt::format("{:>4}", count));
    }
    console.print("{}\n", line);
  }
  console.print("    +{}\n        1   2   3   4   5  {}\n", std::string(20, '-'),
                styled(console, Style::dim, "impact"));
}

void print_risks(const Console& console, const value& rows, const Names& names) {
  auto risks = members(rows, "risks", "risk");
  sort_by(risks, [](const value& row) {
    return std::pair(-number_of(row, "score"), number_of(inner(row, "state"), "number"));
  });
  Cells table;
  for (const auto* row : risks) {
    const auto& state = inner(*row, "state");
    table.push_back(
        {fmt::format("R-{}", number_of(state, "number")), words_of(state, "event"),
         choice(state, "category", "schedule"), name_of(state, "owner", names),
         non_zero(number_of(*row, "score")), choice(*row, "band", "-"),
         choice(*row, "trend", "steady"),
         choice(state, "status", "open") + (bool_of(state, "outdated") ? ", outdated" : ""),
         money(*row, "expectedCost"),
         bool_of(*row, "reviewOverdue") ? "overdue" : time_of(*row, "reviewDueAt")});
  }
  const std::vector<Column> columns{{"RISK"},
                                    {.heading = "EVENT", .width_max = 44},
                                    {"CATEGORY"},
                                    {.heading = "OWNER", .width_max = 20},
                                    {.heading = "SCORE", .right = true},
                                    {"BAND"},
                                    {"TREND"},
                                    {"STATUS"},
                                    {.heading = "EXPECTED COST", .right = true},
                                    {"REVIEW DUE"}};
  print_table(console, columns, table);
  print_matrix(console, rows);
  for (const auto* exposure : members(rows, "risks", "exposure")) {
    console.print("exposure: {} over {} risks; of {} the cost or the probability is not known\n",
                  money(*exposure, "expected"), number_of(*exposure, "risks"),
                  number_of(*exposure, "unknown"));
  }
}

// The options whose choice accepts what the decision is about.
std::string accepting(const value& decision, const Names& names) {
  std::string out;
  for (const auto& option : list_of(decision, "options")) {
    if (bool_of(option, "accepts"))
      out += (out.empty() ? "" : " / ") + name_of(option, "option", names);
  }
  return out;
}

void print_decisions(const Console& console, const value& rows, const Names& names) {
  auto decisions = members(rows, "decisions", "decision");
  sort_by(decisions, [](const value& row) { return number_of(inner(row, "state"), "number"); });
  Cells table;
  for (const auto* row : decisions) {
    const auto& state = inner(*row, "state");
    table.push_back({fmt::format("D-{}", number_of(state, "number")), words_of(state, "question"),
                     choice(state, "status", "open"), name_of(state, "board", names),
                     accepting(state, names), name_of(state, "option", names),
                     non_zero(number_of(*row, "votesCast")), names_in(*row, "votesMissing", names),
                     names_in(state, "dissent", names), time_of(state, "decidedAt")});
  }
  const std::vector<Column> columns{{"DECISION"},
                                    {.heading = "QUESTION", .width_max = 40},
                                    {"STATUS"},
                                    {.heading = "BOARD", .width_max = 20},
                                    {.heading = "ACCEPTS", .width_max = 24},
                                    {.heading = "DECIDED", .width_max = 24},
                                    {.heading = "VOTES", .right = true},
                                    {.heading = "MISSING", .width_max = 30},
                                    {.heading = "DISSENT", .width_max = 30},
                                    {"AT"}};
  print_table(console, columns, table);
}

// Why somebody may not approve; empty: they may, or have voted.
std::string_view why_barred(std::string_view standing) {
  if (standing == "isAuthor") return "its author";
  if (standing == "isContributor") return "worked on it";
  if (standing == "isAgent") return "acted for somebody else";
  if (standing == "hasNoRole") return "no contributor any more";
  return {};
}

struct Voters {
  std::string waits_for;
  std::string may_not;
};

Voters voters_of(const value& request, const Names& names) {
  Voters voters;
  const auto add = [](std::string& to, const std::string& name) {
    to += (to.empty() ? "" : ", ") + name;
  };
  for (const auto& person : list_of(request, "people")) {
    const auto name = name_of(person, "member", names);
    const auto standing = choice(person, "standing", "mayVote");
    if (standing == "mayVote") add(voters.waits_for, name);
    if (const auto why = why_barred(standing); !why.empty())
      add(voters.may_not, fmt::format("{} ({})", name, why));
  }
  return voters;
}

void print_approvals(const Console& console, const value& rows, const Names& names,
                     Timestamp when) {
  auto requests = members(rows, "approvals", "request");
  sort_by(requests, [](const value& row) { return number_of(row, "requestedAt"); });
  Cells table;
  for (const auto* row : requests) {
    const auto status = choice(*row, "status", "open");
    const auto obstacle = choice(*row, "obstacle", "none");
    const auto voters = voters_of(*row, names);
    const bool is_open = status == "open";
    const auto expires_at = number_of(*row, "expiresAt");
    const bool has_expired = is_open && expires_at != 0 && when.micros >= expires_at;
    const auto waits_for = bool_of(*row, "stale") ? "rewritten since"
                           : !is_open             ? ""
                           : has_expired          ? name_of(*row, "author", names) + ", to renew it"
                           : obstacle == "none"   ? voters.waits_for
                                                  : obstacle;
    table.push_back(
        {name_of(*row, "subject", names), words_of(*row, "title"), has_expired ? "expired" : status,
         fmt::format("{}/{}", number_of(*row, "approvals"), number_of(*row, "quorum")),
         non_zero(number_of(*row, "refusals")), waits_for, is_open ? voters.may_not : "",
         time_of(*row, "requestedAt"), time_of(*row, "expiresAt")});
  }
  const std::vector<Column> columns{{"SUBJECT"},
                                    {.heading = "TITLE", .width_max = 36},
                                    {"STATUS"},
                                    {.heading = "APPROVALS", .right = true},
                                    {.heading = "AGAINST", .right = true},
                                    {.heading = "WAITS FOR", .width_max = 40},
                                    {.heading = "MAY NOT", .width_max = 120},
                                    {"SINCE"},
                                    {"EXPIRES"}};
  print_table(console, columns, table);
}

void print_comments(const Console& console, const value& rows, const Names& names) {
  std::vector<const value*> comments;
  for (const auto& row : list_of(rows, "comments")) comments.push_back(&row);
  sort_by(comments, [](const value& row) { return number_of(row, "at"); });
  Cells table;
  for (const auto* row : comments) {
    const auto corrected = words_of(*row, "corrected");
    table.push_back({time_of(*row, "at"), name_of(*row, "author", names),
                     name_of(*row, "subject", names),
                     corrected.empty() ? words_of(*row, "text") : corrected + " (corrected)"});
  }
  const std::vector<Column> columns{{"AT"},
                                    {.heading = "AUTHOR", .width_max = 20},
                                    {.heading = "ABOUT", .width_max = 20},
                                    {.heading = "COMMENT", .width_max = 100}};
  print_table(console, columns, table);
}

void print_attachments(const Console& console, const value& rows, const Names& names) {
  Cells table;
  for (const auto& row : list_of(rows, "attachments")) {
    table.push_back({words_of(row, "name"), name_of(row, "subject", names),
                     grouped(unsigned_of(row, "bytes")), shown(string_of(row, "sha256")),
                     bool_of(row, "retired") ? "retired" : ""});
  }
  std::ranges::sort(table);
  const std::vector<Column> columns{{.heading = "FILE", .width_max = 40},
                                    {.heading = "ABOUT", .width_max = 20},
                                    {.heading = "BYTES", .right = true},
                                    {.heading = "SHA-256", .width_max = 64},
                                    {"STATE"}};
  print_table(console, columns, table);
}

void print_flow(const Console& console, const value& rows, const Names& names) {
  for (const auto* figures : members(rows, "flow", "figures")) {
    const auto line = [&](std::string_view label, const std::string& text) {
      console.print("{}  {}\n", styled(console, Style::dim, fitted(label, 18)), text);
    };
    line("finished", std::to_string(number_of(*figures, "finished")));
    line("lead time", fmt::format("P50 {}, P85 {}, P95 {}", duration(*figures, "leadP50"),
                                  duration(*figures, "leadP85"), duration(*figures, "leadP95")));
    line("cycle time", fmt::format("P50 {}, P85 {}, P95 {}", duration(*figures, "cycleP50"),
                                   duration(*figures, "cycleP85"), duration(*figures, "cycleP95")));
    line("throughput", figure(*figures, "throughput", [](std::int64_t number) {
           return thousandths(number) + " tasks a week";
         }));
    line("in progress", std::to_string(number_of(*figures, "inProgress")));
    line("by Little's law", "a cycle of " + duration(*figures, "littleCycle"));
    line("efficiency", ratio(*figures, "efficiency"));
    line("measured over", fmt::format("{} days", number_of(*figures, "windowDays")));
  }
  auto ageing = members(rows, "flow", "ageing");
  sort_by(ageing, [](const value& row) { return number_of(row, "startedAt"); });
  Cells table;
  for (const auto* row : ageing) {
    table.push_back({fmt::format("T-{}", number_of(*row, "number")), name_of(*row, "column", names),
                     time_of(*row, "startedAt"), time_of(*row, "enteredAt"),
                     bool_of(*row, "blocked") ? "blocked" : ""});
  }
  const std::vector<Column> columns{
      {"TASK"}, {.heading = "COLUMN", .width_max = 20}, {"STARTED"}, {"SINCE"}, {"STATE"}};
  print_table(console, columns, table);
}

void print_attention(const Console& console, const value& rows, const Names& names) {
  std::vector<const value*> items;
  for (const auto& row : list_of(rows, "attention")) items.push_back(&row);
  sort_by(items, [](const value& row) {
    return std::pair(choice(row, "class", "immediate") != "immediate", number_of(row, "since"));
  });
  Cells table;
  for (const auto* row : items) {
    const auto audience = names_in(*row, "audience", names);
    table.push_back({choice(*row, "class", "immediate"), choice(*row, "reason", "-"),
                     name_of(*row, "subject", names), words_of(*row, "title"),
                     audience.empty() ? "everybody" : audience, time_of(*row, "since")});
  }
  const std::vector<Column> columns{{"WHEN"},
                                    {"WHY"},
                                    {.heading = "WHAT", .width_max = 20},
                                    {.heading = "TITLE", .width_max = 40},
                                    {.heading = "WHOM", .width_max = 40},
                                    {"SINCE"}};
  print_table(console, columns, table);
}

void print_timeline(const Console& console, const value& rows, const Names& names) {
  auto days = members(rows, "timeline", "day");
  sort_by(days, [](const value& row) { return number_of(row, "day"); });
  std::map<std::string, std::string> marks;
  auto all = members(rows, "timeline", "mark");
  sort_by(all, [](const value& row) { return number_of(row, "at"); });
  for (const auto* mark : all) {
    auto& line = marks[time_of(*mark, "at").substr(0, 10)];
    line += (line.empty() ? "" : ", ") + choice(*mark, "mark", "-") + ' ' +
            name_of(*mark, "subject", names);
  }
  Cells table;
  for (const auto* day : days) {
    const auto text = shown_day(number_of(*day, "day"));
    table.push_back({text, std::to_string(number_of(*day, "events")),
                     non_zero(number_of(*day, "rejectedActs")),
                     std::to_string(number_of(*day, "lastVersion")), marks[text]});
  }
  const std::vector<Column> columns{{"DAY"},
                                    {.heading = "EVENTS", .right = true},
                                    {.heading = "REFUSED", .right = true},
                                    {.heading = "VERSION", .right = true},
                                    {.heading = "DECIDED", .width_max = 90}};
  print_table(console, columns, table);
}

}  // namespace

void print_view(const Console& console, ViewName name, const value& rows, const Names& names,
                Timestamp when) {
  switch (name) {
    case ViewName::NONE:
    case ViewName::BOARD:
      return;
    case ViewName::TASKS:
      return print_tasks(console, rows, names);
    case ViewName::PEOPLE:
      return print_people(console, rows);
    case ViewName::SUMMARY:
      return print_summary(console, rows);
    case ViewName::APPROVALS:
      return print_approvals(console, rows, names, when);
    case ViewName::CHANGES:
      return print_changes(console, rows, names);
    case ViewName::RISKS:
      return print_risks(console, rows, names);
    case ViewName::DECISIONS:
      return print_decisions(console, rows, names);
    case ViewName::COMMENTS:
      return print_comments(console, rows, names);
    case ViewName::ATTACHMENTS:
      return print_attachments(console, rows, names);
    case ViewName::FLOW:
      return print_flow(console, rows, names);
    case ViewName::ATTENTION:
      return print_attention(console, rows, names);
    case ViewName::TIMELINE:
      return print_timeline(console, rows, names);
  }
}

}  // namespace daybook::cli
