#pragma once
// Reads views for the watchers of one I/O thread: the engine is asked once for all who want the same one.

#include <compare>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "server/sync/door.hpp"

namespace daybook::sync {

// Threading: confined to its thread.
// Lifetime:  outlives its questions: wait until the door has none outstanding.
// Limits:    an entry for each view that was read since the last news of its project.
class ViewReads {
 public:
  struct Key {
    Id project;
    model::ViewName view = model::ViewName::NONE;
    engine::RejectedActs acts = engine::RejectedActs::hidden;
    auto operator<=>(const Key&) const = default;
  };
  using Handler = engine::ReadHandler<model::View>;

  explicit ViewReads(Door& door) : door_(door) {}
  ViewReads(const ViewReads&) = delete;
  ViewReads& operator=(const ViewReads&) = delete;

  // The view as it is behind all news so far, if that is known; else nullptr: read it.
  [[nodiscard]] std::shared_ptr<const model::View> known(const Key& key) const;
  // Calls the handler later with the view, as it is behind all news so far.
  void read(const Key& key, Handler handler);

  // What grew, before its followers are told.
  void notice(const engine::Notice& notice);
  void day_changed();

 private:
  struct Entry {
    std::weak_ptr<const model::View> view;  // behind all news, if not expired
    bool asked = false;                     // the engine has a question that is not answered
    bool outdated = false;                  // news came behind that question
    std::vector<Handler> waiting;           // for its answer
    std::vector<Handler> behind;            // for that of the next question
  };
  using Entries = std::map<Key, Entry>;

  void ask(const Key& key);
  void answered(const Key& key, const engine::Read<model::View>& view);
  Entries::iterator outdate(Entries::iterator at);

  Door& door_;
  Entries entries_;
};

}  // namespace daybook::sync
