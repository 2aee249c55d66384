#pragma once
// What people call the things that events and rejections name by id: T-12, Review, Ada, BANK.
//
// Threading: one thread at a time. A name learnt later replaces the one before.

#include <boost/json/value.hpp>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/record/event_batch.hpp"

namespace daybook::cli {

// What kind of thing a name is of.
enum class Kind {
  project,
  member,
  task,
  column,
  change,
  risk,
  decision,
  board,
  option,
  pool,
  comment,
  attachment,
};
[[nodiscard]] std::string_view to_string(Kind kind);
// Known by a number of its own (T-12), which nothing else may be taken for.
[[nodiscard]] bool is_numbered(Kind kind);

class Names {
 public:
  void set(Id id, Kind kind, std::string name) { names_[id] = {kind, std::move(name)}; }

  // From the JSON form of `{"projects":[…]}` and of a whole view: what its rows are about, and what they number.
  void learn_projects(const boost::json::value& projects);
  void learn_view(const boost::json::value& update);
  // From what an event says: members, columns, tasks and projects as they come and are renamed.
  void learn(const record::Entry& entry);

  // What is called so, whatever the case of its letters; as it was typed, not as it is shown.
  [[nodiscard]] std::vector<std::pair<Id, Kind>> ids_called(std::string_view name) const;
  [[nodiscard]] bool knows(Id id) const { return names_.contains(id); }
  // Harmless for terminals. An id without a name stands for itself; nil is the server.
  [[nodiscard]] std::string of(Id id) const;
  // What stream an event is of: the project's key, or "workspace".
  [[nodiscard]] std::string of_stream(Id stream) const;

 private:
  struct Known {
    Kind kind = Kind::project;
    std::string name;  // harmless already
  };
  std::map<Id, Known> names_;
};

}  // namespace daybook::cli
