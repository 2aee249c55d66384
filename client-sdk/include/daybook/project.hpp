#pragma once
// Live local copies: of a project, and of the workspace (for admins and auditors).
//
// A replica begins empty, gets a snapshot, and then follows every event; after a lost connection it goes on where it
// was. What the server sends is checked: digest, hashes, commitments, order. A contradiction drops the copy, and a fresh
// snapshot takes its place.
//
// What is submitted to a project is decided here at once, with the server's rules, on what is shown: rejected, it completes
// as Rejected {local} and goes nowhere; else it is shown until the server has confirmed it. An attempt against a rule of
// governance goes to the server all the same, unshown, as the server records it. Not decided here is a command whose id the
// caller gave (an import), one of the workspace, or one without an open replica that is ready: it goes to the server as it is.
//
// Threading: confined to the client's executor; snapshots may go anywhere.
// Lifetime:  a handle; its destruction ends the subscription and its handlers. It may outlive the client: then it stays as
//            it was.

#include <boost/asio/async_result.hpp>
#include <functional>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

#include <daybook/command.hpp>
#include <daybook/detail/completion.hpp>
#include <daybook/outcome.hpp>
#include <daybook/snapshot.hpp>
#include <daybook/what_if.hpp>

#include "model/record/event_batch.hpp"

namespace daybook::client {

enum class Cause {
  snapshot,  // the state as a whole: the first, or another after the copy was dropped
  remote,    // confirmed events, of this client's commands too
  people,    // names or roles in `people`; the version stays
  local,     // a command of this client is shown, before it is confirmed
  rebase,  // pending commands are not shown any more, or again: what is confirmed has changed what they rest on
  rollback,  // a command is not shown any more: the server rejected it, or it was forgotten
};
[[nodiscard]] std::string_view to_string(Cause cause);

// Borrowed for one call of the handler, but for the snapshot.
template <typename Snapshot>
struct Change {
  Cause cause = Cause::remote;
  Version before = {};  // 0: there was no state
  std::shared_ptr<const Snapshot> snapshot = {};
  std::span<const record::Entry> events = {};  // what led here; empty for a snapshot
  std::span<const Id> commands = {};           // of local, rebase, rollback: which
};
using ProjectChange = Change<ProjectSnapshot>;
using WorkspaceChange = Change<WorkspaceSnapshot>;

enum class ReplicaState {
  syncing,  // no state yet, or it may be behind: not connected, or not caught up
  live,     // as the server knows it, but for what is on its way
  ended,    // the server ended it, as rights ended or there is no such project; see error()
};

namespace detail {
net::any_io_executor executor_of(const Core& core);
Gone gone_of(const Core& core);
template <typename Stream>
void wait_ready(const std::weak_ptr<Core>& core, const std::shared_ptr<Replica<Stream>>& replica,
                Completion<> completion);
void submit(const std::weak_ptr<Core>& core, Id stream, CommandBuilder command,
            SubmitOptions options, Completion<Outcome> completion);

// What both kinds of replica share. Stream: model::Project or model::Workspace.
template <typename Stream, typename SnapshotType>
class ReplicaHandle {
 public:
  using Snapshot = SnapshotType;
  using Handler = std::function<void(const Change<Snapshot>&)>;

  ReplicaHandle(std::shared_ptr<Core> core, Id stream);
  ~ReplicaHandle();
  ReplicaHandle(ReplicaHandle&&) noexcept;
  ReplicaHandle& operator=(ReplicaHandle&&) noexcept;

  [[nodiscard]] Id id() const;
  [[nodiscard]] ReplicaState state() const;
  [[nodiscard]] error_code error() const;  // why it ended
  // What is shown, a project's with what is pending on top. Never nullptr; before the first snapshot its version is 0.
  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const;
  [[nodiscard]] Version version() const;  // the newest that is confirmed

  // Called on the client's executor after each change, until replaced or the handle is gone. One at a time.
  void on_change(Handler handler);

  // What these commands would lead to, in order, as things are shown. Done at once, here; nothing is sent.
  [[nodiscard]] WhatIf what_if(std::vector<CommandBuilder> commands) const
    requires std::is_same_v<Stream, model::Project>;

  // Completes, void(error_code), when there is a state, at once if there is one; or when there will be none.
  template <typename Token>
  auto ready(Token&& token) {
    return net::async_initiate<Token, void(error_code)>(
        [core = core_, replica = replica_, executor = executor_, gone = gone_](auto handler) {
          wait_ready(core, replica, Completion<>(executor, gone, std::move(handler)));
        },
        token);
  }

  // Client::submit() to this stream; says which version was seen.
  template <typename Token>
  auto submit(CommandBuilder command, SubmitOptions options, Token&& token) {
    if (options.seen_version.value == 0) options.seen_version = version();
    return net::async_initiate<Token, void(error_code, Outcome)>(
        [core = core_, stream = id(), executor = executor_, gone = gone_](
            auto handler, CommandBuilder given, const SubmitOptions& with) {
          detail::submit(core, stream, std::move(given), with,
                         Completion<Outcome>(executor, gone, std::move(handler)));
        },
        token, std::move(command), options);
  }
  template <typename Token>
  auto submit(CommandBuilder command, Token&& token) {
    return submit(std::move(command), SubmitOptions(), std::forward<Token>(token));
  }

 private:
  void close();

  std::weak_ptr<Core> core_;
  std::shared_ptr<Replica<Stream>> replica_;
  std::shared_ptr<Channel> people_;  // of a project
  net::any_io_executor executor_;
  Gone gone_;
};

extern template class ReplicaHandle<model::Project, ProjectSnapshot>;
extern template class ReplicaHandle<model::Workspace, WorkspaceSnapshot>;
}  // namespace detail

using Project = detail::ReplicaHandle<model::Project, ProjectSnapshot>;
using Workspace = detail::ReplicaHandle<model::Workspace, WorkspaceSnapshot>;

}  // namespace daybook::client
