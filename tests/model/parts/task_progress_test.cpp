// How far work is, the time that it took, and what each day's flow was.
#include "tests/model/approval_support.hpp"

namespace daybook::testing {
namespace {

constexpr auto T = task_id;
constexpr Date kToday = date_of(kFirstMoment);
constexpr Id entry_id(std::uint64_t n) { return {'E', n}; }

// T1 in Doing, T2 in To do, T3 retired out of Doing, T4 done without having been worked on.
ProjectScenario begun() {
  auto scenario = with_board();
  scenario.given(create_task({.task = T(1), .column = kDoing}))
      .given(create_task({.task = T(2)}))
      .given(create_task({.task = T(3), .column = kDoing}))
      .given(retire_task({.task = T(3)}))
      .given(create_task({.task = T(4), .column = kDone}));
  return scenario;
}

// --- Progress --------------------------------------------------------------------------------------------------------

TEST_CASE("reportProgress is refused for each reason, in this order", "[model][task]") {
  auto given = begun();
  given.given(report_progress({.task = T(1), .percent = 40, .remaining_minutes = 90}));
  check(begun().after(archive_project("over")),
        {{"archived", report_progress({.task = T(1), .percent = 1}), "projectArchived"}});
  check(
      given,
      {{"unknown", report_progress({.task = T(99), .from_percent = 1, .percent = 101}),
        "unknownTask id=T99"},
       {"retired", report_progress({.task = T(3), .from_percent = 1, .percent = 101}),
        "taskRetired task=T3"},
       {"changed meanwhile", report_progress({.task = T(1), .from_percent = 30, .percent = 101}),
        "changedMeanwhile field=task.percent task=T1 presentNumber=40"},
       {"more than all", report_progress({.task = T(2), .percent = 101}),
        "outOfRange field=task.percent limit=100"},
       {"too long", report_progress({.task = T(2), .remaining_minutes = 10'000'001}),
        "outOfRange field=task.remainingMinutes limit=10000000"},
       {"before it was begun", report_progress({.task = T(2)}), "progressBeforeStart task=T2"},
       {"done, but never begun", report_progress({.task = T(4), .percent = 100}),
        "progressBeforeStart task=T4"},
       {"the same",
        report_progress({.task = T(1), .from_percent = 40, .percent = 40, .remaining_minutes = 90}),
        "nothingToDo task=T1"},
       {"all done", report_progress({.task = T(1), .from_percent = 40, .percent = 100}),
        "taskProgressReported"},
       {"back", report_progress({.task = T(1), .from_percent = 40, .percent = 10}),
        "taskProgressReported"},
       {"only what remains",
        report_progress(
            {.task = T(1), .from_percent = 40, .percent = 40, .remaining_minutes = 10'000'000}),
        "taskProgressReported"},
       {"a viewer", report_progress({.task = T(1), .from_percent = 40, .percent = 50}),
        "notPermitted required=contributor", kViewer}});
}

TEST_CASE("a task is begun when it first enters a doing column, and stays begun", "[model][task]") {
  auto scenario = begun();
  CHECK(scenario.task(T(1)).started_at == scenario.task(T(1)).created_at);
  CHECK(scenario.task(T(2)).started_at.is_none());
  CHECK(scenario.task(T(4)).started_at.is_none());
  scenario.given(move_task({.task = T(2), .from = kTodo, .to = kDoing}));
  const auto begun_at = scenario.task(T(2)).entered_at;
  CHECK(scenario.task(T(2)).started_at == begun_at);
  scenario.given(move_task({.task = T(2), .from = kDoing, .to = kTodo}))
      .given(move_task({.task = T(2), .from = kTodo, .to = kDoing}));
  CHECK(scenario.task(T(2)).entered_at > begun_at);
  CHECK(scenario.task(T(2)).started_at == begun_at);
  // What was begun can be reported on wherever it stands.
  scenario.given(move_task({.task = T(2), .from = kDoing, .to = kWait}));
  CHECK(scenario.when(report_progress({.task = T(2), .percent = 50})) == "taskProgressReported");
}

TEST_CASE("progress is as it was reported last, and its time never goes back", "[model][task]") {
  auto scenario = begun();
  scenario.given(report_progress({.task = T(1), .percent = 40, .remaining_minutes = 90}));
  const auto reported = scenario.task(T(1));
  CHECK(reported.percent == 40);
  CHECK(reported.remaining_minutes == 90);
  CHECK(reported.progress_at == scenario.state().recorded_at);
  scenario.given(report_progress({.task = T(1), .from_percent = 40, .percent = 45}),
                 Actor(kContributor).at(kFirstMoment));
  CHECK(scenario.task(T(1)).progress_at == reported.progress_at);
  const auto again = reloaded(scenario).task(T(1));
  CHECK(again.percent == 45);
  CHECK(again.remaining_minutes == 0);
  CHECK(again.progress_at == reported.progress_at);
  CHECK(again.started_at == reported.started_at);
}

// --- Time ------------------------------------------------------------------------------------------------------------

TEST_CASE("logTime is refused for each reason, in this order", "[model][task]") {
  auto given = begun();
  given.given(log_time({.entry = entry_id(1), .task = T(1), .day = kToday}));
  const Date tomorrow{kToday.days + 1};
  const auto today = std::to_string(kToday.days);
  check(begun().after(archive_project("over")),
        {{"archived", log_time({.entry = entry_id(2), .task = T(1)}), "projectArchived"}});
  check(given,
        {{"no id", log_time({.task = T(99)}), "idRequired field=task.entry"},
         {"the id of an entry", log_time({.entry = entry_id(1), .task = T(99)}),
          "alreadyExists field=task.entry id=E1"},
         {"the id of a task", log_time({.entry = T(1), .task = T(99)}),
          "alreadyExists field=task.entry id=T1"},
         {"the id of a column", log_time({.entry = kTodo, .task = T(99)}),
          "alreadyExists field=task.entry id=C1"},
         {"an unknown task", log_time({.entry = entry_id(2), .task = T(99), .member = kOutsider}),
          "unknownTask id=T99"},
         {"a retired task", log_time({.entry = entry_id(2), .task = T(3), .member = kOutsider}),
          "taskRetired task=T3"},
         {"of somebody from outside",
          log_time({.entry = entry_id(2), .task = T(1), .member = kOutsider, .minutes = 0}),
          "memberRequired field=task.member member=M9"},
         {"no time", log_time({.entry = entry_id(2), .task = T(1), .day = tomorrow, .minutes = 0}),
          "outOfRange field=task.minutes limit=1440"},
         {"more than a day",
          log_time({.entry = entry_id(2), .task = T(1), .day = tomorrow, .minutes = 1441}),
          "outOfRange field=task.minutes limit=1440"},
         {"tomorrow", log_time({.entry = entry_id(2), .task = T(1), .day = tomorrow}),
          "outOfRange field=task.day limit=" + today},
         {"on no day", log_time({.entry = entry_id(2), .task = T(1)}),
          "outOfRange field=task.day limit=" + today},
         {"a whole day",
          log_time({.entry = entry_id(2), .task = T(1), .day = kToday, .minutes = 1440}),
          "timeLogged"},
         {"long ago", log_time({.entry = entry_id(2), .task = T(4), .day = {1}, .minutes = 1}),
          "timeLogged"},
         {"for somebody else",
          log_time({.entry = entry_id(2), .task = T(1), .member = kViewer, .day = kToday}),
          "timeLogged"}});
}

TEST_CASE("correctTimeEntry is refused for each reason, in this order", "[model][task]") {
  auto given = begun();
  given.given(log_time({.entry = entry_id(1), .task = T(1), .day = kToday}));
  check(
      given,
      {{"unknown", correct_time_entry({.entry = entry_id(2), .from = 1, .to = 1441}),
        "unknownTimeEntry id=E2"},
       {"changed meanwhile", correct_time_entry({.entry = entry_id(1), .from = 61, .to = 1441}),
        "changedMeanwhile field=task.minutes presentNumber=60 id=E1"},
       {"more than a day",
        correct_time_entry({.entry = entry_id(1), .from = 60, .to = 1441, .reason = ""}),
        "outOfRange field=task.minutes limit=1440"},
       {"no reason", correct_time_entry({.entry = entry_id(1), .from = 60, .to = 60, .reason = ""}),
        "textRequired field=task.reason"},
       {"the same", correct_time_entry({.entry = entry_id(1), .from = 60, .to = 60}),
        "nothingToDo id=E1"},
       {"a whole day", correct_time_entry({.entry = entry_id(1), .from = 60, .to = 1440}),
        "timeEntryCorrected"},
       {"none", correct_time_entry({.entry = entry_id(1), .from = 60, .to = 0}),
        "timeEntryCorrected"}});
}

TEST_CASE("time adds up by task, as corrected", "[model][task]") {
  auto scenario = begun();
  const auto logged = [&](Id task) {
    const auto* minutes = scenario.state().task.logged_minutes.find(task);
    return minutes != nullptr ? *minutes : 0;
  };
  scenario
      .given(log_time({.entry = entry_id(1), .task = T(1), .day = kToday, .minutes = 60}),
             kContributor)
      .given(log_time({.entry = entry_id(2), .task = T(1), .day = kToday, .minutes = 30}))
      .given(log_time({.entry = entry_id(3),
                       .task = T(2),
                       .member = kViewer,
                       .day = kToday,
                       .minutes = 5,
                       .note = "on the phone"}),
             Actor(kManager).as_importer().for_member(kContributor));
  CHECK(logged(T(1)) == 90);
  CHECK(logged(T(2)) == 5);
  CHECK(logged(T(4)) == 0);
  const auto& entries = scenario.state().task.time_entries;
  CHECK(entries.find(entry_id(1))->member == kContributor);  // whoever acts
  CHECK(entries.find(entry_id(2))->member == kManager);
  CHECK(entries.find(entry_id(3))->member == kViewer);
  CHECK(entries.find(entry_id(3))->note.index == 1);
  CHECK(entries.find(entry_id(3))->day == kToday);
  scenario.given(correct_time_entry({.entry = entry_id(1), .from = 60, .to = 15}));
  CHECK(logged(T(1)) == 45);
  scenario.given(correct_time_entry({.entry = entry_id(2), .from = 30, .to = 0}));
  CHECK(logged(T(1)) == 15);
  CHECK(entries.size() == 3);  // nothing is deleted
  CHECK(*reloaded(scenario).state().task.logged_minutes.find(T(1)) == 15);
  // For whom the importer acts.
  scenario.given(log_time({.entry = entry_id(4), .task = T(1), .day = kToday}),
                 Actor(kManager).as_importer().for_member(kContributor));
  CHECK(scenario.state().task.time_entries.find(entry_id(4))->member == kContributor);
}

// --- Days ------------------------------------------------------------------------------------------------------------

// "created 1 C1:+1-0", what is not 0, columns in their order.
std::string flow(const ProjectScenario& scenario, Date day) {
  const auto* found = scenario.state().task.days.find(day);
  if (found == nullptr) return "nothing";
  std::string text;
  const auto add = [&](std::string_view what, std::uint32_t count) {
    if (count != 0) text.append(what).append(" ").append(std::to_string(count)).append(" ");
  };
  add("created", found->created);
  add("completed", found->completed);
  add("reopened", found->reopened);
  add("retired", found->retired);
  for (const auto& [column, moved] : found->columns) {
    text += name_of(column) + ":+" + std::to_string(moved.entered) + "-" +
            std::to_string(moved.left) + " ";
  }
  return text;
}

Date day(int n) { return {kToday.days + n}; }

TEST_CASE("a day's flow is what happened on it, and is not rewritten by what happens later",
          "[model][task]") {
  auto scenario = with_board();
  const auto next_day = [&] { scenario.pass(kMicrosPerDay); };
  scenario.given(create_task({.task = T(1), .points = 3}))
      .given(create_task({.task = T(2)}))
      .given(create_task({.task = T(3), .column = kDone}));
  const auto first = "created 3 completed 1 C1:+2-0 C4:+1-0 ";
  CHECK(flow(scenario, day(0)) == first);
  next_day();
  scenario.given(move_task({.task = T(1), .from = kTodo, .to = kDoing}))
      .given(move_task({.task = T(1), .from = kDoing, .to = kDone}))
      .given(retire_task({.task = T(2)}));
  const auto second = "completed 1 retired 1 C1:+0-2 C2:+1-1 C4:+1-0 ";
  CHECK(flow(scenario, day(1)) == second);
  next_day();
  scenario.given(move_task({.task = T(1), .from = kDone, .to = kDoing, .reason = "broken"}))
      .given(restore_task({.task = T(2), .column = kDoing}))
      .given(edit_task({.task = T(1), .points = {3, 8}}))
      .given(retire_task({.task = T(3)}));
  CHECK(flow(scenario, day(2)) == "reopened 1 retired 1 C2:+2-0 C4:+0-2 ");
  CHECK(flow(scenario, day(0)) == first);
  CHECK(flow(scenario, day(1)) == second);
  CHECK(flow(reloaded(scenario), day(1)) == second);
}

TEST_CASE("a move within a column is no flow", "[model][task]") {
  auto scenario = with_board();
  scenario.given(create_task({.task = T(1)})).given(create_task({.task = T(2)}));
  scenario.pass(kMicrosPerDay);
  scenario.given(move_task({.task = T(1), .from = kTodo, .to = kTodo}))
      .given(prioritize_task({.task = T(1), .to = {1, 2, 3, 4}}))
      .given(assign_task({.task = T(1), .to = kContributor}));
  CHECK(flow(scenario, day(1)) == "nothing");
}

TEST_CASE("flow is counted on the day that an act is claimed to have happened", "[model][task]") {
  auto scenario = with_board();
  scenario.pass(10 * kMicrosPerDay);
  const auto on = [&](int n) {
    return Actor(kContributor).at({kFirstMoment.micros + n * kMicrosPerDay});
  };
  scenario.given(create_task({.task = T(1)}), on(2));
  CHECK(flow(scenario, day(2)) == "created 1 C1:+1-0 ");
  scenario.given(move_task({.task = T(1), .from = kTodo, .to = kDoing}), on(5));
  CHECK(flow(scenario, day(5)) == "C1:+0-1 C2:+1-0 ");
  // Never before what happened to the task earlier.
  scenario.given(move_task({.task = T(1), .from = kDoing, .to = kDone}), on(1));
  CHECK(flow(scenario, day(1)) == "nothing");
  CHECK(flow(scenario, day(5)) == "completed 1 C1:+0-1 C2:+1-1 C4:+1-0 ");
  CHECK(scenario.task(T(1)).completed_at == scenario.task(T(1)).entered_at);
  scenario.given(move_task({.task = T(1), .from = kDone, .to = kTodo, .reason = "broken"}), on(7));
  CHECK(flow(scenario, day(7)) == "reopened 1 C1:+1-0 C4:+0-1 ");
  scenario.given(retire_task({.task = T(1)}), on(3));
  CHECK(flow(scenario, day(7)) == "reopened 1 retired 1 C1:+1-1 C4:+0-1 ");
}

TEST_CASE("a task comes back after it was retired, whatever is claimed", "[model][task]") {
  auto scenario = with_board();
  scenario.pass(10 * kMicrosPerDay);
  const auto on = [&](int n) {
    return Actor(kContributor).at({kFirstMoment.micros + n * kMicrosPerDay});
  };
  scenario.given(create_task({.task = T(1)}), on(1)).given(retire_task({.task = T(1)}), on(8));
  const auto retired_at = scenario.task(T(1)).retired_at;
  CHECK(retired_at.micros == kFirstMoment.micros + 8 * kMicrosPerDay);
  for (auto given : {scenario, reloaded(scenario)}) {
    given.given(restore_task({.task = T(1)}), on(3));
    CHECK(flow(given, day(3)) == "nothing");
    CHECK(flow(given, day(8)) == "retired 1 C1:+1-1 ");
    CHECK(given.task(T(1)).entered_at == retired_at);
    CHECK(given.task(T(1)).retired_at.is_none());
  }
}

TEST_CASE("a time before 1970 is taken as its first moment: a done task is done", "[model][task]") {
  auto scenario = with_board();
  scenario.given(create_task({.task = T(1), .column = kDone}), Actor(kContributor).at({-5}));
  CHECK(scenario.task(T(1)).created_at.micros == 1);
  CHECK(!scenario.task(T(1)).completed_at.is_none());
  CHECK(scenario.when(move_task({.task = T(1), .from = kDone, .to = kTodo, .reason = "broken"})) ==
        "taskMoved taskReopened");
  CHECK(flow(scenario, {0}) == "created 1 completed 1 C4:+1-0 ");
}

// --- Acts under a change request -------------------------------------------------------------------------------------

TEST_CASE("a change request that is quoted must be known", "[model][task]") {
  constexpr Id gone{'Q', 9};
  auto given = begun();
  for (std::uint64_t n = 5; n <= 6; ++n)
    given.given(create_task({.task = T(n), .column = kDoing}));  // which is full now
  check(given, {{"create", create_task({.task = T(9), .column = kDoing, .change = gone}),
                 "unknownChange id=Q9"},
                {"edit", edit_task({.task = T(1), .points = {0, 1}, .change = gone}),
                 "unknownChange id=Q9"},
                {"nothing edited, before the change", edit_task({.task = T(1), .change = gone}),
                 "nothingToDo task=T1"},
                {"retire", retire_task({.task = T(1), .change = gone}), "unknownChange id=Q9"},
                {"retired already, before the change", retire_task({.task = T(3), .change = gone}),
                 "nothingToDo task=T3"}});
}

}  // namespace
}  // namespace daybook::testing
