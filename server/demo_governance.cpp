#include "server/demo_governance.hpp"

#include "server/demo_work.hpp"

namespace daybook::server::demo {

Id id_of(const About& about) {
  switch (about.kind) {
    case About::task:
      return task_id(about.index);
    case About::risk:
      return named_id("risk", kRisks[about.index].event);
    case About::change:
      return named_id("change", kChanges[about.index].title);
    case About::decision:
      return named_id("decision", std::to_string(about.index));
    case About::nothing:
      break;
  }
  return {};
}

Id change_id(Change change) { return id_of(about(change)); }

void Governance::plan() {
  plan_risks();
  plan_changes();
  plan_decisions();
}

}  // namespace daybook::server::demo
