#pragma once
// What people call the things that events and rejections name by id: T-12, Review, Ada, BANK.
//
// Threading: one thread at a time. A name learnt later replaces the one before.

#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/record/event_batch.hpp"

namespace daybook::cli {

class Names {
 public:
  void set(Id id, std::string name) { names_[id] = std::move(name); }

  // From the JSON form of `{"projects":[…]}` and of a whole view.
  void learn_projects(const boost::json::value& projects);
  void learn_view(const boost::json::value& update);
  // From what an event says: members, columns, tasks and projects as they come and are renamed.
  void learn(const record::Entry& entry);

  // What is called so, whatever the case of its letters.
  [[nodiscard]] std::vector<Id> ids_called(std::string_view name) const;
  [[nodiscard]] bool knows(Id id) const { return names_.contains(id); }
  // Harmless for terminals. An id without a name stands for itself; nil is the server.
  [[nodiscard]] std::string of(Id id) const;
  // What stream an event is of: the project's key, or "workspace".
  [[nodiscard]] std::string of_stream(Id stream) const;

 private:
  std::map<Id, std::string> names_;  // harmless already
};

}  // namespace daybook::cli
