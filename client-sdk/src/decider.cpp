#include "client-sdk/src/decider.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "client-sdk/src/read_answer.hpp"
#include "model/project.hpp"
#include "model/record/stored_event.hpp"

namespace daybook::client::detail {
namespace {

model::Context context_of(const ProjectSnapshot& shown, schema::CommandRequest::Reader request,
                          const Decider& decider, std::span<const std::string_view> words) {
  model::Context context;
  context.actor = decider.member;
  context.on_behalf_of = read(request.getOnBehalfOf());
  context.is_admin = decider.is_admin;
  context.is_importer = true;
  context.registration = decider.registration;
  context.now = std::max(decider.now, shown.state.recorded_at);
  context.command_id = read(request.getId());
  const auto seed = request.getSeed();
  if (seed.size() == context.seed.size()) {
    std::memcpy(context.seed.data(), seed.begin(), seed.size());
  }
  context.words = words;
  context.provisional = true;
  return context;
}

// An act's number and 8 bits for its event: at most 256.
Position pending_position(std::uint64_t number, std::uint32_t event) {
  return {kPendingPositions | (number << 8) | event};
}

void take_words(WordsTable& into, const model::EventDraft& draft, Position position,
                std::span<const std::string_view> words) {
  for (std::uint32_t i = 0; i < draft.texts.size(); ++i) {
    into.set({position, i + 1},
             std::make_shared<const std::string>(words[draft.texts[i].word - 1]));
  }
}

}  // namespace

std::expected<std::uint32_t, model::Rejection> fold_in(ProjectSnapshot& shown,
                                                       schema::CommandRequest::Reader request,
                                                       std::uint64_t number, const Decider& decider,
                                                       std::uint64_t& ahead) {
  std::vector<std::string_view> words;
  for (const auto word : request.getWords()) words.emplace_back(word.begin(), word.size());
  const auto context = context_of(shown, request, decider, words);
  auto decision = model::decide(shown.state, request.getCommand(), context);
  if (!decision) return std::unexpected(std::move(decision).error());
  if (decision->events.size() > record::kEventsPerCommandMax) {
    return model::reject(Code::TOO_LARGE, {.field = "events",
                                           .limit = record::kEventsPerCommandMax,
                                           .count = decision->events.size()});
  }
  const auto confirmed = shown.state.version;
  const auto confirmed_at = shown.state.recorded_at;
  model::EventMeta meta{.recorded_at = context.now,
                        .effective_at = std::min(Timestamp{request.getEffectiveAt()}, context.now),
                        .actor = context.actor,
                        .on_behalf_of = context.on_behalf_of,
                        .seen_version = {request.getSeenVersion()}};
  for (std::uint32_t i = 0; i < decision->events.size(); ++i) {
    const auto& draft = decision->events[i];
    meta.position = pending_position(number, i);
    meta.version = {confirmed.value + ++ahead};
    take_words(shown.words, draft, meta.position, words);
    model::evolve(shown.state, draft.event(), meta);
  }
  shown.state.version = confirmed;
  shown.state.recorded_at = confirmed_at;
  return static_cast<std::uint32_t>(decision->events.size());
}

Rejected reject_here(Id id, const model::Rejection& rejection, Version version) {
  auto out = to_rejected(id, rejection);
  out.local = true;
  out.version = version;
  return out;
}

}  // namespace daybook::client::detail
