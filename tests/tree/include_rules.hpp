#pragma once
// Which file may include which: an include goes only downwards, and a library stays where it belongs.
//
//   schema <- model <- server/log <- engine <- access <- sync <- net <- files in server itself
//             model <- client-sdk <- apps             server/log <- apps/cli
//
// Tests and benchmarks may include anything. A folder without a rule is a fault: the rule is written with it.
//
// Threading: pure functions.

#include <string>
#include <string_view>
#include <vector>

namespace daybook::tree {

// The faults of one file, each as "line: what is wrong"; `path` counts from the root of the source tree.
[[nodiscard]] std::vector<std::string> include_faults(std::string_view path,
                                                      std::string_view contents);

}  // namespace daybook::tree
