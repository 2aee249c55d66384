// Follows the whole log and proves it while it grows: every event's payload is hashed and compared with its envelope, every
// envelope becomes a leaf of a Merkle tree of our own (RFC 6962), and wherever the server has said its root, ours must be the
// same. Needs the token of an auditor or an admin.

#include <iostream>
#include <map>

#include <daybook/record.hpp>

#include "program.hpp"

namespace daybook::examples {
namespace {

using record::Hash;

class Auditor {
 public:
  explicit Auditor(const Arguments& arguments)
      : app_(client_options(arguments)),
        quiet_(arguments.has("--quiet")),
        once_(arguments.has("--once")) {}

  int run() {
    client::FollowOptions everything{.all = true, .stream = {}, .from = client::FollowAfter{}};
    const auto follow = app_.client().follow(
        everything, {.on_command =
                         [this](auto events) {
                           for (const auto& entry : events) add(entry.event);
                         },
                     .on_complete = [this](std::uint64_t) { compare(); },
                     .on_end = [this](client::error_code error) { end(error); }});
    return app_.run();
  }

 private:
  void add(const record::EventView& event) {
    hear();
    const auto& envelope = event.envelope();
    if (envelope.position.value != tree_.size() + 1) return fault("a position is missing");
    if (record::sha256(event.payload_bytes()) != envelope.payload_hash) {
      return fault("the payload is not the one that the envelope names");
    }
    tree_.append(record::leaf_hash(event.envelope_bytes()));
    if (!quiet_) {
      const record::EventType type{envelope.part, envelope.type};
      std::cout << envelope.position.value << ' ' << to_rfc3339(envelope.recorded_at) << ' '
                << to_string(envelope.stream) << ' ' << record::event_name(type) << ' '
                << record::to_hex(tree_.root()).substr(0, 16) << std::endl;
      if (!std::cout) app_.end(1);  // nobody reads any more
    }
    compare();
  }

  // The server says its root with every connection, before any event.
  void hear() {
    const auto& server = app_.client().server();
    if (!server ||
        (heard_ && heard_->position == server->position && heard_->root == server->root)) {
      return;
    }
    if (heard_ && heard_->log_id != server->log_id) return fault("the server has another log");
    if (server->position.value < tree_.size()) return fault("the server has lost events");
    heard_ = server;
    said_[server->position.value] = server->root;
  }
  void compare() {
    hear();
    const auto at = said_.find(tree_.size());
    if (at == said_.end()) return;
    if (at->second != tree_.root()) return fault("the server's root is another one");
    said_.erase(at);
    std::cout << "ok: " << tree_.size() << " events, root " << record::to_hex(tree_.root())
              << std::endl;
    if (once_) app_.end();
  }

  void end(client::error_code error) {
    if (error == client::Errc::not_permitted) {
      return app_.fail({1, "only auditors and admins may follow the whole log"});
    }
    if (error) fault(error.message());
  }
  void fault(const std::string& what) {
    app_.fail({1, "FAULT behind position " + std::to_string(tree_.size()) + ": " + what});
  }

  App app_;
  bool quiet_;
  bool once_;
  std::optional<client::ServerInfo> heard_;
  record::Frontier tree_;
  std::map<std::uint64_t, Hash>
      said_;  // size → the server's root, of sizes that we have not reached
};

constexpr std::string_view kHelp =
    " [--once] [--quiet] [COMMON OPTIONS]\n\n"
    "Follows the whole log from its first event, until Ctrl-C, and checks it: payload hashes, "
    "positions\n"
    "without holes, and the Merkle root (RFC 6962) wherever the server says its own, which is at "
    "each\n"
    "connection. Prints each event with the beginning of the root, and `ok:` where the roots "
    "agree.\n"
    "A fault ends it with exit code 1. Needs the token of an auditor or an admin.\n\n"
    "  --once           end when the roots agree for the first time\n"
    "  --quiet          print no events\n";

}  // namespace
}  // namespace daybook::examples

int main(int count, char** given) {
  using namespace daybook::examples;
  return run(count, given, kHelp, {"--once", "--quiet"},
             [](const Arguments& arguments) { return Auditor(arguments).run(); });
}
