#include "client-sdk/src/core.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <stdexcept>

namespace daybook::client::detail {
namespace {

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
      session_(options_, hooks()),
      timer_(options_.clock->make_timer(executor_)) {}

std::shared_ptr<Core> Core::make(net::any_io_executor executor, ClientOptions options) {
  std::shared_ptr<Core> core(new Core(std::move(executor), std::move(options)));
  core->factory_ = core->options_.network
                       ? core->options_.network->factory_for(core->executor_, core->options_)
                       : websocket_transport(core->executor_, core->options_);
  return core;
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
          .clock = [this] { return options_.clock->wall(); }};
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
  notifier_.run([this] { return gone_->load(); });
  if (*gone_) return;
  if (session_.pending().idle()) {
    for (auto& waiter : std::exchange(drain_waiters_, {})) waiter({});
  }
  if (stopping_ && session_.state() == State::closed) {
    stopping_ = false;
    timer_->cancel();
    armed_.reset();
    for (auto& waiter : std::exchange(stop_waiters_, {})) waiter({});
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
    for (auto& waiter : std::exchange(live_waiters_, {})) waiter(result);
  }
  // Nothing will be sent any more: whoever waits for an answer is told why.
  if (state == State::closed && !stopping_) abort_waiting(reason);
}

void Core::abort_waiting(error_code error) {
  session_.pending().abort(error);
  for (const auto& weak : channels_) {
    if (const auto channel = weak.lock()) channel->on_stop(error);
  }
  for (auto& waiter : std::exchange(drain_waiters_, {})) waiter(error);
  for (auto& waiter : std::exchange(live_waiters_, {})) waiter(error);
}

void Core::abandon() {
  const auto self = shared_from_this();
  *gone_ = true;  // from here on completions only destroy their handlers, on the executor
  transport_ = nullptr;
  timer_->cancel();
  state_handler_ = nullptr;
  abort_waiting(net::error::operation_aborted);
  for (auto& waiter : std::exchange(stop_waiters_, {})) waiter(net::error::operation_aborted);
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

void Core::post_stop(Completion<> completion) {
  post_step([completion = std::move(completion)](Core& core) mutable {
    core.stop_waiters_.push_back(std::move(completion));
    core.stopping_ = true;
    core.abort_waiting(net::error::operation_aborted);
    core.session_.stop(core.now());
  });
}

void Core::post_drain(Completion<> completion) {
  post_step([completion = std::move(completion)](Core& core) mutable {
    core.drain_waiters_.push_back(std::move(completion));
  });
}

void Core::post_wait_live(Completion<> completion) {
  post_step([completion = std::move(completion)](Core& core) mutable {
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
    core.live_waiters_.push_back(std::move(completion));
  });
}

// The slot's handler may outlive the operation: then its ticket names nothing.
void Core::put_cancel(net::cancellation_slot slot, Pending::Ticket ticket) {
  if (!slot.is_connected()) return;
  slot.assign([weak = weak_from_this(), ticket](net::cancellation_type) {
    if (const auto core = weak.lock()) {
      core->post_step([ticket](Core& at) {
        at.session_.pending().cancel(ticket);
        at.cancel_past(ticket);
      });
    }
  });
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
    core.submit(ticket, stream, std::move(command), options, submitted, std::move(completion));
  });
}

Id Core::fresh_id() {
  std::array<std::byte, 16> random;
  options_.random(random);
  return make_id_v7(options_.clock->wall(), random);
}

void Core::submit(Pending::Ticket ticket, Id stream, CommandBuilder command,
                  const SubmitOptions& options, Instant submitted, Completion<Outcome> completion) {
  if (is_closed()) return completion(Errc::closed, {});
  const Id id = options.id.is_nil() ? fresh_id() : options.id;
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
  session_.pending().submit(
      ticket, {.id = id,
               .command = std::move(command),
               // A command whose id the caller gave may be sent again by another run, which
               // would claim another time and so be another act.
               .claims_time = options.effective_at.is_none() && options.id.is_nil(),
               .submitted = submitted,
               .answer = std::move(completion)});
}

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

void Core::on_state_change(Client::StateHandler handler) {
  state_handler_ = handler ? std::make_shared<Client::StateHandler>(std::move(handler)) : nullptr;
}

}  // namespace daybook::client::detail
