// The import against the real server: everything fits, a second run appends nothing, all copies agree.

#include "client-sdk/examples/kep_import.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <sstream>

#include "model/snapshot.hpp"
#include "tests/client-sdk/kep_lines.hpp"
#include "tests/server/net/running_server.hpp"

namespace daybook::testing {
namespace {

namespace asio = boost::asio;

// The administrator's token; with the importer's right, or without.
std::string token_of(RunningServer& server, bool importer) {
  const auto made = access::make_token();
  IssueToken fields{
      .token = token_id(importer ? 777 : 778), .member = kAdmin, .importer = importer};
  fields.hash.assign(made.hash.begin(), made.hash.end());
  server.given({.command = issue_token(fields), .stream = {}});
  server.catch_up();
  return made.secret;
}

struct Run {
  examples::ImportReport report;
  std::vector<examples::ProjectDigest> digests;
};

asio::awaitable<void> import(client::Client& client, std::string text, record::Hash secret,
                             Run& run) {
  co_await client.wait_live(asio::use_awaitable);
  std::istringstream file(text);
  auto plan = examples::make_plan(file, client.server()->member, secret);
  run.report = co_await examples::run_import(client, plan, 0);
  if (!run.report.importer_required)
    run.digests = co_await examples::compare_digests(client, plan.projects);
  co_await client.stop(asio::use_awaitable);
}

Run run_once(RunningServer& server, const std::string& token, std::byte secret,
             std::string_view text = kKepFile) {
  asio::io_context io;
  client::ClientOptions options;
  options.url = "ws://127.0.0.1:" + std::to_string(server.port());
  options.token = token;
  client::Client client(io.get_executor(), options);
  client.start();
  record::Hash hash{};
  hash.fill(secret);
  Run run;
  std::exception_ptr failure;
  asio::co_spawn(io, import(client, std::string(text), hash, run),
                 [&](const std::exception_ptr& thrown) { failure = thrown; });
  io.run();
  if (failure) std::rethrow_exception(failure);
  return run;
}

}  // namespace

TEST_CASE("A history is imported whole, once, and all copies agree", "[kep][live]") {
  RunningServer server;
  server.set_clock({1'800'000'000'000'000});
  const auto token = token_of(server, true);
  const auto first = run_once(server, token, std::byte{1});
  for (const auto& refused : first.report.refused) UNSCOPED_INFO(refused);
  CHECK(first.report.refused.empty());
  CHECK(first.report.fresh == first.report.commands);
  CHECK(first.report.repeated == 0);
  const auto head = server.head();
  REQUIRE(first.digests.size() == 3);
  server.catch_up();

  // The same secret, and another: facts are the same, and words do not count. What is approved is a hash over the
  // commitments to words, which are others under another secret: so the two consents are other commands.
  for (const auto secret : {std::byte{1}, std::byte{2}}) {
    const auto again = run_once(server, token, secret);
    const std::size_t others = secret == std::byte{1} ? 0 : 2;
    CHECK(again.report.refused.size() == others);
    CHECK(again.report.fresh == 0);
    CHECK(again.report.repeated == first.report.commands - others);
    CHECK(again.report.events == 0);
    CHECK(server.head() == head);
    REQUIRE(again.digests.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(again.digests[i].digest == first.digests[i].digest);
      CHECK(again.digests[i].replay_agrees);
    }
  }
  server.verify();
}

TEST_CASE("A run without the importer's right ends before it does harm, and one with it goes on",
          "[kep][live]") {
  RunningServer server;
  server.set_clock({1'800'000'000'000'000});
  const auto without = run_once(server, token_of(server, false), std::byte{1}, kKepApprovals);
  CHECK(without.report.importer_required);
  CHECK(without.report.refused.size() == 1);
  const auto run = run_once(server, token_of(server, true), std::byte{1}, kKepApprovals);
  for (const auto& refused : run.report.refused) UNSCOPED_INFO(refused);
  CHECK(run.report.refused.empty());  // each was asked of their own pool, as it was then
  CHECK_FALSE(run.report.importer_required);
  CHECK(run.report.repeated == without.report.commands - 1);
  server.verify();
}

TEST_CASE("An approver whose own it is stops no import", "[kep][live]") {
  for (const auto file : {kKepByApprover, kKepAskedBefore, kKepRewritten, kKepRewrittenByAll,
                          kKepRewrittenAndListed}) {
    CAPTURE(file);
    RunningServer server;
    server.set_clock({1'800'000'000'000'000});
    const auto run = run_once(server, token_of(server, true), std::byte{1}, file);
    CHECK(run.report.refused == std::vector<std::string>{});
    CHECK(run.report.fresh == run.report.commands);
  }
}

}  // namespace daybook::testing
