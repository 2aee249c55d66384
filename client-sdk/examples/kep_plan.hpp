#pragma once
// What a file of proposals' changes becomes: commands, in order. Pure: the same file and secret give the same commands.
//
// Each line is {"at": seconds, "actor", "rev", "kep", "change": {field: [before, after]}}. A project for each owning team
// (`unowned` for those that begin without), a task for each proposal. Status and stage choose the column; title is the
// title. Approvers make a pool and a request for approval, which all of them must give; that a proposal became implementable
// shows that they did, and they approve on their behalf. Nobody approves what is their own: who makes the line, made an earlier
// one that asked, or wrote the title is not asked, and if an approver rewrites it, the others are asked anew; a list that
// names them is kept as well. A changed stage, and a closing, is a decision. Who owns the team later, and every other field,
// is kept as a remainder: each line leaves one, so none is lost.
//
// Ids are hashes of whole lines and ordinals, seeds of a secret and the id. What a field was before comes from this fold
// of the file, not from the lines, some of which contradict their predecessors.

#include <daybook/command.hpp>
#include <istream>
#include <map>
#include <string>
#include <vector>

namespace daybook::examples {

struct Act {
  Id stream = {};  // nil: the workspace
  client::CommandBuilder command;
  client::SubmitOptions options;
  std::size_t line = 0;  // from 1; 0: of no line
};

struct PlannedProject {
  Id id = {};
  std::string key;
  std::string team;
  std::size_t tasks = 0;
};

struct Plan {
  std::vector<Act> acts;
  std::vector<PlannedProject> projects;
  std::size_t lines = 0;
  std::size_t members = 0;
  std::size_t tasks = 0;
  std::size_t moves = 0;
  std::size_t edits = 0;
  std::size_t requests = 0;   // for approval
  std::size_t approvals = 0;  // given, each by one approver
  std::size_t decisions = 0;
  std::size_t contradictions = 0;           // lines that say something else was before
  std::map<std::string, std::size_t> kept;  // what did not fit: kind → how often
  std::vector<std::string> unreadable;      // lines that are no such object
};

// `importer` is the first manager of the projects. `secret` makes the seeds.
[[nodiscard]] Plan make_plan(std::istream& file, Id importer, const record::Hash& secret);

}  // namespace daybook::examples
