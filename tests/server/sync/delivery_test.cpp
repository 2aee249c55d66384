// Who is told of what is new, what a reader costs who does not read, and who starts over from a snapshot.
#include "tests/server/sync/conversation.hpp"

namespace daybook::testing {
namespace {

// A message in binary form, taken apart: "events 5..7 of 1", "reset behindTooFar", "chunk", "snapshotEnd 40", "end".
std::vector<std::string> frames_of(const std::string& message) {
  std::vector<std::string> out;
  auto rest = std::as_bytes(std::span(message));
  while (!rest.empty()) {
    const auto header = protocol::read_frame_header(rest);
    REQUIRE(header);
    rest = rest.subspan(protocol::kFrameHeaderBytes);
    const auto content = rest.first(header->length);
    rest = rest.subspan(header->length);
    if (header->kind == protocol::FrameKind::event_batch) {
      const auto batch = protocol::read_event_batch_header(content);
      REQUIRE(batch);
      out.push_back("events " + std::to_string(batch->from) + ".." +
                    std::to_string(batch->complete_through) + " of " +
                    std::to_string(batch->subscription));
      continue;
    }
    kj::Array<capnp::word> words = kj::heapArray<capnp::word>(content.size() / 8);
    std::memcpy(words.begin(), content.data(), content.size());
    capnp::FlatArrayMessageReader reader(words);
    const auto root = reader.getRoot<M>();
    if (root.isReset()) {
      out.push_back("reset " + std::string(model::to_string(root.getReset().getCode())));
    } else if (root.isSnapshotChunk()) {
      out.emplace_back("chunk");
    } else if (root.isSnapshotEnd()) {
      out.push_back("snapshotEnd " + std::to_string(root.getSnapshotEnd().getVersion()));
    } else if (root.isSubscriptionEnd()) {
      out.emplace_back("end");
    } else {
      out.emplace_back("other");
    }
  }
  return out;
}

// One task that is blocked and released again and again: many events, little state.
class LongStory : public BinaryConversation {
 public:
  LongStory() : BinaryConversation(0) {}
  void tell(std::size_t rounds) {
    if (!std::exchange(begun_, true)) create(1);
    std::vector<Act> acts;
    for (std::size_t i = 0; i < rounds; ++i) {
      acts.push_back({.command = block_task({.task = task_id(1)})});
      acts.push_back({.command = unblock_task({.task = task_id(1), .reason = "answered"})});
    }
    static_cast<void>(submit_all(acts));
    settle();
  }
  void follow(std::uint32_t id, const std::function<void(schema::Subscribe::Builder&)>& fill) {
    say_message([&](M::Builder& m) {
      auto out = m.initSubscribe();
      out.setSubscription(id);
      write(out.initScope().initProject(), kProject);
      out.initFrom().setAfter(0);
      out.initContent().setEvents();
      fill(out);
    });
    wait_answers();
  }
  // Everything that comes until nothing more does.
  std::vector<std::string> hear_all() {
    std::vector<std::string> all;
    while (true) {
      const auto message = hear_now();
      if (message.empty() && asked() == 0) return all;
      wait_answers();
      for (auto& frame : frames_of(message)) all.push_back(std::move(frame));
    }
  }
  [[nodiscard]] std::uint64_t version() { return log().stream_version(kProject).value; }

 private:
  bool begun_ = false;
};

bool contains(const std::vector<std::string>& all, std::string_view what) {
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& frame) { return frame.starts_with(what); });
}

TEST_CASE_METHOD(LongStory, "Whoever is far behind starts over from a snapshot, where that is less",
                 "[sync][reset]") {
  services().options.reset_events = 200;
  tell(300);
  SECTION("after a version long ago") {
    follow(1, [](auto& s) { s.initFrom().setAfter(3); });
    const auto all = hear_all();
    REQUIRE(all.size() >= 3);
    CHECK(all.front() == "reset behindTooFar");
    CHECK(all[1] == "chunk");
    CHECK(all.back() == "snapshotEnd " + std::to_string(version()));
  }
  SECTION("who did not read for long, behind a snapshot") {
    follow(1, [](auto& s) { s.initFrom().setSnapshot(); });
    REQUIRE(contains(hear_all(), "snapshotEnd"));
    tell(300);
    const auto all = hear_all();
    CHECK(all.front() == "reset behindTooFar");
    CHECK(all.back() == "snapshotEnd " + std::to_string(version()));
  }
  SECTION("and then goes on with the events") {
    follow(1, [](auto& s) { s.initFrom().setAfter(0); });
    static_cast<void>(hear_all());
    const auto before = version();
    tell(1);
    CHECK(hear_all().front().starts_with("events " + std::to_string(before + 1) + ".."));
  }
}

