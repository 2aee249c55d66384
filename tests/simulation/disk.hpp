#pragma once
// The disk under the log, or under a member's outbox: a real file, in front of whose writes this stands. It loses power at any
// call and keeps what was synced and any part of the rest; it fails calls, with and without their effect; it fills up.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <random>
#include <vector>

#include "tests/server/log/crash_images.hpp"
#include "tests/simulation/trace.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temp_folder.hpp"

namespace daybook::simulation {

// Threading: confined to one thread. It sees its file's calls while it is the hook, or one of the Disks that are.
class Disk final : public testing::IoHook {
 public:
  Disk(testing::Random& random, Trace& trace, std::string_view file_name = "data.mdb");

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  [[nodiscard]] const std::string& file() const { return file_; }

  // --- Faults --------------------------------------------------------------------------------------------------------
  // The power fails at the call that comes after so many others. What the other threads of the machine might do until
  // then is done by `meanwhile`, within the call.
  void lose_power_in(std::uint64_t calls) { power_left_ = calls; }
  // That call fails, and may have had its effect all the same.
  void fail_in(std::uint64_t calls) { failure_left_ = calls; }
  void set_full(bool is_full) { is_full_ = is_full; }
  void forget_faults();

  // Called within a sync now and then: what may happen while the log waits for the disk.
  std::function<void()> meanwhile;

  [[nodiscard]] bool has_power() const { return has_power_; }
  [[nodiscard]] bool has_failed() const { return has_failed_; }  // a call, since the last start
  [[nodiscard]] bool is_full() const { return is_full_; }

  // --- What the machine does -----------------------------------------------------------------------------------------
  // From now on every call fails, without effect.
  void lose_power();
  // Whoever wrote is gone. Brings the file to what a loss of power may have left, if there was one, else leaves it as it is.
  void start();
  // The file was created: it is there for good.
  void adopt();
  [[nodiscard]] bool is_adopted() const { return is_adopted_; }
  // The file is removed; another may be created.
  void remove();

  [[nodiscard]] std::vector<std::byte> back_up() const;
  void restore(const std::vector<std::byte>& backup);

  int before(const testing::IoCall& call) override;
  void after(const testing::IoCall& call, ssize_t result) override;

 private:
  [[nodiscard]] std::vector<std::byte> content() const;
  void replace(std::vector<std::byte> content);
  void write_now(const testing::IoCall& call, std::size_t bytes) const;

  testing::Random& random_;
  Trace& trace_;
  testing::TempFolder folder_;
  std::string file_;
  testing::CrashSimulation writes_{{}};
  std::optional<std::uint64_t> power_left_;
  std::optional<std::uint64_t> failure_left_;
  bool is_adopted_ = false;
  bool is_full_ = false;
  bool has_power_ = true;
  bool has_failed_ = false;
  std::mt19937_64 unused_;
};

// All disks of a run, each of a machine of its own: told apart by their files.
//
// Threading: confined to one thread.
// Lifetime:  a disk is removed before it ends.
class Disks final : public testing::IoHook {
 public:
  void add(Disk& disk) { disks_.push_back(&disk); }
  void remove(Disk& disk) { std::erase(disks_, &disk); }

  int before(const testing::IoCall& call) override;
  void after(const testing::IoCall& call, ssize_t result) override;

 private:
  std::vector<Disk*> disks_;
};

}  // namespace daybook::simulation
