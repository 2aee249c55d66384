#include "tests/simulation/client.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <deque>
#include <filesystem>
#include <set>

#include "client-sdk/src/transport.hpp"
#include "tests/simulation/client_clock.hpp"

namespace daybook::simulation {

using client::Errc;
using client::error_code;
using client::detail::Ending;
using client::detail::TransportListener;

namespace {

// What an app sends or is sent that can never be right: whoever sees it has found a fault in the program.
bool is_fault(const client::StateChange& change) {
  return change.reason == Errc::bad_server_data || change.reason == Errc::protocol_error ||
         change.reason == Errc::version_unsupported;
}

// Views that need nothing but the project's events and the date.
constexpr std::array kWatched{model::ViewName::BOARD, model::ViewName::TASKS,
                              model::ViewName::APPROVALS, model::ViewName::RISKS,
                              model::ViewName::FLOW};

client::CommandBuilder to_builder(const testing::Command& command) {
  client::CommandBuilder builder;
  builder.request().setCommand(command.reader());
  // The command's references count its words from 1 already.
  for (const auto& words : command.words) (void)builder.text(words);
  return builder;
}

}  // namespace

class Member::Transport final : public client::detail::Transport {
 public:
  Transport(std::shared_ptr<Link> link, Trace& trace) : link_(std::move(link)), trace_(trace) {}
  ~Transport() override {
    link_->listener = {};
    link_->wire->up.close(0);  // if it was not said before
    link_->state = Link::State::ended;
  }
  void send(record::AlignedBytes message) override {
    trace_.bytes(message);
    link_->wire->up.send(message);
  }
  void close(std::uint16_t code) override { link_->wire->up.close(code); }

 private:
  std::shared_ptr<Link> link_;
  Trace& trace_;
};

struct Member::App {
  boost::asio::io_context io{1};
  std::vector<Act::Number> unanswered;
  // Submitted in this run, by id. The library makes most ids, from random bytes that it asks for in the order of submission.
  std::map<Id, Act::Number> named;
  std::deque<Act::Number> unnamed;
  std::set<Id> repeated;
  std::optional<client::Client> client;
  std::map<Id, client::Project> projects;
  std::map<Id, client::Watch> watches;
  std::set<Id> ended_watches;
  std::map<Id, Version> seen;
  std::optional<client::Workspace> workspace;
  std::optional<client::Follow> follow;
  std::uint64_t followed = 0;
  bool follow_ended = false;
  bool needs_auth = false;
  bool closed = false;

