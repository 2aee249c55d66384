#pragma once
// A member with an app on the real library: what they do, what they are told, and what they see.

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <daybook/client.hpp>

#include "client-sdk/src/transport.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/ledger.hpp"
#include "tests/simulation/statuses.hpp"
#include "tests/simulation/virtual_time.hpp"
#include "tests/simulation/wire.hpp"
#include "tests/support/describe.hpp"
#include "tests/support/governance_play.hpp"

namespace daybook::simulation {

// The client's end of a wire, from the attempt to its end.
struct Link {
  std::shared_ptr<Wire> wire;
  client::detail::TransportListener listener;
  enum class State { connecting, open, ended } state = State::connecting;
};

// Takes a new wire to the server; false: nobody is there.
using Connect = std::function<bool(const std::shared_ptr<Wire>& wire)>;

// A token that an admin made for a member.
struct MadeToken {
  Id id;
  std::string secret;
};

// Threading: confined to one thread.
class Member {
 public:
  struct Surroundings {
    VirtualTime& time;
    testing::Random& random;
    Trace& trace;
    Ledger& ledger;
    Disks& disks;
    Connect connect;
    std::function<bool()> server_may_fail;  // something was done to it after which it may say so
  };
  Member(Surroundings surroundings, std::size_t number, std::vector<Id> projects, MadeToken token);
  ~Member();

  // --- The app -------------------------------------------------------------------------------------------------------
  void start_app();
  // It is gone, with all that it had in memory. What is in its outbox stays.
  void kill_app();
  // Its outbox too.
  void lose_outbox();
  // Its machine is without power, and the app gone: now, or at the call of its outbox that comes after so many others. What the
  // app was told is in its outbox is there.
  void lose_power();
  void lose_power_in(std::uint64_t calls);
  // The power stays.
  void forget_faults() { disk_.forget_faults(); }
  [[nodiscard]] bool app_runs() const { return app_ != nullptr; }
  // Somebody looks after it: starts it where it is gone, and opens anew what had ended.
  void mend();
  void put_token(MadeToken token);
  [[nodiscard]] const MadeToken& token() const { return token_; }

  // --- What the world does to it -------------------------------------------------------------------------------------
  // One thing that its thread or the network does; false: there was nothing.
  bool step();
  // Over a wire that both ends still have.
  [[nodiscard]] bool is_connected() const;
  // How many wires it had so far.
  [[nodiscard]] std::uint64_t wires() const { return wires_; }
  // The wire that it has now; nullptr: none.
  [[nodiscard]] Wire* wire() const;
  // Some of what is on its way arrives; false: there was nothing.
  bool deliver();

  // --- What the member does ------------------------------------------------------------------------------------------
  // What somebody might do in one of the projects, as this one sees it; nullopt: it sees nothing yet.
  struct Idea {
    Id project;
    testing::Attempt attempt;
  };
  [[nodiscard]] std::optional<Idea> think();
  void act(const Idea& idea);
  // The last act whose id it chose by itself, given again as it was.
  void repeat();
  // Asks the server what became of the last act that was accepted; it must be what this one was told.
  void ask();
  // Reads a project as it was.
  void look_back();
  // Looks at something in one of the projects, or at nothing.
  void look();
  // Says once more at what it looks: who was not let in may be by now.
  void look_again();
  // The admin's: submits to the workspace; the handler is called if it is accepted.
  void act_on_workspace(const testing::Command& command, std::function<void()> accepted);

  // --- What there is to see ------------------------------------------------------------------------------------------
  [[nodiscard]] Id id() const { return testing::member_id(number_); }
  [[nodiscard]] std::size_t number() const { return number_; }
  struct Past {
    Id project;
    Version version;
    record::Hash digest;
  };
  [[nodiscard]] const std::vector<Past>& past() const { return past_; }
  // Another log is there: what was seen of the old one says nothing.
  void forget_past() {
    past_.clear();
    ++epoch_;
  }
  // nullptr: none is open. Only the admin has one.
  [[nodiscard]] const client::Workspace* workspace() const;
  // nullptr: none is open, or it ended.
  [[nodiscard]] const client::Project* project(Id id) const;
  [[nodiscard]] bool has_ended(Id id) const;
  // nullptr: it is not watched, has ended, or nothing of it has come yet.
  [[nodiscard]] std::shared_ptr<const client::WatchedView> watched(Id id) const;
  [[nodiscard]] const client::Looking& looking() const { return looking_; }
  // Who is there where it looks. Requires: app_runs().
  [[nodiscard]] const client::Presence& presence() const;
  // The highest version of it that was confirmed here; 0: none.
  [[nodiscard]] Version version(Id id) const;
  [[nodiscard]] bool needs_auth() const;
  [[nodiscard]] bool is_idle() const;  // it has nothing to send, and waits for no answer
  // Every command has its final status, but for what a restored log has lost.
  [[nodiscard]] bool is_settled() const;
  // Asked anew, the library gives each command that one final status, and it is what the member was told.
  void check_statuses() const;
  [[nodiscard]] std::string describe() const;
  // For the admin: how far the log was followed.
  [[nodiscard]] std::uint64_t followed() const;

 private:
  class Transport;
  struct App;

  [[nodiscard]] std::unique_ptr<client::detail::Transport> connect(
      client::detail::TransportListener listener);
  // A handler of the app; false: none is ready.
  bool run_one();
  void open_projects();
  void open_watch(Id id);
  void check_outbox();
  void check_presence();
  void name_next(std::span<const std::byte> random);
  void command_kept(Id id);
  void command_changed(const client::CommandStatus& status);
  void open_follow();
  void on_command(std::span<const record::Entry> events);
  void submit(Id stream, const testing::Command& command, std::function<void()> accepted);
  void finished(Act::Number act, client::error_code error, const client::Outcome& outcome);

  Surroundings world_;
  std::size_t number_;
  std::vector<Id> projects_;
  std::map<Id, model::ViewName> views_;  // which it watches, of each project
  MadeToken token_;
  client::Looking looking_;
  std::vector<testing::GovernancePlay> plays_;  // one a project
  struct OwnAct {
    Act::Number act = 0;
    Id stream;
    testing::Command command;
    client::SubmitOptions options;
  };
  std::optional<OwnAct> own_;
  std::optional<std::pair<Act::Number, Id>> last_accepted_;
  std::vector<Past> past_;
  std::uint64_t epoch_ = 0;  // of the log: old answers are not those of a later one
  Disk disk_;                // under its outbox
  bool has_outbox_;
  Statuses statuses_;
  std::map<Id, Act::Number> kept_;  // in the outbox, and not answered
  std::unique_ptr<App> app_;
  std::weak_ptr<Link> link_;
  std::uint64_t wires_ = 0;
};

}  // namespace daybook::simulation
