#include "client-sdk/src/core.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <stdexcept>

#include "model/permission.hpp"

namespace daybook::client::detail {
namespace {

bool is_breach(const Act& act, const model::Rejection& rejection) {
  return act.with_request([&](schema::CommandRequest::Reader of) {
    return model::is_breach(of.getCommand(), rejection.code);
  });
}

ClientOptions with_defaults(ClientOptions options) {
  if (!options.random) {
    options.random = [](std::span<std::byte> out) {
      if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) !=
          1) {
        throw std::runtime_error("the system gives no random numbers");
      }
    };
  }
  if (!options.jitter) {
    std::uint64_t seed = 0;
    options.random(std::as_writable_bytes(std::span(&seed, 1)));
    options.jitter = [engine = std::mt19937_64(seed)]() mutable {
      return std::uniform_real_distribution<double>(0, 1)(engine);
    };
  }
  if (!options.clock) options.clock = system_clock();
  if (options.client_id.is_nil()) {
    std::array<std::byte, 16> random;
    options.random(random);
    options.client_id = make_id_v7(options.clock->wall(), random);
  }
  return options;
}

}  // namespace

Core::Core(net::any_io_executor executor, ClientOptions options)
    : executor_(std::move(executor)),
      options_(with_defaults(std::move(options))),
      outbox_(make_outbox()),
      session_(options_, hooks(), outbox_.get()),
      timer_(options_.clock->make_timer(executor_)) {}

std::shared_ptr<Core> Core::make(net::any_io_executor executor, ClientOptions options) {
  std::shared_ptr<Core> core(new Core(std::move(executor), std::move(options)));
  core->factory_ = core->options_.network
                       ? core->options_.network->factory_for(core->executor_, core->options_)
                       : websocket_transport(core->executor_, core->options_);
  core->restore_outbox();
  return core;
}

// Opened before anything else is begun: what is wrong with it is told to whoever makes the client.
std::unique_ptr<Outbox> Core::make_outbox() {
  if (options_.outbox_path.empty()) return nullptr;
  return std::make_unique<Outbox>(executor_,
                                  Outbox::Options{.path = options_.outbox_path,
                                                  .bytes_max = options_.pending_bytes_max,
                                                  .disk = options_.outbox_executor},
                                  [this](std::span<const std::uint64_t> numbers, error_code error) {
                                    step([&] {
                                      for (const auto number : numbers)
                                        session_.pending().on_stored(number, error);
                                    });
                                  });
}

void Core::restore_outbox() {
  if (!outbox_) return;
  auto contents = outbox_->take_contents();
  next_ticket_ = contents.next_number;
  outbox_report_ = {.set_aside = contents.set_aside, .damaged_file = contents.damaged_file};
  session_.pending().restore(std::move(contents.entries));
}

Session::Hooks Core::hooks() {
  return {.connect = [this] { connect(); },
          .send =
              [this](record::AlignedBytes message) {
                if (transport_) transport_->send(std::move(message));
              },
          .close =
              [this](std::uint16_t code) {
                if (transport_ && code != 0) transport_->close(code);
                transport_ = nullptr;
              },
          .close_and_tell =
              [this](std::uint16_t code) {
                if (transport_) transport_->close(code);
              },
          .state = [this](StateChange change) { on_state(std::move(change)); },
          .clock = [this] { return options_.clock->wall(); },
          .command = [this](const CommandStatus& status) { on_command(status); },
          .presence =
              [this](const Presence& presence) {
                if (!presence_handler_) return;
                notifier_.push([this, presence] {
                  if (const auto handler = presence_handler_) (*handler)(presence);
                });
              }};
}

void Core::connect() {
  // The transport calls nobody once it is replaced.
  const auto weak = weak_from_this();
  const auto on_core = [weak](auto&& run) {
    if (const auto core = weak.lock()) core->step([&] { run(*core); });
  };
  TransportListener listener{
      .on_open = [on_core] { on_core([](Core& core) { core.session_.on_open(core.now()); }); },
      .on_message =
          [weak](const record::AlignedBytes& message) {
            // The message lives until everything that borrows from it has been told.
            if (const auto core = weak.lock()) {
              core->step([&] { core->session_.on_message(message, core->now()); });
            }
          },
      .on_closed =
          [on_core](const Ending& ending) {
            on_core([&](Core& core) {
              core.transport_ = nullptr;
              core.session_.on_closed(ending, core.now());
            });
          }};
  transport_ = factory_(std::move(listener));
}

