#pragma once
// Read models for thin clients: keyed tables of rows, pure functions of a stream's state.
//
// Rows carry timestamps, never ages, so a view changes only when the state does, or, where it depends on it, the date.

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "model/project.hpp"
#include "model/record/hash.hpp"
#include "model/workspace.hpp"
#include "schema/wire.capnp.h"

namespace daybook::model {

using schema::ViewName;

// One row in canonical Cap'n Proto words (its struct: schema::ViewRows), shared by everybody who shows it. Immutable.
using RowWords = std::shared_ptr<const std::vector<std::uint64_t>>;

struct ViewRow {
  Id key = {};
  RowWords words;
};

// A view as of one version. A value; immutable once made.
struct View {
  ViewName name = ViewName::NONE;
  Version version = {};
  Timestamp recorded_at = {};
  Date date = {};             // on which it is looked at
  std::vector<ViewRow> rows;  // sorted by key, keys unique
};

// "board"; parse_view_name gives nullopt for what is not a view.
[[nodiscard]] std::string_view to_string(ViewName name);
[[nodiscard]] std::optional<ViewName> parse_view_name(std::string_view name);
// Every view that exists.
[[nodiscard]] std::span<const ViewName> all_views();

// Whether a view looks at the date, so that it is another on another day.
[[nodiscard]] bool depends_on_date(ViewName name);
// Whether a view shows something of the workspace: names, rejected acts. Replicas derive it without.
[[nodiscard]] bool depends_on_workspace(ViewName name);

// The view of a project, looked at on a date (UTC); none: the day of the project's newest event. `latest` is given where
// the project is one as of a moment: the moment, since the workspace's stream has other times.
[[nodiscard]] View derive(ViewName name, const Project& project, const Workspace& workspace,
                          Date date = {}, Timestamp latest = {});

// What leads from one state of a view to another; both of the same name.
struct ViewChange {
  std::vector<RowWords> rows;  // new or different
  std::vector<Id> removed;
  [[nodiscard]] bool empty() const { return rows.empty() && removed.empty(); }
};
[[nodiscard]] ViewChange difference(const View& from, const View& to);
// All rows, as a change from nothing.
[[nodiscard]] ViewChange whole(const View& view);

// Fills in the rows of an update.
void write_rows(schema::ViewRows::Builder builder, ViewName name, std::span<const RowWords> rows);

// Every text that the rows refer to.
[[nodiscard]] std::vector<Text> texts_of(ViewName name, std::span<const RowWords> rows);

}  // namespace daybook::model
