#pragma once
// Events as `log` and `tail` print them.

#include "apps/cli/source.hpp"

namespace daybook::cli {

// Threading: one thread. Lifetime: keeps references to context and source.
class EventPrinter {
 public:
  // Learns the names that it will need: of the project, or of the workspace where all is read.
  EventPrinter(const Context& context, Source& source, const std::optional<Id>& project);

  void print(const record::Entry& entry);

 private:
  void learn_stream(Id stream);

  const Context& context_;
  Source& source_;
  Names names_;
  std::map<Id, std::uint64_t> learnt_;  // stream → the version that its names are of
};

}  // namespace daybook::cli
