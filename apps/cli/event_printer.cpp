#include "apps/cli/event_printer.hpp"

#include "apps/cli/describe.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {
namespace {

// The project in which an act was rejected; nil: the event is another.
Id attempted_in(const record::Entry& entry) {
  if (!entry.event.is_known()) return {};
  return entry.event.with_event([](schema::Event::Reader event) -> Id {
    if (!event.isWorkspace() || !event.getWorkspace().isActRejected()) return {};
    return read(event.getWorkspace().getActRejected().getAct().getProject());
  });
}

}  // namespace

EventPrinter::EventPrinter(const Context& context, Source& source, const std::optional<Id>& project)
    : context_(context), source_(source) {
  if (context.json) return;
  names_.learn_projects(parse_document(source.projects()));
  if (project) return;
  if (const auto workspace = source.workspace()) {
    learn_workspace(source, names_);
    learnt_[Id{}] = workspace->version().value;
  }
}

void EventPrinter::learn_stream(Id stream) {
  if (stream.is_nil() || learnt_.contains(stream)) return;
  auto& version = learnt_[stream];
  try {
    version = learn_project(source_, names_, stream);
  } catch (const Failure& failure) {
    if (failure.exit != Exit::failed) throw;
    // Events may be read, these views not: ids stand for themselves.
  }
}

void EventPrinter::print(const record::Entry& entry) {
  if (context_.json) {
    context_.console.print("{}\n", event_json(entry));
    return;
  }
  const auto& envelope = entry.event.envelope();
  learn_stream(envelope.stream);
  learn_stream(attempted_in(entry));
  // Names are as they are now; what is newer than them tells others.
  if (envelope.version.value > learnt_[envelope.stream]) names_.learn(entry);
  context_.console.print("{}\n", describe_event(entry, names_));
}

}  // namespace daybook::cli
