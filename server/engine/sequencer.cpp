#include "server/engine/sequencer.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "server/engine/commands.hpp"
#include "server/engine/loader.hpp"

namespace daybook::engine {

using model::Code;

namespace {

// Snapshots that wait to be put.
constexpr std::size_t kSnapshotBytesWaitingMax = 64 * 1024 * 1024;

void count(Metrics& metrics, const Answer& answer, bool repeated) {
  if (std::holds_alternative<Accepted>(answer)) {
    (repeated ? metrics.repeated : metrics.accepted).add();
  } else if (const auto* rejection = std::get_if<model::Rejection>(&answer)) {
    metrics.rejected.add(rejection->code);
  } else if (std::holds_alternative<Unknown>(answer)) {
    metrics.unknown.add();
  }
}

}  // namespace

class Sequencer::Answers {
 public:
  // What is answered: a new command, one that was recorded before, or a question about one, which is not counted.
  enum class To { command, repetition, query };

  explicit Answers(Metrics& metrics) : metrics_(metrics) {}

  void add(Inbox* inbox, AnswerHandler handler, Answer answer, To to) {
    auto at = std::find_if(inboxes_.begin(), inboxes_.end(),
                           [&](const auto& entry) { return entry.first == inbox; });
    if (at == inboxes_.end()) {
      inboxes_.emplace_back(inbox, std::vector<Pending>());
      at = std::prev(inboxes_.end());
    }
    at->second.push_back({std::move(handler), std::move(answer), to});
  }

  // What was added waits for this: one hand-over for each I/O thread.
  void deliver() {
    for (auto& [inbox, batch] : inboxes_) {
      for (const auto& pending : batch) {
        if (pending.to != To::query) count(metrics_, pending.answer, pending.to == To::repetition);
      }
      inbox->post([batch = std::move(batch)]() mutable {
        for (auto& pending : batch) pending.handler(std::move(pending.answer));
      });
    }
    inboxes_.clear();
  }

  // The commit's outcome is not known, so neither is any answer that rests on it.
  void deliver_unknown() {
    for (auto& [inbox, batch] : inboxes_) {
      for (auto& pending : batch) pending.answer = Unknown{};
    }
    deliver();
  }

