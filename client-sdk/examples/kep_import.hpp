#pragma once
// Sends a plan through a client, and checks afterwards that the copies agree.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <string>
#include <vector>

#include <daybook/client.hpp>

#include "client-sdk/examples/kep_plan.hpp"

namespace daybook::examples {

struct ImportReport {
  std::size_t commands = 0;
  std::size_t fresh = 0;     // accepted, and appended by this run
  std::size_t repeated = 0;  // accepted before: the same answer, nothing appended
  std::size_t events = 0;    // appended by this run
  std::vector<std::string> refused;
  bool importer_required =
      false;  // the token may not act for others: it was ended there, and can go on
  std::chrono::duration<double> took{};
};

struct ProjectDigest {
  std::string key;
  Version version = {};
  std::string digest;  // of the replica, whose snapshot the server vouched for by its own digest
  bool replay_agrees = false;  // the fold of all events from the first has the same
};

// Sends the acts in their order, many at once; lines_per_second 0: as fast as they are answered. The first one on somebody's
// behalf is waited for: without the importer's right none of those behind it are sent, as what the importer does alone
// (pools and policies) would be frozen in the wrong order by the next run.
// The client must be live and outlive the call. Throws boost::system::system_error if it is stopped.
[[nodiscard]] boost::asio::awaitable<ImportReport> run_import(client::Client& client, Plan& plan,
                                                              double lines_per_second);

// Opens each project, follows it from its first event, and compares.
[[nodiscard]] boost::asio::awaitable<std::vector<ProjectDigest>> compare_digests(
    client::Client& client, const std::vector<PlannedProject>& projects);

}  // namespace daybook::examples