  ~App() {
    follow.reset();
    workspace.reset();
    watches.clear();
    projects.clear();
    client.reset();
  }
};

Member::Member(Surroundings surroundings, std::size_t number, std::vector<Id> projects,
               MadeToken token)
    : world_(std::move(surroundings)),
      number_(number),
      projects_(std::move(projects)),
      token_(std::move(token)),
      disk_(world_.random, world_.trace, "outbox"),
      has_outbox_(!world_.random.one_in(3)),
      statuses_(world_.trace, has_outbox_) {
  world_.disks.add(disk_);
  for (const auto id : projects_) {
    plays_.emplace_back(world_.random.next());
    views_[id] = kWatched[world_.random.below(kWatched.size())];
  }
}

Member::~Member() {
  app_.reset();
  world_.disks.remove(disk_);
}

// --- The app ---------------------------------------------------------------------------------------------------------

void Member::start_app() {
  app_ = std::make_unique<App>();
  client::ClientOptions options;
  options.token = token_.secret;
  options.jitter = [this] { return static_cast<double>(world_.random.below(1000)) / 1000; };
  options.random = [this](std::span<std::byte> out) {
    for (auto& byte : out) byte = static_cast<std::byte>(world_.random.next());
    name_next(out);
  };
  options.clock = std::make_shared<ClientClock>(world_.time);
  options.network = std::make_shared<client::Network>(
      [this](const auto&, const auto&) -> client::detail::TransportFactory {
        return [this](TransportListener listener) { return connect(std::move(listener)); };
      });
  if (has_outbox_) {
    options.outbox_path = disk_.file();
    options.outbox_executor = app_->io.get_executor();
  }
  app_->client.emplace(app_->io.get_executor(), std::move(options));
  if (has_outbox_ && !disk_.is_adopted()) disk_.adopt();
  app_->client->on_command_change(
      [this](const client::CommandStatus& status) { command_changed(status); });
  check_outbox();
  app_->client->on_presence_change([this](const client::Presence& presence) {
    world_.trace.say("M{}: {} in {}", number_, presence.total, testing::name_of(presence.project));
    check_presence();
  });
  app_->client->look(looking_);
  app_->client->on_state_change([this](const client::StateChange& change) {
    world_.trace.say("M{}: {} {} {}", number_, to_string(change.state), change.reason.message(),
                     change.detail);
    if (is_fault(change)) world_.trace.fail("a client found fault with the server");
    if (change.reason == Errc::server_failed && !world_.server_may_fail())
      world_.trace.fail("the server says that it failed");
    check_presence();
    app_->needs_auth = change.state == client::State::needs_auth;
    app_->closed = change.state == client::State::closed;
  });
  open_projects();
  if (number_ == 1) {
    app_->workspace.emplace(app_->client->open_workspace());
    open_follow();
  }
  app_->client->start();
}

void Member::kill_app() {
  if (!app_) return;
  // What is in the outbox's file goes on with the next run; who waited for the rest is gone.
  for (const auto act : app_->unanswered) {
    const auto is_kept =
        std::ranges::any_of(kept_, [&](const auto& kept) { return kept.second == act; });
    if (!is_kept) world_.ledger.given_up(act);
  }
  app_.reset();
  link_.reset();
  disk_.forget_faults();
  statuses_.app_ended();
}

void Member::lose_outbox() {
  kill_app();
  disk_.remove();
  for (const auto& [id, act] : kept_) world_.ledger.given_up(act);
  kept_.clear();
  statuses_.outbox_lost();
}

void Member::lose_power() {
  if (!has_outbox_) return kill_app();
  disk_.lose_power();
  kill_app();
  disk_.start();
}

void Member::lose_power_in(std::uint64_t calls) {
  if (app_ && has_outbox_) disk_.lose_power_in(calls);
}

// What a run before this one was told is queued is there, or was answered before that run could tell.
void Member::check_outbox() {
  const auto& report = app_->client->outbox();
  if (report.set_aside > 0 || !report.damaged_file.empty())
    world_.trace.fail("what is left of an outbox is damaged");
  const auto kept = kept_;
  for (const auto& [id, act] : kept) {
    const auto status = app_->client->status(id);
    if (status.status == client::Status::unknown)
      world_.trace.fail(fmt::format("act {} was in the outbox and is lost", act));
    command_changed(status);
  }
  const auto known = statuses_.known();
  for (const auto& [id, before] : known) statuses_.told(app_->client->status(id));
}

void Member::command_kept(Id id) {
  if (!has_outbox_ || kept_.contains(id) || app_->repeated.contains(id)) return;
  if (const auto named = app_->named.find(id); named != app_->named.end())
    kept_.emplace(id, named->second);
}

void Member::name_next(std::span<const std::byte> random) {
  if (random.size() != sizeof(Id) || app_->unnamed.empty()) return;
  const Id id = make_id_v7(world_.time.wall(), random.first<sizeof(Id)>());
  app_->named.emplace(id, app_->unnamed.front());
  app_->unnamed.pop_front();
}

void Member::command_changed(const client::CommandStatus& status) {
  statuses_.told(status);
  switch (status.status) {
    case client::Status::unknown:
    case client::Status::sent:
      return;
    case client::Status::queued:
      return command_kept(status.id);
    case client::Status::accepted:
    case client::Status::confirmed:
    case client::Status::rejected:
      break;
  }
  const auto kept = kept_.find(status.id);
  if (kept == kept_.end() || !status.outcome) return;
  const auto act = kept->second;
  kept_.erase(kept);
  // In the run that submitted it the answer to submit() tells.
  const auto& waiting = app_->unanswered;
  if (std::ranges::find(waiting, act) == waiting.end()) finished(act, {}, *status.outcome);
}

void Member::open_projects() {
  for (const auto id : projects_) {
    auto opened = app_->client->open(id);
    opened.on_change([this, id](const client::ProjectChange& change) {
      auto& seen = app_->seen[id];
      const auto version = change.snapshot->version();
      world_.trace.say("M{}: {} at {} by {}", number_, testing::name_of(id), version.value,
                       to_string(change.cause));
      if (change.cause == client::Cause::remote && version < seen)
        world_.trace.fail("a replica went back");
      seen = version;
    });
    app_->projects.insert_or_assign(id, std::move(opened));
    open_watch(id);
  }
}

void Member::open_watch(Id id) {
  app_->ended_watches.erase(id);
  app_->watches.insert_or_assign(
      id, app_->client->watch(id, {views_.at(id)},
                              {.on_change =
                                   [this, id](const client::WatchedView& view) {
                                     world_.trace.say("M{}: sees {} of {} at {}", number_,
                                                      model::to_string(view.name),
                                                      testing::name_of(id), view.version.value);
                                   },
                               .on_end =
                                   [this, id](error_code error) {
                                     world_.trace.say("M{}: watching {} ended: {}", number_,
                                                      testing::name_of(id), error.message());
                                     app_->ended_watches.insert(id);
                                   }}));
}

void Member::open_follow() {
  app_->followed = 0;
  app_->follow_ended = false;
  app_->follow.emplace(app_->client->follow(
      {.all = true, .from = client::FollowAfter{0}},
      {.on_command = [this](std::span<const record::Entry> events) { on_command(events); },
       .on_end =
           [this](error_code error) {
             world_.trace.say("M{}: following ended: {}", number_, error.message());
             app_->follow_ended = true;
           }}));
}

void Member::on_command(std::span<const record::Entry> events) {
  for (const auto& entry : events) {
    const auto position = entry.event.envelope().position.value;
    if (position != app_->followed + 1)
      world_.trace.fail(fmt::format("position {} came behind {}", position, app_->followed));
    app_->followed = position;
  }
}

void Member::mend() {
  if (!app_) return start_app();
  if (app_->closed) app_->client->start();
  for (const auto id : projects_) {
    if (!has_ended(id)) continue;
    app_->projects.erase(id);
    auto opened = app_->client->open(id);
    app_->projects.insert_or_assign(id, std::move(opened));
  }
  for (const auto id : std::set(app_->ended_watches)) open_watch(id);
  if (app_->follow_ended) open_follow();
}

void Member::put_token(MadeToken token) {
  token_ = std::move(token);
  if (app_) app_->client->set_token(token_.secret);
}

// --- The network -----------------------------------------------------------------------------------------------------

std::unique_ptr<client::detail::Transport> Member::connect(TransportListener listener) {
  auto link = std::make_shared<Link>();
  link->wire = std::make_shared<Wire>();
  link->wire->number = number_ * 1000 + ++wires_;
  link->listener = std::move(listener);
  link_ = link;
  return std::make_unique<Transport>(std::move(link), world_.trace);
}

Wire* Member::wire() const {
  const auto link = link_.lock();
  return link ? link->wire.get() : nullptr;
}

bool Member::is_connected() const {
  const auto link = link_.lock();
  return app_ && link && link->state == Link::State::open && !link->wire->is_silent &&
         !link->wire->is_cut && app_->client->state() == client::State::live;
}

bool Member::deliver() {
  auto* const wire = this->wire();
  if (wire == nullptr || wire->frozen_until > world_.time.now()) return false;
  auto& pipe = world_.random.one_in(2) ? wire->up : wire->down;
  if (pipe.in_flight() == 0) return false;
  const auto all = world_.random.one_in(2);
  pipe.deliver(all ? pipe.in_flight() : 1 + world_.random.below(pipe.in_flight()));
  return true;
}

bool Member::step() {
  if (!app_) return false;
  if (app_->io.stopped()) app_->io.restart();
  if (world_.random.one_in(2) && run_one()) return true;
  const auto link = link_.lock();
  if (!link || link->state == Link::State::ended) return run_one();
  auto& wire = *link->wire;
  const auto tell = [&](auto&& call) {
    boost::asio::post(app_->io, [link = std::weak_ptr(link), call]() mutable {
      const auto alive = link.lock();
      // The transport calls nobody once it is gone.
      if (alive && alive->listener.on_closed) call(alive->listener);
    });
    return true;
  };
  const auto end = [&](Ending ending) {
    link->state = Link::State::ended;
    return tell([ending](TransportListener& listener) { listener.on_closed(ending); });
  };
  switch (link->state) {
    case Link::State::connecting:
      if (!world_.connect(link->wire)) return end({.error = Errc::no_connection});
      link->state = Link::State::open;
      return tell([](TransportListener& listener) { listener.on_open(); });
    case Link::State::open:
      if (wire.down.has_message()) {
        return tell([message = wire.down.take()](TransportListener& listener) {
          listener.on_message(message);
        });
      }
      if (const auto code = wire.down.closed()) {
        return end({.error = *code == 0 ? error_code(Errc::no_connection) : error_code(),
                    .close_code = *code});
      }
      if (wire.is_cut) return end({.error = Errc::no_connection});
      break;
    case Link::State::ended:
      break;
  }
  return run_one();
}

bool Member::run_one() {
  if (app_->io.poll_one() == 0) return false;
  if (!disk_.has_power()) lose_power();  // within that
  return true;
}

// --- What the member does --------------------------------------------------------------------------------------------

std::optional<Member::Idea> Member::think() {
  const auto which = world_.random.below(projects_.size());
  const auto* replica = project(projects_[which]);
  if (replica == nullptr || replica->version().value == 0) return std::nullopt;
  const auto snapshot = replica->snapshot();
  return Idea{projects_[which], plays_[which].next(snapshot->state, app_->client->server_now())};
}

void Member::act(const Idea& idea) {
  if (app_) submit(idea.project, idea.attempt.command, {});
}

void Member::act_on_workspace(const testing::Command& command, std::function<void()> accepted) {
  if (app_) submit({}, command, std::move(accepted));
}

void Member::submit(Id stream, const testing::Command& command, std::function<void()> accepted) {
  // Some choose the id by themselves, as an import does; for most the library makes one.
  client::SubmitOptions options;
  if (world_.random.one_in(4)) {
    const auto high = world_.random.next();
    options.id = {high, world_.random.next()};
    options.seed.emplace();
    for (auto& byte : *options.seed) byte = static_cast<std::byte>(world_.random.next());
  }
  const auto act = world_.ledger.submitted(options.id);
  if (!options.id.is_nil()) own_ = {act, stream, command, options};
  app_->unanswered.push_back(act);
  if (options.id.is_nil()) {
    app_->unnamed.push_back(act);
  } else {
    app_->named.emplace(options.id, act);
  }
  world_.trace.say("M{}: act {} in {}", number_, act, testing::name_of(stream));
  app_->client->submit(
      stream, to_builder(command), options,
      [this, act, accepted = std::move(accepted)](error_code error, client::Outcome outcome) {
        finished(act, error, outcome);
        if (!error && client::accepted(outcome) != nullptr && accepted) accepted();
      });
}

void Member::repeat() {
  if (!app_ || !own_ || !world_.ledger.is_accepted(own_->act)) return;
  world_.trace.say("M{}: act {} once more", number_, own_->act);
  app_->repeated.insert(own_->options.id);
  statuses_.begin_again(own_->options.id);
  app_->client->submit(
      own_->stream, to_builder(own_->command), own_->options,
      [this, act = own_->act, id = own_->options.id](error_code error, client::Outcome outcome) {
        statuses_.began_again(id);
        if (!error) world_.ledger.repeated(act, outcome);
      });
}

void Member::ask() {
  if (!app_ || !last_accepted_) return;
  const auto [act, id] = *last_accepted_;
  app_->client->query_outcome(id, [this, act](error_code error, client::Outcome outcome) {
    if (!error) world_.ledger.repeated(act, outcome);
  });
}

void Member::look_back() {
  const auto which = projects_[world_.random.below(projects_.size())];
  const auto newest = version(which);
  if (newest.value == 0) return;
  const Version then{1 + world_.random.below(newest.value)};
  app_->client->project_at(
      which, then,
      [this, which, then, epoch = epoch_](
          error_code error, const std::shared_ptr<const client::ProjectSnapshot>& snapshot) {
        if (error || epoch != epoch_) return;
        world_.trace.say("M{}: {} as it was at {}", number_, testing::name_of(which), then.value);
        if (snapshot->version() != then) world_.trace.fail("the past is of another version");
        past_.push_back({which, then, snapshot->digest()});
      });
}

void Member::look() {
  looking_ = {};
  if (!world_.random.one_in(6)) {
    looking_.project = projects_[world_.random.below(projects_.size())];
    looking_.view = kWatched[world_.random.below(kWatched.size())];
    if (world_.random.one_in(2)) looking_.entity = testing::task_id(world_.random.below(5));
  }
  world_.trace.say("M{}: looks at {}", number_, testing::name_of(looking_.project));
  if (app_) app_->client->look(looking_);
}

void Member::look_again() {
  if (!app_) return;
  app_->client->look({});
  app_->client->look(looking_);
}

// Nobody is there for a client without a connection; for others it is itself there, whoever else is.
void Member::check_presence() {
  const auto& presence = app_->client->presence();
  if (presence.here.empty()) return;
  const auto state = app_->client->state();
  if (state != client::State::live && state != client::State::syncing)
    world_.trace.fail("who is there is told without a connection");
  if (std::ranges::find(presence.here, id(), &client::Present::member) == presence.here.end())
    world_.trace.fail("it is not told that it is there itself");
}

void Member::finished(Act::Number act, error_code error, const client::Outcome& outcome) {
  std::erase(app_->unanswered, act);
  std::erase(app_->unnamed, act);
  if (error) {
    world_.trace.say("M{}: act {} ends with {}", number_, act, error.message());
    return world_.ledger.given_up(act);
  }
  if (const auto* accepted = client::accepted(outcome)) {
    world_.trace.say("M{}: act {} accepted at {}", number_, act, accepted->first_position.value);
    last_accepted_ = {act, accepted->id};
    return world_.ledger.accepted(act, *accepted);
  }
  if (const auto* rejected = client::rejected(outcome)) {
    world_.trace.say("M{}: act {} rejected {}", number_, act, client::code_name(rejected->code));
    return world_.ledger.rejected(act, rejected->id, rejected->code, rejected->local);
  }
  world_.trace.fail("a submitted command was answered notRecorded");
}

// --- What there is to see --------------------------------------------------------------------------------------------

const client::Project* Member::project(Id id) const {
  if (!app_) return nullptr;
  const auto at = app_->projects.find(id);
  if (at == app_->projects.end() || at->second.state() == client::ReplicaState::ended)
    return nullptr;
  return &at->second;
}

const client::Workspace* Member::workspace() const {
  return app_ && app_->workspace ? &*app_->workspace : nullptr;
}

const client::Presence& Member::presence() const { return app_->client->presence(); }

bool Member::has_ended(Id id) const {
  if (!app_) return false;
  const auto at = app_->projects.find(id);
  return at == app_->projects.end() || at->second.state() == client::ReplicaState::ended;
}

std::shared_ptr<const client::WatchedView> Member::watched(Id id) const {
  if (!app_ || app_->ended_watches.contains(id)) return nullptr;
  return app_->watches.at(id).view(views_.at(id));
}

Version Member::version(Id id) const {
  const auto* replica = project(id);
  return replica != nullptr ? replica->version() : Version{};
}

bool Member::needs_auth() const { return app_ && app_->needs_auth; }

bool Member::is_idle() const {
  if (!kept_.empty()) return false;
  return !app_ || (app_->unanswered.empty() &&
                   std::ranges::all_of(app_->client->pending_commands(), [](const auto& command) {
                     return command.status == client::Status::accepted;
                   }));
}

bool Member::is_settled() const {
  return !app_ || std::ranges::all_of(app_->client->pending_commands(), [&](const auto& command) {
    return command.is_held || world_.ledger.is_known_lost(command.id);
  });
}

void Member::check_statuses() const {
  for (const auto& [id, told] : statuses_.known()) {
    if (world_.ledger.is_known_lost(id)) continue;
    const auto now = app_->client->status(id);
    if (now.status != told || (!now.is_held && !Statuses::is_final(told)))
      world_.trace.fail(fmt::format("{} was told to be {}, and ends {}", to_string(id),
                                    client::to_string(told), client::to_string(now.status)));
    world_.ledger.check_end(id, told);
  }
}

std::uint64_t Member::followed() const { return app_ ? app_->followed : 0; }

std::string Member::describe() const {
  if (!app_) return fmt::format("M{}: no app", number_);
  std::string text = fmt::format("M{}: {}, {} unanswered", number_,
                                 to_string(app_->client->state()), app_->unanswered.size());
  for (const auto id : projects_) {
    text += fmt::format(", {} at {}{}", testing::name_of(id), version(id).value,
                        has_ended(id) ? " (ended)" : "");
  }
  for (const auto& command : app_->client->pending_commands())
    text += fmt::format(", {} is {}", to_string(command.id), client::to_string(command.status));
  return text;
}

}  // namespace daybook::simulation
