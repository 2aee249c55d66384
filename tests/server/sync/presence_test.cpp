// Who is here: what a room tells of changes, who may be told, and what it costs those who are elsewhere.
#include "server/sync/presence.hpp"

#include <array>
#include <map>

#include "tests/server/sync/conversation.hpp"
#include "tests/support/random.hpp"

namespace daybook::testing {
namespace {

using sync::Attendance;
using sync::Look;
using sync::Person;
using sync::PresenceDesk;
using sync::PresenceRooms;

constexpr Id kOther = project_id(2);

class CountingInbox final : public engine::Inbox {
 public:
  void post(Task task) override {
    ++posts;
    tasks_.push_back(std::move(task));
  }
  void run() {
    for (auto& task : std::exchange(tasks_, {})) task();
  }
  int posts = 0;

 private:
  std::vector<Task> tasks_;
};

// Two threads' desks before the same rooms.
struct House {
  PresenceRooms rooms;
  CountingInbox first_inbox, second_inbox;
  PresenceDesk first{rooms, first_inbox};
  PresenceDesk second{rooms, second_inbox};
  sync::Instant now{};

  void run() {
    first_inbox.run();
    second_inbox.run();
  }
};

// Somebody in a room, and whom they know of.
struct Guest {
  Guest(House& h, PresenceDesk& desk, std::uint64_t member, Id project = kProject)
      : house(h),
        connection(h.rooms.new_connection()),
        attendance(std::in_place, desk, project, connection,
                   Person{.member = member_id(member), .look = {}, .since = kStart},
                   [this] { ++wakes; }) {}

  // Takes in what there is to be told now; false: nothing.
  bool listen() {
    const auto change = attendance->next(house.now);
    if (!change) return false;
    if (change->whole) known.clear();
    for (const auto& [number, person] : change->here) known[number] = person.look;
    for (const auto number : change->gone) CHECK(known.erase(number) == 1);
    total = change->total;
    return true;
  }

