// What the SDK reads from a server: frames, messages and batches of events, and a session with its channels that is fed
// with them. The first byte chooses: bytes as they are, or messages made from them, which verify.

#include <capnp/serialize.h>

#include <chrono>

#include "client-sdk/src/follow.hpp"
#include "client-sdk/src/replica.hpp"
#include "client-sdk/src/session.hpp"
#include "model/snapshot.hpp"
#include "schema/limits.hpp"
#include "tests/fuzz/samples.hpp"

namespace daybook::fuzz {
namespace {

namespace sdk = client::detail;
namespace protocol = schema::protocol;
using namespace std::chrono_literals;

constexpr int kStepsMax = 32;

// --- Frames alone ---------------------------------------------------------------------------------------------------

void check_batch(record::Bytes body) {
  const auto batch = sdk::read_batch(body);
  if (!batch) return;
  require(batch->entries.size() == batch->header.count, "a batch holds what its header says");
  std::span<const record::Entry> rest = batch->entries;
  while (!rest.empty()) {
    const auto length = sdk::command_length(rest);
    require(length > 0 && length <= rest.size(), "a command has events");
    rest = rest.subspan(length);
  }
}

void check_message(record::Bytes body) {
  const auto message = schema::open_flat_message<schema::Message>(body);
  if (!message) return;
  const auto root = message->root<schema::Message>();
  AlignedBytes again;
  sdk::append_frame(again, root);
  record::Bytes rest = again;
  const auto frame = sdk::next_frame(rest);
  require(frame && *frame && rest.empty(), "a message becomes one frame");
  const auto back = schema::open_flat_message<schema::Message>((*frame)->body);
  require(back.has_value(), "a message that was sent on can be read");
  require(capnp::canonicalize(back->root<schema::Message>()).asBytes() ==
              capnp::canonicalize(root).asBytes(),
          "a message that was sent on is the same");
}

void check_frames(record::Bytes message) {
  while (true) {
    const auto frame = sdk::next_frame(message);
    if (!frame || !*frame) return;
    if ((*frame)->kind == protocol::FrameKind::event_batch) {
      check_batch((*frame)->body);
    } else {
      check_message((*frame)->body);
    }
  }
}

// --- A session ------------------------------------------------------------------------------------------------------

class Rig {
 public:
  Rig()
      : session_(options(), {.connect = [] {},
                             .send = [](AlignedBytes message) { check_frames(message); },
                             .close = [this](std::uint16_t) { closed_ = true; },
                             .close_and_tell = [this](std::uint16_t) { closed_ = true; },
                             .state = [](const client::StateChange&) {},
                             .clock = [] { return testing::kFirstMoment; }}),
        replica_(std::make_shared<sdk::Replica<model::Project>>(small_id(1), notifier_)),
        workspace_(std::make_shared<sdk::Replica<model::Workspace>>(Id{}, notifier_)),
        follow_(std::make_shared<sdk::FollowChannel>(
            client::FollowOptions{.all = true},
            client::FollowHandlers{.on_command = [](auto) {}, .on_complete = [](auto) {}},
            notifier_)) {
    replica_->on_change([](const auto& change) { static_cast<void>(change.snapshot->digest()); });
    session_.attach(replica_);
    session_.attach(std::make_shared<sdk::PeopleChannel>(replica_));
    session_.attach(workspace_);
    session_.attach(follow_);
    session_.start(now_);
    session_.on_open(now_);
    settle();
  }

  void feed(record::Bytes message) {
    if (closed_) return;
    session_.on_message(message, now_);
    settle();
    now_ += 1s;
    session_.tick(now_);
    settle();
  }
  template <typename F>
  void say(F&& fill) {
    AlignedBytes message;
    sdk::append_message(message, fill);
    feed(message);
  }
  void check() const {
    if (replica_->has_state()) check_state(replica_->snapshot()->state, Origin::anything);
    if (workspace_->has_state()) check_state(workspace_->snapshot()->state, Origin::anything);
  }
  [[nodiscard]] bool closed() const { return closed_; }
  // Of the replica: 1; its people: 2; the workspace: 3; all: 4.
  [[nodiscard]] std::uint64_t version(std::uint32_t subscription) const {
    switch (subscription) {
      case 1:
        return replica_->version().value;
      case 3:
        return workspace_->version().value;
      default:
        return follow_->through();
    }
  }

 private:
  static client::ClientOptions options() {
    client::ClientOptions options;
    options.token = "dbk_good";
    options.client_id = small_id(5);
    options.jitter = [] { return 0.5; };
    return options;
  }
  void settle() {
    session_.flush(now_);
    notifier_.run([] { return false; });
  }

