#include <daybook/threaded_handles.hpp>

#include <map>
#include <mutex>

#include "client-sdk/src/client_thread.hpp"

namespace daybook::client {
namespace detail {

// What a handle and the client's thread share of a replica.
template <typename Handle>
struct ThreadedReplica {
  using Snapshot = typename Handle::Snapshot;

  explicit ThreadedReplica(Id stream) : id(stream), latest(std::make_shared<Snapshot>()) {}

  void take(const Change<Snapshot>& change) {
    {
      const std::scoped_lock lock(mutex);
      latest = change.snapshot;
    }
    if (const auto told = handler) (*told)(change);
  }

  const Id id;
  std::mutex mutex;
  std::shared_ptr<const Snapshot> latest;  // under the mutex
  // On the client's thread.
  std::optional<Handle> handle;
  std::shared_ptr<typename Handle::Handler> handler;
};

// Likewise of watched views.
struct ThreadedWatched {
  void take(const WatchedView& view) {
    {
      const std::scoped_lock lock(mutex);
      views[view.name] = watch->view(view.name);
    }
    if (handlers.on_change) handlers.on_change(view);
  }

  std::mutex mutex;
  std::map<model::ViewName, std::shared_ptr<const WatchedView>> views;  // under the mutex
  // On the client's thread.
  WatchHandlers handlers;
  std::optional<Watch> watch;
};

// And of followed events.
struct ThreadedFollowed {
  std::atomic<std::uint64_t> through = 0;
  // On the client's thread.
  FollowHandlers handlers;
  std::optional<Follow> follow;
};

namespace {

Project open_as(Client& client, Id stream, const Project*) { return client.open(stream); }
Workspace open_as(Client& client, Id, const Workspace*) { return client.open_workspace(); }

// Ends what the client's thread has of a handle, on that thread; where it has ended, nothing is left to end.
template <typename Shared, typename End>
void end_on(const std::weak_ptr<ClientThread>& weak, std::shared_ptr<Shared> shared, End end) {
  if (!shared) return;
  if (const auto thread = ClientThread::of(weak)) {
    thread->post([shared = std::move(shared), end](Client&) { end(*shared); });
  }
}

}  // namespace

// --- Replicas --------------------------------------------------------------------------------------------------------

template <typename Handle>
ThreadedHandle<Handle>::ThreadedHandle(std::shared_ptr<ClientThread> thread, Id stream)
    : thread_(thread), replica_(std::make_shared<ThreadedReplica<Handle>>(stream)) {
  thread->post([replica = replica_](Client& client) {
    replica->handle.emplace(open_as(client, replica->id, static_cast<const Handle*>(nullptr)));
    replica->handle->on_change(
        [at = replica.get()](const Change<Snapshot>& change) { at->take(change); });
  });
}

template <typename Handle>
void ThreadedHandle<Handle>::close() {
  end_on(thread_, std::move(replica_), [](ThreadedReplica<Handle>& replica) {
    replica.handler = nullptr;
    replica.handle.reset();
  });
}

template <typename Handle>
ThreadedHandle<Handle>::~ThreadedHandle() {
  close();
}
template <typename Handle>
ThreadedHandle<Handle>::ThreadedHandle(ThreadedHandle&&) noexcept = default;

template <typename Handle>
ThreadedHandle<Handle>& ThreadedHandle<Handle>::operator=(ThreadedHandle&& other) noexcept {
  if (this == &other) return *this;
  close();
  thread_ = std::move(other.thread_);
  replica_ = std::move(other.replica_);
  return *this;
}

template <typename Handle>
Id ThreadedHandle<Handle>::id() const {
  return replica_->id;
}

template <typename Handle>
auto ThreadedHandle<Handle>::snapshot() const -> std::shared_ptr<const Snapshot> {
  const std::scoped_lock lock(replica_->mutex);
  return replica_->latest;
}

template <typename Handle>
ReplicaState ThreadedHandle<Handle>::state() const {
  const auto thread = ClientThread::of(thread_);
  if (!thread) return ReplicaState::ended;
  const auto state = thread->ask([&] {
    return replica_->handle ? replica_->handle->state() : ReplicaState::syncing;  // not open yet
  });
  return state.value_or(ReplicaState::ended);
}

template <typename Handle>
error_code ThreadedHandle<Handle>::error() const {
  const auto thread = ClientThread::of(thread_);
  if (!thread) return Errc::closed;
  const auto error =
      thread->ask([&] { return replica_->handle ? replica_->handle->error() : error_code(); });
  return error.value_or(Errc::closed);
}

template <typename Handle>
void ThreadedHandle<Handle>::on_change(Handler handler) {
  if (const auto thread = ClientThread::of(thread_)) {
    thread->post([replica = replica_, handler = std::move(handler)](Client&) mutable {
      replica->handler = share(std::move(handler));
    });
  }
}

template <typename Handle>
error_code ThreadedHandle<Handle>::wait_ready(std::chrono::milliseconds timeout) {
  const auto thread = ClientThread::of(thread_);
  if (!thread) return Errc::closed;
  return thread->wait(timeout, [replica = replica_](Client&, std::function<void(error_code)> done) {
    replica->handle->ready(std::move(done));
  });
}

template <typename Handle>
WhatIf ThreadedHandle<Handle>::what_if(std::vector<CommandBuilder> commands) const
  requires std::is_same_v<Handle, Project>
{
  const auto count = commands.size();
  if (const auto thread = ClientThread::of(thread_)) {
    auto told = thread->ask([&] {
      return replica_->handle ? std::optional(replica_->handle->what_if(std::move(commands)))
                              : std::nullopt;
    });
    if (told && *told) return **std::move(told);
  }
  const WhatIfOutcome closed{.rejected = Rejected{.code = Code::NOT_PERMITTED, .local = true}};
  return {.outcomes = std::vector(count, closed), .snapshot = snapshot()};
}

template <typename Handle>
std::future<Outcome> ThreadedHandle<Handle>::submit(CommandBuilder command, SubmitOptions options) {
  auto [handler, result] = promised<Outcome>();
  submit(std::move(command), options, std::move(handler));
  return std::move(result);
}

template <typename Handle>
void ThreadedHandle<Handle>::submit(CommandBuilder command, SubmitOptions options,
                                    OutcomeHandler handler) {
  const auto thread = ClientThread::of(thread_);
  if (!thread) return handler(Errc::closed, {});
  thread->post([replica = replica_, command = std::move(command), options,
                handler = std::move(handler)](Client&) mutable {
    replica->handle->submit(std::move(command), options, std::move(handler));
  });
}

template class ThreadedHandle<Project>;
template class ThreadedHandle<Workspace>;

}  // namespace detail

// --- Watched views ---------------------------------------------------------------------------------------------------

ThreadedWatch::ThreadedWatch(const std::shared_ptr<detail::ClientThread>& thread, Id project,
                             std::vector<model::ViewName> views, WatchHandlers handlers)
    : thread_(thread), watched_(std::make_shared<detail::ThreadedWatched>()) {
  watched_->handlers = std::move(handlers);
  thread->post([watched = watched_, project, views = std::move(views)](Client& client) mutable {
    WatchHandlers told;
    told.on_change = [at = watched.get()](const WatchedView& view) { at->take(view); };
    told.on_end = watched->handlers.on_end;
    watched->watch.emplace(client.watch(project, std::move(views), std::move(told)));
  });
}

void ThreadedWatch::close() {
  detail::end_on(thread_, std::move(watched_),
                 [](detail::ThreadedWatched& watched) { watched.watch.reset(); });
}

ThreadedWatch::~ThreadedWatch() { close(); }
ThreadedWatch::ThreadedWatch(ThreadedWatch&&) noexcept = default;

ThreadedWatch& ThreadedWatch::operator=(ThreadedWatch&& other) noexcept {
  if (this == &other) return *this;
  close();
  thread_ = std::move(other.thread_);
  watched_ = std::move(other.watched_);
  return *this;
}

std::shared_ptr<const WatchedView> ThreadedWatch::view(model::ViewName name) const {
  const std::scoped_lock lock(watched_->mutex);
  const auto at = watched_->views.find(name);
  return at == watched_->views.end() ? nullptr : at->second;
}

// --- Followed events -------------------------------------------------------------------------------------------------

ThreadedFollow::ThreadedFollow(const std::shared_ptr<detail::ClientThread>& thread,
                               FollowOptions options, FollowHandlers handlers)
    : thread_(thread), followed_(std::make_shared<detail::ThreadedFollowed>()) {
  followed_->handlers = std::move(handlers);
  thread->post([followed = followed_, options = std::move(options)](Client& client) mutable {
    FollowHandlers told = followed->handlers;
    told.on_complete = [at = followed.get()](std::uint64_t through) {
      at->through = through;
      if (at->handlers.on_complete) at->handlers.on_complete(through);
    };
    followed->follow.emplace(client.follow(std::move(options), std::move(told)));
  });
}

void ThreadedFollow::close() {
  detail::end_on(thread_, std::move(followed_),
                 [](detail::ThreadedFollowed& followed) { followed.follow.reset(); });
}

ThreadedFollow::~ThreadedFollow() { close(); }
ThreadedFollow::ThreadedFollow(ThreadedFollow&&) noexcept = default;

ThreadedFollow& ThreadedFollow::operator=(ThreadedFollow&& other) noexcept {
  if (this == &other) return *this;
  close();
  thread_ = std::move(other.thread_);
  followed_ = std::move(other.followed_);
  return *this;
}

std::uint64_t ThreadedFollow::through() const { return followed_->through; }

}  // namespace daybook::client