  House& house;
  std::uint64_t connection;
  int wakes = 0;
  std::map<std::uint64_t, Look> known;
  std::uint32_t total = 0;
  std::optional<Attendance> attendance;
};

TEST_CASE("Whoever comes is told who is there, and the others that they came", "[sync][presence]") {
  House house;
  Guest ann(house, house.first, 1);
  CHECK(ann.listen());
  CHECK(ann.known.size() == 1);  // herself
  Guest ben(house, house.second, 2);
  CHECK(ben.listen());
  CHECK(ben.known.size() == 2);
  house.run();
  house.now += Attendance::kInterval;
  CHECK(ann.listen());
  CHECK(ann.known.size() == 2);
  ben.attendance->look({.view = model::ViewName::BOARD, .entity = task_id(7)});
  house.run();
  house.now += Attendance::kInterval;
  CHECK(ann.listen());
  CHECK(ann.known.at(ben.connection).entity == task_id(7));
  ben.attendance.reset();
  house.run();
  house.now += Attendance::kInterval;
  CHECK(ann.listen());
  CHECK(ann.known.size() == 1);
  CHECK(ann.total == 1);
}

TEST_CASE("Changes are told at most four times a second, together", "[sync][presence]") {
  House house;
  Guest ann(house, house.first, 1);
  Guest ben(house, house.second, 2);
  CHECK(ann.listen());
  for (std::uint64_t n = 1; n <= 100; ++n) {
    ben.attendance->look({.view = model::ViewName::TASKS, .entity = task_id(n)});
    house.run();
  }
  CHECK_FALSE(ann.listen());
  CHECK(ann.attendance->due() == house.now + Attendance::kInterval);
  house.now += Attendance::kInterval;
  CHECK(ann.listen());
  CHECK(ann.known.at(ben.connection).entity == task_id(100));
  CHECK_FALSE(ann.attendance->due());
}

TEST_CASE("A thread is told once until it has looked, others not at all", "[sync][presence]") {
  House house;
  Guest ann(house, house.first, 1);
  Guest elsewhere(house, house.second, 2, kOther);
  house.run();
  house.first_inbox.posts = house.second_inbox.posts = 0;
  const int wakes = elsewhere.wakes;
  Guest ben(house, house.first, 3);
  for (std::uint64_t n = 1; n <= 50; ++n) ben.attendance->look({.entity = task_id(n)});
  CHECK(house.first_inbox.posts == 1);
  CHECK(house.second_inbox.posts == 0);
  house.run();
  CHECK(elsewhere.wakes == wakes);
  ben.attendance->look({});
  CHECK(house.first_inbox.posts == 2);
}

TEST_CASE("Of more than 256 the first are named, the others counted", "[sync][presence]") {
  House house;
  std::vector<std::unique_ptr<Guest>> guests;
  for (std::uint64_t n = 1; n <= 300; ++n)
    guests.push_back(std::make_unique<Guest>(house, house.first, n));
  auto& last = *guests.back();
  CHECK(last.listen());
  CHECK(last.known.size() == PresenceRooms::kNamedMax);
  CHECK(last.total == 300);
  CHECK(last.known.contains(guests[255]->connection));
  CHECK_FALSE(last.known.contains(guests[256]->connection));
  const auto gone = guests[10]->connection;
  guests.erase(guests.begin() + 10);  // then the next one is named
  house.run();
  house.now += Attendance::kInterval;
  CHECK(last.listen());
  CHECK(last.known.size() == PresenceRooms::kNamedMax);
  CHECK_FALSE(last.known.contains(gone));
  CHECK(last.known.contains(guests[255]->connection));
  CHECK(last.total == 299);
}

TEST_CASE("A room without people is gone, and what was told of it means nothing later",
          "[sync][presence]") {
  House house;
  {
    Guest ann(house, house.first, 1);
    CHECK(house.rooms.rooms() == 1);
  }
  CHECK(house.rooms.rooms() == 0);
  house.run();  // what was posted for those who have gone
  Guest ben(house, house.first, 2);
  CHECK(ben.listen());
  CHECK(ben.known.size() == 1);
}

TEST_CASE("Who came and went between two looks is not told of", "[sync][presence]") {
  House house;
  Guest ann(house, house.first, 1);
  CHECK(ann.listen());
  {
    const Guest ben(house, house.second, 2);
  }
  const auto version = house.rooms.since(kProject, 0).version;
  Guest cem(house, house.second, 3);
  house.run();
  house.now += Attendance::kInterval;
  const auto change = ann.attendance->next(house.now);
  REQUIRE(change);
  CHECK(change->version > version);
  CHECK(change->gone.empty());
  REQUIRE(change->here.size() == 1);
  CHECK(change->here.front().first == cem.connection);
}

TEST_CASE("Threads are told in the order in which their desks were made", "[sync][presence]") {
  PresenceRooms rooms;
  class NamingInbox final : public engine::Inbox {
   public:
    NamingInbox(std::vector<int>& told, int number) : told_(told), number_(number) {}
    void post(Task) override { told_.push_back(number_); }

   private:
    std::vector<int>& told_;
    int number_;
  };
  std::vector<int> told;
  NamingInbox first_inbox(told, 1), second_inbox(told, 2);
  // In memory the later one comes first.
  std::array<std::optional<PresenceDesk>, 2> desks;
  desks[1].emplace(rooms, first_inbox);
  desks[0].emplace(rooms, second_inbox);
  const Person person{.member = member_id(1), .look = {}, .since = kStart};
  Attendance late(*desks[0], kProject, rooms.new_connection(), person, [] {});
  Attendance early(*desks[1], kProject, rooms.new_connection(), person, [] {});
  rooms.acknowledge(kProject, *desks[0]);
  rooms.acknowledge(kProject, *desks[1]);
  told.clear();
  early.look({.entity = task_id(1)});
  CHECK(told == std::vector{1, 2});
}

TEST_CASE("However they come, look around and go, each ends up knowing who is there",
          "[sync][presence][properties]") {
  const auto seed = fresh_seed();
  INFO("DAYBOOK_SEED=" << seed);
  Random random(seed);
  for (int round = 0; round < 20; ++round) {
    House house;
    std::vector<std::unique_ptr<Guest>> guests;
    const auto crowd = random.one_in(4) ? 300 : 8;
    for (int step = 0; step < 400; ++step) {
      if (guests.empty() || (guests.size() < static_cast<std::size_t>(crowd) && random.one_in(2))) {
        guests.push_back(std::make_unique<Guest>(
            house, random.one_in(2) ? house.first : house.second, random.below(50)));
        continue;
      }
      const auto at = random.below(guests.size());
      switch (random.below(6)) {
        case 0:
          guests.erase(guests.begin() + static_cast<std::ptrdiff_t>(at));
          break;
        case 1:
          guests[at]->attendance->look({.entity = task_id(random.below(5))});
          break;
        case 2:
          house.now += std::chrono::milliseconds(random.below(300));
          break;
        case 3:
          house.run();
          break;
        default:
          guests[at]->listen();
      }
    }
    house.run();
    house.now += 2 * Attendance::kInterval;
    std::map<std::uint64_t, Look> there;
    if (!guests.empty()) {
      for (const auto& [number, person] : house.rooms.since(kProject, 0).here)
        there[number] = person.look;
    }
    for (const auto& guest : guests) {
      guest->listen();
      REQUIRE(guest->known == there);
      REQUIRE(guest->total == guests.size());
    }
  }
}

// --- In a session -------------------------------------------------------------------------------------------------

std::string presence(Id project, const std::string& rest = "") {
  return R"({"presence":{"project":")" + to_string(project) + "\"" + rest + "}}";
}

TEST_CASE_METHOD(LongConversation, "A session that is present hears of itself and of others",
                 "[sync][session][presence]") {
  hello();
  say(presence(kProject, R"(,"view":"board")"));
  const auto first = hear();
  CHECK(first.starts_with(R"({"presenceUpdate":{"project":")" + to_string(kProject) + "\""));
  CHECK(first.find(R"("whole":true)") != std::string::npos);
  CHECK(first.find(to_string(kAdmin)) != std::string::npos);
  CHECK(first.find(R"("view":"board")") != std::string::npos);
  CHECK(first.find(R"("total":1)") != std::string::npos);
  say(presence(kProject, R"(,"view":"tasks")"));
  CHECK(hear_now().empty());
  inbox().run_one();
  CHECK(hear_now().empty());  // too early
  CHECK(session().wake_at() <= sync::Instant() + 1000h + 250ms);
  pass(250ms);
  CHECK(hear_now().find(R"("view":"tasks")") != std::string::npos);
  say(R"({"presence":{}})");
  pass(1000ms);
  CHECK(hear_now().empty());
  CHECK(services().rooms->rooms() == 0);
}

