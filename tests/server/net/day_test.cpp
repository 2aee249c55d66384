// What a watcher over the wire is told when the day changes, though nobody does anything.
#include <catch2/catch.hpp>

#include "tests/server/net/running_server.hpp"
#include "tests/support/risk_commands.hpp"

namespace daybook::testing {
namespace {

TEST_CASE_METHOD(RunningServer, "A view that looks at the date is told anew on another day",
                 "[net][views]") {
  const auto midnight = start_of({date_of(now()).days + 1});
  set_clock({midnight.micros - 1});
  restart_all();  // its threads look at the clock when they start
  given({.command = identify_risk({.risk = Id{0x71, 1}})});
  catch_up();
  auto client = connect_json();
  client.say_json(R"({"subscribe":{"subscription":1,"scope":{"project":")" + to_string(kProject) +
                  R"("},"from":{"snapshot":null},"content":{"views":["attention","board"]}}})");
  boost::json::object attention;
  for (int views = 0; views < 2; ++views) {
    auto update = client.next_line().at("viewUpdate").as_object();
    if (str(update.at("view")) == "attention") attention = std::move(update);
  }
  REQUIRE(attention.at("whole").as_bool());
  REQUIRE(attention.at("rows").at("attention").as_array().size() == 1);  // a new risk
  const auto item = str(attention.at("rows").at("attention").at(0).at("item"));

  // On the seventh day behind it is not new any more. The board looks at no date: nothing comes of it.
  set_clock({midnight.micros + 6 * std::chrono::microseconds(std::chrono::hours(24)).count()});
  const auto later = client.next_line().at("viewUpdate").as_object();
  CHECK(str(later.at("view")) == "attention");
  CHECK_FALSE(later.contains("whole"));
  CHECK(later.at("version") == attention.at("version"));
  CHECK(later.at("removed").as_array() == boost::json::array{boost::json::string(item)});
  client.say_json(R"({"ping":{"nonce":"1"}})");
  CHECK(client.next_line().contains("pong"));
}

}  // namespace
}  // namespace daybook::testing
