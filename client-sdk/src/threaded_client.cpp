#include <daybook/threaded_client.hpp>

#include "client-sdk/src/client_thread.hpp"

namespace daybook::client {

ThreadedClient::ThreadedClient(ClientOptions options)
    : thread_(detail::ClientThread::begin(std::move(options))) {}
ThreadedClient::~ThreadedClient() { detail::ClientThread::end(std::move(thread_)); }

// Each by one turn of the thread, so that they happen in the order of the calls.
void ThreadedClient::start() {
  post([](Client& client) { client.start(); });
}

void ThreadedClient::set_token(std::string token) {
  post([token = std::move(token)](Client& client) mutable { client.set_token(std::move(token)); });
}

State ThreadedClient::state() const { return thread_->state(); }
void ThreadedClient::on_state_change(Client::StateHandler handler) {
  thread_->set_handler(std::move(handler));
}

void ThreadedClient::on_command_change(Client::CommandHandler handler) {
  post([handler = std::move(handler)](Client& client) mutable {
    client.on_command_change(std::move(handler));
  });
}

void ThreadedClient::on_presence_change(Client::PresenceHandler handler) {
  post([handler = std::move(handler)](Client& client) mutable {
    client.on_presence_change(std::move(handler));
  });
}

void ThreadedClient::look(const Looking& at) {
  post([at](Client& client) { client.look(at); });
}

void ThreadedClient::forget(Id command) {
  post([command](Client& client) { client.forget(command); });
}

ThreadedProject ThreadedClient::open(Id project) { return {thread_, project}; }
ThreadedWorkspace ThreadedClient::open_workspace() { return {thread_, Id{}}; }

ThreadedWatch ThreadedClient::watch(Id project, std::vector<model::ViewName> views,
                                    WatchHandlers handlers) {
  return {thread_, project, std::move(views), std::move(handlers)};
}

ThreadedFollow ThreadedClient::follow(FollowOptions options, FollowHandlers handlers) {
  return {thread_, std::move(options), std::move(handlers)};
}

std::future<Outcome> ThreadedClient::submit(Id stream, CommandBuilder command,
                                            SubmitOptions options) {
  auto [handler, result] = detail::promised<Outcome>();
  submit(stream, std::move(command), options, std::move(handler));
  return std::move(result);
}

void ThreadedClient::submit(Id stream, CommandBuilder command, SubmitOptions options,
                            OutcomeHandler handler) {
  post([stream, command = std::move(command), options,
        handler = std::move(handler)](Client& client) mutable {
    client.submit(stream, std::move(command), options, std::move(handler));
  });
}

std::future<Outcome> ThreadedClient::query_outcome(Id command) {
  auto [handler, result] = detail::promised<Outcome>();
  post([command, handler = std::move(handler)](Client& client) mutable {
    client.query_outcome(command, std::move(handler));
  });
  return std::move(result);
}

std::future<std::shared_ptr<const ProjectSnapshot>> ThreadedClient::project_at(Id project,
                                                                               Moment at) {
  auto [handler, result] = detail::promised<std::shared_ptr<const ProjectSnapshot>>();
  post([project, at, handler = std::move(handler)](Client& client) mutable {
    client.project_at(project, at, std::move(handler));
  });
  return std::move(result);
}

error_code ThreadedClient::wait_live(std::chrono::milliseconds timeout) {
  return thread_->wait(timeout, [](Client& client, std::function<void(error_code)> done) {
    client.wait_live(std::move(done));
  });
}

error_code ThreadedClient::drain(std::chrono::milliseconds timeout) {
  return thread_->wait(timeout, [](Client& client, std::function<void(error_code)> done) {
    client.drain(std::move(done));
  });
}

void ThreadedClient::stop() {
  auto done = std::make_shared<std::promise<void>>();
  auto stopped = done->get_future();
  post([done](Client& client) { client.stop([done](error_code) { done->set_value(); }); });
  if (!on_thread()) stopped.get();
}

void ThreadedClient::post(std::move_only_function<void(Client&)> work) {
  thread_->post(std::move(work));
}

void ThreadedClient::post_behind(std::move_only_function<void(Client&)> work) {
  thread_->post_behind(std::move(work));
}

bool ThreadedClient::on_thread() const { return thread_->is_here(); }
Client& ThreadedClient::inside() { return thread_->client(); }

}  // namespace daybook::client
