// A second connection of a client ends the first before it is admitted.
#include "server/sync/clients.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace daybook::sync {
namespace {

// Runs what is posted when told to.
class HandInbox final : public engine::Inbox {
 public:
  void post(Task task) override { tasks_.push_back(std::move(task)); }
  void run() {
    while (!tasks_.empty()) {
      auto tasks = std::move(tasks_);
      tasks_.clear();
      for (auto& task : tasks) task();
    }
  }

 private:
  std::vector<Task> tasks_;
};

struct Entrants {
  Clients clients;
  HandInbox inbox;
  std::string events;

  Clients::Ticket enter(const std::string& name, std::uint64_t member, std::uint64_t client) {
    return clients.enter(
        {{1, member}, {2, client}}, inbox, [this, name] { events += name + "+ "; },
        [this, name] { events += name + "! "; });
  }
  std::string take() {
    inbox.run();
    return std::exchange(events, {});
  }
};

TEST_CASE("A client alone is admitted", "[sync][clients]") {
  Entrants e;
  const auto a = e.enter("a", 1, 1);
  const auto b = e.enter("b", 1, 2);
  const auto c = e.enter("c", 2, 1);
  CHECK(e.take() == "a+ b+ c+ ");
  for (const auto ticket : {a, b, c}) e.clients.leave(ticket);
  CHECK(e.clients.size() == 0);
}

TEST_CASE("The second is admitted only when the first has left", "[sync][clients]") {
  Entrants e;
  const auto a = e.enter("a", 1, 1);
  const auto b = e.enter("b", 1, 1);
  CHECK(e.take() == "a+ a! ");
  e.clients.leave(a);
  CHECK(e.take() == "b+ ");
  e.clients.leave(a);  // twice does no harm
  e.clients.leave(b);
  CHECK(e.clients.size() == 0);
}

TEST_CASE("Whoever waits is replaced too", "[sync][clients]") {
  Entrants e;
  const auto a = e.enter("a", 1, 1);
  const auto b = e.enter("b", 1, 1);
  const auto c = e.enter("c", 1, 1);
  CHECK(e.take() == "a+ a! b! ");
  e.clients.leave(b);
  CHECK(e.take().empty());
  e.clients.leave(a);
  CHECK(e.take() == "c+ ");
  e.clients.leave(c);
}

}  // namespace
}  // namespace daybook::sync
