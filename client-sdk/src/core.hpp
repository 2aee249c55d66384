#pragma once
// What a Client is behind its handle: the session with its connection, timer and waiting callers.

#include <atomic>
#include <map>
#include <memory>
#include <vector>

#include "client-sdk/src/follow.hpp"
#include "client-sdk/src/past.hpp"
#include "client-sdk/src/replica.hpp"
#include "client-sdk/src/transport.hpp"

namespace daybook::client::detail {

// Threading: confined to the client's executor, but for what says otherwise.
// Lifetime:  shared by the handle and what is posted; abandon() is its end.
class Core : public std::enable_shared_from_this<Core> {
 public:
  static std::shared_ptr<Core> make(net::any_io_executor executor, ClientOptions options);

  [[nodiscard]] const net::any_io_executor& executor() const { return executor_; }
  [[nodiscard]] Gone gone() const { return gone_; }
  [[nodiscard]] Notifier& notifier() { return notifier_; }
  [[nodiscard]] const Session& session() const { return session_; }

  // --- From any thread: posted to the executor --------------------------------------------------------------------
  void post_start();
  void post_token(std::string token);
  void post_forget(Id command);
  void post_look(const Looking& at);
  void post_stop(Completion<> completion);
  void post_drain(Completion<> completion);
  void post_wait_live(Completion<> completion);
  void post_submit(Id stream, CommandBuilder command, SubmitOptions options,
                   Completion<Outcome> completion);
  template <typename Stream>
  void post_ready(std::shared_ptr<Replica<Stream>> replica, Completion<> completion) {
    const auto ticket = next_ticket_.fetch_add(1);
    put_cancel(completion.slot(), ticket);
    post_step([ticket, replica = std::move(replica),
               completion = std::move(completion)](Core& core) mutable {
      if (!replica->has_state() && core.is_closed()) return completion(Errc::closed);
      replica->add_waiter(ticket, std::move(completion));
    });
  }
  void post_query(Id command, Completion<Outcome> completion);
  void post_project_at(Id project, Moment at, PastChannel::Answer answer);

  // --- On the executor --------------------------------------------------------------------------------------------
  void attach(std::shared_ptr<Channel> channel);
  void detach(const Channel* channel);
  void on_state_change(Client::StateHandler handler);
  void on_command_change(Client::CommandHandler handler);
  void on_presence_change(Client::PresenceHandler handler);
  [[nodiscard]] const OutboxReport& outbox() const { return outbox_report_; }
  [[nodiscard]] Timestamp server_now() const { return session_.server_now(now()); }
  [[nodiscard]] std::shared_ptr<Replica<model::Project>> make_project(Id project);
  [[nodiscard]] std::shared_ptr<Replica<model::Workspace>> make_workspace();
  [[nodiscard]] WhatIf what_if(Replica<model::Project>& replica,
                               std::vector<CommandBuilder> commands);
  [[nodiscard]] Id fresh_id();
  // The handle is gone: nothing is called from now on.
  void abandon();

 private:
  Core(net::any_io_executor executor, ClientOptions options);

  [[nodiscard]] Instant now() const { return options_.clock->now(); }
  [[nodiscard]] Session::Hooks hooks();
  [[nodiscard]] std::unique_ptr<Outbox> make_outbox();
  void restore_outbox();
  [[nodiscard]] bool is_closed() const { return stopping_ || session_.state() == State::closed; }
  template <typename F>
  void post_step(F&& run) {
    net::post(executor_, [weak = weak_from_this(), run = std::forward<F>(run)]() mutable {
      if (const auto core = weak.lock()) core->step([&] { run(*core); });
    });
  }
  // Runs a step and everything that follows from it.
  template <typename F>
  void step(F&& run) {
    const auto self = shared_from_this();
    if (*gone_) return;
    run();
    settle();
  }
  void settle();
  void schedule_settle();
  void arm_timer();
  void on_state(StateChange change);
  void on_command(const CommandStatus& status);
  // What is accepted and has reached the open replicas is confirmed.
  void confirm();
  // Calls f for each open replica of a stream.
  template <typename Stream, typename F>
  void for_replicas(Id stream, F&& f) const;
  [[nodiscard]] bool is_awaited(const Accepted& accepted) const;
  // Who acts on a project now; nullopt: not known, or nobody can.
  [[nodiscard]] std::optional<Decider> decider_for(Id project) const;
  // The replica that decides what is submitted to a project; nullptr: none can.
  [[nodiscard]] std::shared_ptr<Replica<model::Project>> decides(Id project) const;
  void connect();
  void abort_waiting(error_code error);
  void put_cancel(net::cancellation_slot slot, Pending::Ticket ticket);
  void cancel(Pending::Ticket ticket);
  using Waiters = std::map<Pending::Ticket, Completion<>>;
  static void finish(Waiters& waiters, error_code error);
  void ask_past(Pending::Ticket ticket, Id project, Moment at, PastChannel::Answer answer);
  void cancel_past(Pending::Ticket ticket);
  // From an open replica of the project; empty: there is none, or nothing was told yet.
  [[nodiscard]] People people_of(Id project) const;
  void submit(Pending::Ticket ticket, Id stream, CommandBuilder command, SubmitOptions options,
              Instant submitted, Completion<Outcome> completion);
  void fill_in(CommandBuilder& command, Id id, Id stream, const SubmitOptions& options);

  net::any_io_executor executor_;
  ClientOptions options_;
  TransportFactory factory_;
  std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);
  Notifier notifier_;
  std::unique_ptr<Outbox> outbox_;  // nullptr: in memory
  OutboxReport outbox_report_;
  Session session_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<Timer> timer_;
  std::optional<Instant> armed_;
  bool settling_scheduled_ = false;
  bool stopping_ = false;

  std::shared_ptr<Client::StateHandler> state_handler_;
  std::shared_ptr<Client::CommandHandler> command_handler_;
  std::shared_ptr<Client::PresenceHandler> presence_handler_;
  std::vector<std::weak_ptr<Channel>> channels_;  // also those that ended: to be told of the end
  // Questions; those answered too, until another is asked.
  std::map<Pending::Ticket, std::shared_ptr<PastChannel>> past_;
  Waiters stop_waiters_;
  Waiters drain_waiters_;
  Waiters live_waiters_;

  std::atomic<std::uint64_t> next_ticket_{1};
  std::atomic<std::size_t> posted_{0};  // submissions on their way to the executor
};

}  // namespace daybook::client::detail
