#pragma once
// Checks a run of events against everything that the log says about them: texts, indices, outcomes, tree.

#include <map>
#include <string>
#include <vector>

#include "server/log/reader.hpp"

namespace daybook::log {

inline constexpr std::size_t kFaultsMax = 100;

// Goes over the events in their order, across several transactions.
//
// Threading: confined to one thread.
class EventChecker {
 public:
  // Begins behind the events that the frontier is of.
  explicit EventChecker(record::EventView::Check depth, record::Frontier frontier = {})
      : depth_(depth), frontier_(std::move(frontier)) {}

  // Checks the events up to `last`. Faults are added to faults, to at most kFaultsMax.
  void check(const Reader& reader, Position last, std::vector<std::string>& faults);

  [[nodiscard]] Position position() const { return {frontier_.size()}; }
  [[nodiscard]] record::Hash root() const { return frontier_.root(); }
  struct Counts {
    std::uint64_t events = 0, texts = 0, redacted = 0, commands = 0;
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  void check_event(const Reader& reader, const record::EventView& event);
  void check_order(const record::EnvelopeFields& envelope);
  void check_outcome(const Reader& reader, const record::EnvelopeFields& envelope);
  void check_nodes(const Reader& reader, const record::Hash& leaf);

  record::EventView::Check depth_;
  record::Frontier frontier_;
  Counts counts_;
  std::map<Id, Version> versions_;  // of the streams seen so far
  bool has_previous_ = false;
  record::EnvelopeFields previous_;
};

// Whether the tables end together: as many entries as events, none behind the last.
void check_ends(const Reader& reader, std::vector<std::string>& faults);

}  // namespace daybook::log
