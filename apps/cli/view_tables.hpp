#pragma once
// Views as tables for people; the board has a picture of its own (board_picture.hpp).

#include <boost/json/value.hpp>

#include "apps/cli/context.hpp"
#include "apps/cli/names.hpp"
#include "model/views/view.hpp"

namespace daybook::cli {

// `rows` is that member of a ViewUpdate, looked at `when`: what has expired by then is told so. Requires: name is not BOARD.
void print_view(const Console& console, schema::ViewName name, const boost::json::value& rows,
                const Names& names, Timestamp when);

}  // namespace daybook::cli