 private:
  struct Pending {
    AnswerHandler handler;
    Answer answer;
    To to;
  };
  Metrics& metrics_;
  std::vector<std::pair<Inbox*, std::vector<Pending>>> inboxes_;  // a few: one for each I/O thread
};

Sequencer::Sequencer(log::EventLog& log, const Options& options, Metrics& metrics,
                     model::Workspace workspace, Committed committed)
    : log_(log),
      options_(options),
      metrics_(metrics),
      committed_(std::move(committed)),
      workspace_(std::move(workspace)) {}

Sequencer::~Sequencer() { stop(); }

void Sequencer::start() {
  thread_ = std::thread([this] {
    while (turn(Patience::waits) != Turn::ended) continue;
  });
}

void Sequencer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool Sequencer::step() { return turn(Patience::none) == Turn::worked; }

namespace {

void post_answer(Inbox& inbox, AnswerHandler handler, Answer answer) {
  inbox.post([handler = std::move(handler), answer = std::move(answer)]() mutable {
    handler(std::move(answer));
  });
}

}  // namespace

void Sequencer::submit(Submission submission) {
  const std::lock_guard lock(mutex_);
  if (stopping_) {
    auto answer = failed_ ? Answer(Unknown{}) : Answer(model::Rejection{Code::GOING_AWAY});
    count(metrics_, answer, false);
    post_answer(*submission.inbox, std::move(submission.answer), std::move(answer));
    return;
  }
  add(std::move(submission));
}

void Sequencer::add(std::variant<Submission, Query, Snapshot> what) {
  queue_.push_back({std::move(what), options_.steady()});
  if (queue_.size() == 1) wake_.notify_one();
}

void Sequencer::query_outcome(Id command, Inbox& inbox, AnswerHandler answer) {
  const std::lock_guard lock(mutex_);
  if (stopping_) {
    post_answer(inbox, std::move(answer), Unknown{});
    return;
  }
  add(Query{command, &inbox, std::move(answer)});
}

void Sequencer::put_snapshot(Id stream, Version version, record::AlignedBytes bytes) {
  const std::lock_guard lock(mutex_);
  if (stopping_ || snapshot_bytes_waiting_ + bytes.size() > kSnapshotBytesWaitingMax) return;
  snapshot_bytes_waiting_ += bytes.size();
  add(Snapshot{stream, version, std::move(bytes)});
}

std::size_t Sequencer::queue_length() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

std::chrono::nanoseconds Sequencer::waited() const {
  const std::lock_guard lock(mutex_);
  if (!in_hand_ && queue_.empty()) return {};
  return options_.steady() - (in_hand_ ? *in_hand_ : queue_.front().came);
}

bool Sequencer::wait_until_decided(Timestamp time) {
  std::unique_lock lock(mutex_);
  const auto is_decided = [&] { return !undecided_since_ || time < *undecided_since_; };
  if (options_.threads == Threads::none) return is_decided();
  return decided_.wait_for(lock, options_.past_wait_max, is_decided);
}

void Sequencer::set_undecided_since(std::optional<Timestamp> since) {
  {
    const std::lock_guard lock(mutex_);
    undecided_since_ = since;
  }
  decided_.notify_all();
}

Sequencer::Phase Sequencer::phase() const {
  const std::lock_guard lock(mutex_);
  if (failed_) return Phase::failed;
  return stopping_ ? Phase::stopping : Phase::working;
}

namespace {

// What the log knows of a command that is asked for.
Answer recorded(const std::optional<log::Outcome>& outcome) {
  if (!outcome) return NotRecorded{};
  return Accepted{outcome->stream, outcome->first_version, outcome->first, outcome->count};
}

// Requires: it was appended and folded.
CommittedCommand to_committed(Id stream, Prepared prepared) {
  const auto& meta = prepared.metas.front();
  return {stream, meta.version, meta.position, prepared.count, std::move(prepared.events.entries)};
}
}  // namespace

std::size_t Sequencer::snapshot_bytes(const Item& item) {
  const auto* snapshot = std::get_if<Snapshot>(&item.what);
  return snapshot != nullptr ? snapshot->bytes.size() : 0;
}

std::optional<std::vector<Sequencer::Item>> Sequencer::take(Patience patience) {
  std::unique_lock lock(mutex_);
  const auto has_work = [this] { return stopping_ || !queue_.empty(); };
  std::vector<Item> items;
  if (patience == Patience::waits) {
    // Whoever waits for this server to be ready sends it nothing, so it must find out by itself.
    if (is_storage_full()) {
      (void)wake_.wait_for(lock, options_.storage_probe, has_work);
    } else {
      wake_.wait(lock, has_work);
    }
  }
  if (queue_.empty()) {
    if (stopping_) return std::nullopt;
    return items;
  }
  if (queue_.size() <= options_.group_commands_max) {
    items.swap(queue_);
  } else {
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(options_.group_commands_max);
    items.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
    queue_.erase(queue_.begin(), end);
  }
  in_hand_ = items.front().came;
  for (const auto& item : items) snapshot_bytes_waiting_ -= snapshot_bytes(item);
  return items;
}

Sequencer::Turn Sequencer::turn(Patience patience) {
  auto items = take(patience);
  if (!items) return Turn::ended;
  const Turn turn = items->empty() ? Turn::idle : Turn::worked;
  if (turn == Turn::idle && !is_storage_full()) return turn;
  Answers answers(metrics_);
  try {
    process(*items, answers);
    answers.deliver();
    drop_idle_projects();
    const std::lock_guard lock(mutex_);
    in_hand_.reset();
    return turn;
  } catch (const std::exception& error) {
    answer_unknown(*items, answers);
    answers.deliver_unknown();
    fail(error.what());
    return Turn::ended;
  }
}

void Sequencer::process(std::vector<Item>& items, Answers& answers) {
  auto group = log_.begin();
  storage_full_.store(!group, std::memory_order_relaxed);
  if (!group) {
    refuse_all(items, Code::STORAGE_FULL, answers);
    return;
  }
  // Said before the clock is read: whoever asks for a time after that waits for this group.
  const auto last = log_.head().recorded_at;
  set_undecided_since(last);
  const auto now = std::max(options_.clock(), last);
  set_undecided_since(now);

  CommittedGroup committed;
  std::size_t bytes = 0;
  std::size_t done = 0;
  std::size_t commands = 0;
  bool writes = false;
  while (done < items.size() && bytes < options_.group_bytes_max) {
    auto& item = items[done++];
    if (auto* submission = std::get_if<Submission>(&item.what)) {
      const auto before = committed.commands.size();
      auto handled = handle(*submission, *group, committed, now);
      ++commands;
      if (committed.commands.size() > before) {
        bytes += committed.commands.back().entries.size();
        writes = true;
      }
      answers.add(submission->inbox, std::exchange(submission->answer, nullptr),
                  std::move(handled.answer),
                  handled.repeated ? Answers::To::repetition : Answers::To::command);
    } else if (auto* query = std::get_if<Query>(&item.what)) {
      answers.add(query->inbox, std::exchange(query->answer, nullptr),
                  recorded(group->find_outcome(query->command)), Answers::To::query);
    } else if (auto* snapshot = std::get_if<Snapshot>(&item.what)) {
      group->put_snapshot(snapshot->stream, snapshot->version, snapshot->bytes);
      bytes += snapshot->bytes.size();
      writes = true;
    }
  }
  put_back(items, done);
  const auto before_commit = options_.steady();
  committed.head = std::move(*group).commit();
  set_undecided_since(std::nullopt);
  if (writes) {
    const std::chrono::nanoseconds took = options_.steady() - before_commit;
    metrics_.commit_nanoseconds.observe(static_cast<std::uint64_t>(took.count()));
  }
  if (commands > 0) metrics_.group_commands.observe(commands);
  if (committed.commands.empty()) return;
  const auto in_workspace = [](const CommittedCommand& command) { return command.stream.is_nil(); };
  if (std::ranges::any_of(committed.commands, in_workspace)) {
    committed.workspace = std::make_shared<const model::Workspace>(workspace_);
  }
  committed_(std::move(committed));
}

void Sequencer::put_back(std::vector<Item>& items, std::size_t from) {
  if (from == items.size()) return;
  const auto rest = items.begin() + static_cast<std::ptrdiff_t>(from);
  const std::lock_guard lock(mutex_);
  for (auto at = rest; at != items.end(); ++at) snapshot_bytes_waiting_ += snapshot_bytes(*at);
  queue_.insert(queue_.begin(), std::make_move_iterator(rest),
                std::make_move_iterator(items.end()));
  items.erase(rest, items.end());
}

Sequencer::Handled Sequencer::handle(Submission& submission, log::Group& group,
                                     CommittedGroup& committed, Timestamp now) {
  if (const auto outcome = group.find_outcome(submission.id)) {
    if (outcome->fingerprint != submission.fingerprint)
      return {model::Rejection{Code::COMMAND_ID_REUSED}};
    return {recorded(outcome), true};
  }
  const auto finish = [&](auto& state,
                          std::expected<Prepared, model::Rejection> prepared) -> Handled {
    if (!prepared) return {std::move(prepared).error()};
    const auto& meta = prepared->metas.front();
    const Accepted accepted{submission.stream, meta.version, meta.position, prepared->count};
    group.append(prepared->events);
    fold(state, *prepared);
    committed.commands.push_back(to_committed(submission.stream, std::move(*prepared)));
    return {accepted};
  };
  // Nothing is changed before it is prepared: what fails until then fails this one command.
  const auto prepared_on = [&](const auto& state) -> std::expected<Prepared, model::Rejection> {
    const NextPlace next{group.next_position(), {state.version.value + 1}, now};
    try {
      if constexpr (std::is_same_v<decltype(state), const model::Workspace&>) {
        return prepare(state, submission, next);
      } else {
        return prepare(state, submission, workspace_, next);
      }
    } catch (const std::exception& error) {
      spdlog::error("event=command_failed command={} what=\"{}\"", to_string(submission.id),
                    error.what());
      return model::reject(Code::INTERNAL);
    }
  };
  if (submission.stream.is_nil()) return finish(workspace_, prepared_on(workspace_));
  if (!workspace_.workspace.projects.contains(submission.stream)) {
    return {model::Rejection{Code::UNKNOWN_PROJECT, {.id = submission.stream}}};
  }
  auto* state = project(submission.stream);
  if (state == nullptr) return {model::Rejection{Code::INTERNAL, {.id = submission.stream}}};
  auto prepared = prepared_on(*state);
  if (!prepared && !submission.sender.is_server && is_breach(submission, prepared.error()))
    record_attempt(submission, prepared.error(), *state, group, committed, now);
  return finish(*state, std::move(prepared));
}

void Sequencer::record_attempt(const Submission& rejected, const model::Rejection& rejection,
                               const model::Project& project, log::Group& group,
                               CommittedGroup& committed, Timestamp now) {
  const auto attempt = attempts_.add(rejected.sender.member, tried(rejected, rejection), now);
  // Whoever tries for ever fills no log.
  if (!model::workspace::is_attempt_recorded(attempt)) return;
  std::expected<Prepared, model::Rejection> prepared;
  try {
    const auto act = rejected_act(options_.fresh_id(now), rejected, rejection, project, attempt);
    prepared =
        prepare(workspace_, act, {group.next_position(), {workspace_.version.value + 1}, now});
  } catch (const std::exception& error) {
    spdlog::error("event=rejected_act_failed command={} what=\"{}\"", to_string(rejected.id),
                  error.what());
    return;
  }
  if (!prepared) {
    spdlog::warn("event=rejected_act_not_recorded command={} code={} why={}",
                 to_string(rejected.id), model::to_string(rejection.code),
                 model::to_string(prepared.error().code));
    return;
  }
  group.append(prepared->events);
  fold(workspace_, *prepared);
  committed.commands.push_back(to_committed({}, std::move(*prepared)));
}

void Sequencer::refuse_all(std::vector<Item>& items, Code code, Answers& answers) {
  for (auto& item : items) {
    if (auto* submission = std::get_if<Submission>(&item.what)) {
      // What was recorded before stays accepted, whatever room there is.
      const auto outcome = log_.find_outcome(submission->id);
      const bool same = outcome && outcome->fingerprint == submission->fingerprint;
      answers.add(
          submission->inbox, std::exchange(submission->answer, nullptr),
          same ? recorded(outcome) : Answer(model::Rejection{code, {.retry_after_millis = 1000}}),
          same ? Answers::To::repetition : Answers::To::command);
    } else if (auto* query = std::get_if<Query>(&item.what)) {
      answers.add(query->inbox, std::exchange(query->answer, nullptr),
                  recorded(log_.find_outcome(query->command)), Answers::To::query);
    }
  }
}

void Sequencer::answer_unknown(std::vector<Item>& items, Answers& answers) {
  for (auto& item : items) {
    if (auto* submission = std::get_if<Submission>(&item.what);
        submission != nullptr && submission->answer) {
      answers.add(submission->inbox, std::move(submission->answer), Unknown{},
                  Answers::To::command);
    } else if (auto* query = std::get_if<Query>(&item.what); query != nullptr && query->answer) {
      answers.add(query->inbox, std::move(query->answer), Unknown{}, Answers::To::query);
    }
  }
}

model::Project* Sequencer::project(Id id) {
  auto at = projects_.find(id);
  if (at == projects_.end()) {
    auto loaded = try_load_project(log_, id);
    if (!loaded) return nullptr;
    at = projects_.emplace(id, LoadedProject{std::move(*loaded), 0}).first;
    metrics_.sequencer_projects.set(projects_.size());
  }
  at->second.last_used = ++uses_;
  return &at->second.state;
}

void Sequencer::drop_idle_projects() {
  while (projects_.size() > options_.loaded_projects_max) {
    const auto idle = std::min_element(
        projects_.begin(), projects_.end(),
        [](const auto& a, const auto& b) { return a.second.last_used < b.second.last_used; });
    projects_.erase(idle);
  }
  metrics_.sequencer_projects.set(projects_.size());
}

void Sequencer::fail(const std::string& what) {
  std::vector<Item> rest;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    failed_ = true;
    rest.swap(queue_);
  }
  Answers answers(metrics_);
  answer_unknown(rest, answers);
  answers.deliver();
  spdlog::critical("event=log_failed what=\"{}\"", what);
  if (options_.on_failure) options_.on_failure(what);
}

}  // namespace daybook::engine
