#pragma once
// A stream's state, folded from a snapshot and the events behind it; a project's with what is pending on top. Pure: no
// sockets, no clock.

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <daybook/detail/completion.hpp>
#include <daybook/project.hpp>

#include "client-sdk/src/channel.hpp"
#include "client-sdk/src/overlay.hpp"
#include "client-sdk/src/snapshot_reader.hpp"

namespace daybook::client::detail {

template <typename Stream>
struct SnapshotOf;
template <>
struct SnapshotOf<model::Project> {
  using Type = ProjectSnapshot;
};
template <>
struct SnapshotOf<model::Workspace> {
  using Type = WorkspaceSnapshot;
};

// Threading: confined to the client's executor.
// Lifetime:  shared by the handle and the client; keeps a reference to the notifier only until close().
template <typename Stream>
class Replica final : public Channel, public std::enable_shared_from_this<Replica<Stream>> {
 public:
  using Snapshot = typename SnapshotOf<Stream>::Type;
  using Handler = std::function<void(const Change<Snapshot>&)>;

  // confirmed: told of every batch of events before it is folded. decider: who acts now; nullopt: not known. Called until
  // orphan().
  struct Hooks {
    std::function<void(std::span<const record::Entry>)> confirmed = {};
    std::function<std::optional<Decider>()> decider = {};
  };
  Replica(Id stream, Notifier& notifier, Hooks hooks = {})
      : stream_(stream), notifier_(&notifier), hooks_(std::move(hooks)) {}

  [[nodiscard]] Id stream() const { return stream_; }
  [[nodiscard]] ReplicaState state() const;
  [[nodiscard]] error_code error() const { return error_; }
  [[nodiscard]] bool has_state() const { return has_state_; }
  [[nodiscard]] Version version() const { return current_.state.version; }
  // What is shown; without what is pending.
  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot();
  [[nodiscard]] std::shared_ptr<const Snapshot> confirmed();

  void on_change(Handler handler);
  void add_waiter(std::uint64_t ticket, Completion<> waiter);
  // The handle is gone: tells nobody any more.
  void close();

  void write(schema::Subscribe::Builder builder) const override;
  void on_welcome(Id log_id) override;
  void on_lost() override;
  Step on_batch(const EventBatch& batch) override;
  Step on_chunk(schema::SnapshotChunk::Reader chunk) override;
  Step on_snapshot_end(schema::SnapshotEnd::Reader end) override;
  Step on_view(schema::ViewUpdate::Reader) override { return fault("rows in place of events"); }
  Step on_reset() override;
  End on_end(schema::Code code) override;
  void on_stop(error_code error) override;
  void cancel(std::uint64_t ticket) override;
  void orphan() override {
    notifier_ = nullptr;
    hooks_ = {};
    is_current_ = false;
  }
  void drop() override;
  bool is_current() const override { return is_current_; }
  [[nodiscard]] bool is_orphan() const { return notifier_ == nullptr; }

  // From the view `people`. (Projects.)
  void set_people(People people);
  // They are the same as of this version; nobody is told.
  void confirm_people(Version version, Timestamp recorded_at);
  [[nodiscard]] const Snapshot& current() const { return current_; }

  // --- What is pending (projects) -----------------------------------------------------------------------------------
  // Whether an act can be decided on what is shown.
  [[nodiscard]] bool decides() const { return has_state_ && hooks_.decider && hooks_.decider(); }
  // Decides and shows it (cause `local`), or says why not. Requires: decides().
  [[nodiscard]] std::expected<void, model::Rejection> show(ActPointer act);
  // Acts given before: shown where the rules allow it.
  void restore(const std::vector<ActPointer>& acts);
  // The server took it; it is shown until its events come, which may have been within a snapshot already.
  void accept(Id act, Version through);
  // Its events are here (cause `rebase`).
  void confirm(Id act);
  // The server rejected it, or it was forgotten (cause `rollback`).
  void withdraw(Id act);
  [[nodiscard]] bool shows_pending(Id act) const { return overlay_.contains(act); }
  // What is shown, with what is pending.
  [[nodiscard]] const Snapshot& shown() const;

 private:
  [[nodiscard]] bool fits(const record::EnvelopeFields& envelope, Version version) const;
  void tell(Cause cause, Version before, std::vector<record::Entry> events,
            std::vector<Id> commands = {});
  // Decides what is pending anew. Returns what is shown now and was not, or the other way round.
  std::vector<Id> rebase();
  void tell_rebased(std::vector<Id> changed);
  void finish_waiters(error_code error);
  void prune_words();

  Id stream_;
  Notifier* notifier_;
  Hooks hooks_;
  Id log_id_ = {};     // of the connection
  Id state_log_ = {};  // of the state
  bool has_state_ = false;
  bool is_current_ = false;
  bool ended_ = false;
  error_code error_;

  Snapshot current_;                        // what is confirmed
  std::shared_ptr<const Snapshot> shared_;  // of current_, once asked for
  Overlay overlay_;                         // of a project
  std::size_t words_kept_ = 0;              // when they were pruned last
  SnapshotReader<Stream> incoming_;         // a snapshot on its way

  std::shared_ptr<Handler> handler_;
  std::map<std::uint64_t, Completion<>> waiters_;
};

// The view `people` of a project, for the replica beside it.
class PeopleChannel final : public Channel {
 public:
  explicit PeopleChannel(std::shared_ptr<Replica<model::Project>> replica)
      : replica_(std::move(replica)) {}

  void write(schema::Subscribe::Builder builder) const override;
  void on_welcome(Id) override { unstage(); }
  void on_lost() override { unstage(); }
  Step on_batch(const EventBatch&) override { return fault("events in place of rows"); }
  Step on_chunk(schema::SnapshotChunk::Reader) override {
    return fault("a state in place of rows");
  }
  Step on_snapshot_end(schema::SnapshotEnd::Reader) override {
    return fault("a state in place of rows");
  }
  Step on_view(schema::ViewUpdate::Reader update) override;
  Step on_reset() override {
    unstage();
    return {};
  }
  End on_end(schema::Code) override { return End::ended; }  // no names: a replica lives without
  void on_stop(error_code) override {}
  void orphan() override {}
  void drop() override { unstage(); }
  bool is_current() const override { return true; }  // nobody waits for names

 private:
  void unstage() {
    staged_ = {};
    staging_ = false;
    has_news_ = false;
  }

  std::shared_ptr<Replica<model::Project>> replica_;
  People shown_;
  People staged_;          // an update on its way
  bool has_news_ = false;  // that is more than a version
  bool staging_ = false;
};

extern template class Replica<model::Project>;
extern template class Replica<model::Workspace>;

}  // namespace daybook::client::detail
