#pragma once
// What differs between two states of a view, in its JSON form.
//
// Pure functions; thread-safe.

#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "apps/cli/row_name.hpp"

namespace daybook::cli {

struct FieldDifference {
  std::string path;         // "state.owner"
  boost::json::value from;  // null: not there
  boost::json::value to;
};
struct RowDifference {
  enum class Kind { added, removed, changed };
  Kind kind = Kind::changed;
  RowKey key;
  boost::json::value row;               // as it is afterwards; of a removed one: as it was
  std::vector<FieldDifference> fields;  // of a changed one
};

// The rows of `rows` objects of two ViewUpdates, of the view of this name; by key.
[[nodiscard]] std::vector<RowDifference> differences(const boost::json::value& from,
                                                     const boost::json::value& to,
                                                     std::string_view view);

}  // namespace daybook::cli
