#include "tests/simulation/trouble_maker.hpp"

namespace daybook::simulation {

void TroubleMaker::choose() {
  for (std::size_t i = 0; i < kTroubles; ++i) {
    if (world_.random.below(10) < 3) rates_[i] = 40 + world_.random.below(600);
  }
  auto& restore = rates_[static_cast<std::size_t>(Trouble::restore)];
  if (restore != 0) {
    restore += 300;
    rates_[static_cast<std::size_t>(Trouble::back_up)] = 200;
  }
}

void TroubleMaker::step() {
  for (std::size_t i = 0; i < kTroubles; ++i) {
    if (rates_[i] != 0 && world_.random.one_in(rates_[i])) make(static_cast<Trouble>(i));
  }
}

void TroubleMaker::make(Trouble trouble) {
  auto& member = world_.any_member();
  auto* const wire = trouble == Trouble::offline ? member.wire() : world_.any_wire();
  const auto is_up =
      world_.server.is_up() && !world_.server.is_stopping() && !world_.server.has_broken();
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
      wire->frozen_until = world_.time.now() + std::chrono::seconds(world_.random.below(60));
      break;
    case Trouble::offline:
      if (wire != nullptr) wire->cut();
      world_.offline_until[member.number()] =
          world_.time.now() + std::chrono::seconds(world_.random.below(300));
      break;
    case Trouble::kill_app:
      if (world_.random.one_in(5)) world_.any_page().reload();  // its acts are not kept
      world_.random.one_in(3) ? member.lose_outbox() : member.kill_app();
      break;
    case Trouble::unplug_app:
      if (!member.app_runs()) return;
      world_.random.one_in(2) ? member.lose_power() : member.lose_power_in(world_.random.below(12));
      break;
    case Trouble::stop_server:
      if (!is_up) return;
      world_.server.stop();
      break;
    case Trouble::kill_server:
      if (!is_up) return;
      world_.server.kill(Server::End::process);
      world_.server_back_in = 1 + world_.random.below(100);
      break;
    case Trouble::lose_power:
      if (!is_up) return;
      world_.disk.lose_power();
      break;
    case Trouble::lose_power_at:
      if (!is_up) return;
      world_.disk.lose_power_in(world_.random.below(12));
      break;
    case Trouble::fail_call:
      if (!is_up) return;
      world_.disk.fail_in(world_.random.below(12));
      break;
    case Trouble::fill_disk:
      world_.disk.set_full(true);
      world_.full_for = world_.random.below(200);
      break;
    case Trouble::leap:
      world_.time.pass_until(world_.time.now() +
                             std::chrono::minutes(world_.random.below(60 * 30)));
      world_.server.day_changed();
      break;
    case Trouble::wrong_clock:
      world_.server.options.wall_offset_micros =
          (static_cast<std::int64_t>(world_.random.below(7200)) - 3600) * 1'000'000;
      break;
    case Trouble::new_token:
      if (!is_up) return;
      world_.random.one_in(3) ? console_.renew_token(world_.any_page()) : console_.replace_token();
      break;
    case Trouble::back_up:
      if (!is_up) return;
      backup_ = world_.disk.back_up();
      backup_end_ = world_.server.log().head().position;
      break;
    case Trouble::restore:
      if (!is_up || !backup_) return;
      restore_backup();
      break;
  }
  ++world_.troubles[static_cast<std::size_t>(trouble)];
  world_.trace.say("trouble: {} (M{})", to_string(trouble), member.number());
}

// The operator asks everybody who has something to send, and may be ahead of the backup, to start anew; the others find out.
// Nobody writes before all have: a log that goes on with other events under numbers that a client has seen cannot be told
// from the one that it knew.
void TroubleMaker::restore_backup() {
  world_.ledger.restored(world_.server.log(), backup_end_);
  world_.server.kill(Server::End::process);
  world_.disk.restore(*backup_);
  for (auto& member : world_.members) {
    member->forget_past();
    if (!member->is_idle()) member->kill_app();
  }
  for (auto& page : world_.pages) {
    if (!page->is_idle()) page->reload();
  }
  world_.is_held = true;
  world_.server_back_in = 1 + world_.random.below(50);
}

}  // namespace daybook::simulation
