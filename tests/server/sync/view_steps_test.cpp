// Watchers of a view: what they share, and that each ends with what the server has, at whatever rate it reads.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <map>
#include <sstream>

#include "tests/server/sync/conversation.hpp"
#include "tests/support/random.hpp"

namespace daybook::testing {
namespace {

namespace json = boost::json;

// Somebody who watches the view `tasks`, and the rows as they were told.
class Watcher {
 public:
  Watcher(sync::Services& services, const std::string& token, sync::Encoding encoding,
          std::uint32_t subscription)
      : encoding_(encoding),
        subscription_(subscription),
        session_(std::make_shared<sync::Session>(services, encoding, [] {})) {
    const auto hello = sync::make_frame(encoding, [&](M::Builder& m) {
      auto out = m.initHello();
      out.initProtocolVersions(1).set(0, 1);
      out.setToken(token.c_str());
    });
    say(hello.flat());
    REQUIRE_FALSE(session_->next().empty());
    const auto subscribe = sync::make_frame(encoding, [&](M::Builder& m) {
      auto out = m.initSubscribe();
      out.setSubscription(subscription_);
      write(out.initScope().initProject(), kProject);
      out.initFrom().setSnapshot();
      out.initContent().initViews(1).set(0, model::ViewName::TASKS);
    });
    say(subscribe.flat());
  }

  // Reads the next message; false: there is none now.
  bool listen() {
    const auto message = session_->next().flat();
    if (message.empty()) return false;
    if (encoding_ == sync::Encoding::json) {
      std::istringstream lines(message);
      for (std::string line; std::getline(lines, line);) take(line);
    } else {
      take(std::as_bytes(std::span(message)));
    }
    return true;
  }
  [[nodiscard]] const std::map<std::string, std::string>& rows() const { return rows_; }
  [[nodiscard]] bool is_open() const { return !session_->closing(); }
  [[nodiscard]] std::uint64_t updates() const { return updates_; }
  [[nodiscard]] std::uint64_t whole_updates() const { return whole_updates_; }

 private:
  void say(const std::string& message) { session_->receive(std::as_bytes(std::span(message))); }
  void begin(bool whole, std::uint32_t subscription) {
    REQUIRE(subscription == subscription_);
    if (whole && !in_update_) {
      rows_.clear();
      ++whole_updates_;
    }
    in_update_ = true;
  }
  void end(bool complete) {
    if (!complete) return;
    in_update_ = false;
    ++updates_;
  }
  void take(const std::string& line) {
    const auto parsed = json::parse(line).as_object();
    if (!parsed.contains("viewUpdate")) return;
    const auto& update = parsed.at("viewUpdate").as_object();
    begin(update.contains("whole"), json::value_to<std::uint32_t>(update.at("subscription")));
    if (const auto* rows = update.if_contains("rows")) {
      if (const auto* tasks = rows->as_object().if_contains("tasks")) {
        for (const auto& row : tasks->as_array())
          rows_[std::string(row.at("task").as_string())] = json::serialize(row);
      }
    }
    if (const auto* removed = update.if_contains("removed")) {
      for (const auto& id : removed->as_array()) rows_.erase(std::string(id.as_string()));
    }
    end(update.contains("complete"));
  }
  void take(std::span<const std::byte> rest) {
    while (!rest.empty()) {
      const auto header = protocol::read_frame_header(rest);
      REQUIRE(header);
      const auto content = rest.subspan(protocol::kFrameHeaderBytes, header->length);
      rest = rest.subspan(protocol::kFrameHeaderBytes + header->length);
      auto words = kj::heapArray<capnp::word>(content.size() / 8);
      std::memcpy(words.begin(), content.data(), content.size());
      capnp::FlatArrayMessageReader reader(words);
      const auto message = reader.getRoot<M>();
      if (!message.isViewUpdate()) continue;
      const auto update = message.getViewUpdate();
      begin(update.getWhole(), update.getSubscription());
      for (const auto row : update.getRows().getTasks())
        rows_[to_string(read(row.getTask()))] = kj::str(row).cStr();
      for (const auto id : update.getRemoved()) rows_.erase(to_string(read(id)));
      end(update.getComplete());
    }
  }

