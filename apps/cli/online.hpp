#pragma once
// A running server as a source: events and the workspace through the SDK, which checks what it gets; lists and views, which
// rooms may read too, over HTTP. And the way to act.

#include <boost/asio/io_context.hpp>
#include <daybook/client.hpp>

#include "apps/cli/source.hpp"

namespace daybook::cli {

class OnlineSource final : public Source {
 public:
  // Connects when it has to. Fails (exit 2) if there is no token.
  explicit OnlineSource(const Context& context);
  ~OnlineSource() override;

  [[nodiscard]] std::string projects() override;
  [[nodiscard]] std::string view(const std::string& key_or_id, schema::ViewName name,
                                 const std::optional<Moment>& at) override;
  [[nodiscard]] std::string context(Id project, Id entity,
                                    std::optional<std::uint64_t> version) override;
  void read(const EventRange& range,
            const std::function<bool(const record::Entry&)>& each) override;
  [[nodiscard]] std::uint64_t newest(const std::optional<Id>& project) override;
  [[nodiscard]] std::shared_ptr<const client::WorkspaceSnapshot> workspace() override;

  // Sends a command and waits for its answer; a command whose connection is lost is sent again. options.id must be set.
  // Fails (exit 3) if no answer came in time: then its outcome is not known.
  [[nodiscard]] client::Outcome submit(Id stream, client::CommandBuilder command,
                                       const client::SubmitOptions& options);

  // Connected and welcomed. Fails with exit 3 (no server) or 1 (the token is not good).
  [[nodiscard]] client::Client& connected();
  [[nodiscard]] boost::asio::io_context& io() { return io_; }
  // What to say when the connection is gone for good. `detail`: more for people, foreign.
  [[nodiscard]] Failure connection_failure(const client::error_code& reason,
                                           const std::string& detail = {}) const;

 private:
  // The body of the answer. `at`: the moment that the path asks for.
  [[nodiscard]] std::string get(const std::string& path, const std::optional<Moment>& at = {});
  // Runs handlers until `done`, or until nothing was heard for kPatience: then fails.
  void wait(const std::function<bool()>& done);

  std::string url_;
  std::string token_;
  client::TlsOptions tls_;
  boost::asio::io_context io_;
  client::Client client_;
  client::StateChange last_change_;
  bool has_connected_ = false;
};

}  // namespace daybook::cli
