#pragma once
// What a FakeServer knows: a log in memory, decided and folded by the real model.
//
// Absent: records of attempts against the rules (`actRejected`), redactions, snapshots: everything is kept as it was.

#include <expected>
#include <map>
#include <memory>
#include <vector>

#include <daybook/outcome.hpp>

#include "model/project.hpp"
#include "model/record/event_batch.hpp"
#include "model/record/merkle.hpp"
#include "model/workspace.hpp"

namespace daybook::testing::detail {

// Whose command it is.
struct Sender {
  Id member = {};
  bool is_server = false;
  bool is_importer = false;
};

// The events of one command, in the bytes in which they are sent.
struct StoredCommand {
  Version first_version = {};
  Position first_position = {};
  std::uint32_t count = 0;
  record::AlignedBytes entries = {};
};
using StoredCommands = std::vector<std::shared_ptr<const StoredCommand>>;

// Threading: one thread at a time.
// Limits:    none: a test's log fits into memory. A value: a copy is a backup.
class FakeLog {
 public:
  using Answer = std::expected<client::Accepted, model::Rejection>;

  explicit FakeLog(Id log_id) : log_id_(log_id) {}

  // Decides and appends, at once; what was recorded under the same id is answered again.
  [[nodiscard]] Answer submit(const Sender& sender, schema::CommandRequest::Reader request,
                              Timestamp now);
  // nullptr: not recorded.
  [[nodiscard]] const client::Accepted* find_outcome(Id command) const;

  [[nodiscard]] Id log_id() const { return log_id_; }
  void set_log_id(Id log_id) { log_id_ = log_id; }
  [[nodiscard]] Position position() const { return {frontier_.size()}; }
  [[nodiscard]] record::Hash root() const { return frontier_.root(); }
  [[nodiscard]] const model::Workspace& workspace() const { return workspace_; }
  // nullptr: not in the registry.
  [[nodiscard]] const model::Project* project(Id id) const;
  // As of every version, 0 included; the last is the present one. nullptr: not in the registry.
  [[nodiscard]] const std::vector<model::Project>* history(Id project) const;
  // Of one stream, or of all, in their order.
  [[nodiscard]] const StoredCommands& commands_of(Id stream) const;
  [[nodiscard]] const StoredCommands& commands() const { return commands_; }

  struct Words {
    record::Hash salt{};
    std::string words;
  };
  // Requires: an event brought it.
  [[nodiscard]] const Words& words_of(const model::Text& text) const {
    return words_.at({text.position.value, text.index});
  }

 private:
  struct Recorded {
    client::Accepted accepted;
    record::Hash fingerprint;
  };
  template <typename Stream, typename Folded>
  [[nodiscard]] Answer decide_on(Stream& state, const Sender& sender,
                                 schema::CommandRequest::Reader request, Timestamp now,
                                 Folded&& folded);

  Id log_id_;
  model::Workspace workspace_;
  std::map<Id, std::vector<model::Project>> projects_;  // as of every version
  StoredCommands commands_;
  std::map<Id, StoredCommands> streams_;
  std::map<std::pair<std::uint64_t, std::uint32_t>, Words> words_;
  std::map<Id, Recorded> outcomes_;
  record::Frontier frontier_;
};

}  // namespace daybook::testing::detail
