// Views that are watched: rows by key, words beside them, and never stale without saying so.

#include <daybook/client.hpp>

#include <catch2/catch.hpp>

#include "client-sdk/src/row_key.hpp"
#include "model/views/views.hpp"
#include "tests/client-sdk/client_rig.hpp"
#include "tests/support/governance_play.hpp"

namespace daybook::testing {
namespace {

using client::RowReader;
using client::WatchedView;
using model::ViewName;

Id task(std::uint64_t i) { return {0x30, i}; }

struct WatchRig : ClientRig {
  explicit WatchRig(std::vector<ViewName> views) {
    client->start();
    watch.emplace(client->watch(kProject, std::move(views),
                                {.on_change =
                                     [this](const WatchedView& view) {
                                       told.push_back({view.name, view.version, view.is_current});
                                     },
                                 .on_end = [this](client::error_code error) { ended = error; }}));
    until([&] { return client->state() == State::live; });
  }
  void commit(std::uint64_t i, const std::string& title) {
    REQUIRE(server.commit(create_task({.task = task(i), .title = title, .column = kColumnA})) ==
            schema::Code::NONE);
    push();
    poll();
  }
  void check(ViewName name) const {
    const auto view = watch->view(name);
    REQUIRE(view);
    const auto expected = model::derive(name, server.state(), model::Workspace{});
    CHECK(view->version == expected.version);
    CHECK(view->recorded_at == expected.recorded_at);
    REQUIRE(view->rows.size() == expected.rows.size());
    for (const auto& row : expected.rows) {
      const auto* found = view->rows.find(row.key);
      REQUIRE(found);
      CHECK(**found == *row.words);
    }
  }

  struct Told {
    ViewName name;
    Version version;
    bool is_current;
  };
  std::vector<Told> told;
  std::optional<client::error_code> ended;
  std::optional<client::Watch> watch;
};

template <typename Row>
void check_key(const model::ViewRow& row) {
  CHECK(client::detail::row_key(RowReader<Row>(row.words).get()) == row.key);
}

}  // namespace

TEST_CASE("A watched view is the server's, with its words", "[client][watch]") {
  WatchRig rig({ViewName::BOARD, ViewName::TASKS});
  rig.check(ViewName::BOARD);
  rig.commit(1, "Pay by card");
  rig.commit(2, "Show the balance");
  rig.check(ViewName::BOARD);
  rig.check(ViewName::TASKS);
  const auto view = rig.watch->view(ViewName::TASKS);
  const RowReader<schema::task::Row> row(*view->rows.find(task(1)));
  CHECK(view->text(row->getTitle()) == "Pay by card");
  CHECK(rig.watch->view(ViewName::RISKS) == nullptr);
}

TEST_CASE("A row that is gone is gone", "[client][watch]") {
  WatchRig rig({ViewName::BOARD});
  rig.commit(1, "a");
  CHECK(rig.watch->view(ViewName::BOARD)->rows.contains(task(1)));
  REQUIRE(rig.server.commit(retire_task({.task = task(1), .reason = "b"})) == schema::Code::NONE);
  rig.push();
  rig.poll();
  CHECK_FALSE(rig.watch->view(ViewName::BOARD)->rows.contains(task(1)));
  rig.check(ViewName::BOARD);
}

TEST_CASE("What is shown is stale from the loss of the connection until it has come anew",
          "[client][watch]") {
  WatchRig rig({ViewName::BOARD});
  rig.commit(1, "a");
  const auto before = rig.watch->view(ViewName::BOARD);
  CHECK(before->is_current);
  rig.told.clear();
  rig.cut();
  rig.poll();
  REQUIRE_FALSE(rig.told.empty());
  CHECK_FALSE(rig.told.front().is_current);
  CHECK(before->is_current);  // what was handed out does not change
  rig.until([&] { return rig.client->state() == State::live; });
  CHECK(rig.watch->view(ViewName::BOARD)->is_current);
  rig.check(ViewName::BOARD);
}

TEST_CASE("A watch that the server ends says why", "[client][watch]") {
  WatchRig rig({ViewName::BOARD});
  rig.server.refuses = schema::Code::NOT_PERMITTED;
  rig.cut();
  rig.until([&] { return rig.ended.has_value(); });
  CHECK(*rig.ended == Errc::not_permitted);
  CHECK_FALSE(rig.watch->view(ViewName::BOARD)->is_current);
}

TEST_CASE("Rows of a view that nobody asked for end the connection", "[client][watch]") {
  WatchRig rig({ViewName::BOARD});
  rig.server.say([](schema::Message::Builder out) {
    auto update = out.initViewUpdate();
    update.setSubscription(1);
    update.setView(ViewName::RISKS);
    update.setWhole(true);
    update.setComplete(true);
  });
  client::error_code reason;
  rig.client->on_state_change([&](const client::StateChange& change) {
    if (change.reason) reason = change.reason;
  });
  rig.link->deliver();
  rig.poll();
  CHECK(reason == Errc::bad_server_data);
}

TEST_CASE("The key of every row of every view is the one that it is told by", "[client][watch]") {
  const auto seed = fresh_seed();
  INFO("seed " << seed);
  const auto stream = play<GovernancePlay>(seed, 600);
  for (const auto name : model::all_views()) {
    const auto view = model::derive(name, stream.state(), model::Workspace{});
    CAPTURE(model::to_string(name));
    for (const auto& row : view.rows) {
      switch (name) {
        case ViewName::NONE:
          break;
#define DAYBOOK_CHECK(name, Name, NAME, Row) \
  case ViewName::NAME:                       \
    check_key<Row>(row);                     \
    break;
          DAYBOOK_VIEWS(DAYBOOK_CHECK)
#undef DAYBOOK_CHECK
      }
    }
  }
}

}  // namespace daybook::testing
