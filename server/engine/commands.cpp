#include "server/engine/commands.hpp"

#include <algorithm>
#include <cstring>

#include "model/event_meta.hpp"
#include "model/record/text.hpp"
#include "schema/protocol.hpp"

namespace daybook::engine {
namespace {

using model::Code;

// The words of the request, which they borrow.
std::vector<std::string_view> words_of(schema::CommandRequest::Reader request) {
  std::vector<std::string_view> words;
  words.reserve(request.getWords().size());
  for (const auto word : request.getWords()) words.emplace_back(word.begin(), word.size());
  return words;
}

model::Context make_context(const Submission& submission, schema::CommandRequest::Reader request,
                            const model::Workspace& workspace, Timestamp now,
                            std::span<const std::string_view> words) {
  model::Context context;
  context.actor = submission.sender.member;
  context.on_behalf_of = daybook::read(request.getOnBehalfOf());
  context.is_server = submission.sender.is_server;
  context.is_importer = submission.sender.is_importer;
  if (const auto* member = model::member::find_member(workspace.member, context.actor)) {
    context.is_admin = member->is_admin;
  }
  if (const auto* registration = workspace.workspace.projects.find(submission.stream)) {
    context.registration = *registration;
  }
  context.now = now;
  context.command_id = submission.id;
  // Absent where there are no words.
  const auto seed = request.getSeed();
  if (seed.size() == context.seed.size())
    std::memcpy(context.seed.data(), seed.begin(), seed.size());
  context.words = words;
  return context;
}

std::expected<Prepared, model::Rejection> encode(model::Decision decision,
                                                 const Submission& submission,
                                                 schema::CommandRequest::Reader request,
                                                 const NextPlace& next,
                                                 std::span<const std::string_view> words) {
  const auto count = decision.events.size();
  if (count > record::kEventsPerCommandMax) {
    return model::reject(
        Code::TOO_LARGE,
        {.field = "events", .limit = record::kEventsPerCommandMax, .count = count});
  }
  Prepared prepared;
  prepared.count = static_cast<std::uint32_t>(count);
  prepared.events.command_id = submission.id;
  prepared.events.fingerprint = submission.fingerprint;

  record::EnvelopeFields envelope;
  envelope.stream = submission.stream;
  envelope.recorded_at = next.recorded_at;
  envelope.effective_at = std::min(Timestamp{request.getEffectiveAt()}, next.recorded_at);
  envelope.actor = submission.sender.member;
  envelope.on_behalf_of = daybook::read(request.getOnBehalfOf());
  envelope.role = decision.role;
  envelope.seen_version = {request.getSeenVersion()};
  envelope.command_id = submission.id;
  envelope.causation = submission.causation;
  envelope.command_count = static_cast<std::uint16_t>(count);

  for (std::size_t i = 0; i < count; ++i) {
    const auto& draft = decision.events[i];
    envelope.position = {next.position.value + i};
    envelope.version = {next.version.value + i};
    envelope.command_index = static_cast<std::uint16_t>(i);
    envelope.texts = static_cast<std::uint16_t>(draft.texts.size());
    const auto payload = record::canonical(capnp::AnyStruct::Reader(draft.event()));
    const auto stored = record::encode_event(envelope, payload);
    record::AlignedBytes rows;
    for (const auto& text : draft.texts)
      record::append_text_row(rows, text.salt, words[text.word - 1]);
    record::append_entry(prepared.events.entries, stored, envelope.texts, rows);
    prepared.metas.push_back(model::meta_of(envelope));
  }
  if (prepared.events.entries.size() > record::kEventBytesPerCommandMax) {
    return model::reject(Code::TOO_LARGE, {.field = "events",
                                           .limit = record::kEventBytesPerCommandMax,
                                           .count = prepared.events.entries.size()});
  }
  prepared.drafts = std::move(decision.events);
  return prepared;
}

template <typename Stream>
std::expected<Prepared, model::Rejection> prepare_stream(const Stream& state,
                                                         const Submission& submission,
                                                         const model::Workspace& workspace,
                                                         const NextPlace& next) {
  return submission.with_request(
      [&](schema::CommandRequest::Reader request) -> std::expected<Prepared, model::Rejection> {
        const auto words = words_of(request);
        const auto context = make_context(submission, request, workspace, next.recorded_at, words);
        // Who is known is told to importers alone; decide() refuses the others.
        if (!context.on_behalf_of.is_nil() && context.is_importer &&
            model::member::find_member(workspace.member, context.on_behalf_of) == nullptr) {
          return model::reject(Code::UNKNOWN_MEMBER,
                               {.field = "onBehalfOf", .member = context.on_behalf_of});
        }
        auto verdict = decide(state, request.getCommand(), context);
        if (!verdict) return std::unexpected(verdict.error());
        return encode(std::move(*verdict), submission, request, next, words);
      });
}

}  // namespace

std::expected<Prepared, model::Rejection> prepare(const model::Project& state,
                                                  const Submission& submission,
                                                  const model::Workspace& workspace,
                                                  const NextPlace& next) {
  return prepare_stream(state, submission, workspace, next);
}

std::expected<Prepared, model::Rejection> prepare(const model::Workspace& state,
                                                  const Submission& submission,
                                                  const NextPlace& next) {
  return prepare_stream(state, submission, state, next);
}

}  // namespace daybook::engine
