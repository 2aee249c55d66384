#include "client-sdk/src/replica.hpp"

#include <algorithm>
#include <cstring>
#include <map>

#include <boost/asio/error.hpp>

#include "model/event_meta.hpp"
#include "model/snapshot.hpp"
#include "schema/limits.hpp"

namespace daybook::client::detail {
namespace {

// Words of texts that were replaced since are dropped when there are this many more than the state needs.
constexpr std::size_t kStaleWordsMax = 4096;

}  // namespace

template <typename Stream>
ReplicaState Replica<Stream>::state() const {
  if (ended_) return ReplicaState::ended;
  return has_state_ && is_current_ ? ReplicaState::live : ReplicaState::syncing;
}

template <typename Stream>
std::shared_ptr<const typename Replica<Stream>::Snapshot> Replica<Stream>::confirmed() {
  if (!shared_) shared_ = std::make_shared<const Snapshot>(current_);
  return shared_;
}

template <typename Stream>
std::shared_ptr<const typename Replica<Stream>::Snapshot> Replica<Stream>::snapshot() {
  if constexpr (std::is_same_v<Stream, model::Project>) {
    if (overlay_.shown()) return overlay_.shown();
  }
  return confirmed();
}

template <typename Stream>
void Replica<Stream>::on_change(Handler handler) {
  handler_ = handler ? std::make_shared<Handler>(std::move(handler)) : nullptr;
}

template <typename Stream>
void Replica<Stream>::add_waiter(std::uint64_t ticket, Completion<> waiter) {
  if (has_state_) return waiter(error_code());
  if (ended_) return waiter(error_);
  waiters_.emplace(ticket, std::move(waiter));
}

template <typename Stream>
void Replica<Stream>::cancel(std::uint64_t ticket) {
  auto waiter = waiters_.extract(ticket);
  if (waiter) waiter.mapped()(net::error::operation_aborted);
}

template <typename Stream>
void Replica<Stream>::close() {
  handler_ = nullptr;
  finish_waiters(net::error::operation_aborted);
  orphan();
}

template <typename Stream>
void Replica<Stream>::finish_waiters(error_code error) {
  for (auto& [ticket, waiter] : std::exchange(waiters_, {})) waiter(error);
}

template <typename Stream>
void Replica<Stream>::tell(Cause cause, Version before, std::vector<record::Entry> events,
                           std::vector<Id> commands) {
  if (!handler_ || notifier_ == nullptr) return;
  notifier_->push([self = this->shared_from_this(), cause, before, events = std::move(events),
                   commands = std::move(commands), snapshot = snapshot()] {
    // A copy: the handler may replace itself, or end the replica.
    if (const auto handler = self->handler_) {
      (*handler)({.cause = cause,
                  .before = before,
                  .snapshot = snapshot,
                  .events = events,
                  .commands = commands});
    }
  });
}

// --- What is pending -------------------------------------------------------------------------------------------------

template <typename Stream>
std::vector<Id> Replica<Stream>::rebase() {
  if constexpr (std::is_same_v<Stream, model::Project>) {
    if (overlay_.empty() && !overlay_.shown()) return {};
    overlay_.remove_through(has_state_ ? version() : Version{});
    const auto decider = has_state_ && hooks_.decider ? hooks_.decider() : std::nullopt;
    return decider ? overlay_.rebase(confirmed(), *decider) : overlay_.hide();
  } else {
    return {};
  }
}

template <typename Stream>
void Replica<Stream>::tell_rebased(std::vector<Id> changed) {
  if (!changed.empty()) tell(Cause::rebase, version(), {}, std::move(changed));
}

template <typename Stream>
std::expected<void, model::Rejection> Replica<Stream>::show(ActPointer act) {
  if constexpr (std::is_same_v<Stream, model::Project>) {
    const Id id = act->id;
    auto added = overlay_.add(std::move(act), confirmed(), hooks_.decider().value());
    if (added) tell(Cause::local, version(), {}, {id});
    return added;
  } else {
    return {};
  }
}

template <typename Stream>
void Replica<Stream>::restore(const std::vector<ActPointer>& acts) {
  for (const auto& act : acts) overlay_.restore(act);
  tell_rebased(rebase());
}

template <typename Stream>
void Replica<Stream>::accept(Id act, Version through) {
  overlay_.accept(act, through);
  if (has_state_ && through <= version()) confirm(act);
}

template <typename Stream>
void Replica<Stream>::confirm(Id act) {
  if (!overlay_.contains(act)) return;
  const bool was_shown = overlay_.remove(act);
  auto changed = rebase();
  if (was_shown) changed.push_back(act);
  tell_rebased(std::move(changed));
}

template <typename Stream>
void Replica<Stream>::withdraw(Id act) {
  if (!overlay_.contains(act)) return;
  const bool was_shown = overlay_.remove(act);
  auto changed = rebase();
  if (was_shown) tell(Cause::rollback, version(), {}, {act});
  tell_rebased(std::move(changed));
}

template <typename Stream>
const typename Replica<Stream>::Snapshot& Replica<Stream>::shown() const {
  if constexpr (std::is_same_v<Stream, model::Project>) {
    if (overlay_.shown()) return *overlay_.shown();
  }
  return current_;
}

// --- From the server -------------------------------------------------------------------------------------------------

template <typename Stream>
void Replica<Stream>::write(schema::Subscribe::Builder builder) const {
  auto project = builder.getScope().initProject();
  daybook::write(project, stream_);
  if (has_state_) {
    builder.getFrom().setAfter(version().value);
    daybook::write(builder.initLogId(), state_log_);
  } else {
    builder.getFrom().setSnapshot();
  }
  builder.getContent().setEvents();
}

template <typename Stream>
void Replica<Stream>::on_welcome(Id log_id) {
  log_id_ = log_id;
  is_current_ = false;
  incoming_.clear();
}

template <typename Stream>
void Replica<Stream>::on_lost() {
  is_current_ = false;
  incoming_.clear();
}

template <typename Stream>
bool Replica<Stream>::fits(const record::EnvelopeFields& envelope, Version version) const {
  return envelope.stream == stream_ && envelope.version.value == version.value + 1;
}

template <typename Stream>
Step Replica<Stream>::on_batch(const EventBatch& batch) {
  if (!has_state_ || incoming_.has_begun())
    return fault("events before the state that they change");
  if (!batch.whole) return fault("an event batch does not hold whole commands");
  const Version before = version();
  Version next = before;
  for (const auto& entry : batch.entries) {
    if (!fits(entry.event.envelope(), next)) return fault("an event does not follow the last one");
    ++next.value;
  }
  if (batch.header.from != before.value + 1 || batch.header.complete_through != next.value) {
    return fault("an event batch does not follow the last one");
  }
  is_current_ = true;
  if (batch.entries.empty()) return {};
  if (hooks_.confirmed) hooks_.confirmed(batch.entries);
  shared_ = nullptr;
  for (const auto& entry : batch.entries) {
    const auto& envelope = entry.event.envelope();
    (void)overlay_.remove(envelope.command_id);  // its answer
    for (std::uint32_t i = 0; i < entry.texts.size(); ++i) {
      const TextKey key{envelope.position, i + 1};
      if (entry.texts[i].redacted) {
        current_.words.set_redacted(key);
      } else {
        current_.words.set(key, std::make_shared<const std::string>(entry.texts[i].words));
      }
    }
    entry.event.with_event([&](schema::Event::Reader event) {
      model::evolve(current_.state, event, model::meta_of(envelope));
    });
  }
  prune_words();
  auto changed = rebase();
  tell(Cause::remote, before, batch.entries);
  tell_rebased(std::move(changed));
  return {};
}

template <typename Stream>
void Replica<Stream>::prune_words() {
  if (current_.words.size() < 2 * words_kept_ + kStaleWordsMax) return;
  current_.words.keep(model::texts_of(current_.state));
  words_kept_ = current_.words.size();
}

template <typename Stream>
Step Replica<Stream>::on_chunk(schema::SnapshotChunk::Reader chunk) {
  if (has_state_) return fault("a state that nobody asked for");
  return incoming_.take(chunk);
}

template <typename Stream>
Step Replica<Stream>::on_snapshot_end(schema::SnapshotEnd::Reader end) {
  auto whole = incoming_.finish(end, stream_);
  if (!whole) return std::unexpected(whole.error());
  const Version before = version();
  current_.state = std::move(whole->state);
  current_.words = std::move(whole->words);
  words_kept_ = current_.words.size();
  state_log_ = log_id_;
  has_state_ = true;
  is_current_ = true;
  shared_ = nullptr;
  auto changed = rebase();
  tell(Cause::snapshot, before, {});
  tell_rebased(std::move(changed));
  finish_waiters({});
  return {};
}

template <typename Stream>
Step Replica<Stream>::on_reset() {
  has_state_ = false;  // what is shown stays until the snapshot is whole
  is_current_ = false;
  incoming_.clear();
  return {};
}

template <typename Stream>
Channel::End Replica<Stream>::on_end(schema::Code code) {
  // The copy is of another log, or of what the server has lost: take what there is now.
  const bool stale = code == schema::Code::OTHER_LOG || code == schema::Code::AHEAD_OF_LOG;
  if (stale && has_state_) {
    drop();
    return End::again;
  }
  ended_ = true;
  is_current_ = false;
  error_ = errc_of(code);
  finish_waiters(error_);
  return End::ended;
}

template <typename Stream>
void Replica<Stream>::on_stop(error_code error) {
  on_lost();
  finish_waiters(error);
}

template <typename Stream>
void Replica<Stream>::drop() {
  has_state_ = false;
  is_current_ = false;
  incoming_.clear();
  shared_ = nullptr;
  Snapshot empty;
  if constexpr (requires { empty.people; }) empty.people = std::move(current_.people);
  current_ = std::move(empty);
  (void)rebase();  // told with the snapshot that follows
}

template <typename Stream>
void Replica<Stream>::set_people(People people) {
  if constexpr (std::is_same_v<Stream, model::Project>) {
    current_.people = std::move(people);
    shared_ = nullptr;
    tell_rebased(rebase());
    tell(Cause::people, version(), {});
  }
}

template <typename Stream>
void Replica<Stream>::confirm_people(Version version, Timestamp recorded_at) {
  if constexpr (std::is_same_v<Stream, model::Project>) {
    current_.people.version = version;
    current_.people.recorded_at = recorded_at;
    shared_ = nullptr;
  }
}

template class Replica<model::Project>;
template class Replica<model::Workspace>;

void PeopleChannel::write(schema::Subscribe::Builder builder) const {
  auto project = builder.getScope().initProject();
  daybook::write(project, replica_->stream());
  builder.getFrom().setSnapshot();
  builder.getContent().initViews(1).set(0, schema::ViewName::PEOPLE);
}

Step PeopleChannel::on_view(schema::ViewUpdate::Reader update) {
  if (update.getView() != schema::ViewName::PEOPLE) return fault("rows of another view");
  if (!staging_) {
    staged_ = update.getWhole() ? People{} : shown_;
    staging_ = true;
  }
  const auto rows = update.getRows();
  has_news_ = has_news_ || update.getWhole() || update.getRemoved().size() > 0 ||
              (rows.isPeople() && rows.getPeople().size() > 0);
  std::map<TextKey, Words> words;
  for (const auto word : update.getWords()) {
    const auto text = word.getWords();
    words[{{word.getPosition()}, word.getIndex()}] =
        word.getRedacted() ? nullptr
                           : std::make_shared<const std::string>(text.begin(), text.size());
  }
  if (rows.isPeople()) {
    for (const auto row : rows.getPeople()) {
      const auto canonical = record::canonical(capnp::toAny(row));
      auto copy = std::make_shared<std::vector<std::uint64_t>>(canonical.size());
      std::memcpy(copy->data(), canonical.begin(), canonical.size() * sizeof(capnp::word));
      auto& person = staged_.members.at_or_new(read(row.getMember()));
      const auto name = words.find({{row.getName().getPosition()}, row.getName().getIndex()});
      person = {.name = name == words.end() ? nullptr : name->second,
                .role = row.getRole(),
                .row = std::move(copy)};
    }
  }
  for (const auto id : update.getRemoved()) staged_.members.erase(read(id));
  if (!update.getComplete()) return {};
  staged_.version = {update.getVersion()};
  staged_.recorded_at = {update.getRecordedAt()};
  shown_ = std::move(staged_);
  const bool has_news = has_news_;
  unstage();
  if (has_news) {
    replica_->set_people(shown_);
  } else {
    replica_->confirm_people(shown_.version, shown_.recorded_at);
  }
  return {};
}

}  // namespace daybook::client::detail