TEST_CASE_METHOD(LongStory, "Nobody else starts over", "[sync][reset]") {
  services().options.reset_events = 200;
  tell(300);
  SECTION("who is less far behind") {
    follow(1, [&](auto& s) { s.initFrom().setAfter(version() - 199); });
  }
  SECTION("a range") {
    follow(1, [&](auto& s) {
      auto range = s.initFrom().initRange();
      range.setFirst(1);
      range.setLast(version());
    });
  }
  SECTION("a tail") {
    follow(1, [&](auto& s) { s.initFrom().setTail(1000); });
  }
  SECTION("the whole log") {
    follow(1, [&](auto& s) {
      s.initScope().setAll();
      s.initFrom().setAfter(0);
    });
  }
  SECTION("where it is switched off") {
    services().options.reset_events = 0;
    follow(1, [&](auto& s) { s.initFrom().setAfter(0); });
  }
  const auto all = hear_all();
  CHECK_FALSE(contains(all, "reset"));
  CHECK(contains(all, "events"));
}

TEST_CASE_METHOD(LongStory, "A state that is more than its events is not sent in their place",
                 "[sync][reset]") {
  services().options.reset_events = 20;
  for (std::uint64_t n = 1; n <= 60; ++n) {
    given({.command = create_task({.task = task_id(n), .description = std::string(500, 'x')})});
  }
  settle();
  follow(1, [&](auto& s) { s.initFrom().setAfter(version() - 20); });
  const auto all = hear_all();
  CHECK_FALSE(contains(all, "reset"));
  CHECK(all.back().ends_with(".." + std::to_string(version()) + " of 1"));
}

TEST_CASE_METHOD(Conversation, "JSON readers never start over", "[sync][reset]") {
  services().options.reset_events = 2;
  hello();
  for (std::uint64_t n = 1; n <= 5; ++n) create(n);
  settle();
  subscribe(R"({"after":"0"})", R"({"events":null})");
  CHECK(hear().starts_with(R"({"events")"));
}

TEST_CASE_METHOD(LongStory, "A reader who does not read costs nothing", "[sync][events]") {
  tell(500);
  follow(1, [&](auto& s) {
    auto range = s.initFrom().initRange();
    range.setFirst(1);
    range.setLast(version());
  });
  follow(2, [](auto& s) { s.initFrom().setTail(900); });
  const auto before = ring().usage();
  tell(100);  // news, and no call for the next message
  CHECK(ring().usage().hits + ring().usage().misses == before.hits + before.misses);
  CHECK(hear_now().size() <= 2 * protocol::kCoalescedBytesMax);
  const auto after = ring().usage();
  CHECK(after.hits + after.misses - before.hits - before.misses <= 40);
}

// Counts for whom it was asked to wake.
TEST_CASE_METHOD(LongStory, "What is new wakes those whom it concerns, and nobody else",
                 "[sync][audience]") {
  int wakes = 0;
  std::vector<std::shared_ptr<sync::Session>> idle;
  for (int i = 0; i < 50; ++i) {
    idle.push_back(
        std::make_shared<sync::Session>(services(), sync::Encoding::binary, [&] { ++wakes; }));
  }
  follow(1, [&](auto& s) { s.initFrom().setAfter(version()); });
  static_cast<void>(hear_all());
  tell(1);
  CHECK(hear_all().back().ends_with(".." + std::to_string(version()) + " of 1"));
  CHECK(wakes == 0);
}

TEST_CASE_METHOD(LongStory, "Two subscriptions to a stream are told once each",
                 "[sync][audience]") {
  follow(1, [&](auto& s) { s.initFrom().setAfter(version()); });
  follow(2, [&](auto& s) { s.initFrom().setAfter(version()); });
  static_cast<void>(hear_all());
  const auto told = [&](std::uint32_t id) {
    const auto end = ".." + std::to_string(version()) + " of " + std::to_string(id);
    return [end](const std::string& frame) { return frame.ends_with(end); };
  };
  tell(1);
  auto all = hear_all();
  CHECK(std::ranges::count_if(all, told(1)) == 1);
  CHECK(std::ranges::count_if(all, told(2)) == 1);
  unsubscribe(1);
  CHECK(hear_all() == std::vector<std::string>{"end"});
  tell(1);
  all = hear_all();
  CHECK(std::ranges::count_if(all, told(1)) == 0);
  CHECK(std::ranges::count_if(all, told(2)) == 1);
}

}  // namespace
}  // namespace daybook::testing
