#include "apps/cli/offline.hpp"

#include <capnp/dynamic.h>
#include <fmt/format.h>

#include <algorithm>

#include "apps/cli/secret.hpp"
#include "apps/cli/terminal.hpp"
#include "model/event_meta.hpp"
#include "model/record/event_batch.hpp"
#include "model/record/text.hpp"
#include "model/snapshot.hpp"
#include "model/views/context.hpp"
#include "schema/json/json.hpp"

namespace daybook::cli {
namespace {

constexpr log::ReadLimits kPage{.bytes = 1024 * 1024, .events = 100'000};

// The words of texts, by where they lie.
class WordsOfTexts {
 public:
  WordsOfTexts(const log::EventLog& log, const std::vector<model::Text>& texts) {
    std::vector<log::EventLog::TextKey> keys;
    for (const auto& text : texts) {
      if (!text.is_none()) keys.push_back({text.position, text.index});
    }
    auto stored = log.read_texts(keys);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (stored[i]) words_[{keys[i].position, keys[i].index}] = std::move(*stored[i]);
    }
  }

  [[nodiscard]] const log::EventLog::StoredText* find(const model::Text& text) const {
    const auto found = words_.find({text.position, text.index});
    return found == words_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] schema::json::Options json_options() const {
    schema::json::Options options;
    options.words = [this](schema::TextRef::Reader text) -> std::optional<schema::json::Text> {
      const auto* stored = find(model::read(text));
      if (stored == nullptr) return std::nullopt;
      return schema::json::Text{stored->words, stored->redacted};
    };
    return options;
  }

 private:
  std::map<std::pair<Position, std::uint32_t>, log::EventLog::StoredText> words_;
};

record::Entry next_entry(record::Bytes& entries) {
  auto entry = record::next_entry(entries, record::EventView::Check::hashes);
  if (!entry) {
    throw std::runtime_error("the log is damaged: " +
                             std::string(record::to_string(entry.error())));
  }
  return std::move(**entry);
}

}  // namespace

std::unique_ptr<log::EventLog> open_log(const std::filesystem::path& data) {
  auto opened = log::EventLog::open({.directory = data, .mode = log::OpenOptions::Mode::read_only});
  if (!opened) fail(Exit::failed, "{}", opened.error().message);
  return std::move(*opened);
}

template <typename Stream>
void fold_stream(const log::EventLog& log, Stream& state, Id stream, Version last,
                 const std::function<void(const record::Entry&, const Stream&)>& each) {
  while (state.version < last) {
    const auto batch = log.read_stream(stream, state.version, kPage);
    if (batch.count == 0) return;
    for (record::Bytes entries(batch.entries); !entries.empty() && state.version < last;) {
      const auto entry = next_entry(entries);
      const auto& envelope = entry.event.envelope();
      const auto meta = model::meta_of(envelope);
      entry.event.with_event([&](schema::Event::Reader event) { evolve(state, event, meta); });
      if (each) each(entry, state);
    }
  }
}
template void fold_stream(const log::EventLog&, model::Project&, Id, Version,
                          const std::function<void(const record::Entry&, const model::Project&)>&);
template void fold_stream(
    const log::EventLog&, model::Workspace&, Id, Version,
    const std::function<void(const record::Entry&, const model::Workspace&)>&);

OfflineSource::OfflineSource(const std::filesystem::path& data) : log_(open_log(data)) {}

std::shared_ptr<const client::WorkspaceSnapshot> OfflineSource::workspace() {
  if (workspace_) return workspace_;
  auto snapshot = std::make_shared<client::WorkspaceSnapshot>();
  fold_stream(*log_, snapshot->state, Id{}, log_->stream_version({}));
  const auto texts = model::texts_of(snapshot->state);
  const WordsOfTexts words(*log_, texts);
  for (const auto& text : texts) {
    const client::TextKey key{text.position, text.index};
    const auto* stored = words.find(text);
    if (stored == nullptr) continue;
    if (stored->redacted) {
      snapshot->words.set_redacted(key);
    } else {
      snapshot->words.set(key, std::make_shared<const std::string>(stored->words));
    }
  }
  workspace_ = std::move(snapshot);
  return workspace_;
}

Version OfflineSource::newest_version(Id id) {
  return newest_.try_emplace(id, log_->stream_version(id)).first->second;
}

const model::Project& OfflineSource::project(Id id, Version version) {
  const auto [found, is_new] = projects_.try_emplace({id, version});
  auto& state = found->second;
  if (is_new) {
    state.id = id;
    fold_stream(*log_, state, id, version);
  }
  return state;
}

const model::Project& OfflineSource::project_at(Id id, const Moment& at) {
  const auto version = model::find_version(
      at, {.newest = newest_version(id), .until = std::max(system_now(), log_->head().recorded_at)},
      [&](Timestamp time) { return log_->version_at(id, time).version; });
  if (!version) fail_moment(at, version.error());
  return project(id, *version);
}

model::Workspace OfflineSource::workspace_at(const model::Project& state, const Moment& at) {
  // Of a version: until the project went on from it.
  Position end{log_->head().position.value + 1};
  read({.project = state.id, .first = state.version.value + 1, .last = state.version.value + 1},
       [&](const record::Entry& entry) {
         end = entry.event.envelope().position;
         return false;
       });
  Version last = {};
  read({.project = Id{}, .first = 1, .last = log_->stream_version({}).value},
       [&](const record::Entry& entry) {
         const auto& envelope = entry.event.envelope();
         const auto* time = std::get_if<Timestamp>(&at);
         const bool later =
             time == nullptr ? envelope.position > end : envelope.recorded_at > *time;
         if (!later) last = envelope.version;
         return !later;
       });
  model::Workspace workspace;
  fold_stream(*log_, workspace, Id{}, last);
  return workspace;
}

std::string OfflineSource::projects() {
  std::string out = R"({"projects":[)";
  for (const auto& [id, row] : workspace()->projects()) {
    const auto version = newest_version(id);
    if (version.value == 0) continue;  // registered, not opened
    const auto& state = project(id, version);
    if (out.back() != '[') out += ',';
    out += fmt::format(R"({{"id":"{}","key":"{}","name":)", to_string(id), row.key);
    const WordsOfTexts words(*log_, {state.project.name});
    const auto* name = words.find(state.project.name);
    schema::json::encode_string(out, name == nullptr ? std::string_view() : name->words);
    out += fmt::format(R"(,"version":"{}"}})", state.version.value);
  }
  return out + "]}";
}

std::string OfflineSource::view(const std::string& key_or_id, schema::ViewName name,
                                const std::optional<Moment>& at) {
  auto id = parse_id(key_or_id);
  if (!id) {
    const auto* found = workspace()->state.workspace.project_of_key.find(key_or_id);
    if (found == nullptr) fail(Exit::failed, "there is no project {}", shown(key_or_id));
    id = *found;
  }
  const auto newest = newest_version(*id);
  if (id->is_nil() || newest.value == 0)
    fail(Exit::failed, "there is no project {}", shown(key_or_id));
  const auto& state = at ? project_at(*id, *at) : project(*id, newest);
  const auto view = !at ? model::derive(name, state, workspace()->state,
                                        model::present_date(name, state, system_now()))
                    : name == schema::ViewName::TIMELINE
                        ? model::derive_at(name, state, workspace_at(state, *at), *at)
                        : model::derive_at(name, state, workspace()->state, *at);
  const auto rows = model::whole(view).rows;
  const WordsOfTexts words(*log_, model::texts_of(name, rows));
  capnp::MallocMessageBuilder message;
  auto update = message.initRoot<schema::ViewUpdate>();
  update.setView(name);
  update.setVersion(view.version.value);
  update.setRecordedAt(view.recorded_at.micros);
  update.setWhole(true);
  update.setComplete(true);
  model::write_rows(update.initRows(), name, rows);
  std::string out;
  schema::json::encode(out, update.asReader(), words.json_options());
  return out;
}

std::string OfflineSource::context(Id project_id, Id entity, std::optional<std::uint64_t> version) {
  const auto& newest = project(project_id, newest_version(project_id));
  if (!model::has_context(newest, entity)) {
    fail(Exit::failed, "{} is no decision, and nobody has asked for its approval",
         to_string(entity));
  }
  std::vector<model::Act> acts;
  read({.project = project_id, .first = 1, .last = newest.version.value},
       [&](const record::Entry& entry) {
         const auto& envelope = entry.event.envelope();
         const auto act = entry.event.with_event([&](schema::Event::Reader event) {
           return model::act_on(entity, event, model::meta_of(envelope));
         });
         if (act) acts.push_back(*act);
         return true;
       });
  const auto chosen =
      model::choose_act(acts, version ? std::optional(Version{*version}) : std::nullopt);
  if (!chosen) fail(Exit::failed, "nobody acted on it at that version");
  const auto& meta = acts[*chosen].meta;
  const auto& then = project(project_id, meta.version);
  const auto seen = std::min(meta.seen_version.value, meta.version.value - 1);
  model::Attempts attempts(project_id, entity, meta.version);
  read({.project = Id{}, .first = 1, .last = log_->stream_version({}).value},
       [&](const record::Entry& entry) {
         entry.event.with_event([&](schema::Event::Reader event) {
           attempts.take(event, model::meta_of(entry.event.envelope()));
         });
         return true;
       });
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<schema::context::Context>();
  model::write_context(out, {.entity = entity,
                             .acts = acts,
                             .act = *chosen,
                             .then = then,
                             .seen = seen == 0 ? nullptr : &project(project_id, Version{seen}),
                             .workspace = workspace()->state,
                             .attempts = &attempts});
  std::vector<model::Text> texts;
  for (const auto reference : record::collect_texts(capnp::DynamicStruct::Reader(out.asReader())))
    texts.push_back(model::read(reference));
  const WordsOfTexts words(*log_, texts);
  std::string json;
  schema::json::encode(json, out.asReader(), words.json_options());
  return json;
}

void OfflineSource::read(const EventRange& range,
                         const std::function<bool(const record::Entry&)>& each) {
  for (std::uint64_t after = range.first - 1; after < range.last;) {
    const auto batch = range.project ? log_->read_stream(*range.project, {after}, kPage)
                                     : log_->read_all({after}, kPage);
    if (batch.count == 0) return;
    for (record::Bytes entries(batch.entries); !entries.empty() && after < range.last; ++after) {
      if (!each(next_entry(entries))) return;
    }
  }
}

std::uint64_t OfflineSource::newest(const std::optional<Id>& project) {
  return project ? log_->stream_version(*project).value : log_->head().position.value;
}

}  // namespace daybook::cli
