#pragma once
// The view `board` as columns side by side, as many as fit, the others below them.

#include <boost/json/value.hpp>

#include "apps/cli/names.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {

// `update`: the view in the JSON form of ViewUpdate. `names`: of the owners.
void print_board(const Console& console, const boost::json::value& update, const Names& names);

}  // namespace daybook::cli