// --- Steps -----------------------------------------------------------------------------------------------------------

void Core::schedule_settle() {
  if (std::exchange(settling_scheduled_, true)) return;
  post_step([](Core& core) { core.settling_scheduled_ = false; });
}

void Core::settle() {
  session_.flush(now());
  confirm();
  notifier_.run([this] { return gone_->load(); });
  if (*gone_) return;
  if (session_.pending().idle()) {
    finish(drain_waiters_, {});
  }
  if (stopping_ && session_.state() == State::closed && (!outbox_ || outbox_->is_idle())) {
    stopping_ = false;
    timer_->cancel();
    armed_.reset();
    finish(stop_waiters_, {});
  }
  arm_timer();
}

void Core::arm_timer() {
  const auto at = session_.deadline();
  if (!at || (armed_ && *armed_ <= *at)) return;  // one that is early looks again
  armed_ = at;
  timer_->call_at(*at, [weak = weak_from_this()] {
    const auto core = weak.lock();
    if (!core) return;
    core->armed_.reset();
    core->step([&] { core->session_.tick(core->now()); });
  });
}

void Core::on_state(StateChange change) {
  const State state = change.state;
  const error_code reason = change.reason ? change.reason : error_code(Errc::closed);
  notifier_.push([this, change = std::move(change)] {
    if (const auto handler = state_handler_) (*handler)(change);
  });
  if (state == State::live || state == State::needs_auth || state == State::closed) {
    const error_code result = state == State::live ? error_code() : reason;
    finish(live_waiters_, result);
  }
  // Nothing will be sent any more: whoever waits for an answer is told why.
  if (state == State::closed && !stopping_) abort_waiting(reason);
}

void Core::abort_waiting(error_code error) {
  session_.pending().abort(error);
  for (const auto& weak : channels_) {
    if (const auto channel = weak.lock()) channel->on_stop(error);
  }
  finish(drain_waiters_, error);
  finish(live_waiters_, error);
}

void Core::abandon() {
  const auto self = shared_from_this();
  *gone_ = true;  // from here on completions only destroy their handlers, on the executor
  transport_ = nullptr;
  timer_->cancel();
  state_handler_ = nullptr;
  command_handler_ = nullptr;
  presence_handler_ = nullptr;
  abort_waiting(net::error::operation_aborted);
  finish(stop_waiters_, net::error::operation_aborted);
  for (const auto& weak : channels_) {
    if (const auto channel = weak.lock()) channel->orphan();
  }
  notifier_.clear();
}

// --- Operations ------------------------------------------------------------------------------------------------------

void Core::post_start() {
  post_step([](Core& core) {
    if (!core.stopping_) core.session_.start(core.now());
  });
}

void Core::post_token(std::string token) {
  post_step([token = std::move(token)](Core& core) { core.session_.set_token(token, core.now()); });
}

void Core::post_forget(Id command) {
  post_step([command](Core& core) { core.session_.pending().forget(command); });
}

void Core::post_look(const Looking& at) {
  post_step([at](Core& core) { core.session_.look(at); });
}

void Core::post_stop(Completion<> completion) {
  const auto ticket = next_ticket_.fetch_add(1);
  put_cancel(completion.slot(), ticket);
  post_step([ticket, completion = std::move(completion)](Core& core) mutable {
    core.stop_waiters_.emplace(ticket, std::move(completion));
    core.stopping_ = true;
    core.abort_waiting(net::error::operation_aborted);
    core.session_.stop(core.now());
  });
}

void Core::post_drain(Completion<> completion) {
  const auto ticket = next_ticket_.fetch_add(1);
  put_cancel(completion.slot(), ticket);
  post_step([ticket, completion = std::move(completion)](Core& core) mutable {
    core.drain_waiters_.emplace(ticket, std::move(completion));
  });
}

