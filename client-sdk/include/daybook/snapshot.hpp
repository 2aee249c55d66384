#pragma once
// What a replica shows, or what there was: a stream's whole state as of one version, with its words. Immutable and
// shared; a new one costs a few pointers, as the unchanged rows are those of the one before.
//
// A project's has what this client submitted and the server has not confirmed yet on top: what is new there has the number 0
// (shown as "T-…"). version() and digest() are those of what is confirmed, and `confirmed` is the state without the rest.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/project.hpp"
#include "model/table.hpp"
#include "model/views/view.hpp"
#include "model/workspace.hpp"

namespace daybook::client {

struct TextKey {
  Position position = {};
  std::uint32_t index = 0;
  auto operator<=>(const TextKey&) const = default;
};
// The texts of what is not confirmed yet have positions of their own, which no log reaches; they stay the same until then.
inline constexpr std::uint64_t kPendingPositions = std::uint64_t{1} << 63;
[[nodiscard]] constexpr bool is_pending(Position position) {
  return position.value >= kPendingPositions;
}
using Words = std::shared_ptr<const std::string>;  // nullptr: redacted

// The words beside a state. A value; cheap to copy.
class WordsTable {
 public:
  // nullopt: no text, redacted, or not known here.
  [[nodiscard]] std::optional<std::string_view> find(const model::Text& text) const {
    const Words* words = table_.find({text.position, text.index});
    if (words == nullptr || *words == nullptr) return std::nullopt;
    return **words;
  }
  [[nodiscard]] bool is_redacted(const model::Text& text) const {
    const Words* words = table_.find({text.position, text.index});
    return words != nullptr && *words == nullptr;
  }
  void set(TextKey key, Words words) { table_.at_or_new(key) = std::move(words); }
  void set_redacted(TextKey key) { table_.at_or_new(key) = nullptr; }
  [[nodiscard]] std::size_t size() const { return table_.size(); }
  // Keeps only what these refer to.
  void keep(const std::vector<model::Text>& texts);

 private:
  model::Table<TextKey, Words> table_;
};

// One member as the view `people` shows it: the name as it is now.
struct Person {
  Words name = {};  // nullptr: not known, or redacted
  schema::Role role = schema::Role::NONE;
  model::RowWords row = {};
};
struct People {
  Version version = {};
  Timestamp recorded_at = {};
  model::Table<Id, Person> members = {};
};

// Threading: immutable; thread-safe.
struct ProjectSnapshot {
  model::Project state = {};  // what is confirmed, with what is pending on top
  WordsTable words = {};
  People people = {};            // as the server last told; arrives on its own
  std::vector<Id> pending = {};  // the commands that are shown and not confirmed, in their order
  std::shared_ptr<const ProjectSnapshot> confirmed = {};  // nullptr: nothing is pending, this is it

  // The newest that is confirmed.
  [[nodiscard]] Version version() const { return state.version; }
  [[nodiscard]] bool has_pending() const { return !pending.empty(); }
  // What this build does not know is missing: the server is newer.
  [[nodiscard]] bool incomplete() const { return state.has_newer_events; }
  [[nodiscard]] std::optional<std::string_view> text(const model::Text& text) const {
    return words.find(text);
  }
  [[nodiscard]] bool is_redacted(const model::Text& text) const { return words.is_redacted(text); }
  // nullopt: not known here, which is normal.
  [[nodiscard]] std::optional<std::string_view> name(Id member) const;
  // A view as of this version, derived here, and looked at on a date (nil: the day on which the version was recorded; by it work
  // is late and deadlines are missed); `people` as the server last told.
  [[nodiscard]] model::View view(model::ViewName name, Date date = {}) const;
  // Of what is confirmed: the server's at that version.
  [[nodiscard]] record::Hash digest() const;
};

// Threading: immutable; thread-safe.
struct WorkspaceSnapshot {
  model::Workspace state = {};
  WordsTable words = {};

  [[nodiscard]] Version version() const { return state.version; }
  [[nodiscard]] bool incomplete() const { return state.has_newer_events; }
  [[nodiscard]] std::optional<std::string_view> text(const model::Text& text) const {
    return words.find(text);
  }
  [[nodiscard]] bool is_redacted(const model::Text& text) const { return words.is_redacted(text); }
  [[nodiscard]] std::optional<std::string_view> name(Id member) const;
  // The registry: id → key, first manager.
  [[nodiscard]] const model::Table<Id, model::Registration>& projects() const {
    return state.workspace.projects;
  }
  [[nodiscard]] record::Hash digest() const;
};

}  // namespace daybook::client
