#pragma once
// Where a command reads from: a running server, or a data folder.
//
// Threading: one thread at a time.
// Failure:   throws Failure, with the exit code and what to do.

#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "apps/cli/context.hpp"
#include "apps/cli/moment.hpp"
#include "apps/cli/names.hpp"
#include "model/record/event_batch.hpp"
#include "model/views/view.hpp"

#include <daybook/snapshot.hpp>

namespace daybook::cli {

struct ProjectRow {
  Id id;
  std::string key;
  std::string name;  // as it is stored: not harmless
  std::uint64_t version = 0;
};

// A run of events: versions of one project, or positions of the whole log. Both ends included.
struct EventRange {
  std::optional<Id> project;  // nullopt: the whole log
  std::uint64_t first = 1;
  std::uint64_t last = 0;
};

class Source {
 public:
  virtual ~Source() = default;

  // {"projects":[{"id","key","name","version"}]}: those that may be read.
  [[nodiscard]] virtual std::string projects() = 0;
  // A whole view in the JSON form of ViewUpdate, one line; as it is now, or was at a moment.
  [[nodiscard]] virtual std::string view(const std::string& key_or_id, schema::ViewName name,
                                         const std::optional<Moment>& at = {}) = 0;
  // What those who decided on an entity had before them, in the JSON form of Context (schema/context.capnp), one line; of the
  // act at a version, else of the newest.
  [[nodiscard]] virtual std::string context(Id project, Id entity,
                                            std::optional<std::uint64_t> version) = 0;
  // Calls with every event of the range that there is, in order; false ends it.
  virtual void read(const EventRange& range,
                    const std::function<bool(const record::Entry&)>& each) = 0;
  // The newest version of a project, or position of the log.
  [[nodiscard]] virtual std::uint64_t newest(const std::optional<Id>& project) = 0;
  // nullptr: this token may not read it.
  [[nodiscard]] virtual std::shared_ptr<const client::WorkspaceSnapshot> workspace() = 0;
};

[[nodiscard]] std::unique_ptr<Source> open_source(const Context& context);

// Fails on what is not JSON.
[[nodiscard]] boost::json::value parse_document(std::string_view text);

// --- On top of it ---------------------------------------------------------------------------------------------------

[[nodiscard]] std::vector<ProjectRow> list_projects(Source& source);
// What --project says: an id, or a key in capitals. Fails if it was not given.
[[nodiscard]] std::string project_argument(const Context& context);
// The project of --project, which must be one of those that may be read.
[[nodiscard]] ProjectRow chosen_project(const Context& context, Source& source);

// Names of everything in a project, and the version that they are of.
std::uint64_t learn_project(Source& source, Names& names, Id project);
// The same of one view, by the project's key or id; false: this token may not read it.
bool learn_readable(Source& source, Names& names, const std::string& project,
                    schema::ViewName name);

// Where what a person typed is looked for: its names were learnt from there.
enum class Where { project, workspace };
// What a person typed for something: an id, or what people call it (T-12, CR-3, R-7, D-4, a column's or pool's name). Fails
// if it names nothing, or several things, of which none has a number.
[[nodiscard]] Id resolve_entity(const Names& names, const std::string& typed,
                                Where where = Where::project);
// What a person typed for whoever acted: an id, or a member's whole name.
[[nodiscard]] Id resolve_actor(const Names& names, const std::string& typed, Where where);
// Names of all members and projects, as far as the workspace may be read.
void learn_workspace(Source& source, Names& names);

// What a person typed for a member: an id, or the exact name of one member alone.
// Fails with the choices if there is not exactly one.
[[nodiscard]] Id resolve_member(const client::WorkspaceSnapshot& workspace,
                                const std::string& typed);

}  // namespace daybook::cli
