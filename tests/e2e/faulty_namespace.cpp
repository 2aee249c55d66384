#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "tests/e2e/faulty_network.hpp"
#include "tests/support/process.hpp"

namespace daybook::testing {
namespace {

std::string tool(const char* name) {
  for (const char* folder : {"/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/"}) {
    if (std::filesystem::exists(std::string(folder) + name)) return std::string(folder) + name;
  }
  return name;
}

// Empty: done; else what the tool said.
std::string try_to(const char* name, const std::vector<std::string>& arguments) {
  const auto finished = run(tool(name), arguments);
  if (finished.code == 0) return {};
  std::string said = std::string(name) + ":";
  for (const auto& argument : arguments) said += " " + argument;
  return said + ": " + finished.errors;
}
void do_it(const char* name, const std::vector<std::string>& arguments) {
  const auto fault = try_to(name, arguments);
  if (!fault.empty()) throw std::runtime_error(fault);
}

// Without being root: as root of a namespace of users, where the kernel lets anybody make one.
bool leave_network() {
  if (::unshare(CLONE_NEWNET) == 0) return true;
  const auto user = ::getuid();
  const auto group = ::getgid();
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/uid_map") << "0 " << user << " 1";
  std::ofstream("/proc/self/gid_map") << "0 " << group << " 1";
  return true;
}

class Namespace final : public FaultyNetwork {
 public:
  explicit Namespace(std::vector<std::string> how) : how_(std::move(how)) {}
  [[nodiscard]] std::string name() const override { return "namespace, " + how_.front(); }
  [[nodiscard]] std::string url(std::uint16_t port) override {
    return "ws://127.0.0.1:" + std::to_string(port);
  }
  void make_bad() override {
    auto arguments = std::vector<std::string>{"qdisc", "replace", "dev", "lo", "root"};
    arguments.insert(arguments.end(), how_.begin(), how_.end());
    do_it("tc", arguments);
  }
  void go_silent() override { do_it("ip", {"link", "set", "lo", "down"}); }
  void heal() override {
    static_cast<void>(try_to("tc", {"qdisc", "del", "dev", "lo", "root"}));
    do_it("ip", {"link", "set", "lo", "up"});
  }

 private:
  std::vector<std::string> how_;
};

// Empty: done; else what could not be done. Packets are as large as on a wire, so that losing one is losing little.
std::string enter() {
  if (!leave_network()) return std::string("unshare: ") + std::strerror(errno);
  return try_to("ip", {"link", "set", "lo", "up", "mtu", "1500"});
}

// Tried by a process of its own, as there is no way back: which of the ways there are, or nothing, with `why`.
std::optional<std::vector<std::string>> probe(std::string& why) {
  // Where the kernel has no netem, a narrow pipe: what comes in bursts is late, and lost where it runs over.
  const std::vector<std::vector<std::string>> ways{
      {"netem", "delay", "10ms", "5ms", "loss", "2%"},
      {"tbf", "rate", "8mbit", "burst", "4000", "limit", "12000"}};
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return std::nullopt;
  const auto child = ::fork();
  if (child == 0) {
    auto fault = enter();
    for (std::size_t i = 0; fault.empty() && i < ways.size(); ++i) {
      Namespace network(ways[i]);
      try {
        network.make_bad();
        ::_exit(static_cast<int>(i));
      } catch (const std::runtime_error& error) {
        if (i + 1 == ways.size()) fault = error.what();
      }
    }
    static_cast<void>(::write(pipe[1], fault.data(), fault.size()));
    ::_exit(255);
  }
  ::close(pipe[1]);
  std::array<char, 400> said{};
  const auto size = ::read(pipe[0], said.data(), said.size());
  ::close(pipe[0]);
  why.assign(said.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return std::nullopt;
  const auto way = WIFEXITED(status) ? static_cast<std::size_t>(WEXITSTATUS(status)) : 255;
  if (way >= ways.size()) return std::nullopt;
  return ways[way];
}

}  // namespace

std::unique_ptr<FaultyNetwork> enter_namespace(std::string& why) {
  const auto way = probe(why);
  if (!way) return nullptr;
  why = enter();
  if (!why.empty()) throw std::runtime_error(why);  // and the loopback is gone
  return std::make_unique<Namespace>(*way);
}

}  // namespace daybook::testing
