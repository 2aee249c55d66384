#include "tests/server/net/running_server.hpp"

#include <stdexcept>

namespace daybook::testing {

using model::workspace::TokenKind;

net::ServerOptions RunningServer::small_options() {
  net::ServerOptions options;
  options.threads = 2;
  options.version = "1.2.3";
  options.clock = nullptr;  // that of the engine
  return options;
}

RunningServer::RunningServer(net::ServerOptions options) : options_(std::move(options)) {
  given({.command = add_member({.member = kAuditor, .name = "Amal"}), .stream = {}});
  given({.command = add_member({.member = kStranger, .name = "Sam"}), .stream = {}});
  issue("admin", {.member = kAdmin});
  issue("contributor", {.member = kContributor});
  issue("importer", {.member = kContributor, .importer = true});
  issue("viewer", {.member = kViewer});
  issue("stranger", {.member = kStranger});
  issue("auditor", {.kind = TokenKind::AUDITOR, .member = kAuditor});
  issue("room", {.kind = TokenKind::ROOM,
                 .project = kProject,
                 .views = {static_cast<std::uint16_t>(schema::ViewName::BOARD),
                           static_cast<std::uint16_t>(schema::ViewName::SUMMARY)}});
  issue("revoked", {.member = kContributor});
  given({.command = revoke_token({.token = token_id_of("revoked")}), .stream = {}});
  issue("expired", {.member = kContributor, .expires_at = kStart.micros + 1'000'000});
  set_clock({kStart.micros + 2'000'000});
  tokens_["none"] = "";
  tokens_["nonsense"] = "dbk_nonsense";
  catch_up();
  start();
}

RunningServer::~RunningServer() {
  server_->stop();
  stop();
  server_.reset();
}

void RunningServer::issue(const std::string& kind, IssueToken fields) {
  const auto made = access::make_token();
  fields.token = token_id(100 + token_ids_.size());
  fields.hash.assign(made.hash.begin(), made.hash.end());
  given({.command = issue_token(fields), .stream = {}});
  tokens_[kind] = made.secret;
  token_ids_[kind] = fields.token;
}

void RunningServer::start() {
  auto options = options_;
  if (!options.clock) options.clock = [this] { return now(); };
  server_ = std::make_unique<net::Server>(engine(), std::move(options));
  server_->start();
}

void RunningServer::restart_all() {
  server_->stop();
  server_.reset();
  restart();
  catch_up();
  start();
}

WsClient RunningServer::connect(const std::string& kind, Id client) {
  WsClient made(port(), {.tls = is_tls()});
  static_cast<void>(made.hello({.token = token(kind), .client = client}));
  return made;
}

WsClient RunningServer::connect_json(const std::string& kind) {
  WsClient made(port(),
                {.subprotocol = std::string(schema::protocol::kJsonSubprotocol), .tls = is_tls()});
  made.say_json(R"({"hello":{"protocolVersions":[1],"token":")" + token(kind) + R"("}})");
  if (!made.next_line().contains("welcome")) throw std::runtime_error("no welcome came");
  return made;
}

HttpReply RunningServer::get(const std::string& path, const std::string& kind) {
  return http(port(), {.path = path, .token = token(kind), .tls = is_tls()});
}

HttpReply RunningServer::post(const std::string& path, const std::string& body,
                              const std::string& kind) {
  return http(
      port(),
      {.method = "POST", .path = path, .token = token(kind), .body = body, .tls = is_tls()});
}

void subscribe_after(WsClient& client, std::uint32_t subscription, std::uint64_t version,
                     Id project) {
  client.say([&](schema::Message::Builder& message) {
    auto out = message.initSubscribe();
    out.setSubscription(subscription);
    write(out.initScope().initProject(), project);
    out.initFrom().setAfter(version);
    out.initContent().setEvents();
  });
}

void Replica::take(const ServerFrame& frame) {
  if (!frame.batch) throw std::runtime_error("not a batch");
  if (frame.batch->from != version + 1) throw std::runtime_error("a gap, or a repetition");
  record::Bytes rest = frame.entries;
  for (std::uint32_t i = 0; i < frame.batch->count; ++i) {
    const auto entry = record::next_entry(rest, record::EventView::Check::full);
    if (!entry || !*entry) throw std::runtime_error("an entry that cannot be read");
    const auto& envelope = (*entry)->event.envelope();
    if (envelope.version.value != version + 1) throw std::runtime_error("a gap between events");
    ++version;
    (*entry)->event.with_event([&](schema::Event::Reader event) {
      model::evolve(state, event,
                    {.position = envelope.position,
                     .version = envelope.version,
                     .recorded_at = envelope.recorded_at,
                     .effective_at = envelope.effective_at,
                     .actor = envelope.actor,
                     .on_behalf_of = envelope.on_behalf_of});
    });
  }
  if (!rest.empty() || frame.batch->complete_through != version) {
    throw std::runtime_error("completeThrough is not where the batch ends");
  }
}

}  // namespace daybook::testing
