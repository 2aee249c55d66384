#include <daybook/client.hpp>

#include "client-sdk/src/core.hpp"

namespace daybook::client {

std::string_view to_string(State state) {
  switch (state) {
    case State::offline:
      return "offline";
    case State::connecting:
      return "connecting";
    case State::syncing:
      return "syncing";
    case State::live:
      return "live";
    case State::needs_auth:
      return "needsAuth";
    case State::closed:
      return "closed";
  }
  return "offline";
}

std::string_view to_string(Cause cause) {
  switch (cause) {
    case Cause::snapshot:
      return "snapshot";
    case Cause::remote:
      return "remote";
    case Cause::people:
      return "people";
    case Cause::local:
      return "local";
    case Cause::rebase:
      return "rebase";
    case Cause::rollback:
      return "rollback";
  }
  return "remote";
}

std::string_view to_string(Status status) {
  switch (status) {
    case Status::unknown:
      return "unknown";
    case Status::queued:
      return "queued";
    case Status::sent:
      return "sent";
    case Status::accepted:
      return "accepted";
    case Status::confirmed:
      return "confirmed";
    case Status::rejected:
      return "rejected";
  }
  return "unknown";
}

Client::Client(net::any_io_executor executor, ClientOptions options)
    : core_(detail::Core::make(std::move(executor), std::move(options))),
      executor_(core_->executor()),
      gone_(core_->gone()) {}

Client::~Client() {
  if (core_) core_->abandon();
}

Client::Client(Client&&) noexcept = default;

Client& Client::operator=(Client&& other) noexcept {
  if (this == &other) return *this;
  if (core_) core_->abandon();
  core_ = std::move(other.core_);
  executor_ = other.executor_;
  gone_ = other.gone_;
  return *this;
}

void Client::start() { core_->post_start(); }
void Client::set_token(std::string token) { core_->post_token(std::move(token)); }
State Client::state() const { return core_->session().state(); }
Id Client::client_id() const { return core_->session().client_id(); }
const std::optional<ServerInfo>& Client::server() const { return core_->session().server(); }
Timestamp Client::server_now() const { return core_->server_now(); }
Id Client::fresh_id() { return core_->fresh_id(); }
void Client::on_state_change(StateHandler handler) { core_->on_state_change(std::move(handler)); }

CommandStatus Client::status(Id command) const {
  return core_->session().pending().status(command);
}
std::vector<CommandStatus> Client::pending_commands() const {
  return core_->session().pending().unsettled();
}
std::vector<CommandStatus> Client::settled_commands() const {
  return core_->session().pending().settled();
}
void Client::on_command_change(CommandHandler handler) {
  core_->on_command_change(std::move(handler));
}
void Client::forget(Id command) { core_->post_forget(command); }
void Client::look(const Looking& at) { core_->post_look(at); }
const Presence& Client::presence() const { return core_->session().presence().present(); }
void Client::on_presence_change(PresenceHandler handler) {
  core_->on_presence_change(std::move(handler));
}
const OutboxReport& Client::outbox() const { return core_->outbox(); }

Project Client::open(Id project) { return {core_, project}; }
Workspace Client::open_workspace() { return {core_, Id{}}; }
Follow Client::follow(FollowOptions options, FollowHandlers handlers) {
  return {core_, std::move(options), std::move(handlers)};
}

Watch Client::watch(Id project, std::vector<model::ViewName> views, WatchHandlers handlers) {
  return {core_, project, std::move(views), std::move(handlers)};
}

void Client::start_query(const CorePointer& core, Id id, detail::Completion<Outcome> completion) {
  if (const auto at = core.lock()) return at->post_query(id, std::move(completion));
  completion(Errc::closed, {});
}

void Client::start_project_at(const CorePointer& core, Id project, Moment at, PastAnswer answer) {
  if (const auto to = core.lock()) return to->post_project_at(project, at, std::move(answer));
  answer(Errc::closed, nullptr);
}

void Client::start_drain(const CorePointer& core, detail::Completion<> completion) {
  if (const auto at = core.lock()) return at->post_drain(std::move(completion));
  completion(Errc::closed);
}

void Client::start_wait_live(const CorePointer& core, detail::Completion<> completion) {
  if (const auto at = core.lock()) return at->post_wait_live(std::move(completion));
  completion(Errc::closed);
}

void Client::start_stop(const CorePointer& core, detail::Completion<> completion) {
  if (const auto at = core.lock()) return at->post_stop(std::move(completion));
  completion(Errc::closed);
}

namespace detail {

void submit(const std::weak_ptr<Core>& core, Id stream, CommandBuilder command,
            SubmitOptions options, Completion<Outcome> completion) {
  if (const auto at = core.lock()) {
    return at->post_submit(stream, std::move(command), options, std::move(completion));
  }
  completion(Errc::closed, {});
}

}  // namespace detail
}  // namespace daybook::client
