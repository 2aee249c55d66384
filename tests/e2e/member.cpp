#include "tests/e2e/member.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <sstream>
#include <stdexcept>

namespace daybook::testing {
namespace {

constexpr std::chrono::seconds kMemberPatience{60};
constexpr std::size_t kLinesKept = 20;

std::vector<std::string> arguments(const Member::Terms& terms) {
  return {terms.url,
          terms.token,
          to_string(terms.project),
          to_string(terms.first),
          to_string(terms.second),
          std::to_string(terms.number),
          std::to_string(terms.acts)};
}

}  // namespace

Member::Member(const Terms& terms)
    : process_(SDK_MEMBER, arguments(terms)), thread_([this] { listen(); }) {}

Member::~Member() {
  process_.signal(SIGKILL);
  thread_.join();
}

void Member::listen() {
  while (const auto line = process_.read_line()) {
    const std::lock_guard lock(mutex_);
    take(*line);
    changed_.notify_all();
  }
  const std::lock_guard lock(mutex_);
  has_ended_ = true;
  changed_.notify_all();
}

void Member::take(const std::string& line) {
  lines_.push_back(line);
  if (lines_.size() > kLinesKept) lines_.erase(lines_.begin());
  std::istringstream words(line);
  std::string kind, first, second;
  words >> kind >> first >> second;
  if (kind == "state") {
    states_.push_back(first);
  } else if (kind == "accepted") {
    accepted_[parse_id(first).value()] = std::stoull(second);
  } else if (kind == "rejected") {
    ++refused_;
  } else if (kind == "done") {
    is_done_ = true;
  } else if (kind == "at") {
    version_ = std::stoull(first);
    digest_ = second;
  }
}

template <typename F>
void Member::wait(const std::string& what, F&& done) {
  std::unique_lock lock(mutex_);
  const bool came =
      changed_.wait_for(lock, kMemberPatience, [&] { return has_ended_ || done(); }) && done();
  if (came) return;
  std::string said = "a member did not come to: " + what + "; it said last:";
  for (const auto& line : lines_) said += "\n  " + line;
  throw std::runtime_error(said + "\n" + process_.errors());
}

void Member::wait_answers(std::size_t count) {
  wait(std::to_string(count) + " answers",
       [&] { return is_done_ || accepted_.size() + refused_ >= count; });
}

void Member::wait_done() {
  wait("all answers", [&] { return is_done_; });
}

void Member::wait_state(const std::string& name, std::size_t before) {
  wait("the state " + name, [&] {
    return states_.size() > before &&
           std::find(states_.begin() + static_cast<std::ptrdiff_t>(before), states_.end(), name) !=
               states_.end();
  });
}

std::string Member::wait_digest(std::uint64_t version) {
  wait("version " + std::to_string(version), [&] { return version_ >= version; });
  const std::lock_guard lock(mutex_);
  return digest_;
}

std::size_t Member::state_changes() const {
  const std::lock_guard lock(mutex_);
  return states_.size();
}

std::map<Id, std::uint64_t> Member::accepted() const {
  const std::lock_guard lock(mutex_);
  return accepted_;
}

std::size_t Member::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

}  // namespace daybook::testing
