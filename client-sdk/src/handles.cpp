// The handles of subscriptions: project, workspace, follow, watch.

#include <daybook/follow.hpp>
#include <daybook/project.hpp>
#include <daybook/watch.hpp>

#include "client-sdk/src/core.hpp"
#include "client-sdk/src/watch.hpp"

namespace daybook::client {
namespace detail {

template <typename Stream>
void wait_ready(const std::weak_ptr<Core>& core, const std::shared_ptr<Replica<Stream>>& replica,
                Completion<> completion) {
  if (const auto at = core.lock()) {
    return at->post_ready(replica, std::move(completion));
  }
  completion(Errc::closed);
}

template <typename Stream, typename SnapshotType>
ReplicaHandle<Stream, SnapshotType>::ReplicaHandle(std::shared_ptr<Core> core, Id stream)
    : core_(core), executor_(core->executor()), gone_(core->gone()) {
  if constexpr (std::is_same_v<Stream, model::Workspace>) {
    replica_ = core->make_workspace();
  } else {
    replica_ = core->make_project(stream);
    people_ = std::make_shared<PeopleChannel>(replica_);
    core->attach(people_);
  }
}

template <typename Stream, typename SnapshotType>
void ReplicaHandle<Stream, SnapshotType>::close() {
  if (!replica_) return;
  replica_->close();
  if (const auto core = core_.lock()) {
    core->detach(replica_.get());
    core->detach(people_.get());
  }
}

template <typename Stream, typename SnapshotType>
ReplicaHandle<Stream, SnapshotType>::~ReplicaHandle() {
  close();
}

template <typename Stream, typename SnapshotType>
ReplicaHandle<Stream, SnapshotType>::ReplicaHandle(ReplicaHandle&&) noexcept = default;

template <typename Stream, typename SnapshotType>
ReplicaHandle<Stream, SnapshotType>& ReplicaHandle<Stream, SnapshotType>::operator=(
    ReplicaHandle&& other) noexcept {
  if (this == &other) return *this;
  close();
  core_ = std::move(other.core_);
  replica_ = std::move(other.replica_);
  people_ = std::move(other.people_);
  executor_ = other.executor_;
  gone_ = other.gone_;
  return *this;
}

template <typename Stream, typename SnapshotType>
WhatIf ReplicaHandle<Stream, SnapshotType>::what_if(std::vector<CommandBuilder> commands) const
  requires std::is_same_v<Stream, model::Project>
{
  if (const auto core = core_.lock()) return core->what_if(*replica_, std::move(commands));
  const WhatIfOutcome closed{.rejected = Rejected{.code = Code::NOT_PERMITTED, .local = true}};
  return {.outcomes = std::vector(commands.size(), closed), .snapshot = snapshot()};
}

template <typename Stream, typename SnapshotType>
Id ReplicaHandle<Stream, SnapshotType>::id() const {
  return replica_->stream();
}

template <typename Stream, typename SnapshotType>
ReplicaState ReplicaHandle<Stream, SnapshotType>::state() const {
  return replica_->state();
}

template <typename Stream, typename SnapshotType>
error_code ReplicaHandle<Stream, SnapshotType>::error() const {
  return replica_->error();
}

template <typename Stream, typename SnapshotType>
std::shared_ptr<const SnapshotType> ReplicaHandle<Stream, SnapshotType>::snapshot() const {
  return replica_->snapshot();
}

template <typename Stream, typename SnapshotType>
Version ReplicaHandle<Stream, SnapshotType>::version() const {
  return replica_->version();
}

template <typename Stream, typename SnapshotType>
void ReplicaHandle<Stream, SnapshotType>::on_change(Handler handler) {
  replica_->on_change(std::move(handler));
}

template void wait_ready(const std::weak_ptr<Core>&,
                         const std::shared_ptr<Replica<model::Project>>&, Completion<>);
template void wait_ready(const std::weak_ptr<Core>&,
                         const std::shared_ptr<Replica<model::Workspace>>&, Completion<>);
template class ReplicaHandle<model::Project, ProjectSnapshot>;
template class ReplicaHandle<model::Workspace, WorkspaceSnapshot>;

}  // namespace detail

Follow::Follow(std::shared_ptr<detail::Core> core, FollowOptions options, FollowHandlers handlers)
    : core_(core),
      channel_(std::make_shared<detail::FollowChannel>(std::move(options), std::move(handlers),
                                                       core->notifier())) {
  core->attach(channel_);
}

Follow::~Follow() { close(); }
Follow::Follow(Follow&&) noexcept = default;

Follow& Follow::operator=(Follow&& other) noexcept {
  if (this == &other) return *this;
  close();
  core_ = std::move(other.core_);
  channel_ = std::move(other.channel_);
  return *this;
}

void Follow::close() {
  if (!channel_) return;
  channel_->close();
  if (const auto core = core_.lock()) core->detach(channel_.get());
}

std::uint64_t Follow::through() const { return channel_->through(); }

Watch::Watch(const std::shared_ptr<detail::Core>& core, Id project,
             std::vector<model::ViewName> views, WatchHandlers handlers)
    : core_(core),
      channel_(std::make_shared<detail::WatchChannel>(project, std::move(views),
                                                      std::move(handlers), core->notifier())) {
  core->attach(channel_);
}

Watch::~Watch() { close(); }
Watch::Watch(Watch&&) noexcept = default;

Watch& Watch::operator=(Watch&& other) noexcept {
  if (this == &other) return *this;
  close();
  core_ = std::move(other.core_);
  channel_ = std::move(other.channel_);
  return *this;
}

void Watch::close() {
  if (!channel_) return;
  channel_->close();
  if (const auto core = core_.lock()) core->detach(channel_.get());
}

std::shared_ptr<const WatchedView> Watch::view(model::ViewName name) const {
  return channel_->view(name);
}

}  // namespace daybook::client