  sync::Encoding encoding_;
  std::uint32_t subscription_;
  std::shared_ptr<sync::Session> session_;
  std::map<std::string, std::string> rows_;
  bool in_update_ = false;
  std::uint64_t updates_ = 0;
  std::uint64_t whole_updates_ = 0;
};

// A hall full of watchers over one engine.
class Hall : public LongConversation {
 public:
  // Nobody says anything, and time passes: that is not to end their sessions.
  Hall() {
    services().options.heartbeat = 24h;
    const auto made = access::make_token();
    lasting_token_ = made.secret;
    given({.command = issue_token({.token = token_id(51),
                                   .hash = {made.hash.begin(), made.hash.end()},
                                   .member = kAdmin}),
           .stream = {}});
    settle();
  }
  ~Hall() {
    watchers_.clear();
    wait_answers();
  }
  Watcher& enter(sync::Encoding encoding) {
    const auto number = static_cast<std::uint32_t>(1 + watchers_.size() * 7);
    watchers_.push_back(std::make_unique<Watcher>(services(), lasting_token_, encoding, number));
    return *watchers_.back();
  }
  std::vector<std::unique_ptr<Watcher>>& watchers() { return watchers_; }
  // Until nobody has anything to hear any more, however long it takes.
  void come_to_rest() {
    settle();
    for (int quiet = 0; quiet < 3;) {
      pass(200ms);
      bool heard = false;
      for (auto& watcher : watchers_) heard = watcher->listen() || heard;
      wait_answers();
      quiet = heard ? 0 : quiet + 1;
    }
  }

