#pragma once
// A page in a browser, a member's or the one on the wall of a room: it speaks the JSON form by itself, as the dashboard does,
// and keeps what it is told of one project: every event, one view, and who is there.
//
// A member's page also acts, and asks what acts would lead to. A room's has no events, and tries what no room may do.

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "server/log/event_log.hpp"
#include "tests/simulation/client.hpp"

namespace daybook::simulation {

// Who is somewhere, and at what they look; members before rooms of nobody.
struct Guest {
  Id member = {};  // nil: a room
  model::ViewName view = model::ViewName::NONE;
  Id entity = {};
  auto operator<=>(const Guest&) const = default;
};

// Rows of a view as texts, by the key that they have in it.
using PageRows = std::map<std::string, std::string>;
// Takes the lines of one update, whole or not.
void take_rows(PageRows& rows, const boost::json::object& update);

// Threading: confined to one thread.
class Page {
 public:
  struct Surroundings {
    VirtualTime& time;
    testing::Random& random;
    Trace& trace;
    Ledger& ledger;
    Connect connect;
  };
  struct Place {
    std::size_t number = 0;
    Id project = {};
    Id member = {};  // nil: a room
    model::ViewName view = model::ViewName::BOARD;
  };
  Page(Surroundings surroundings, const Place& place, MadeToken token);

  // One thing that it does, or that the network does to it; false: there was nothing.
  bool step();
  bool deliver();
  [[nodiscard]] Wire* wire() const { return wire_.get(); }

  // Everything that it knows is gone, and it begins anew.
  void reload();
  // Asks again for what had ended.
  void mend();
  // Another token, which the present connection may go on with.
  void put_token(MadeToken token);
  // Gives a command, and as long as there is no answer again on each connection.
  void act(Id stream, const testing::Command& command);
  // Asks what the command would lead to.
  void try_out(const testing::Command& command);
  // A room's: one thing that it may not do.
  void overreach();

  [[nodiscard]] const Place& place() const { return place_; }
  [[nodiscard]] bool is_room() const { return place_.member.is_nil(); }
  [[nodiscard]] const MadeToken& token() const { return token_; }
  [[nodiscard]] bool needs_token() const { return needs_token_; }
  [[nodiscard]] bool is_connected() const;
  // It follows the events up to there.
  [[nodiscard]] bool has_all_events(Version version) const;
  [[nodiscard]] bool shows(Version version, const PageRows& rows) const;
  // Those whom it was told of; nullopt: not told yet, or it may not be there.
  [[nodiscard]] std::optional<std::vector<Guest>> guests() const;
  [[nodiscard]] bool is_idle() const { return unanswered_.empty() && questions_.empty(); }
  // What it keeps is what the log has.
  void check(const log::EventLog& log) const;
  [[nodiscard]] std::string describe() const;

 private:
  struct Seen {
    std::uint64_t position = 0;
    std::string command;
  };
  // A number of a subscription, or of a question, that must be refused.
  enum class Forbidden { no, yes };

  void connect();
  void lose_connection(std::uint16_t code);
  void send(std::string line);
  void receive(std::string_view message);
  void take(std::string_view kind, const boost::json::object& body);
  void take_events(const boost::json::object& body);
  void take_view(const boost::json::object& body);
  void take_presence(const boost::json::object& body);
  void take_outcome(bool is_accepted, const boost::json::object& body);
  void take_answer(const boost::json::object& body);
  void take_end(const boost::json::object& body);
  [[nodiscard]] std::string subscribe_events();
  [[nodiscard]] std::string subscribe_view();
  void ask(const testing::Command& command, Forbidden forbidden);
  void fault(std::string_view what) const;

  Surroundings world_;
  const Place place_;
  MadeToken token_;
  std::shared_ptr<Wire> wire_;
  std::uint64_t wires_ = 0;
  Instant next_attempt_{};
  Instant heard_{};
  Instant sent_{};
  bool is_welcome_ = false;
  bool needs_token_ = false;

  std::uint32_t last_number_ = 0;  // of subscriptions and questions
  std::uint32_t events_number_ = 0;
  std::uint32_t view_number_ = 0;  // 0: it has ended, as that of the events
  std::string log_id_;
  std::vector<Seen> events_;    // all, from version 1
  std::vector<Seen> arriving_;  // of a batch that is not complete
  PageRows rows_;
  PageRows arriving_rows_;
  bool is_update_open_ = false;
  Version view_version_;
  std::map<std::uint64_t, Guest> here_;
  bool is_present_ = false;
  struct Given {
    Act::Number act = 0;
    Id id;
    std::string line;
  };
  std::vector<Given> unanswered_;
  std::map<std::uint32_t, Id> questions_;  // what is tried; nil: must be refused
  std::set<std::uint32_t> forbidden_;      // subscriptions
  std::set<std::string> forbidden_commands_;
};

}  // namespace daybook::simulation
