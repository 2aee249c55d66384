// Imports the history of a large project's proposals into a running server.
//
//   DAYBOOK_TOKEN=T kep_history FILE [--server URL] [--ca-file F] [--pin P] [--seed-file F] [--grant-importer]
//                               [--rate LINES_PER_SECOND]
//
// The token's member needs the role admin, and the token the importer's right; with --grant-importer an admin's token
// without it issues one for itself, which is derived from the seed file and works until it is revoked: how is said at the
// end. Without the right nothing is done on anybody's behalf, and a run with it goes on. The seed file keeps the secret from which the
// texts' salts are made; it is created if it is not there. A second run with the same file and seed file appends nothing; a
// run that was interrupted goes on with the same seed file. Under another one approvals are refused, as they quote what
// is hashed over the salts.
//
// Exit: 0 ok, 1 something was refused or does not agree, 2 usage, 3 no connection.

#include <fcntl.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "client-sdk/examples/kep_import.hpp"

namespace daybook::examples {
namespace {

namespace net = boost::asio;
constexpr auto kTuple = net::as_tuple(net::use_awaitable);

struct Arguments {
  std::string file;
  std::string server = "http://127.0.0.1:8484";
  std::string token;
  std::string seed_file = "kep_history.seed";
  bool grant_importer = false;
  double rate = 0;
  client::TlsOptions tls;
};

// A number of lines a second. nullopt: none.
std::optional<double> parse_rate(const std::string& text) {
  double rate = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), rate);
  const bool is_rate = end.ec == std::errc() && end.ptr == text.data() + text.size() && rate >= 0;
  return is_rate ? std::optional(rate) : std::nullopt;
}

std::optional<Arguments> parse(int count, char** given) {
  Arguments arguments;
  if (const char* token = std::getenv("DAYBOOK_TOKEN")) arguments.token = token;
  for (int i = 1; i < count; ++i) {
    const std::string name = given[i];
    const auto value = [&]() -> std::string { return ++i < count ? given[i] : ""; };
    if (name == "--server") {
      arguments.server = value();
    } else if (name == "--token") {
      arguments.token = value();
    } else if (name == "--seed-file") {
      arguments.seed_file = value();
    } else if (name == "--grant-importer") {
      arguments.grant_importer = true;
    } else if (name == "--rate") {
      const auto rate = parse_rate(value());
      if (!rate) return std::nullopt;
      arguments.rate = *rate;
    } else if (name == "--ca-file") {
      arguments.tls.ca_file = value();
    } else if (name == "--pin") {
      arguments.tls.pinned_key = value();
    } else if (!name.starts_with("--") && arguments.file.empty()) {
      arguments.file = name;
    } else {
      return std::nullopt;
    }
  }
  if (arguments.file.empty() || arguments.token.empty() || arguments.seed_file.empty()) {
    return std::nullopt;
  }
  return arguments;
}

// The secret in the file; made if there is no such file.
std::optional<record::Hash> read_secret(const std::string& path) {
  record::Hash secret{};
  auto* const bytes = reinterpret_cast<unsigned char*>(secret.data());
  if (const int made = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
      made >= 0) {
    const bool ok = RAND_bytes(bytes, static_cast<int>(secret.size())) == 1 &&
                    ::write(made, bytes, secret.size()) == static_cast<ssize_t>(secret.size()) &&
                    ::fsync(made) == 0;
    ::close(made);
    return ok ? std::optional(secret) : std::nullopt;
  }
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(bytes), static_cast<std::streamsize>(secret.size()));
  return file ? std::optional(secret) : std::nullopt;
}

// "dbk_" + base64url of 32 bytes that the secret makes, so that a second run has the same.
std::string derived_token(const record::Hash& secret) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const std::string_view purpose = "importer token";
  const auto random = record::hmac_sha256(secret, {std::as_bytes(std::span(purpose))});
  std::string token = "dbk_";
  unsigned bits = 0;
  int held = 0;
  for (const auto byte : random) {
    bits = bits << 8 | std::to_integer<unsigned>(byte);
    for (held += 8; held >= 6; held -= 6) token += kAlphabet[bits >> (held - 6) & 63U];
  }
  if (held > 0) token += kAlphabet[bits << (6 - held) & 63U];
  return token;
}

class Connection {
 public:
  Connection(const net::any_io_executor& executor, const Arguments& arguments, std::string token)
      : client_(executor,
                client::ClientOptions{
                    .url = arguments.server, .token = std::move(token), .tls = arguments.tls}) {
    client_.on_state_change([](const client::StateChange& change) {
      if (change.reason) std::cerr << to_string(change.state) << ": " << change.detail << "\n";
    });
    client_.start();
  }
  client::Client& client() { return client_; }

 private:
  client::Client client_;
};

Id derived_token_id(const record::Hash& secret) {
  const auto token = derived_token(secret);
  return make_id_v8(record::sha256(std::as_bytes(std::span(token))));
}

net::awaitable<bool> grant_importer(client::Client& client, Id member, const record::Hash& secret) {
  const auto token = derived_token(secret);
  const auto hash = record::sha256(std::as_bytes(std::span(token)));
  client::CommandBuilder command;
  auto issue = command.root().initWorkspace().initIssueToken();
  const Id id = derived_token_id(secret);
  write(issue.initToken(), id);
  issue.setHash({reinterpret_cast<const kj::byte*>(hash.data()), hash.size()});
  issue.setKind(schema::workspace::TokenKind::MEMBER);
  write(issue.initMember(), member);
  issue.setImporter(true);
  command.text(issue.initLabel(), "kep_history");
  client::SubmitOptions options;
  options.id = derived_id(id, 0);
  const auto outcome =
      co_await client.submit(Id{}, std::move(command), options, net::use_awaitable);
  if (const auto* no = client::rejected(outcome)) {
    std::cerr << "no importer's token: " << client::code_name(no->code) << "\n";
  }
  co_return client::accepted(outcome) != nullptr;
}