 private:
  std::string lasting_token_;
  std::vector<std::unique_ptr<Watcher>> watchers_;
};

TEST_CASE_METHOD(Hall, "All who stand at the same state share the difference and its bytes",
                 "[sync][views]") {
  for (int i = 0; i < 20; ++i) {
    enter(sync::Encoding::binary);
    enter(sync::Encoding::json);
  }
  come_to_rest();
  CHECK(services().steps->usage().made == 1);  // from nothing
  create(1);
  come_to_rest();
  CHECK(services().steps->usage().made == 2);
  for (const auto& watcher : watchers()) {
    CHECK(watcher->updates() == 2);
    CHECK(watcher->rows().size() == 1);
  }
}

TEST_CASE_METHOD(Hall, "The engine is asked once for all who want a view", "[sync][views]") {
  for (int i = 0; i < 20; ++i) enter(sync::Encoding::binary);
  come_to_rest();
  create(1);
  settle();
  pass(100ms);
  CHECK(asked() == 0);
  watchers()[0]->listen();
  watchers()[1]->listen();
  CHECK(asked() == 1);
  wait_answers();
  watchers()[2]->listen();  // later, and nothing has happened since
  CHECK(asked() == 0);
  CHECK(watchers()[2]->rows().size() == 1);
}

TEST_CASE_METHOD(Hall,
                 "A step is encoded once for each encoding, whoever watches under what number",
                 "[sync][views]") {
  create(1);
  settle();
  const auto view = read_view(model::ViewName::TASKS);
  const auto step = services().steps->find(nullptr, view);
  for (std::uint32_t number = 1; number <= 2000; number += 333) {
    for (const auto encoding : {sync::Encoding::binary, sync::Encoding::json}) {
      const auto piece = step->piece(0, encoding, number, log());
      CHECK(piece.last);
      const auto text = piece.frame.flat();
      if (encoding == sync::Encoding::json) {
        CHECK(text.starts_with(R"({"viewUpdate":{"subscription":)" + std::to_string(number) +
                               R"(,"view":"tasks")"));
      } else {
        auto words = kj::heapArray<capnp::word>(text.size() / 8 - 1);
        std::memcpy(words.begin(), text.data() + 8, text.size() - 8);
        capnp::FlatArrayMessageReader reader(words);
        CHECK(reader.getRoot<M>().getViewUpdate().getSubscription() == number);
        CHECK(reader.getRoot<M>().getViewUpdate().getRows().getTasks().size() == 1);
      }
    }
  }
  CHECK(step->encoded() == 2);
  step->forget();
  CHECK(step->piece(0, sync::Encoding::binary, 1, log()).last);
  CHECK(step->encoded() == 3);
}

TEST_CASE_METHOD(Hall,
                 "Who does not read for long keeps no view, and is told the whole of it afterwards",
                 "[sync][views]") {
  auto& stalled = enter(sync::Encoding::binary);
  auto& other = enter(sync::Encoding::json);
  create(1);
  come_to_rest();
  const std::weak_ptr<const model::View> first = read_view(model::ViewName::TASKS);
  const auto whole_updates = stalled.whole_updates();
  std::uint64_t task = 1;
  // Something happens behind so much time; the other one reads it.
  const auto go_on = [&](std::chrono::milliseconds time) {
    pass(time);
    create(++task);
    settle();
    for (int i = 0; i < 3; ++i) {
      pass(100ms);
      static_cast<void>(other.listen());
      wait_answers();
    }
    static_cast<void>(read_view(model::ViewName::TASKS));
  };
  go_on(0ms);
  go_on(sync::ViewWatcher::kStallMax - 1s);
  CHECK_FALSE(first.expired());  // a difference is enough, still
  SECTION("soon enough") {
    come_to_rest();
    CHECK(stalled.whole_updates() == whole_updates);
  }
  SECTION("too late") {
    go_on(1s);
    CHECK(first.expired());
    come_to_rest();
    CHECK(stalled.whole_updates() == whole_updates + 1);
  }
  CHECK(stalled.rows().size() == task);
  CHECK(other.rows().size() == task);
  create(++task);
  come_to_rest();
  CHECK(stalled.rows().size() == task);
  CHECK(stalled.whole_updates() <= whole_updates + 1);  // differences again
}

TEST_CASE("Steps that nobody can ask for again are let go, and others within a limit",
          "[sync][views]") {
  RunningEngine running;
  sync::ViewSteps steps(1024);
  std::vector<sync::ViewPtr> views;
  for (std::uint64_t n = 0; n < 30; ++n) {
    running.given({.command = create_task({.task = task_id(n + 1)})});
    views.push_back(running.read_view(model::ViewName::TASKS));
    static_cast<void>(steps.find(nullptr, views.back()));
    CHECK((steps.usage().steps == 1 || steps.usage().bytes <= 1024));
  }
  const auto last = views.back();
  views.clear();
  const auto again = running.read_view(model::ViewName::BOARD);
  static_cast<void>(steps.find(nullptr, again));
  CHECK(steps.usage().steps <= 2);
}

TEST_CASE("Whatever the timing, each watcher ends with the server's view",
          "[sync][views][properties]") {
  const auto seed = fresh_seed();
  INFO("DAYBOOK_SEED=" << seed);
  Random random(seed);
  for (int round = 0; round < 6; ++round) {
    Hall hall;
    hall.services().options.view_updates_per_second =
        static_cast<std::uint32_t>(1 + random.below(50));
    std::uint64_t tasks = 0;
    for (int i = 0; i < 4; ++i) {
      hall.enter(random.one_in(2) ? sync::Encoding::json : sync::Encoding::binary);
    }
    for (int step = 0; step < 120; ++step) {
      switch (random.below(6)) {
        case 0:
          hall.create(++tasks);
          break;
        case 1:
          if (tasks > 0) {
            static_cast<void>(
                hall.submit({.command = block_task({.task = task_id(1 + random.below(tasks))})}));
          }
          break;
        case 2:
          hall.pass(std::chrono::milliseconds(random.one_in(10) ? 6'000 : random.below(150)));
          break;
        case 3:
          hall.services().day_changed();
          break;
        case 4:
          hall.wait_answers();
          break;
        default:
          hall.watchers()[random.below(hall.watchers().size())]->listen();
      }
      if (random.one_in(40)) hall.enter(sync::Encoding::binary);
    }
    hall.come_to_rest();
    for (const auto& watcher : hall.watchers()) REQUIRE(watcher->is_open());
    auto& binary = hall.enter(sync::Encoding::binary);
    auto& json = hall.enter(sync::Encoding::json);
    hall.come_to_rest();
    REQUIRE(binary.rows().size() == tasks);
    for (const auto& watcher : hall.watchers()) {
      CHECK((watcher->rows() == binary.rows() || watcher->rows() == json.rows()));
    }
  }
}

}  // namespace
}  // namespace daybook::testing
