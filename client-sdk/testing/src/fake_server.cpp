#include <daybook/testing/fake_server.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <stdexcept>

#include "client-sdk/src/read_answer.hpp"
#include "client-sdk/testing/src/fake_network.hpp"
#include "model/record/token.hpp"
#include "model/snapshot.hpp"

namespace daybook::testing {

using detail::CloseCode;
using detail::Delivery;
using detail::FakeConnection;
using detail::FakeLog;
using detail::Link;
using detail::LinkPointer;
using model::workspace::TokenKind;

namespace {

// The n-th of the numbers that stand for chance.
record::Hash number_hash(std::string_view purpose, std::uint64_t n) {
  const auto text = std::string(purpose) + ' ' + std::to_string(n);
  return record::sha256(std::as_bytes(std::span(text)));
}

capnp::Data::Reader to_data(const record::Hash& hash) {
  return {reinterpret_cast<const kj::byte*>(hash.data()), hash.size()};
}

}  // namespace

// Every call takes the mutex; what clients are told leaves by their executors, so nothing comes back in.
class FakeServer::Inside final : public FakeConnection::Office,
                                 public detail::Exchange,
                                 public std::enable_shared_from_this<Inside> {
 public:
  Inside() : log_(fresh_id()) {
    client::CommandBuilder command;
    auto open = command.root().initWorkspace().initOpenWorkspace();
    command.text(open.initName(), "Workspace");
    write(open.initAdmin(), admin_ = fresh_id());
    command.text(open.initAdminName(), "Admin");
    const Id id = fresh_id();
    write(open.initToken(), id);
    const auto token = record::format_token(number_hash("token", ++count_));
    open.setTokenHash(to_data(record::hash_token(token)));
    tokens_[admin_] = token;
    must(act({.is_server = true}, {}, std::move(command), {}));
  }

  // --- Acting --------------------------------------------------------------------------------------------------------

  Id fresh_id() {
    const auto hash = number_hash("id", ++count_);
    return make_id_v8(hash);
  }

  FakeLog::Answer act(const detail::Sender& sender, Id stream, client::CommandBuilder command,
                      const client::SubmitOptions& options) {
    auto request = command.request();
    const Id id = options.id.is_nil() ? fresh_id() : options.id;
    write(request.initId(), id);
    if (!stream.is_nil()) write(request.initStream(), stream);
    request.setEffectiveAt(options.effective_at.micros);
    request.setSeenVersion(options.seen_version.value);
    if (!options.on_behalf_of.is_nil()) write(request.initOnBehalfOf(), options.on_behalf_of);
    request.setSeed(to_data(options.seed.value_or(number_hash("seed", ++count_))));
    auto words = request.initWords(static_cast<unsigned>(command.words().size()));
    for (unsigned i = 0; i < words.size(); ++i) words.set(i, command.words()[i].c_str());
    auto answer = log_.submit(sender, request.asReader(), now());
    pump();
    return answer;
  }
  void must(const FakeLog::Answer& answer) {
    if (!answer) throw std::invalid_argument(std::string(model::to_string(answer.error().code)));
  }
  // As the admin, or as somebody else.
  void must_act(client::CommandBuilder command, Id member = {}, Id stream = {}) {
    must(act({.member = member.is_nil() ? admin_ : member}, stream, std::move(command), {}));
  }
  std::string issue(TokenKind kind, Id member, Id project,
                    const std::vector<schema::ViewName>& views) {
    const auto token = record::format_token(number_hash("token", ++count_));
    client::CommandBuilder command;
    auto issue = command.root().initWorkspace().initIssueToken();
    write(issue.initToken(), fresh_id());
    issue.setHash(to_data(record::hash_token(token)));
    issue.setKind(kind);
    if (!member.is_nil()) write(issue.initMember(), member);
    if (!project.is_nil()) write(issue.initProject(), project);
    auto list = issue.initViews(static_cast<unsigned>(views.size()));
    for (unsigned i = 0; i < list.size(); ++i) list.set(i, static_cast<std::uint16_t>(views[i]));
    must_act(std::move(command));
    return token;
  }
  std::string token_of(Id member) {
    auto& token = tokens_[member];
    if (token.empty()) token = issue(TokenKind::MEMBER, member, {}, {});
    return token;
  }

  // --- Office --------------------------------------------------------------------------------------------------------

  const FakeLog& log() const override { return log_; }
  Timestamp now() const override { return clock_->wall(); }

  void on_command(FakeConnection& from, schema::CommandRequest::Reader request) override {
    if (commands_to_lose_ > 0) {
      --commands_to_lose_;
      return break_off(from);
    }
    const Id id = read(request.getId());
    const auto& token = from.principal().row;
    FakeLog::Answer answer = model::reject(schema::Code::NOT_PERMITTED);
    if (commands_to_refuse_ > 0) {
      --commands_to_refuse_;
      answer = model::reject(refusal_);
    } else if (token.kind == TokenKind::MEMBER) {
      answer =
          log_.submit({.member = token.member, .is_importer = token.is_importer}, request, now());
    }
    if (answers_to_lose_ > 0) {
      --answers_to_lose_;
      break_off(from);
    } else if (holding_) {
      held_.push_back({link_of(from), id, answer});
    } else {
      from.say_answer(id, answer);
    }
    pump();
  }
  void on_hello(FakeConnection& from) override {
    for (const auto& link : std::vector(links_)) {
      auto* other = link->connection.get();
      if (other == nullptr || other == &from || !other->is_greeted()) continue;
      const bool is_same = !from.client().is_nil() && other->client() == from.client() &&
                           other->principal().row.member == from.principal().row.member;
      if (!is_same) continue;
      other->close();
      on_end(*other, CloseCode::replaced);
    }
  }
  void on_presence() override {
    std::vector<const FakeConnection*> all;
    for (const auto& link : links_) {
      if (link->connection) all.push_back(link->connection.get());
    }
    for (const auto& link : links_) {
      if (link->connection) link->connection->say_presence(all);
    }
  }
  void say(FakeConnection& to, detail::Message message) override {
    if (const auto link = link_of(to)) push(link, std::move(message));
  }
  void on_end(FakeConnection& connection, CloseCode code) override {
    const auto link = link_of(connection);
    if (!link) return;
    push(link, client::detail::Ending{.close_code = static_cast<std::uint16_t>(code)});
    drop(link);
  }

  // --- Exchange ------------------------------------------------------------------------------------------------------

  void open(const LinkPointer& link) override {
    const std::scoped_lock lock(mutex_);
    if (network_ == Network::down) {
      return push(link, client::detail::Ending{.error = client::Errc::no_connection});
    }
    if (network_ == Network::silent) return;
    link->connection = std::make_unique<FakeConnection>(*this, ++count_);
    links_.push_back(link);
    push(link, detail::Opened{});
  }
  void take(const LinkPointer& link, detail::Message message) override {
    const std::scoped_lock lock(mutex_);
    if (network_ == Network::silent) return link->to_server.push_back(std::move(message));
    if (link->connection) link->connection->take(message);
    bury();
  }
  void close(const LinkPointer& link, std::uint16_t code) override {
    const std::scoped_lock lock(mutex_);
    push(link, client::detail::Ending{.close_code = code});
    drop(link);
    bury();
  }
  void forget(const LinkPointer& link) override {
    const std::scoped_lock lock(mutex_);
    if (network_ == Network::silent) return;  // nobody is told
    drop(link);
    bury();
  }
  std::optional<Delivery> next_delivery(const LinkPointer& link,
                                        std::optional<client::Instant>& next) override {
    const std::scoped_lock lock(mutex_);
    next = std::nullopt;
    if (link->to_client.empty() || network_ == Network::silent) return std::nullopt;
    if (link->to_client.front().at > clock_->now()) {
      next = link->to_client.front().at;
      return std::nullopt;
    }
    auto delivery = std::move(link->to_client.front().what);
    link->to_client.pop_front();
    return delivery;
  }

  // --- The network ---------------------------------------------------------------------------------------------------

  [[nodiscard]] client::ClientOptions options(std::string token) {
    client::ClientOptions options;
    options.url = "ws://fake";
    options.token = std::move(token);
    options.client_id = fresh_id();
    options.clock = clock_;
    options.jitter = [] { return 0.5; };
    options.random = [next = options.client_id](std::span<std::byte> out) mutable {
      for (auto& byte : out) {
        next = make_id_v8(to_bytes(next));
        byte = to_bytes(next)[0];
      }
    };
    options.network = std::make_shared<client::Network>(
        [weak = weak_from_this(), clock = clock_](const client::net::any_io_executor& executor,
                                                  const client::ClientOptions&) {
          return [weak, clock, executor](client::detail::TransportListener listener) {
            auto link =
                std::make_shared<Link>(executor, clock->make_timer(executor), std::move(listener));
            return detail::make_transport(weak, std::move(link));
          };
        });
    return options;
  }
  void push(const LinkPointer& link, Delivery what) {
    auto at = clock_->now() + delay_;
    if (!link->to_client.empty()) at = std::max(at, link->to_client.back().at);
    link->to_client.push_back({at, std::move(what)});
    wake(link);
  }
  void wake(const LinkPointer& link) {
    client::net::post(link->executor, [weak = weak_from_this(), link] {
      if (link->alive) detail::deliver(weak, link);
    });
  }
  // As when a cable is pulled: what is on its way is lost.
  void break_off(FakeConnection& connection) {
    const auto link = link_of(connection);
    if (!link) return;
    connection.close();
    link->to_client.clear();
    push(link, client::detail::Ending{.error = client::Errc::no_connection});
    drop(link);
  }
  void break_all() {
    for (const auto& link : std::vector(links_)) break_off(*link->connection);
    bury();
  }
  void come_back() {
    const bool was_silent = std::exchange(network_, Network::up) == Network::silent;
    if (!was_silent) return;
    for (const auto& link : std::vector(links_)) {
      for (auto& message : std::exchange(link->to_server, {})) {
        if (link->connection) link->connection->take(message);
      }
      wake(link);
    }
    bury();
  }
  // What subscriptions have not had yet.
  void pump() {
    for (const auto& link : std::vector(links_)) {
      if (link->connection) link->connection->pump();
    }
  }

  enum class Network { up, down, silent };
  struct Held {
    LinkPointer link;
    Id command;
    FakeLog::Answer answer;
  };

  std::mutex mutex_;
  std::shared_ptr<VirtualClock> clock_ = std::make_shared<VirtualClock>();
  std::uint64_t count_ = 0;  // whatever must differ
  Id admin_;
  FakeLog log_;
  std::optional<FakeLog> backup_;
  std::map<Id, std::string> tokens_;

  std::vector<LinkPointer> links_;                       // that are open
  std::vector<std::unique_ptr<FakeConnection>> buried_;  // closed from inside their own calls
  Network network_ = Network::up;
  std::chrono::milliseconds delay_{0};
  bool holding_ = false;
  std::vector<Held> held_;
  std::size_t commands_to_lose_ = 0;
  std::size_t answers_to_lose_ = 0;
  std::size_t commands_to_refuse_ = 0;
  schema::Code refusal_ = schema::Code::NONE;

 private:
  [[nodiscard]] LinkPointer link_of(const FakeConnection& connection) const {
    const auto at = std::ranges::find_if(
        links_, [&](const auto& link) { return link->connection.get() == &connection; });
    return at == links_.end() ? nullptr : *at;
  }
  void drop(const LinkPointer& link) {
    std::erase(links_, link);
    if (!link->connection) return;
    link->connection->close();
    buried_.push_back(std::move(link->connection));
    on_presence();
  }
  void bury() { buried_.clear(); }
};

// --- The server ------------------------------------------------------------------------------------------------------

FakeServer::FakeServer() : inside_(std::make_shared<Inside>()) {}
FakeServer::~FakeServer() = default;

client::ClientOptions FakeServer::options(Id member) { return options_with(token(member)); }

client::ClientOptions FakeServer::options_with(std::string token) {
  const std::scoped_lock lock(inside_->mutex_);
  return inside_->options(std::move(token));
}

VirtualClock& FakeServer::clock() { return *inside_->clock_; }
Id FakeServer::admin() const { return inside_->admin_; }

Id FakeServer::fresh_id() {
  const std::scoped_lock lock(inside_->mutex_);
  return inside_->fresh_id();
}

Id FakeServer::add_member(std::string_view name) {
  const std::scoped_lock lock(inside_->mutex_);
  const Id member = inside_->fresh_id();
  client::CommandBuilder command;
  auto add = command.root().initMember().initAddMember();
  write(add.initMember(), member);
  command.text(add.initName(), name);
  inside_->must_act(std::move(command));
  return member;
}

Id FakeServer::add_project(std::string_view key, std::string_view name, Id manager,
                           const std::vector<std::string>& columns) {
  const std::scoped_lock lock(inside_->mutex_);
  const Id project = inside_->fresh_id();
  client::CommandBuilder registering;
  auto row = registering.root().initWorkspace().initRegisterProject();
  write(row.initProject(), project);
  row.setKey(std::string(key).c_str());
  write(row.initFirstManager(), manager);
  inside_->must_act(std::move(registering));

  client::CommandBuilder opening;
  opening.text(opening.root().initProject().initOpenProject().initName(), name);
  inside_->must_act(std::move(opening), manager, project);

  client::CommandBuilder board;
  auto list =
      board.root().initBoard().initDefineBoard().initColumns(static_cast<unsigned>(columns.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    using model::board::Category;
    write(list[i].initColumn(), inside_->fresh_id());
    board.text(list[i].initName(), columns[i]);
    list[i].setCategory(i + 1 == list.size() ? Category::DONE
                        : i == 0             ? Category::TODO
                                             : Category::DOING);
  }
  inside_->must_act(std::move(board), manager, project);
  return project;
}

void FakeServer::set_role(Id project, Id member, schema::Role role) {
  const std::scoped_lock lock(inside_->mutex_);
  const auto* state = inside_->log_.project(project);
  if (state == nullptr) throw std::invalid_argument("no such project");
  const auto from = model::project::role_of(state->project, member);
  client::CommandBuilder command;
  auto root = command.root().initProject();
  if (role == schema::Role::NONE) {
    auto revoke = root.initRevokeRole();
    write(revoke.initMember(), member);
    revoke.setFrom(from);
  } else {
    auto grant = root.initGrantRole();
    write(grant.initMember(), member);
    grant.setFrom(from);
    grant.setRole(role);
  }
  const auto& registry = inside_->log_.workspace().workspace.projects;
  inside_->must_act(std::move(command), registry.find(project)->first_manager, project);
}

std::string FakeServer::token(Id member) {
  const std::scoped_lock lock(inside_->mutex_);
  return inside_->token_of(member);
}

std::string FakeServer::room_token(Id project, const std::vector<schema::ViewName>& views) {
  const std::scoped_lock lock(inside_->mutex_);
  return inside_->issue(TokenKind::ROOM, {}, project, views);
}

std::string FakeServer::auditor_token(Id member) {
  const std::scoped_lock lock(inside_->mutex_);
  return inside_->issue(TokenKind::AUDITOR, member, {}, {});
}

void FakeServer::revoke(const std::string& token) {
  const std::scoped_lock lock(inside_->mutex_);
  const auto& workspace = inside_->log_.workspace().workspace;
  const Id* id = workspace.token_of_hash.find(record::hash_token(token));
  if (id == nullptr) throw std::invalid_argument("no such token");
  client::CommandBuilder command;
  write(command.root().initWorkspace().initRevokeToken().initToken(), *id);
  inside_->must_act(std::move(command));
  std::erase_if(inside_->tokens_, [&](const auto& entry) { return entry.second == token; });
}

client::Outcome FakeServer::act(Id member, Id stream, client::CommandBuilder command,
                                client::SubmitOptions options) {
  const std::scoped_lock lock(inside_->mutex_);
  if (options.id.is_nil()) options.id = inside_->fresh_id();
  const auto answer = inside_->act({.member = member}, stream, std::move(command), options);
  if (answer) return *answer;
  return client::detail::to_rejected(options.id, answer.error());
}

model::Project FakeServer::project(Id project) const {
  const std::scoped_lock lock(inside_->mutex_);
  const auto* state = inside_->log_.project(project);
  if (state == nullptr) throw std::invalid_argument("no such project");
  return *state;
}

record::Hash FakeServer::digest(Id project) const { return model::digest(this->project(project)); }

model::Workspace FakeServer::workspace() const {
  const std::scoped_lock lock(inside_->mutex_);
  return inside_->log_.workspace();
}

Position FakeServer::position() const {
  const std::scoped_lock lock(inside_->mutex_);
  return inside_->log_.position();
}

record::Hash FakeServer::root() const {
  const std::scoped_lock lock(inside_->mutex_);
  return inside_->log_.root();
}

std::size_t FakeServer::connections() const {
  const std::scoped_lock lock(inside_->mutex_);
  return inside_->links_.size();
}

void FakeServer::go_offline() {
  const std::scoped_lock lock(inside_->mutex_);
  inside_->network_ = Inside::Network::down;
  inside_->break_all();
}

void FakeServer::go_silent() {
  const std::scoped_lock lock(inside_->mutex_);
  inside_->network_ = Inside::Network::silent;
}

void FakeServer::come_back() {
  const std::scoped_lock lock(inside_->mutex_);
  inside_->come_back();
}

void FakeServer::break_connections() {
  const std::scoped_lock lock(inside_->mutex_);
  inside_->break_all();
}

void FakeServer::set_delay(std::chrono::milliseconds delay) {
  const std::scoped_lock lock(inside_->mutex_);
  inside_->delay_ = delay;
}

void FakeServer::hold_answers() {
  const std::scoped_lock lock(inside_->mutex_);
  inside_->holding_ = true;
}

void FakeServer::release_answers() {
  const std::scoped_lock lock(inside_->mutex_);
  inside_->holding_ = false;
  for (const auto& held : std::exchange(inside_->held_, {})) {
    if (held.link && held.link->connection) {
      held.link->connection->say_answer(held.command, held.answer);
    }
  }
}

void FakeServer::lose_commands(std::size_t count) {
  const std::scoped_lock lock(inside_->mutex_);
  inside_->commands_to_lose_ = count;
}

void FakeServer::lose_answers(std::size_t count) {
  const std::scoped_lock lock(inside_->mutex_);
  inside_->answers_to_lose_ = count;
}

void FakeServer::refuse_commands(schema::Code code, std::size_t count) {
  const std::scoped_lock lock(inside_->mutex_);
  inside_->refusal_ = code;
  inside_->commands_to_refuse_ = count;
}

void FakeServer::restart() {
  const std::scoped_lock lock(inside_->mutex_);
  for (const auto& link : std::vector(inside_->links_)) {
    link->connection->say_going_away();
    inside_->on_end(*link->connection, CloseCode::going_away);
  }
}

void FakeServer::back_up() {
  const std::scoped_lock lock(inside_->mutex_);
  inside_->backup_ = inside_->log_;
}

void FakeServer::restore_backup(LogId log_id) {
  const std::scoped_lock lock(inside_->mutex_);
  if (!inside_->backup_) throw std::invalid_argument("there is no backup");
  inside_->break_all();
  inside_->log_ = *inside_->backup_;
  if (log_id == LogId::fresh) inside_->log_.set_log_id(inside_->fresh_id());
}

}  // namespace daybook::testing
