#pragma once
// A data folder as a source, beside a running server too: the log is opened read-only, and every state is folded from the
// first event, whatever snapshots there are. What a moment means, and what is shown of it, is as a server tells it: views of
// the present are looked at today.

#include <filesystem>

#include "apps/cli/source.hpp"
#include "server/log/event_log.hpp"

namespace daybook::cli {

// Read-only. Fails (exit 1) with what is wrong and what to do.
[[nodiscard]] std::unique_ptr<log::EventLog> open_log(const std::filesystem::path& data);

// Folds a stream's events up to `last`, calling with every event and the state behind it.
// Throws std::runtime_error if the log is damaged.
template <typename Stream>
void fold_stream(const log::EventLog& log, Stream& state, Id stream, Version last,
                 const std::function<void(const record::Entry&, const Stream&)>& each = {});

class OfflineSource final : public Source {
 public:
  explicit OfflineSource(const std::filesystem::path& data);

  [[nodiscard]] std::string projects() override;
  [[nodiscard]] std::string view(const std::string& key_or_id, schema::ViewName name,
                                 const std::optional<Moment>& at) override;
  [[nodiscard]] std::string context(Id project, Id entity,
                                    std::optional<std::uint64_t> version) override;
  void read(const EventRange& range,
            const std::function<bool(const record::Entry&)>& each) override;
  [[nodiscard]] std::uint64_t newest(const std::optional<Id>& project) override;
  [[nodiscard]] std::shared_ptr<const client::WorkspaceSnapshot> workspace() override;

 private:
  // The version that is the newest for as long as this lives, however the log grows; 0: there is no such project.
  Version newest_version(Id id);
  // Folded once.
  const model::Project& project(Id id, Version version);
  // The state as of a moment. Fails if there is none.
  const model::Project& project_at(Id id, const Moment& at);
  // As it was when the project was that, at a moment.
  [[nodiscard]] model::Workspace workspace_at(const model::Project& state, const Moment& at);

  std::unique_ptr<log::EventLog> log_;
  std::shared_ptr<const client::WorkspaceSnapshot> workspace_;
  std::map<Id, Version> newest_;
  std::map<std::pair<Id, Version>, model::Project> projects_;
};

}  // namespace daybook::cli