void print(const Plan& plan, const ImportReport& report,
           const std::vector<ProjectDigest>& digests) {
  std::printf("lines read          %zu, of which %zu could not be read\n", plan.lines,
              plan.unreadable.size());
  for (const auto& line : plan.unreadable) std::printf("  %s\n", line.c_str());
  std::printf("projects            %zu\nmembers             %zu\ntasks               %zu\n",
              plan.projects.size(), plan.members, plan.tasks);
  std::printf("moves               %zu\ntitles edited       %zu\n", plan.moves, plan.edits);
  std::printf("approvals asked     %zu\napprovals given     %zu\ndecisions recorded  %zu\n",
              plan.requests, plan.approvals, plan.decisions);
  std::printf("contradicting lines %zu\n", plan.contradictions);
  std::printf("commands            %zu: %zu new, %zu answered as before, %zu refused\n",
              report.commands, report.fresh, report.repeated, report.refused.size());
  std::printf("events appended     %zu\n", report.events);
  for (std::size_t i = 0; i < std::min<std::size_t>(report.refused.size(), 20); ++i) {
    std::printf("  refused, %s\n", report.refused[i].c_str());
  }
  std::printf("kept as remainders, by kind:\n");
  for (const auto& [kind, count] : plan.kept) std::printf("  %-20s %zu\n", kind.c_str(), count);
  std::printf("time                %.3f s, %.3f s for a thousand lines\n", report.took.count(),
              plan.lines == 0 ? 0 : report.took.count() * 1000 / static_cast<double>(plan.lines));
  std::printf("digests (replica, checked against the server's; replay from zero):\n");
  for (const auto& one : digests) {
    std::printf("  %-10s version %6llu  %s  %s\n", one.key.c_str(),
                static_cast<unsigned long long>(one.version.value), one.digest.c_str(),
                one.replay_agrees ? "same" : "DIFFERENT");
  }
}

// Waits until the client is live, or will not be soon. The exit code; 0: it is.
net::awaitable<int> connect(client::Client& client, const std::string& server) {
  const auto executor = co_await net::this_coro::executor;
  net::steady_timer limit(executor, std::chrono::seconds(10));
  const auto late = std::make_shared<bool>(false);
  limit.async_wait([late, &client](client::error_code error) {
    if (error || *late) return;
    *late = true;
    client.stop([](client::error_code) {});
  });
  const auto [error] = co_await client.wait_live(kTuple);
  limit.cancel();
  const bool was_late = std::exchange(*late, true);
  if (!error && !was_late) co_return 0;
  if (error == client::Errc::unauthenticated) {
    std::cerr << "the server does not accept this token\n";
    co_return 1;
  }
  std::cerr << "no connection to " << server << "\n";
  co_return 3;
}

net::awaitable<int> run(const Arguments& arguments) {
  const auto executor = co_await net::this_coro::executor;
  std::ifstream file(arguments.file);
  if (!file) {
    std::cerr << "cannot read " << arguments.file << "\n";
    co_return 2;
  }
  const auto secret = read_secret(arguments.seed_file);
  if (!secret) {
    std::cerr << "cannot read or make " << arguments.seed_file << "\n";
    co_return 2;
  }
  auto connection = std::make_unique<Connection>(executor, arguments, arguments.token);
  const int failed = co_await connect(connection->client(), arguments.server);
  if (failed != 0) co_return failed;
  const Id member = connection->client().server()->member;
  if (arguments.grant_importer) {
    const bool granted = co_await grant_importer(connection->client(), member, *secret);
    if (!granted) co_return 1;
    co_await connection->client().stop(net::use_awaitable);
    connection = std::make_unique<Connection>(executor, arguments, derived_token(*secret));
    const int again = co_await connect(connection->client(), arguments.server);
    if (again != 0) co_return again;
  }
  auto plan = make_plan(file, member, *secret);
  const auto report = co_await run_import(connection->client(), plan, arguments.rate);
  if (report.importer_required) {
    std::cerr << "this token may not act on behalf of others: run again with --grant-importer and "
                 "the same seed file, which goes on from here\n";
    co_await connection->client().stop(net::use_awaitable);
    co_return 1;
  }
  const auto digests = co_await compare_digests(connection->client(), plan.projects);
  print(plan, report, digests);
  if (arguments.grant_importer) {
    std::printf("The importer's token works until it is ended: daybook token revoke %s\n",
                to_string(derived_token_id(*secret)).c_str());
  }
  co_await connection->client().stop(net::use_awaitable);
  const bool agree = std::ranges::all_of(digests, &ProjectDigest::replay_agrees);
  co_return report.refused.empty() && plan.unreadable.empty() && agree ? 0 : 1;
}

}  // namespace
}  // namespace daybook::examples

int main(int count, char** given) {
  const auto arguments = daybook::examples::parse(count, given);
  if (!arguments) {
    std::cerr << "usage: DAYBOOK_TOKEN=T kep_history FILE [--server URL] [--ca-file F] [--pin P] "
                 "[--seed-file F] [--grant-importer] [--rate LINES_PER_SECOND]\n";
    return 2;
  }
  int code = 3;
  try {
    boost::asio::io_context io;
    boost::asio::co_spawn(io, daybook::examples::run(*arguments),
                          [&](const std::exception_ptr& thrown, int result) {
                            code = result;
                            if (thrown) std::rethrow_exception(thrown);
                          });
    io.run();
  } catch (const std::invalid_argument& error) {  // --server, --ca-file or --pin
    std::cerr << error.what() << "\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 3;
  }
  return code;
}
