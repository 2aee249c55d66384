#include "tests/simulation/simulation.hpp"

#include <algorithm>
#include <tuple>

#include "tests/simulation/beginning.hpp"
#include "tests/simulation/trouble_maker.hpp"
#include "tests/simulation/verdict.hpp"

namespace daybook::simulation {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kRestMax = 60'000;  // steps until everybody must have come to rest
constexpr auto kViewDelayMax = 30s;       // until a view shows what is

class Simulation {
 public:
  explicit Simulation(const RunOptions& options) : steps_(options.steps), world_(options) {}
  Result run();

 private:
  void step();
  void let_somebody_act();
  bool move();
  void pass_time();
  void tend_server();
  void tend_members();
  void tend_pages();
  [[nodiscard]] bool may_operate() const;

  void heal();
  void come_to_rest();
  [[nodiscard]] bool is_at_rest() const;
  [[nodiscard]] bool is_caught_up(const Member& member) const;
  void wait_for_views();

  const std::size_t steps_;
  World world_;
  Console console_{world_};
  TroubleMaker troubles_{world_, console_};
  Replay replay_{world_};
  Verdict verdict_{world_, replay_};
  std::size_t still_ = 0;       // steps since something moved
  bool is_left_alone_ = false;  // everybody, but for a token where theirs has ended
};

void Simulation::step() {
  if (!world_.is_over && !world_.is_held) {
    troubles_.step();
    if (world_.random.one_in(12) && !world_.is_held) let_somebody_act();
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
  auto& member = world_.any_member();
  if (world_.random.one_in(16)) return member.repeat();
  if (world_.random.one_in(16)) return member.ask();
  if (world_.random.one_in(16)) return member.look_back();
  if (world_.random.one_in(16)) return member.look();
  if (world_.random.one_in(24)) return world_.any_page().overreach();
  const auto idea = member.think();
  if (!idea) return;
  if (world_.random.one_in(16)) return world_.any_page().try_out(idea->attempt.command);
  auto& page = *world_.pages.front();
  if (page.place().member == idea->attempt.actor.id && world_.random.one_in(2))
    return page.act(idea->project, idea->attempt.command);
  const auto named = std::ranges::find_if(
      world_.members, [&](const auto& each) { return each->id() == idea->attempt.actor.id; });
  (named != world_.members.end() ? **named : member).act(*idea);
}

// Something that can happen, happens.
bool Simulation::move() {
  const auto members = world_.members.size(), pages = world_.pages.size();
  const auto kinds = 3 * members + 2 * pages;
  const auto first = world_.random.below(kinds);
  for (std::size_t i = 0; i < kinds; ++i) {
    const auto kind = (first + i) % kinds;
    const auto page = kind - std::min(kind, 3 * members);
    const bool moved = kind < members       ? world_.members[kind]->step()
                       : kind < 2 * members ? world_.members[kind - members]->deliver()
                       : kind < 3 * members ? world_.server.step()
                       : page < pages       ? world_.pages[page]->step()
                                            : world_.pages[page - pages]->deliver();
    if (moved) return true;
  }
  return false;
}

void Simulation::pass_time() {
  const auto least = world_.time.now() + std::chrono::milliseconds(1 + world_.random.below(1000));
  const auto next = world_.time.next();
  world_.time.pass_until(next && *next > least ? *next : least);
  world_.server.day_changed();
  if (world_.random.one_in(16) && !world_.is_held) world_.server.escalate();
}

void Simulation::tend_server() {
  world_.latest_wall = std::max(world_.latest_wall, world_.server.wall());
  if (!world_.server.is_up()) {
    if (world_.server_back_in > 0 && --world_.server_back_in > 0) return;
    if (world_.server.start()) world_.ledger.check_acknowledged(world_.server.log());
    return;
  }
  const auto down = [&](Server::End end) {
    world_.server.kill(end);
    world_.server_back_in = 1 + world_.random.below(100);
  };
  if (!world_.disk.has_power()) return down(Server::End::machine);
  if (world_.server.has_broken()) {
    if (!world_.disk.has_failed()) world_.trace.fail("the engine failed, and the disk did not");
    if (!world_.random.one_in(6)) return;  // its last answers go out
    world_.trace.say("server: ends, as a write failed");
    return down(Server::End::process);
  }
  if (world_.full_for > 0 && --world_.full_for == 0) world_.disk.set_full(false);
}

void Simulation::tend_members() {
  if (!world_.random.one_in(world_.is_over || world_.is_held ? 20 : 100)) return;
  auto& member = world_.any_member();
  if (!is_left_alone_ && (!world_.is_held || member.app_runs())) member.mend();
  if (member.needs_auth()) {
    if (may_operate()) {
      console_.reissue_token(member);
    } else if (member.number() == 1) {
      member.kill_app();  // it cannot see the log that was restored, and all others wait for it
    }
  }
  if (!world_.is_held || !world_.server.is_up()) return;
  for (const auto& each : world_.members) {
    if (each->app_runs() && !is_caught_up(*each)) return;
  }
  for (const auto& page : world_.pages) {
    if (replay_.may_read(page->place().member, page->place().project) &&
        !page->has_all_events(world_.server.log().stream_version(page->place().project)))
      return;
  }
  // Who may not read it any more is not told that it is older.
  for (const auto& page : world_.pages) {
    if (!page->is_room() && !replay_.may_read(page->place().member, page->place().project))
      page->reload();
  }
  world_.is_held = false;
  world_.trace.say("everybody has seen the log that was restored");
}

// Tokens are events of the workspace, which the admin follows: behind a restored log they wait until the admin has seen it.
bool Simulation::may_operate() const {
  const auto& admin = *world_.members.front();
  return !world_.is_held || (world_.server.is_up() && (!admin.app_runs() || is_caught_up(admin)));
}

void Simulation::tend_pages() {
  if (!world_.random.one_in(world_.is_over || world_.is_held ? 20 : 100)) return;
  auto& page = world_.any_page();
  if (page.needs_token()) {
    if (may_operate()) console_.renew_token(page);
    return;
  }
  if (!is_left_alone_) page.mend();
}

// --- The end ---------------------------------------------------------------------------------------------------------

void Simulation::heal() {
  world_.trace.say("all trouble ceases");
  world_.is_over = true;
  world_.disk.forget_faults();
  world_.server.options.wall_offset_micros = 0;
  world_.offline_until = {};
  for (auto& member : world_.members) {
    member->forget_faults();
    if (auto* wire = member->wire()) wire->frozen_until = {};
  }
  for (auto& page : world_.pages) {
    if (auto* wire = page->wire()) wire->frozen_until = {};
  }
}

bool Simulation::is_caught_up(const Member& member) const {
  for (const auto id : kProjects) {
    if (member.has_ended(id)) continue;
    if (member.version(id) != world_.server.log().stream_version(id)) return false;
  }
  if (const auto* workspace = member.workspace();
      workspace != nullptr && workspace->version() != world_.server.log().stream_version({}))
    return false;
  return member.number() != 1 || member.followed() == world_.server.log().head().position.value;
}

bool Simulation::is_at_rest() const {
  if (world_.is_held || !world_.server.is_quiet() || world_.server.is_stopping() ||
      world_.ledger.open() > 0)
    return false;
  for (const auto& page : world_.pages) {
    if (!page->is_connected() || !page->is_idle()) return false;
  }
  return std::ranges::all_of(world_.members, [&](const auto& member) {
    return member->is_connected() && is_caught_up(*member) && member->is_settled();
  });
}

void Simulation::come_to_rest() {
  bool looked_again = false;
  for (std::size_t i = 0; i < kRestMax; ++i) {
    step();
    if (world_.trace.has_failed()) return;
    if (i % 16 != 0 || !is_at_rest()) continue;
    if (looked_again) return;
    // What had ended may be open to them again by now.
    looked_again = true;
    for (const auto& member : world_.members) {
      member->mend();
      const auto at = member->looking().project;
      if (!at.is_nil() && replay_.may_read(member->id(), at) && member->presence().here.empty())
        member->look_again();
    }
    for (const auto& page : world_.pages) page->mend();
  }
  std::string what = "it does not come to rest:";
  if (world_.server.is_up())
    what += fmt::format(" log at {},", world_.server.log().head().position.value);
  for (const auto& member : world_.members) what += " " + member->describe() + ";";
  for (const auto& page : world_.pages) what += " " + page->describe() + ";";
  world_.trace.fail(what);
}

// What a view shows is late by its conflation: it ends in the true state before long, and by no other help than that time
// passes. Nobody opens it anew, and as long as other connections come, or there is something else to show, it has more time.
void Simulation::wait_for_views() {
  is_left_alone_ = true;
  using Occasion = std::tuple<std::uint64_t, Date, std::vector<std::uint64_t>>;
  const auto occasion = [&] {
    Occasion now{world_.server.log().head().position.value, date_of(world_.server.wall()), {}};
    for (const auto& member : world_.members) std::get<2>(now).push_back(member->wires());
    return now;
  };
  auto last = occasion();
  auto deadline = world_.time.now() + kViewDelayMax;
  while (!world_.trace.has_failed()) {
    auto wrong = verdict_.what_is_not_shown();
    if (wrong.empty()) wrong = verdict_.who_is_not_known();
    if (wrong.empty()) return;
    if (auto now = occasion(); now != last) {
      last = std::move(now);
      deadline = world_.time.now() + kViewDelayMax;
    }
    if (world_.time.now() > deadline) return world_.trace.fail(wrong);
    for (int n = 0; n < 16 && !world_.trace.has_failed(); ++n) step();
  }
}

Result Simulation::run() {
  begin(world_, console_);
  if (!world_.trace.has_failed()) troubles_.choose();
  for (std::size_t i = 0; i < steps_ && !world_.trace.has_failed(); ++i) step();
  if (!world_.trace.has_failed()) heal();
  if (!world_.trace.has_failed()) come_to_rest();
  if (!world_.trace.has_failed()) wait_for_views();
  if (!world_.trace.has_failed()) verdict_.check();
  world_.disk.meanwhile = {};
  Result result;
  result.failure = world_.trace.failure();
  result.lines.assign(world_.trace.lines().begin(), world_.trace.lines().end());
  result.digest = world_.trace.digest();
  result.acts = world_.ledger.size();
  result.accepted = world_.ledger.count(Act::Status::accepted);
  result.rejected = world_.ledger.count(Act::Status::rejected);
  result.given_up = world_.ledger.count(Act::Status::given_up);
  result.known_lost = world_.ledger.count(Act::Status::known_lost);
  result.troubles = world_.troubles;
  if (world_.server.is_up()) result.events = world_.server.log().head().position.value;
  return result;
}

}  // namespace

Result run(const RunOptions& options) { return Simulation(options).run(); }

}  // namespace daybook::simulation
