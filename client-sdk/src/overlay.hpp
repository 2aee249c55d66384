#pragma once
// What is pending on a project, on top of what is confirmed. Pure: no sockets, no clock.
//
// Every act that is pending is decided again, in order, whenever the confirmed state has moved; one that the rules refuse
// now is not shown, but stays, and may come back: the server alone rejects for good.
//
// Cost: one decision an act; the state is copied by its pages' pointers.

#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "client-sdk/src/act.hpp"
#include "client-sdk/src/decider.hpp"

namespace daybook::client::detail {

// Threading: confined to the client's executor. Limits: those of the acts that are pending (Pending::Limits).
class Overlay {
 public:
  using Confirmed = std::shared_ptr<const ProjectSnapshot>;

  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] bool contains(Id act) const;
  // nullptr: nothing is shown beside what is confirmed.
  [[nodiscard]] const std::shared_ptr<const ProjectSnapshot>& shown() const { return shown_; }

  // Shows an act on top of all others; or says why not, and leaves everything as it was.
  [[nodiscard]] std::expected<void, model::Rejection> add(ActPointer act,
                                                          const Confirmed& confirmed,
                                                          const Decider& decider);
  // Likewise one that was given earlier, wherever it belongs; shown from the next rebase() on.
  void restore(ActPointer act);
  // True: it was shown, and is until the next rebase().
  bool remove(Id act);
  // The server took it: its events are those up to `through`. Leaves with remove_through(), or remove().
  void accept(Id act, Version through);
  // Drops what is accepted and within the confirmed version.
  void remove_through(Version confirmed);

  // Decides all again. Returns those that are shown now and were not, or the other way round.
  std::vector<Id> rebase(const Confirmed& confirmed, const Decider& decider);
  // Shows nothing: there is no state, or it is not known who acts. Returns those that were shown.
  std::vector<Id> hide();

 private:
  struct Entry {
    ActPointer act;
    bool is_shown = false;
    std::optional<Version> through = {};  // accepted
  };
  std::vector<Entry> entries_;  // in the order of submission
  std::shared_ptr<const ProjectSnapshot> shown_;
  std::uint64_t ahead_ = 0;  // events beyond what is confirmed
};

}  // namespace daybook::client::detail
