#include "client-sdk/testing/src/fake_log.hpp"

#include <algorithm>
#include <cstring>

#include "model/check_command.hpp"
#include "model/event_meta.hpp"
#include "model/record/fingerprint.hpp"

namespace daybook::testing::detail {

using model::Code;

namespace {

model::Context context_of(const Sender& sender, schema::CommandRequest::Reader request,
                          const model::Workspace& workspace, Timestamp now,
                          std::span<const std::string_view> words) {
  model::Context context;
  context.actor = sender.member;
  context.on_behalf_of = read(request.getOnBehalfOf());
  context.is_server = sender.is_server;
  context.is_importer = sender.is_importer;
  const auto* member = model::member::find_member(workspace.member, sender.member);
  context.is_admin = member != nullptr && member->is_admin;
  if (const auto* row = workspace.workspace.projects.find(read(request.getStream()))) {
    context.registration = *row;
  }
  context.now = now;
  context.command_id = read(request.getId());
  const auto seed = request.getSeed();
  if (seed.size() == context.seed.size()) {
    std::memcpy(context.seed.data(), seed.begin(), seed.size());
  }
  context.words = words;
  return context;
}

}  // namespace

const client::Accepted* FakeLog::find_outcome(Id command) const {
  const auto at = outcomes_.find(command);
  return at == outcomes_.end() ? nullptr : &at->second.accepted;
}

const model::Project* FakeLog::project(Id id) const {
  const auto* states = history(id);
  return states == nullptr ? nullptr : &states->back();
}

const std::vector<model::Project>* FakeLog::history(Id project) const {
  const auto at = projects_.find(project);
  return at == projects_.end() ? nullptr : &at->second;
}

const StoredCommands& FakeLog::commands_of(Id stream) const {
  static const StoredCommands none;
  const auto at = streams_.find(stream);
  return at == streams_.end() ? none : at->second;
}

FakeLog::Answer FakeLog::submit(const Sender& sender, schema::CommandRequest::Reader request,
                                Timestamp now) {
  const Id id = read(request.getId());
  const Id stream = read(request.getStream());
  const auto print = record::fingerprint(stream, sender.member, read(request.getOnBehalfOf()),
                                         {request.getEffectiveAt()}, request.getCommand());
  if (const auto at = outcomes_.find(id); at != outcomes_.end()) {
    if (at->second.fingerprint != print) return model::reject(Code::COMMAND_ID_REUSED);
    return at->second.accepted;
  }
  Answer answer;
  if (stream.is_nil()) {
    now = std::max(now, workspace_.recorded_at);
    answer = decide_on(workspace_, sender, request, now, [](const model::Workspace&) {});
    for (const auto& [project, row] : workspace_.workspace.projects) {
      if (!projects_.contains(project)) projects_[project].push_back({.id = project});
    }
  } else {
    const auto at = projects_.find(stream);
    if (at == projects_.end()) return model::reject(Code::UNKNOWN_PROJECT, {.id = stream});
    auto state = at->second.back();
    now = std::max(now, state.recorded_at);
    answer = decide_on(state, sender, request, now,
                       [&](const model::Project& folded) { at->second.push_back(folded); });
  }
  if (answer) outcomes_[id] = {.accepted = *answer, .fingerprint = print};
  return answer;
}

template <typename Stream, typename Folded>
FakeLog::Answer FakeLog::decide_on(Stream& state, const Sender& sender,
                                   schema::CommandRequest::Reader request, Timestamp now,
                                   Folded&& folded) {
  std::vector<std::string_view> words;
  for (const auto word : request.getWords()) words.emplace_back(word.begin(), word.size());
  DAYBOOK_TRY(model::check_command(request.getCommand(), words));
  const auto context = context_of(sender, request, workspace_, now, words);
  const auto verdict = decide(state, request.getCommand(), context);
  if (!verdict) return std::unexpected(verdict.error());

  auto stored = std::make_shared<StoredCommand>();
  stored->first_version = {state.version.value + 1};
  stored->first_position = {frontier_.size() + 1};
  stored->count = static_cast<std::uint32_t>(verdict->events.size());
  record::EnvelopeFields envelope;
  envelope.stream = read(request.getStream());
  envelope.recorded_at = now;
  envelope.effective_at = std::min(Timestamp{request.getEffectiveAt()}, now);
  envelope.actor = sender.member;
  envelope.on_behalf_of = context.on_behalf_of;
  envelope.role = verdict->role;
  envelope.seen_version = {request.getSeenVersion()};
  envelope.command_id = context.command_id;
  envelope.command_count = static_cast<std::uint16_t>(stored->count);
  for (const auto& draft : verdict->events) {
    envelope.position = {frontier_.size() + 1};
    envelope.version = {state.version.value + 1};
    envelope.texts = static_cast<std::uint16_t>(draft.texts.size());
    record::AlignedBytes rows;
    for (std::uint32_t i = 0; i < draft.texts.size(); ++i) {
      const auto word = words[draft.texts[i].word - 1];
      record::append_text_row(rows, draft.texts[i].salt, word);
      words_[{envelope.position.value, i + 1}] = {draft.texts[i].salt, std::string(word)};
    }
    const auto payload = record::canonical(capnp::AnyStruct::Reader(draft.event()));
    // Aligned, for parse().
    const record::AlignedBytes event = record::encode_event(envelope, payload);
    record::append_entry(stored->entries, event, envelope.texts, rows);
    const auto view = record::EventView::parse(event, record::EventView::Check::shape);
    frontier_.append(record::leaf_hash(view->envelope_bytes()));
    evolve(state, draft.event(), model::meta_of(envelope));
    folded(state);
    ++envelope.command_index;
  }
  const client::Accepted accepted{.id = context.command_id,
                                  .stream = envelope.stream,
                                  .first_version = stored->first_version,
                                  .first_position = stored->first_position,
                                  .count = stored->count};
  streams_[envelope.stream].push_back(stored);
  commands_.push_back(std::move(stored));
  return accepted;
}

}  // namespace daybook::testing::detail