  sdk::Notifier notifier_;
  bool closed_ = false;
  client::Instant now_{1h};
  sdk::Session session_;
  std::shared_ptr<sdk::Replica<model::Project>> replica_;
  std::shared_ptr<sdk::Replica<model::Workspace>> workspace_;
  std::shared_ptr<sdk::FollowChannel> follow_;
};

void welcome(Rig& rig) {
  rig.say([](schema::Message::Builder message) {
    auto welcome = message.initWelcome();
    welcome.setProtocolVersion(protocol::kProtocolVersion);
    write(welcome.initLogId(), small_id(6));
    welcome.setServerTime(testing::kFirstMoment.micros);
    welcome.setHeartbeatMillis(15'000);
    auto limits = welcome.initLimits();
    limits.setCommandsInFlight(256);
  });
}

capnp::Data::Reader as_data(record::Bytes bytes) {
  return {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()};
}

template <typename State>
void snapshot(Rig& rig, std::uint32_t subscription, const State& state, std::uint64_t version) {
  const auto bytes = model::encode_snapshot(state);
  rig.say([&](schema::Message::Builder message) {
    auto chunk = message.initSnapshotChunk();
    chunk.setSubscription(subscription);
    chunk.setVersion(version);
    chunk.setState(as_data(bytes));
  });
  rig.say([&](schema::Message::Builder message) {
    auto end = message.initSnapshotEnd();
    end.setSubscription(subscription);
    end.setVersion(version);
    end.setChunks(1);
    end.setDigest(as_data(model::digest(state)));
  });
}

// One command's events, made from the input, in a batch that continues the subscription.
void batch(Rig& rig, Shaper& shaper, std::uint32_t subscription) {
  const auto after = rig.version(subscription);
  const auto count = 1 + shaper.below(3);
  AlignedBytes body(protocol::kEventBatchHeaderBytes);
  for (unsigned i = 0; i < count; ++i) {
    capnp::MallocMessageBuilder message;
    auto event = message.initRoot<schema::Event>();
    shaper.fill(event);
    // Salts and words as the payload's commitments want them cannot be made up: its own texts are left without.
    for (auto text : record::collect_texts(capnp::DynamicStruct::Reader(event.asReader()))) {
      if (text.getIndex() != 0) return;
    }
    record::EnvelopeFields fields;
    fields.position.value = fields.version.value = after + 1 + i;
    if (subscription == 1) fields.stream = small_id(1);
    fields.command_id = small_id(2);
    fields.command_index = static_cast<std::uint16_t>(i);
    fields.command_count = static_cast<std::uint16_t>(count);
    fields.recorded_at = testing::kFirstMoment;
    const auto words = record::canonical(capnp::toAny(event.asReader()));
    record::append_entry(body, record::encode_event(fields, words), 0, {});
  }
  protocol::write_header(std::span(body).first<protocol::kEventBatchHeaderBytes>(),
                         protocol::EventBatchHeader{.subscription = subscription,
                                                    .count = count,
                                                    .from = after + 1,
                                                    .complete_through = after + count});
  AlignedBytes message(protocol::kFrameHeaderBytes);
  protocol::write_header(std::span(message).first<protocol::kFrameHeaderBytes>(),
                         protocol::FrameHeader{.length = static_cast<std::uint32_t>(body.size()),
                                               .kind = protocol::FrameKind::event_batch});
  message.insert(message.end(), body.begin(), body.end());
  rig.feed(message);
}

// Anything that the contract knows, of one of the subscriptions.
void message(Rig& rig, Shaper& shaper) {
  rig.say([&](schema::Message::Builder message) { shaper.fill(message); });
}

void run_session(Input input) {
  Shaper shaper(input, Shaper::Texts::in_event);
  Rig rig;
  welcome(rig);
  const auto& projects = sample_projects();
  const auto& workspaces = sample_workspaces();
  for (int step = 0; step < kStepsMax && !shaper.empty() && !rig.closed(); ++step) {
    const auto version = shaper.below(16);
    switch (shaper.below(8)) {
      case 0:
        snapshot(rig, 1, projects[shaper.below(static_cast<unsigned>(projects.size()))].state(),
                 version);
        break;
      case 1:
        snapshot(rig, 3, workspaces[shaper.below(static_cast<unsigned>(workspaces.size()))].state(),
                 version);
        break;
      case 2:
      case 3:
        message(rig, shaper);
        break;
      default:
        batch(rig, shaper, 1 + shaper.below(4));
    }
  }
  rig.check();
}

void run(Input input) {
  if (input.empty()) return;
  const bool is_raw = std::to_integer<unsigned>(input.front()) % 2 == 0;
  input = input.subspan(1);
  if (!is_raw) return run_session(input);
  const auto message = aligned(input);
  check_frames(message);
  Rig rig;
  welcome(rig);
  rig.feed(message);
  rig.check();
}

// --- Seeds ----------------------------------------------------------------------------------------------------------

Seeds seeds() {
  Seeds all;
  for_each_message([&](schema::Message::Reader message) {
    AlignedBytes frame;
    sdk::append_frame(frame, message);
    all.push_back('\0' + string(frame));
    if (all.size() % 4 == 0) all.push_back(all[all.size() - 2] + string(frame));
  });
  const auto entries = testing::history_log(7, 12);
  AlignedBytes body(protocol::kEventBatchHeaderBytes);
  std::uint32_t count = 0;
  for (record::Bytes rest = entries; !rest.empty(); ++count) {
    require(record::next_entry(rest, record::EventView::Check::hashes).has_value(),
            "a sample can be read");
  }
  protocol::write_header(
      std::span(body).first<protocol::kEventBatchHeaderBytes>(),
      protocol::EventBatchHeader{
          .subscription = 4, .count = count, .from = 1, .complete_through = count});
  body.insert(body.end(), entries.begin(), entries.end());
  AlignedBytes frame(protocol::kFrameHeaderBytes);
  protocol::write_header(std::span(frame).first<protocol::kFrameHeaderBytes>(),
                         protocol::FrameHeader{.length = static_cast<std::uint32_t>(body.size()),
                                               .kind = protocol::FrameKind::event_batch});
  all.push_back('\0' + string(frame) + string(body));
  testing::Random random(5);
  for (int i = 0; i < 32; ++i) {
    auto& seed = all.emplace_back(32 + random.below(256), '\1');
    for (std::size_t at = 1; at < seed.size(); ++at)
      seed[at] = static_cast<char>(random.below(256));
    seed[2] = seed[5] = static_cast<char>(i % 2);  // a snapshot first
  }
  return all;
}

const Registration registration({.name = "server_frames", .run = run, .seeds = seeds});

}  // namespace
}  // namespace daybook::fuzz
