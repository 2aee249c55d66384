#pragma once
// What a ThreadedClient opens: replicas, watched views, followed events. Handles for any thread.
//
// Threading: every call is safe from any thread. Handlers run on the client's thread, one at a time.
// Lifetime:  a handle's destruction ends its subscription and its handlers, by a turn of the client's thread: a handler that
//            is running or due then may still run. It waits for nothing; ThreadedClient::call() with nothing to do waits for
//            that turn. A handle may outlive the client: then it stays as it was, and submits nothing.
// Failure:   as ThreadedClient's.

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <type_traits>
#include <vector>

#include <daybook/client.hpp>

namespace daybook::client {

using OutcomeHandler = std::function<void(error_code, Outcome)>;

namespace detail {

class ClientThread;
template <typename Handle>
struct ThreadedReplica;
struct ThreadedWatched;
struct ThreadedFollowed;

// A live replica. Handle: Project or Workspace.
template <typename Handle>
class ThreadedHandle {
 public:
  using Snapshot = typename Handle::Snapshot;
  using Handler = typename Handle::Handler;

  ThreadedHandle(std::shared_ptr<ClientThread> thread, Id stream);
  ~ThreadedHandle();
  ThreadedHandle(ThreadedHandle&&) noexcept;
  ThreadedHandle& operator=(ThreadedHandle&&) noexcept;

  [[nodiscard]] Id id() const;
  // The newest that was told. Never nullptr; before the first its version is 0.
  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const;
  // As they are at a turn of the client's thread, which is waited for. Without a client: ended, closed.
  [[nodiscard]] ReplicaState state() const;
  [[nodiscard]] error_code error() const;
  // After each change, until replaced.
  void on_change(Handler handler);
  // Waits until there is a state. timed_out: not within this time; else why there will be none.
  [[nodiscard]] error_code wait_ready(std::chrono::milliseconds timeout);

  // As Project::what_if(); waits for a turn of the client's thread. Without a client: all are rejected.
  [[nodiscard]] WhatIf what_if(std::vector<CommandBuilder> commands) const
    requires std::is_same_v<Handle, Project>;

  // As Project::submit().
  [[nodiscard]] std::future<Outcome> submit(CommandBuilder command, SubmitOptions options = {});
  void submit(CommandBuilder command, SubmitOptions options, OutcomeHandler handler);

 private:
  void close();

  std::weak_ptr<ClientThread> thread_;
  std::shared_ptr<ThreadedReplica<Handle>> replica_;
};

extern template class ThreadedHandle<Project>;
extern template class ThreadedHandle<Workspace>;
}  // namespace detail

using ThreadedProject = detail::ThreadedHandle<Project>;
using ThreadedWorkspace = detail::ThreadedHandle<Workspace>;

// Views of a project, as Client::watch().
class ThreadedWatch {
 public:
  ThreadedWatch(const std::shared_ptr<detail::ClientThread>& thread, Id project,
                std::vector<model::ViewName> views, WatchHandlers handlers);
  ~ThreadedWatch();
  ThreadedWatch(ThreadedWatch&&) noexcept;
  ThreadedWatch& operator=(ThreadedWatch&&) noexcept;

  // The newest that was told. nullptr: not watched, or nothing has come yet.
  [[nodiscard]] std::shared_ptr<const WatchedView> view(model::ViewName name) const;

 private:
  void close();

  std::weak_ptr<detail::ClientThread> thread_;
  std::shared_ptr<detail::ThreadedWatched> watched_;
};

// Events as they were recorded, as Client::follow().
class ThreadedFollow {
 public:
  ThreadedFollow(const std::shared_ptr<detail::ClientThread>& thread, FollowOptions options,
                 FollowHandlers handlers);
  ~ThreadedFollow();
  ThreadedFollow(ThreadedFollow&&) noexcept;
  ThreadedFollow& operator=(ThreadedFollow&&) noexcept;

  // Everything up to here has been handed over.
  [[nodiscard]] std::uint64_t through() const;

 private:
  void close();

  std::weak_ptr<detail::ClientThread> thread_;
  std::shared_ptr<detail::ThreadedFollowed> followed_;
};

}  // namespace daybook::client
