#pragma once
// Rows that every peer of the command bench has.

#include <string>
#include <vector>

#include "bench/load.hpp"
#include "bench/table.hpp"

namespace daybook::bench {

// Puts half of the peer's `peak` rate on it, on a schedule, with `total` requests, and says what latency that gives.
[[nodiscard]] Row half_load_row(std::vector<Peer>& peers, double peak, std::size_t total);
// Of requests that were sent one at a time.
[[nodiscard]] Row lone_row(const std::string& name, const LoadResult& result);

}  // namespace daybook::bench
