#include "tests/client-sdk/wire_server.hpp"

#include <stdexcept>

#include "client-sdk/testing/src/fake_connection.hpp"
#include "model/record/token.hpp"
#include "model/snapshot.hpp"
#include "schema/limits.hpp"

namespace daybook::testing {

using client::detail::append_frame;
using client::detail::next_frame;
using detail::CloseCode;
using detail::FakeConnection;
using detail::FakeLog;

namespace {

constexpr std::int64_t kSecond = 1'000'000;

std::vector<std::byte> hash_of(std::string_view token) {
  const auto hash = record::hash_token(token);
  return {hash.begin(), hash.end()};
}

Id id_of(std::string_view token) {
  return make_id_v8(record::sha256(std::as_bytes(std::span(token))));
}

}  // namespace

// The log, the connection, and the office between them.
class WireServer::Inside final : public FakeConnection::Office {
 public:
  explicit Inside(WireServer& server) : server_(server) {
    must({.is_server = true}, {},
         open_workspace({.admin = kManager,
                         .admin_name = "Ann",
                         .token = id_of("dbk_good"),
                         .token_hash = hash_of("dbk_good")}));
    const detail::Sender manager{.member = kManager};
    must(manager, {}, add_member({.member = kOther, .name = "Ben"}));
    must(manager, {}, grant_workspace_role({.member = kOther, .role = schema::Role::AUDITOR}));
    for (const auto& [token, member] :
         {std::pair("dbk_renewed", kManager), {"dbk_other", kOther}}) {
      must(manager, {},
           issue_token({.token = id_of(token), .hash = hash_of(token), .member = member}));
    }
    must(manager, {}, register_project({.project = kProject, .first_manager = kManager}));
    must(manager, kProject, open_project({.name = "Mobile banking"}));
    must(manager, kProject,
         define_board({.columns = {{.column = kColumnA, .name = "To do"},
                                   {.column = kColumnB, .name = "Review", .wip = {.count = 2}}}}));
    beginning_ = log_;
  }

  // A second later than what was before.
  FakeLog::Answer submit(const detail::Sender& sender, schema::CommandRequest::Reader request) {
    now_.micros += kSecond;
    return log_.submit(sender, request, now_);
  }
  FakeLog::Answer submit(const detail::Sender& sender, Id stream, Id id,
                         schema::Command::Reader command, const std::vector<std::string>& words) {
    capnp::MallocMessageBuilder message;
    auto request = message.initRoot<schema::CommandRequest>();
    write(request.initId(), id);
    if (!stream.is_nil()) write(request.initStream(), stream);
    request.setCommand(command);
    auto list = request.initWords(static_cast<unsigned>(words.size()));
    for (unsigned i = 0; i < list.size(); ++i) list.set(i, words[i].c_str());
    const auto seed = record::sha256(to_bytes(id));
    request.setSeed({reinterpret_cast<const kj::byte*>(seed.data()), seed.size()});
    return submit(sender, request.asReader());
  }
  void must(const detail::Sender& sender, Id stream, const Command& command) {
    if (!submit(sender, stream, {8, ++next_id_}, command.reader(), command.words)) {
      throw std::logic_error("the server refuses what the test prepares");
    }
  }
  void forget() { log_ = *beginning_; }
  void connect() { connection_ = std::make_unique<FakeConnection>(*this, ++next_id_); }
  void pump() {
    if (connection_) connection_->pump();
  }
  [[nodiscard]] FakeLog& log() { return log_; }

  // To the connection, as the client said it.
  void hear(schema::Message::Reader said) {
    Message message;
    append_frame(message, said);
    connection_->take(message);
  }
  void end(std::uint32_t subscription, schema::Code code) {
    server_.say([&](schema::Message::Builder out) {
      auto told = out.initSubscriptionEnd();
      told.setSubscription(subscription);
      told.setCode(code);
    });
  }

  // --- Office --------------------------------------------------------------------------------------------------------
  const FakeLog& log() const override { return log_; }
  Timestamp now() const override { return {now_.micros + kSecond / 2}; }
  void on_command(FakeConnection& from, schema::CommandRequest::Reader request) override {
    const auto answer = submit({.member = from.principal().row.member}, request);
    if (server_.answers_commands) from.say_answer(read(request.getId()), answer);
    from.pump();
  }
  void on_hello(FakeConnection&) override {}
  void on_presence() override {}  // said by tests
  void say(FakeConnection&, Message message) override {
    record::Bytes rest = message;
    const auto frame = next_frame(rest).value().value();
    const auto spoil = [&] {
      if (server_.spoil) server_.spoil(message);
    };
    if (frame.kind == schema::protocol::FrameKind::event_batch) {
      spoil();
    } else {
      const auto opened = schema::open_flat_message<schema::Message>(frame.body);
      const auto said = opened->root<schema::Message>();
      if (said.isSnapshotEnd()) {
        ++server_.snapshots;
        spoil();
      } else if (server_.edit) {
        capnp::MallocMessageBuilder edited;
        edited.setRoot(said);
        server_.edit(edited.getRoot<schema::Message>());
        message.clear();
        append_frame(message, edited.getRoot<schema::Message>().asReader());
      }
    }
    server_.said_.push_back(std::move(message));
  }
  void on_end(FakeConnection&, CloseCode code) override {
    if (code == CloseCode::protocol_error) throw std::logic_error("the client broke the protocol");
    server_.refused_with = static_cast<std::uint16_t>(code);
  }