TEST_CASE_METHOD(LongConversation, "Presence moves with what is said, and ends with the session",
                 "[sync][session][presence]") {
  given({.command = register_project({.project = kOther, .key = "P2", .first_manager = kAdmin}),
         .stream = {}});
  given({.command = open_project(), .stream = kOther});
  settle();
  hello();
  say(presence(kProject));
  static_cast<void>(hear());
  say(presence(kOther));
  CHECK(hear().find(to_string(kOther)) != std::string::npos);
  CHECK(services().rooms->rooms() == 1);
  session().leave();
  CHECK(services().rooms->rooms() == 0);
}

TEST_CASE_METHOD(LongConversation, "Nobody is present where there is nothing to see",
                 "[sync][session][presence]") {
  hello();
  say(presence(project_id(77)));
  CHECK(hear() ==
        R"({"error":{"code":"notFound","message":"nobody can be present there with this token"}})");
  say(presence(kProject, R"(,"view":"nonsense")"));
  CHECK(hear().starts_with(R"({"error":{"code":"malformed")"));
  CHECK(services().rooms->rooms() == 0);
}

TEST_CASE_METHOD(Conversation, "Messages about presence count like commands",
                 "[sync][session][presence]") {
  hello();
  for (int i = 0; i < 3; ++i) say(presence(kProject));
  wait_answers();
  static_cast<void>(hear_now());
  say(presence(kProject));
  CHECK(hear_now().starts_with(R"({"error":{"code":"rateLimited")"));
}

}  // namespace
}  // namespace daybook::testing
