#include "tests/simulation/simulation.hpp"

#include <algorithm>
#include <optional>

#include "model/record/token.hpp"
#include "model/snapshot.hpp"
#include "model/views/moment.hpp"
#include "schema/json/json.hpp"
#include "server/engine/loader.hpp"
#include "server/engine/local.hpp"
#include "server/sync/view_step.hpp"

namespace daybook::simulation {

using namespace std::chrono_literals;
using namespace daybook::testing;

namespace {

constexpr std::size_t kMembers = 4;
constexpr std::size_t kPeople = 6;        // some of whom never come
constexpr std::size_t kRestMax = 60'000;  // steps until everybody must have come to rest
constexpr auto kViewDelayMax = 30s;       // until a view shows what is
const std::vector<Id> kProjects{project_id(1), project_id(2)};

std::vector<std::byte> hash_of(const std::string& secret) {
  const auto hash = record::hash_token(secret);
  return {hash.begin(), hash.end()};
}

class Simulation {
 public:
  explicit Simulation(const RunOptions& options);
  Result run();

 private:
  void set_up();
  void choose_troubles();
  void step();
  void let_somebody_act();
  bool move();
  void pass_time();
  void make_trouble(Trouble trouble);
  void tend_server();
  void tend_members();
  void tend_pages();

  // The operator's console: what is answered at once, as nothing else happens meanwhile.
  engine::Answer operate(const Command& command, Id stream, const engine::Sender& sender);
  void given(const Command& command, Id stream = {},
             engine::Sender sender = {.member = member_id(1)});
  [[nodiscard]] MadeToken make_token();
  [[nodiscard]] Command issue(const Page::Place& place, const MadeToken& token);
  void reissue_token(Member& member);
  void renew_token(Page& page);
  void replace_token();
  void restore_backup();

  void heal();
  void come_to_rest();
  [[nodiscard]] bool is_at_rest() const;
  [[nodiscard]] bool is_caught_up(const Member& member) const;
  void wait_for_views();
  [[nodiscard]] std::string what_is_not_shown();
  [[nodiscard]] const model::Project& replayed(Id project);
  [[nodiscard]] std::string who_is_not_known();
  [[nodiscard]] const model::Workspace& workspace();
  [[nodiscard]] bool may_read(Id member, Id project);
  [[nodiscard]] PageRows rows_for(const Page& page);
  [[nodiscard]] std::vector<model::View> views_of(model::ViewName name, Id project);
  [[nodiscard]] bool shows(const client::WatchedView& view, Id project);
  void check();
  [[nodiscard]] Member& any_member() { return *members_[random_.below(members_.size())]; }
  [[nodiscard]] Page& any_page() { return *pages_[random_.below(pages_.size())]; }
  [[nodiscard]] Wire* any_wire();
  [[nodiscard]] bool may_write() const;

  const RunOptions options_;
  Random random_;
  Trace trace_;
  VirtualTime time_;
  Disk disk_;  // the server's
  Disks disks_;
  ScopedIoHook hook_;
  Ledger ledger_;
  Server server_;
  std::vector<std::unique_ptr<Member>> members_;
  std::vector<std::unique_ptr<Page>> pages_;

