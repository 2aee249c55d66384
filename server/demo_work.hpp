#pragma once
// The demonstration's work on the board: tasks made, linked, moved, blocked, and the hours that went into them.

#include <array>
#include <map>
#include <utility>
#include <vector>

#include "server/demo_story.hpp"

namespace daybook::server::demo {

[[nodiscard]] Id task_id(std::size_t task);  // an index of kTasks

// Puts its plan on the story's agenda. Must outlive the story's play.
class Work {
 public:
  explicit Work(Story& story) : story_(story) {}

  // The board's columns. Requires: the project is open.
  void define_board();
  void plan();
  // The commands that created tasks under a change, so far.
  [[nodiscard]] const std::vector<Id>& commands_under_change() const { return under_change_; }

 private:
  struct Card {
    Stage stage = backlog;
    double entered = 0;  // day
    std::uint32_t percent = 0;
    bool retired = false;
    unsigned time_entries = 0;
  };

  void create(std::size_t task);
  void link(const LinkPlan& plan);
  // One stage further. A move that a limit, a block or a predecessor forbids is tried again an hour later, as people do.
  void advance(std::size_t task, double day);
  void move(std::size_t task, Stage to, std::string_view reason, std::string_view override_reason);
  void block(const BlockPlan& plan, double day);
  void unblock(const BlockPlan& plan);
  void retire();
  void reopen();
  void report(std::size_t task, std::uint32_t percent);
  // The hours since it entered its stage, day by day.
  void log_time(std::size_t task, double until);
  void log_day(std::size_t task, Who who, int day, std::uint32_t minutes);
  [[nodiscard]] Who actor_of(std::size_t task) const;

  Story& story_;
  std::array<Card, kTasks.size()> cards_{};
  std::vector<Id> under_change_;
  std::map<std::pair<Who, int>, std::uint32_t> worked_;  // minutes of a person on a day
};

}  // namespace daybook::server::demo