void Core::post_wait_live(Completion<> completion) {
  const auto ticket = next_ticket_.fetch_add(1);
  put_cancel(completion.slot(), ticket);
  post_step([ticket, completion = std::move(completion)](Core& core) mutable {
    switch (core.session_.state()) {
      case State::live:
        return completion({});
      case State::needs_auth:
        return completion(Errc::unauthenticated);
      case State::closed:
        return completion(Errc::closed);
      case State::offline:
      case State::connecting:
      case State::syncing:
        break;
    }
    core.live_waiters_.emplace(ticket, std::move(completion));
  });
}

// The slot's handler may outlive the operation: then its ticket names nothing.
void Core::put_cancel(net::cancellation_slot slot, Pending::Ticket ticket) {
  if (!slot.is_connected()) return;
  slot.assign([weak = weak_from_this(), ticket](net::cancellation_type) {
    if (const auto core = weak.lock()) {
      core->post_step([ticket](Core& at) { at.cancel(ticket); });
    }
  });
}

void Core::cancel(Pending::Ticket ticket) {
  session_.pending().cancel(ticket);
  cancel_past(ticket);
  for (auto* waiters : {&stop_waiters_, &drain_waiters_, &live_waiters_}) {
    auto waiter = waiters->extract(ticket);
    if (waiter) waiter.mapped()(net::error::operation_aborted);
  }
  for (const auto& weak : channels_) {
    if (const auto channel = weak.lock()) channel->cancel(ticket);
  }
}

void Core::finish(Waiters& waiters, error_code error) {
  for (auto& [ticket, waiter] : std::exchange(waiters, {})) waiter(error);
}

void Core::post_submit(Id stream, CommandBuilder command, SubmitOptions options,
                       Completion<Outcome> completion) {
  if (posted_.fetch_add(1) >= options_.pending_commands_max) {
    posted_.fetch_sub(1);
    return completion(Errc::overloaded, {});
  }
  const auto ticket = next_ticket_.fetch_add(1);
  put_cancel(completion.slot(), ticket);
  post_step([ticket, stream, command = std::move(command), options, submitted = now(),
             completion = std::move(completion)](Core& core) mutable {
    core.posted_.fetch_sub(1);
    core.submit(ticket, stream, std::move(command), std::move(options), submitted,
                std::move(completion));
  });
}

Id Core::fresh_id() {
  std::array<std::byte, 16> random;
  options_.random(random);
  return make_id_v7(options_.clock->wall(), random);
}

void Core::fill_in(CommandBuilder& command, Id id, Id stream, const SubmitOptions& options) {
  record::Hash seed;
  if (options.seed) {
    seed = *options.seed;
  } else {
    options_.random(seed);
  }
  auto request = command.request();
  write(request.initId(), id);
  if (!stream.is_nil()) write(request.initStream(), stream);
  request.setSeenVersion(options.seen_version.value);
  request.setEffectiveAt(options.effective_at.micros);
  if (!options.on_behalf_of.is_nil()) write(request.initOnBehalfOf(), options.on_behalf_of);
  request.setSeed(capnp::Data::Reader(reinterpret_cast<const kj::byte*>(seed.data()), seed.size()));
}

void Core::submit(Pending::Ticket ticket, Id stream, CommandBuilder command, SubmitOptions options,
                  Instant submitted, Completion<Outcome> completion) {
  if (is_closed()) return completion(Errc::closed, {});
  auto& pending = session_.pending();
  // A command whose id the caller gave may be sent again by another run, which would claim another time and so be another
  // act.
  const bool is_ours = options.id.is_nil();
  const Id id = is_ours ? fresh_id() : options.id;
  const auto submitted_at = session_.server_now(submitted);
  if (is_ours && options.effective_at.is_none() && !session_.sends_at_once()) {
    options.effective_at = submitted_at;
  }
  fill_in(command, id, stream, options);
  auto act = make_act({.number = ticket,
                       .id = id,
                       .stream = stream,
                       .submitted_at = submitted_at,
                       .is_decided_here = is_ours && !stream.is_nil()},
                      std::move(command));
  if (!act) return completion({}, std::move(act).error());
  if (const auto refused = pending.refuses(**act)) return completion(*refused, {});
  const auto replica = (*act)->is_decided_here ? decides(stream) : nullptr;
  if (replica) {
    const auto shown = replica->show(*act);
    // An attempt against a rule of governance is for the server to refuse, since it records it.
    if (!shown && !is_breach(**act, shown.error())) {
      return completion({}, reject_here(id, shown.error(), replica->version()));
    }
  }
  if ((*act)->is_decided_here) {
    for_replicas<model::Project>(stream, [&](Replica<model::Project>& other) {
      if (!other.shows_pending(id)) other.restore({*act});
    });
  }
  pending.submit(std::move(*act), std::move(completion));
}

