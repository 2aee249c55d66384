// The command line at a server under TLS.

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/apps/cli/console.hpp"
#include "tests/server/net/tls_server.hpp"

using namespace daybook::cli;
using namespace daybook::cli::testing;
using Catch::Matchers::Contains;
using daybook::testing::TestCa;
using daybook::testing::TlsServer;
using daybook::testing::write_file;

namespace {

struct Fixture {
  Said operator()(std::vector<std::string> arguments, const std::string& scheme = "https") const {
    const auto url = scheme + "://localhost:" + std::to_string(server.port());
    arguments.insert(arguments.end(), {"--server", url, "--token", server.token("admin")});
    return call(arguments);
  }
  // Both ways to a server: lists over HTTP, the log over the sync protocol.
  void check_refused(const std::vector<std::string>& options, const std::string& why) const {
    for (const auto* command : {"projects", "log"}) {
      std::vector<std::string> arguments{command};
      arguments.insert(arguments.end(), options.begin(), options.end());
      const auto said = (*this)(arguments);
      CHECK(said.exit == Exit::no_connection);
      CHECK(said.out.empty());
      CHECK_THAT(said.err, Contains("no secure connection to https://localhost:") && Contains(why));
    }
  }

  TlsServer server;
  std::string ca = server.path("ca.pem");
};

// Sets a variable of the environment while it lives.
struct Variable {
  Variable(const char* name, const std::string& value) : name_(name) {
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

}  // namespace

TEST_CASE("With --ca-file and --pin every command works under TLS", "[cli][tls]") {
  const Fixture cli;
  const auto projects = cli({"projects", "--ca-file", cli.ca, "--json"});
  CHECK(projects.exit == Exit::ok);
  CHECK(boost::json::parse(projects.out).at("projects").as_array().size() == 1);
  const auto log = cli({"log", "--ca-file", cli.ca, "--pin", cli.server.identity.pin});
  CHECK(log.exit == Exit::ok);
  CHECK(log.err.empty());
  CHECK_FALSE(log.out.empty());
  const Variable ca_file("DAYBOOK_CA_FILE", cli.ca);
  CHECK(cli({"projects"}).exit == Exit::ok);
  CHECK(cli({"member", "list"}).exit == Exit::ok);
  const Variable pin("DAYBOOK_PIN", cli.server.ca.issue().pin);
  cli.check_refused({}, "not the pinned one");
  CHECK(cli({"projects", "--pin", cli.server.identity.pin}).exit == Exit::ok);
}

TEST_CASE("A server that cannot be trusted is refused with what to do, exit 3", "[cli][tls]") {
  const Fixture cli;
  cli.check_refused({}, "not signed by a CA that is trusted here");
  const TestCa other;
  const auto file = cli.server.path("other.pem");
  write_file(file, other.certificate_pem());
  cli.check_refused({"--ca-file", file}, "not signed by a CA that is trusted here");
  cli.check_refused({"--ca-file", cli.ca, "--pin", other.issue().pin}, "not the pinned one");
  const auto plain = cli({"log"}, "http");
  CHECK(plain.exit == Exit::no_connection);
  CHECK_THAT(plain.err, Contains("this port speaks TLS: use https://"));
  CHECK_THAT(cli({"projects"}, "http").err, Contains("this port speaks TLS: use https://"));
}

TEST_CASE("A pin or a CA file that is none is wrong usage", "[cli][tls]") {
  const Fixture cli;
  for (const auto* command : {"projects", "log"}) {
    const auto pin = cli({command, "--pin", "sha256/abc"});
    CHECK(pin.exit == Exit::usage);
    CHECK_THAT(pin.err, Contains("sha256/abc"));
    const auto file = cli({command, "--ca-file", cli.server.path("missing.pem")});
    CHECK(file.exit == Exit::usage);
    CHECK_THAT(file.err, Contains("missing.pem"));
    for (const std::string name : {"--pin", "--ca-file"}) {
      const auto value = name == "--pin" ? cli.server.identity.pin : cli.ca;
      const auto plain = cli({command, name, value}, "http");
      CHECK(plain.exit == Exit::usage);
      CHECK_THAT(plain.err, Contains("needs an address under TLS: https://"));
    }
  }
}
