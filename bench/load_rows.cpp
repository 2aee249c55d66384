#include "bench/load_rows.hpp"

#include <fmt/format.h>

namespace daybook::bench {

Row half_load_row(std::vector<Peer>& peers, double peak, std::size_t total) {
  const auto rate = peak / 2;
  const auto result =
      run_schedule(peers, {.rate = rate, .seconds = static_cast<double>(total) / rate});
  return {"  latency at half load", fmt::format("p50 {:.0f} us", result.quantile(0.5)), "",
          fmt::format("p99 {:.0f} us, p99.9 {:.0f} us, from when a request was due; {:.0f} a "
                      "second on a schedule",
                      result.quantile(0.99), result.quantile(0.999), rate)};
}

Row lone_row(const std::string& name, const LoadResult& result) {
  return {"  lone " + name, fmt::format("p50 {:.0f} us", result.quantile(0.5)), "",
          fmt::format("p99 {:.0f} us, p99.9 {:.0f} us; {}, one at a time", result.quantile(0.99),
                      result.quantile(0.999), result.replies)};
}

}  // namespace daybook::bench