// --- What is pending -------------------------------------------------------------------------------------------------

template <typename Stream, typename F>
void Core::for_replicas(Id stream, F&& f) const {
  for (const auto& weak : channels_) {
    const auto replica = std::dynamic_pointer_cast<Replica<Stream>>(weak.lock());
    if (replica && replica->stream() == stream) f(*replica);
  }
}

void Core::on_command(const CommandStatus& status) {
  for_replicas<model::Project>(status.stream, [&](Replica<model::Project>& replica) {
    switch (status.status) {
      case Status::accepted:
        return replica.accept(status.id, accepted(*status.outcome)->last_version());
      case Status::rejected:
      case Status::unknown:
        return replica.withdraw(status.id);
      case Status::queued:
        if (status.is_held) return replica.withdraw(status.id);
        if (replica.shows_pending(status.id)) return;
        for (auto& act : session_.pending().acts(status.stream)) {
          if (act->id == status.id) replica.restore({std::move(act)});
        }
        return;
      case Status::confirmed:
        return replica.confirm(status.id);
      case Status::sent:
        return;
    }
  });
  if (!command_handler_) return;
  notifier_.push([this, status] {
    if (const auto handler = command_handler_) (*handler)(status);
  });
}

bool Core::is_awaited(const Accepted& accepted) const {
  bool is_awaited = false;
  const auto look = [&](const auto& replica) {
    is_awaited |= replica.state() != ReplicaState::ended && !replica.is_orphan() &&
                  replica.version() < accepted.last_version();
  };
  if (accepted.stream.is_nil()) {
    for_replicas<model::Workspace>(accepted.stream, look);
  } else {
    for_replicas<model::Project>(accepted.stream, look);
  }
  return is_awaited;
}

void Core::confirm() {
  for (const auto& accepted : session_.pending().unconfirmed()) {
    if (!is_awaited(accepted)) session_.pending().confirm(accepted.id);
  }
}

std::optional<Decider> Core::decider_for(Id project) const {
  const auto& server = session_.server();
  if (!server || server->member.is_nil()) return std::nullopt;
  const auto& roles = server->workspace_roles;
  Decider decider{.member = server->member,
                  .is_admin = std::ranges::find(roles, schema::Role::ADMIN) != roles.end(),
                  .registration = {},
                  .now = server_now()};
  for_replicas<model::Workspace>({}, [&](const Replica<model::Workspace>& workspace) {
    const auto* row = workspace.current().projects().find(project);
    if (row != nullptr) decider.registration = *row;
  });
  return decider;
}

std::shared_ptr<Replica<model::Project>> Core::decides(Id project) const {
  for (const auto& weak : channels_) {
    auto replica = std::dynamic_pointer_cast<Replica<model::Project>>(weak.lock());
    if (!replica || replica->stream() != project || !replica->decides()) continue;
    // What is not open yet is decided by the registry's row.
    if (replica->shown().state.project.opened || decider_for(project)->registration) return replica;
  }
  return nullptr;
}

std::shared_ptr<Replica<model::Project>> Core::make_project(Id project) {
  auto replica = std::make_shared<Replica<model::Project>>(
      project, notifier_,
      Replica<model::Project>::Hooks{
          .confirmed = [this](auto entries) { session_.pending().on_events(entries); },
          .decider = [this, project] { return decider_for(project); }});
  replica->restore(session_.pending().acts(project));
  attach(replica);
  return replica;
}

std::shared_ptr<Replica<model::Workspace>> Core::make_workspace() {
  auto replica = std::make_shared<Replica<model::Workspace>>(
      Id{}, notifier_,
      Replica<model::Workspace>::Hooks{
          .confirmed = [this](auto entries) { session_.pending().on_events(entries); },
          .decider = {}});
  attach(replica);
  return replica;
}