  std::array<std::uint64_t, kTroubles> rates_{};  // one in so many steps; 0: never
  Result result_;
  std::vector<std::pair<std::uint64_t, std::size_t>> offline_;
  std::array<Instant, kMembers + 1> offline_until_{};
  std::size_t server_back_in_ = 0;  // steps
  std::size_t full_for_ = 0;
  std::uint64_t tokens_ = 0;
  std::size_t still_ = 0;       // steps since something moved
  bool is_over_ = false;        // the trouble
  bool is_left_alone_ = false;  // everybody, but for a token where theirs has ended
  bool is_held_ = false;        // nobody writes before everybody has seen the log that was restored
  std::optional<std::vector<std::byte>> backup_;
  Position backup_end_;
  std::map<Id, model::Project> replayed_;
  model::Workspace workspace_;
  Timestamp latest_wall_;  // that the server's clock has shown
};

Simulation::Simulation(const RunOptions& options)
    : options_(options),
      random_(options.seed),
      trace_(options.is_shown),
      disk_(random_, trace_),
      hook_(disks_),
      ledger_(trace_),
      server_(disk_, time_, random_, trace_) {}

// --- The beginning ---------------------------------------------------------------------------------------------------

void Simulation::set_up() {
  server_.options.snapshot_events_min = 20 + random_.below(100);
  disks_.add(disk_);
  if (!server_.start()) return;
  disk_.adopt();
  std::vector<MadeToken> tokens;
  for (std::size_t i = 0; i < kMembers; ++i) tokens.push_back(make_token());
  given(
      open_workspace(
          {.admin = member_id(1), .token = tokens[0].id, .token_hash = hash_of(tokens[0].secret)}),
      {}, {.is_server = true});
  for (std::size_t n = 2; n <= kPeople; ++n) given(add_member({.member = member_id(n)}));
  for (std::size_t n = 2; n <= kMembers; ++n) {
    given(issue_token({.token = tokens[n - 1].id,
                       .hash = hash_of(tokens[n - 1].secret),
                       .member = member_id(n)}));
  }
  std::uint64_t keys = 0;
  for (const auto id : kProjects) {
    given(register_project(
        {.project = id, .key = "P" + std::to_string(++keys), .first_manager = member_id(1)}));
    given(open_project(), id);
    given(define_board({.columns = {{.column = column_id(10 * keys + 1), .name = "To do"},
                                    {.column = column_id(10 * keys + 2),
                                     .name = "Doing",
                                     .category = schema::board::Category::DOING,
                                     .wip = {.count = 3}},
                                    {.column = column_id(10 * keys + 3),
                                     .name = "Done",
                                     .category = schema::board::Category::DONE}}}),
          id);
    for (std::uint64_t n = 1; n <= 4; ++n)
      given(create_task({.task = task_id(10 * keys + n), .column = column_id(10 * keys + 1)}), id);
    for (std::size_t n = 2; n <= kMembers; ++n) given(grant_role({.member = member_id(n)}), id);
  }
  for (std::size_t n = 1; n <= kMembers; ++n) {
    members_.push_back(std::make_unique<Member>(
        Member::Surroundings{.time = time_,
                             .random = random_,
                             .trace = trace_,
                             .ledger = ledger_,
                             .disks = disks_,
                             .connect =
                                 [this, n](const std::shared_ptr<Wire>& wire) {
                                   if (!server_.is_up() || offline_until_[n] > time_.now())
                                     return false;
                                   server_.accept(wire);
                                   return true;
                                 },
                             .server_may_fail =
                                 [this] {
                                   return result_.count(Trouble::fail_call) > 0 ||
                                          result_.count(Trouble::lose_power_at) > 0;
                                 }},
        n, kProjects, tokens[n - 1]));
    members_.back()->start_app();
  }
  // A member's page, and one on a wall.
  for (std::size_t n = 1; n <= 2; ++n) {
    const Page::Place place{
        .number = n,
        .project = kProjects[random_.below(kProjects.size())],
        .member = n == 1 ? member_id(1 + random_.below(kMembers)) : Id(),
        .view = random_.one_in(2) ? model::ViewName::BOARD : model::ViewName::TASKS};
    const auto token = make_token();
    given(issue(place, token));
    pages_.push_back(
        std::make_unique<Page>(Page::Surroundings{.time = time_,
                                                  .random = random_,
                                                  .trace = trace_,
                                                  .ledger = ledger_,
                                                  .connect =
                                                      [this](const std::shared_ptr<Wire>& wire) {
                                                        if (!server_.is_up()) return false;
                                                        server_.accept(wire);
                                                        return true;
                                                      }},
                               place, token));
  }
  disk_.meanwhile = [this] {
    for (auto n = random_.below(40); n > 0; --n) {
      if (random_.one_in(4)) {
        auto& page = any_page();
        static_cast<void>(random_.one_in(2) ? page.deliver() : page.step());
        continue;
      }
      auto& member = any_member();
      const bool moved = random_.one_in(2) ? server_.step_others()
                                           : (random_.one_in(2) ? member.deliver() : member.step());
      (void)moved;
    }
  };
  choose_troubles();
}

Command Simulation::issue(const Page::Place& place, const MadeToken& token) {
  const bool is_room = place.member.is_nil();
  const auto seconds = static_cast<std::int64_t>(60 + random_.below(600));
  IssueToken fields{.token = token.id,
                    .hash = hash_of(token.secret),
                    .member = place.member,
                    .expires_at = random_.one_in(6) && !is_over_
                                      ? server_.wall().micros + seconds * 1'000'000
                                      : 0};
  if (is_room) {
    fields.kind = model::workspace::TokenKind::ROOM;
    fields.project = place.project;
    fields.views = {static_cast<std::uint16_t>(place.view)};
  }
  return issue_token(fields);
}

// A run has few kinds of trouble, so that it also gets far with each.
void Simulation::choose_troubles() {
  for (std::size_t i = 0; i < kTroubles; ++i) {
    if (random_.below(10) < 3) rates_[i] = 40 + random_.below(600);
  }
  auto& restore = rates_[static_cast<std::size_t>(Trouble::restore)];
  if (restore != 0) {
    restore += 300;
    rates_[static_cast<std::size_t>(Trouble::back_up)] = 200;
  }
}

engine::Answer Simulation::operate(const Command& command, Id stream,
                                   const engine::Sender& sender) {
  const auto high = random_.next();
  const Id id{high, random_.next()};
  ledger_.operated(id);
  record::Hash seed;
  for (auto& byte : seed) byte = static_cast<std::byte>(random_.next());
  model::Request request(id, stream, seed);
  request.request().setCommand(command.reader());
  // The command's references count its words from 1 already.
  capnp::MallocMessageBuilder scratch;
  for (const auto& words : command.words) request.text(scratch.initRoot<schema::TextRef>(), words);
  engine::LocalInbox inbox;
  return engine::submit_and_wait(server_.engine(), inbox, sender, std::move(request));
}

void Simulation::given(const Command& command, Id stream, engine::Sender sender) {
  const auto answer = operate(command, stream, sender);
  if (std::holds_alternative<engine::Accepted>(answer)) return;
  const auto* rejection = std::get_if<model::Rejection>(&answer);
  trace_.fail("the world cannot be set up: " +
              std::string(rejection != nullptr ? model::to_string(rejection->code) : "unknown"));
}

MadeToken Simulation::make_token() {
  record::Hash secret;
  for (auto& byte : secret) byte = static_cast<std::byte>(random_.next());
  return {token_id(++tokens_), record::format_token(secret)};
}

// --- A step ----------------------------------------------------------------------------------------------------------

void Simulation::step() {
  if (!is_over_ && !is_held_) {
    for (std::size_t i = 0; i < kTroubles; ++i) {
      if (rates_[i] != 0 && random_.one_in(rates_[i])) make_trouble(static_cast<Trouble>(i));
    }
    if (random_.one_in(12)) let_somebody_act();
  }
  tend_server();
  tend_members();
  tend_pages();
  if (move()) {
    still_ = 0;
  } else if (++still_ >= 3) {
    still_ = 0;
    pass_time();
  }
}

// Somebody has an idea, and whoever should do it does, with what they see themselves.
void Simulation::let_somebody_act() {
  auto& member = any_member();
  if (random_.one_in(16)) return member.repeat();
  if (random_.one_in(16)) return member.ask();
  if (random_.one_in(16)) return member.look_back();
  if (random_.one_in(16)) return member.look();
  if (random_.one_in(24)) return any_page().overreach();
  const auto idea = member.think();
  if (!idea) return;
  if (random_.one_in(16)) return any_page().try_out(idea->attempt.command);
  auto& page = *pages_.front();
  if (page.place().member == idea->attempt.actor.id && random_.one_in(2))
    return page.act(idea->project, idea->attempt.command);
  const auto named = std::ranges::find_if(
      members_, [&](const auto& each) { return each->id() == idea->attempt.actor.id; });
  (named != members_.end() ? **named : member).act(*idea);
}

// Something that can happen, happens.
bool Simulation::move() {
  const auto members = members_.size(), pages = pages_.size();
  const auto kinds = 3 * members + 2 * pages;
  const auto first = random_.below(kinds);
  for (std::size_t i = 0; i < kinds; ++i) {
    const auto kind = (first + i) % kinds;
    const auto page = kind - std::min(kind, 3 * members);
    const bool moved = kind < members       ? members_[kind]->step()
                       : kind < 2 * members ? members_[kind - members]->deliver()
                       : kind < 3 * members ? server_.step()
                       : page < pages       ? pages_[page]->step()
                                            : pages_[page - pages]->deliver();
    if (moved) return true;
  }
  return false;
}

void Simulation::pass_time() {
  const auto least = time_.now() + std::chrono::milliseconds(1 + random_.below(1000));
  const auto next = time_.next();
  time_.pass_until(next && *next > least ? *next : least);
  server_.day_changed();
  if (random_.one_in(16)) server_.escalate();
}

void Simulation::tend_server() {
  latest_wall_ = std::max(latest_wall_, server_.wall());
  if (!server_.is_up()) {
    if (server_back_in_ > 0 && --server_back_in_ > 0) return;
    if (server_.start()) ledger_.check_acknowledged(server_.log());
    return;
  }
  const auto down = [&](Server::End end) {
    server_.kill(end);
    server_back_in_ = 1 + random_.below(100);
  };
  if (!disk_.has_power()) return down(Server::End::machine);
  if (server_.has_broken()) {
    if (!disk_.has_failed()) trace_.fail("the engine failed, and the disk did not");
    if (!random_.one_in(6)) return;  // its last answers go out
    trace_.say("server: ends, as a write failed");
    return down(Server::End::process);
  }
  if (full_for_ > 0 && --full_for_ == 0) disk_.set_full(false);
}

void Simulation::tend_members() {
  if (!random_.one_in(is_over_ || is_held_ ? 20 : 100)) return;
  auto& member = any_member();
  if (!is_left_alone_ && (!is_held_ || member.app_runs())) member.mend();
  if (member.needs_auth()) reissue_token(member);
  if (!is_held_ || !server_.is_up()) return;
  for (const auto& each : members_) {
    if (each->app_runs() && !is_caught_up(*each)) return;
  }
  for (const auto& page : pages_) {
    if (may_read(page->place().member, page->place().project) &&
        !page->has_all_events(server_.log().stream_version(page->place().project)))
      return;
  }
  // Who may not read it any more is not told that it is older.
  for (const auto& page : pages_) {
    if (!page->is_room() && !may_read(page->place().member, page->place().project)) page->reload();
  }
  is_held_ = false;
  trace_.say("everybody has seen the log that was restored");
}

void Simulation::tend_pages() {
  if (!random_.one_in(is_over_ || is_held_ ? 20 : 100)) return;
  auto& page = any_page();
  if (page.needs_token()) return renew_token(page);
  if (!is_left_alone_) page.mend();
}

// --- Trouble ---------------------------------------------------------------------------------------------------------

void Simulation::make_trouble(Trouble trouble) {
  auto& member = any_member();
  auto* const wire = trouble == Trouble::offline ? member.wire() : any_wire();
  const auto is_up = server_.is_up() && !server_.is_stopping() && !server_.has_broken();
  switch (trouble) {
    case Trouble::cut:
      if (wire == nullptr) return;
      wire->cut();
      break;
    case Trouble::silence:
      if (wire == nullptr) return;
      wire->fall_silent();
      break;
    case Trouble::freeze:
      if (wire == nullptr) return;
      wire->frozen_until = time_.now() + std::chrono::seconds(random_.below(60));
      break;
    case Trouble::offline:
      if (wire != nullptr) wire->cut();
      offline_until_[member.number()] = time_.now() + std::chrono::seconds(random_.below(300));
      break;
    case Trouble::kill_app:
      if (random_.one_in(5)) any_page().reload();  // its acts are not kept
      random_.one_in(3) ? member.lose_outbox() : member.kill_app();
      break;
    case Trouble::unplug_app:
      if (!member.app_runs()) return;
      random_.one_in(2) ? member.lose_power() : member.lose_power_in(random_.below(12));
      break;
    case Trouble::stop_server:
      if (!is_up) return;
      server_.stop();
      break;
    case Trouble::kill_server:
      if (!is_up) return;
      server_.kill(Server::End::process);
      server_back_in_ = 1 + random_.below(100);
      break;
    case Trouble::lose_power:
      if (!is_up) return;
      disk_.lose_power();
      break;
    case Trouble::lose_power_at:
      if (!is_up) return;
      disk_.lose_power_in(random_.below(12));
      break;
    case Trouble::fail_call:
      if (!is_up) return;
      disk_.fail_in(random_.below(12));
      break;
    case Trouble::fill_disk:
      disk_.set_full(true);
      full_for_ = random_.below(200);
      break;
    case Trouble::leap:
      time_.pass_until(time_.now() + std::chrono::minutes(random_.below(60 * 30)));
      server_.day_changed();
      break;
    case Trouble::wrong_clock:
      server_.options.wall_offset_micros =
          (static_cast<std::int64_t>(random_.below(7200)) - 3600) * 1'000'000;
      break;
    case Trouble::new_token:
      if (!is_up) return;
      random_.one_in(3) ? renew_token(any_page()) : replace_token();
      break;
    case Trouble::back_up:
      if (!is_up) return;
      backup_ = disk_.back_up();
      backup_end_ = server_.log().head().position;
      break;
    case Trouble::restore:
      if (!is_up || !backup_) return;
      restore_backup();
      break;
  }
  ++result_.troubles[static_cast<std::size_t>(trouble)];
  trace_.say("trouble: {} (M{})", to_string(trouble), member.number());
}

// By the admin's app: a new token is issued, the member is told, the old one revoked.
void Simulation::replace_token() {
  auto& member = any_member();
  auto& admin = *members_.front();
  const auto token = make_token();
  const auto seconds = static_cast<std::int64_t>(1 + random_.below(600));
  const auto expires = random_.one_in(3) ? server_.wall().micros + seconds * 1'000'000 : 0;
  admin.act_on_workspace(issue_token({.token = token.id,
                                      .hash = hash_of(token.secret),
                                      .member = member.id(),
                                      .expires_at = expires}),
                         [&member, &admin, token, old = member.token().id] {
                           member.put_token(token);
                           admin.act_on_workspace(revoke_token({.token = old, .reason = "renewed"}),
                                                  {});
                         });
}

bool Simulation::may_write() const {
  return server_.is_up() && !server_.is_stopping() && !server_.has_broken() && !disk_.is_full();
}

Wire* Simulation::any_wire() {
  const auto which = random_.below(members_.size() + pages_.size());
  return which < members_.size() ? members_[which]->wire()
                                 : pages_[which - members_.size()]->wire();
}

// By the operator: another token, and the old one is good for nothing any more.
void Simulation::renew_token(Page& page) {
  if (!may_write()) return;
  const auto token = make_token();
  const engine::Sender admin{.member = member_id(1)};
  if (!std::holds_alternative<engine::Accepted>(operate(issue(page.place(), token), {}, admin)))
    return;
  const auto old = page.token().id;
  page.put_token(token);
  if (may_write()) operate(revoke_token({.token = old, .reason = "renewed"}), {}, admin);
}

// By the operator, for who has none that is good.
void Simulation::reissue_token(Member& member) {
  if (!may_write()) return;
  const auto token = make_token();
  const auto answer = operate(
      issue_token({.token = token.id, .hash = hash_of(token.secret), .member = member.id()}), {},
      {.member = member_id(1)});
  if (std::holds_alternative<engine::Accepted>(answer)) member.put_token(token);
}

// The operator asks everybody who has something to send, and may be ahead of the backup, to start anew; the others find out.
// Nobody writes before all have: a log that goes on with other events under numbers that a client has seen cannot be told
// from the one that it knew.
void Simulation::restore_backup() {
  ledger_.restored(server_.log(), backup_end_);
  server_.kill(Server::End::process);
  disk_.restore(*backup_);
  for (auto& member : members_) {
    member->forget_past();
    if (!member->is_idle()) member->kill_app();
  }
  for (auto& page : pages_) {
    if (!page->is_idle()) page->reload();
  }
  is_held_ = true;
  server_back_in_ = 1 + random_.below(50);
}

// --- The end ---------------------------------------------------------------------------------------------------------

void Simulation::heal() {
  trace_.say("all trouble ceases");
  is_over_ = true;
  disk_.forget_faults();
  server_.options.wall_offset_micros = 0;
  offline_until_ = {};
  for (auto& member : members_) {
    member->forget_faults();
    if (auto* wire = member->wire()) wire->frozen_until = {};
  }
  for (auto& page : pages_) {
    if (auto* wire = page->wire()) wire->frozen_until = {};
  }
}

bool Simulation::is_caught_up(const Member& member) const {
  for (const auto id : kProjects) {
    if (member.has_ended(id)) continue;
    if (member.version(id) != server_.log().stream_version(id)) return false;
  }
  if (const auto* workspace = member.workspace();
      workspace != nullptr && workspace->version() != server_.log().stream_version({}))
    return false;
  return member.number() != 1 || member.followed() == server_.log().head().position.value;
}

bool Simulation::is_at_rest() const {
  if (is_held_ || !server_.is_quiet() || server_.is_stopping() || ledger_.open() > 0) return false;
  for (const auto& page : pages_) {
    if (!page->is_connected() || !page->is_idle()) return false;
  }
  return std::ranges::all_of(members_, [&](const auto& member) {
    return member->is_connected() && is_caught_up(*member) && member->is_settled();
  });
}

void Simulation::come_to_rest() {
  bool looked_again = false;
  for (std::size_t i = 0; i < kRestMax; ++i) {
    step();
    if (trace_.has_failed()) return;
    if (i % 16 != 0 || !is_at_rest()) continue;
    if (looked_again) return;
    // What had ended may be open to them again by now.
    looked_again = true;
    for (const auto& member : members_) {
      member->mend();
      const auto at = member->looking().project;
      if (!at.is_nil() && may_read(member->id(), at) && member->presence().here.empty())
        member->look_again();
    }
    for (const auto& page : pages_) page->mend();
  }
  std::string what = "it does not come to rest:";
  if (server_.is_up()) what += fmt::format(" log at {},", server_.log().head().position.value);
  for (const auto& member : members_) what += " " + member->describe() + ";";
  for (const auto& page : pages_) what += " " + page->describe() + ";";
  trace_.fail(what);
}

// What a view shows is late by its conflation: it ends in the true state before long, and by no other help than that time
// passes. Nobody opens it anew, and as long as other connections come, or there is something else to show, it has more time.
void Simulation::wait_for_views() {
  is_left_alone_ = true;
  using Occasion = std::tuple<std::uint64_t, Date, std::vector<std::uint64_t>>;
  const auto occasion = [&] {
    Occasion now{server_.log().head().position.value, date_of(server_.wall()), {}};
    for (const auto& member : members_) std::get<2>(now).push_back(member->wires());
    return now;
  };
  auto last = occasion();
  auto deadline = time_.now() + kViewDelayMax;
  while (!trace_.has_failed()) {
    auto wrong = what_is_not_shown();
    if (wrong.empty()) wrong = who_is_not_known();
    if (wrong.empty()) return;
    if (auto now = occasion(); now != last) {
      last = std::move(now);
      deadline = time_.now() + kViewDelayMax;
    }
    if (time_.now() > deadline) return trace_.fail(wrong);
    for (int n = 0; n < 16 && !trace_.has_failed(); ++n) step();
  }
}

// In words; empty: everything is.
std::string Simulation::what_is_not_shown() {
  for (const auto& member : members_) {
    for (const auto id : kProjects) {
      if (!may_read(member->id(), id)) continue;
      const auto view = member->watched(id);
      if (view && view->is_current && shows(*view, id)) continue;
      return fmt::format("{}: what it watches of {} is not the view of a replay ({})",
                         member->describe(), name_of(id),
                         view ? std::to_string(view->version.value) : "nothing came");
    }
  }
  for (const auto& page : pages_) {
    const auto& place = page->place();
    if (!page->is_room() && !may_read(place.member, place.project)) continue;
    const auto version = server_.log().stream_version(place.project);
    if (!page->is_room() && !page->has_all_events(version))
      return page->describe() + ": it does not have all events";
    if (!page->shows(version, rows_for(*page)))
      return page->describe() + ": what it shows is not the view of a replay";
  }
  return {};
}

// Everybody who looks at a project, and may, is known to be there by all of them; and nobody else.
std::string Simulation::who_is_not_known() {
  std::map<Id, std::vector<Guest>> there;
  for (const auto& member : members_) {
    const auto& at = member->looking();
    if (!at.project.is_nil() && may_read(member->id(), at.project))
      there[at.project].push_back({member->id(), at.view, at.entity});
  }
  const auto may_be_there = [&](const Page::Place& place) {
    return place.member.is_nil() || may_read(place.member, place.project);
  };
  for (const auto& page : pages_) {
    const auto& place = page->place();
    if (may_be_there(place)) there[place.project].push_back({place.member, place.view});
  }
  for (auto& [project, guests] : there) std::ranges::sort(guests);
  for (const auto& member : members_) {
    std::vector<Guest> known;
    for (const auto& present : member->presence().here)
      known.push_back({present.member, present.view, present.entity});
    std::ranges::sort(known);
    const auto project = member->looking().project;
    const bool is_there = !project.is_nil() && may_read(member->id(), project);
    if (known != (is_there ? there[project] : std::vector<Guest>()))
      return fmt::format("{}: it knows {} in {}, where there are {}", member->describe(),
                         known.size(), name_of(project), is_there ? there[project].size() : 0);
  }
  for (const auto& page : pages_) {
    const auto guests = page->guests();
    if (!may_be_there(page->place())) {
      if (guests) return page->describe() + ": it knows who is where it may not be";
    } else if (!guests || *guests != there[page->place().project]) {
      return fmt::format("{}: it knows {}, where there are {}", page->describe(),
                         guests ? guests->size() : 0, there[page->place().project].size());
    }
  }
  return {};
}

// All rows, as they are told to somebody who comes now.
PageRows Simulation::rows_for(const Page& page) {
  const auto& place = page.place();
  // It is of no date.
  const auto view =
      std::make_shared<const model::View>(views_of(place.view, place.project).front());
  sync::ViewStep step(nullptr, view);
  PageRows rows;
  for (std::size_t i = 0;; ++i) {
    auto piece = step.piece(i, sync::Encoding::json, 1, server_.log());
    const auto update = schema::json::parse(piece.frame.flat());
    take_rows(rows, update->as_object().at("viewUpdate").as_object());
    if (piece.last) return rows;
  }
}

const model::Project& Simulation::replayed(Id project) {
  auto& state = replayed_[project];
  if (state.version != server_.log().stream_version(project))
    state = engine::replay_project(server_.log(), project);
  return state;
}

const model::Workspace& Simulation::workspace() {
  if (workspace_.version != server_.log().stream_version({}))
    workspace_ = engine::load_workspace(server_.log());
  return workspace_;
}

bool Simulation::may_read(Id member, Id project) {
  return member == member_id(1) ||  // the admin
         model::project::role_of(replayed(project).project, member) != schema::Role::NONE;
}

// As somebody may see it: a view that was told of a day stays there when the clock is set back.
std::vector<model::View> Simulation::views_of(model::ViewName name, Id project) {
  const auto& state = replayed(project);
  const auto today = model::present_date(name, state, server_.wall());
  const auto told = model::present_date(name, state, latest_wall_);
  std::vector<model::View> views{model::derive(name, state, workspace(), today)};
  if (told != today) views.push_back(model::derive(name, state, workspace(), told));
  return views;
}

bool Simulation::shows(const client::WatchedView& view, Id project) {
  return std::ranges::any_of(views_of(view.name, project), [&](const model::View& is) {
    if (view.version != is.version || view.rows.size() != is.rows.size()) return false;
    return std::ranges::all_of(is.rows, [&](const model::ViewRow& row) {
      const auto* shown = view.rows.find(row.key);
      return shown != nullptr && **shown == *row.words;
    });
  });
}

void Simulation::check() {
  const auto& log = server_.log();
  ledger_.check_everything(log);
  for (const auto& member : members_) member->check_statuses();
  for (const auto& page : pages_) page->check(log);
  for (const auto id : kProjects) {
    const auto digest = model::digest(engine::replay_project(log, id));
    engine::LocalInbox inbox;
    const auto read = engine::read_project_and_wait(server_.engine(), inbox, id);
    if (!read || model::digest(**read) != digest)
      return trace_.fail("what readers see is not what a replay gives");
    for (const auto& member : members_) {
      const auto* replica = member->project(id);
      if (replica == nullptr) {
        if (may_read(member->id(), id))
          trace_.fail(member->describe() + ": cannot read what it may");
        continue;
      }
      if (replica->snapshot()->digest() != digest)
        trace_.fail(member->describe() + ": its replica is not what a replay gives");
    }
  }
  for (const auto& member : members_) {
    for (const auto& past : member->past()) {
      if (model::digest(engine::load_project_at(log, past.project, past.version)) != past.digest)
        trace_.fail("the past that was seen is not what the log gives");
    }
  }
  const auto workspace = model::digest(engine::load_workspace(log));
  if (members_.front()->workspace()->snapshot()->digest() != workspace)
    trace_.fail("the admin's copy of the workspace is not what the log gives");
  result_.events = log.head().position.value;
}

Result Simulation::run() {
  set_up();
  for (std::size_t i = 0; i < options_.steps && !trace_.has_failed(); ++i) step();
  if (!trace_.has_failed()) heal();
  if (!trace_.has_failed()) come_to_rest();
  if (!trace_.has_failed()) wait_for_views();
  if (!trace_.has_failed()) check();
  disk_.meanwhile = {};
  result_.failure = trace_.failure();
  result_.lines.assign(trace_.lines().begin(), trace_.lines().end());
  result_.digest = trace_.digest();
  result_.acts = ledger_.size();
  result_.accepted = ledger_.count(Act::Status::accepted);
  result_.rejected = ledger_.count(Act::Status::rejected);
  result_.given_up = ledger_.count(Act::Status::given_up);
  result_.known_lost = ledger_.count(Act::Status::known_lost);
  return std::move(result_);
}

}  // namespace

std::string_view to_string(Trouble trouble) {
  switch (trouble) {
    case Trouble::cut:
      return "cut";
    case Trouble::silence:
      return "silence";
    case Trouble::freeze:
      return "freeze";
    case Trouble::offline:
      return "offline";
    case Trouble::kill_app:
      return "kill app";
    case Trouble::unplug_app:
      return "unplug app";
    case Trouble::stop_server:
      return "stop server";
    case Trouble::kill_server:
      return "kill server";
    case Trouble::lose_power:
      return "lose power";
    case Trouble::lose_power_at:
      return "lose power at a call";
    case Trouble::fail_call:
      return "fail call";
    case Trouble::fill_disk:
      return "fill disk";
    case Trouble::leap:
      return "leap";
    case Trouble::wrong_clock:
      return "wrong clock";
    case Trouble::new_token:
      return "new token";
    case Trouble::back_up:
      return "back up";
    case Trouble::restore:
      return "restore";
  }
  return "?";
}

Result run(const RunOptions& options) { return Simulation(options).run(); }

}  // namespace daybook::simulation