 private:
  WireServer& server_;
  Timestamp now_{0};
  std::uint64_t next_id_ = 0;
  FakeLog log_{kLog};
  std::optional<FakeLog> beginning_;
  std::unique_ptr<FakeConnection> connection_;
};

WireServer::WireServer() : inside_(std::make_unique<Inside>(*this)) {}
WireServer::~WireServer() = default;

schema::Code WireServer::commit(Id id, schema::Command::Reader command,
                                const std::vector<std::string>& words) {
  const auto answer = inside_->submit({.member = kManager}, kProject, id, command, words);
  return answer ? schema::Code::NONE : answer.error().code;
}

void WireServer::connect() {
  said_.clear();
  refused_with = 0;
  inside_->connect();
}

void WireServer::pump() { inside_->pump(); }

void WireServer::take(record::Bytes message) {
  while (refused_with == 0) {
    const auto frame = next_frame(message);
    if (!frame) throw std::logic_error("the client sent a bad frame");
    if (!*frame) return;
    const auto opened = schema::open_flat_message<schema::Message>((*frame)->body);
    if (!opened) throw std::logic_error("the client sent a bad message");
    take(opened->root<schema::Message>(), (*frame)->body);
  }
}

// Notes what is said, and hands on what is not to be lost.
void WireServer::take(schema::Message::Reader message, record::Bytes bytes) {
  switch (message.which()) {
    case schema::Message::HELLO: {
      last_close = message.getHello().getLastClose();
      capnp::MallocMessageBuilder hello;
      hello.setRoot(message);
      hello.getRoot<schema::Message>().getHello().disownSubscriptions();
      inside_->hear(hello.getRoot<schema::Message>().asReader());
      if (refused_with != 0) return;
      for (const auto request : message.getHello().getSubscriptions()) subscribe(request);
      return;
    }
    case schema::Message::SUBSCRIBE:
      return subscribe(message.getSubscribe());
    case schema::Message::UNSUBSCRIBE:
      ++unsubscribed;
      return inside_->hear(message);
    case schema::Message::COMMAND: {
      const auto request = message.getCommand();
      commands.push_back({read(request.getId()), record::AlignedBytes(bytes.begin(), bytes.end()),
                          request.getEffectiveAt(), request.getSeenVersion()});
      if (commits) inside_->hear(message);
      return;
    }
    case schema::Message::PING:
      ++pings;
      return inside_->hear(message);
    case schema::Message::RENEW_TOKEN:
      renewals.emplace_back(message.getRenewToken().getToken().cStr());
      return inside_->hear(message);
    case schema::Message::PRESENCE: {
      const auto presence = message.getPresence();
      looked.push_back({.project = read(presence.getProject()),
                        .view = presence.getView(),
                        .entity = read(presence.getEntity())});
      return;
    }
    default:
      return inside_->hear(message);
  }
}

void WireServer::subscribe(schema::Subscribe::Reader request) {
  ++subscribed;
  const auto number = request.getSubscription();
  if (refuses != schema::Code::NONE) return inside_->end(number, refuses);
  capnp::MallocMessageBuilder message;
  auto handed_on = message.initRoot<schema::Message>();
  handed_on.setSubscribe(request);
  auto from = handed_on.getSubscribe().getFrom();
  if (from.isAtVersion() || from.isAtTime()) {
    if (!answers_past) return;
    if (past_version) from.setAtVersion(*past_version);
  } else if (from.isAfter() && resets && !request.getScope().isAll()) {
    from.setSnapshot();
    say([&](schema::Message::Builder out) {
      auto reset = out.initReset();
      reset.setSubscription(number);
      reset.setCode(schema::Code::BEHIND_TOO_FAR);
    });
  }
  inside_->hear(handed_on.asReader());
}

void WireServer::revoke(const std::string& token) {
  inside_->must({.member = kManager}, {}, revoke_token({.token = id_of(token)}));
}
void WireServer::set_log_id(Id log_id) { inside_->log().set_log_id(log_id); }
void WireServer::forget() { inside_->forget(); }

const std::vector<model::Project>& WireServer::states() const {
  return *inside_->log().history(kProject);
}
record::Hash WireServer::digest() const { return model::digest(state()); }
std::uint64_t WireServer::position() const { return inside_->log().position().value; }
bool WireServer::has(Id command) const { return inside_->log().find_outcome(command) != nullptr; }

}  // namespace daybook::testing