WhatIf Core::what_if(Replica<model::Project>& replica, std::vector<CommandBuilder> commands) {
  auto next = std::make_shared<ProjectSnapshot>(replica.shown());
  const auto decider = decider_for(replica.stream());
  WhatIf out;
  std::uint64_t ahead = 0;
  for (auto& command : commands) {
    const Id id = fresh_id();
    fill_in(command, id, replica.stream(), {.seen_version = replica.version()});
    const auto number = next_ticket_.fetch_add(1);
    auto act =
        make_act({.number = number, .id = id, .stream = replica.stream()}, std::move(command));
    if (!act) {
      out.outcomes.push_back({.rejected = std::move(act).error()});
      continue;
    }
    auto events = decider ? (*act)->with_request([&](schema::CommandRequest::Reader request) {
      return fold_in(*next, request, number, *decider, ahead);
    })
                          : model::reject(Code::NOT_PERMITTED);
    if (events) {
      next->pending.push_back(id);
      out.outcomes.push_back({.events = *events});
    } else {
      out.outcomes.push_back({.rejected = reject_here(id, events.error(), replica.version())});
    }
  }
  next->confirmed = replica.confirmed();
  out.snapshot = std::move(next);
  return out;
}

// --- Questions -------------------------------------------------------------------------------------------------------

void Core::post_query(Id command, Completion<Outcome> completion) {
  const auto ticket = next_ticket_.fetch_add(1);
  put_cancel(completion.slot(), ticket);
  post_step([ticket, command, completion = std::move(completion)](Core& core) mutable {
    if (core.is_closed()) return completion(Errc::closed, {});
    core.session_.pending().query(ticket, command, std::move(completion));
  });
}

void Core::post_project_at(Id project, Moment at, PastChannel::Answer answer) {
  const auto ticket = next_ticket_.fetch_add(1);
  put_cancel(answer.slot(), ticket);
  post_step([ticket, project, at, answer = std::move(answer)](Core& core) mutable {
    core.ask_past(ticket, project, at, std::move(answer));
  });
}

void Core::ask_past(Pending::Ticket ticket, Id project, Moment at, PastChannel::Answer answer) {
  if (is_closed()) return answer(Errc::closed, nullptr);
  std::erase_if(past_, [](const auto& entry) { return entry.second->is_done(); });
  if (past_.size() >= kPastQuestionsMax) return answer(Errc::overloaded, nullptr);
  auto channel = std::make_shared<PastChannel>(
      project, at, [this, project] { return people_of(project); }, std::move(answer));
  past_.emplace(ticket, channel);
  attach(std::move(channel));
}

void Core::cancel_past(Pending::Ticket ticket) {
  const auto at = past_.find(ticket);
  if (at == past_.end()) return;
  session_.detach(at->second.get());
  at->second->on_stop(net::error::operation_aborted);
  past_.erase(at);
}

People Core::people_of(Id project) const {
  for (const auto& weak : channels_) {
    const auto replica = std::dynamic_pointer_cast<Replica<model::Project>>(weak.lock());
    if (replica && replica->stream() == project && replica->current().people.version.value != 0) {
      return replica->current().people;
    }
  }
  return {};
}

void Core::attach(std::shared_ptr<Channel> channel) {
  std::erase_if(channels_, [](const auto& weak) { return weak.expired(); });
  channels_.push_back(channel);
  session_.attach(std::move(channel));
  schedule_settle();
}

void Core::detach(const Channel* channel) {
  session_.detach(channel);
  schedule_settle();
}

void Core::on_presence_change(Client::PresenceHandler handler) {
  presence_handler_ =
      handler ? std::make_shared<Client::PresenceHandler>(std::move(handler)) : nullptr;
}

void Core::on_command_change(Client::CommandHandler handler) {
  command_handler_ =
      handler ? std::make_shared<Client::CommandHandler>(std::move(handler)) : nullptr;
}

void Core::on_state_change(Client::StateHandler handler) {
  state_handler_ = handler ? std::make_shared<Client::StateHandler>(std::move(handler)) : nullptr;
}

}  // namespace daybook::client::detail
