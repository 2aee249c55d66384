#include "server/engine/what_if.hpp"

#include <algorithm>
#include <optional>

#include "model/views/moment.hpp"
#include "server/engine/commands.hpp"

namespace daybook::engine {
namespace {

using model::Code;
using Events = std::expected<std::uint32_t, model::Rejection>;

// Behind every position that there will be.
constexpr std::uint64_t kFirstPosition = std::uint64_t{1} << 62;

// The project as it would be, and what is known of the commands so far.
class Trial {
 public:
  Trial(const log::EventLog& log, const model::Project& state, const model::Workspace& workspace,
        Timestamp now)
      : log_(log), state_(state), workspace_(workspace), now_(now) {}

  [[nodiscard]] const model::Project& state() const { return state_; }

  [[nodiscard]] Events add(const Submission& command, WhatIfAnswer& answer) {
    if (const auto earlier = find_outcome(command.id)) {
      if (earlier->fingerprint != command.fingerprint)
        return model::reject(Code::COMMAND_ID_REUSED);
      return earlier->count;  // it would not take effect again
    }
    if (!workspace_.workspace.projects.contains(command.stream))
      return model::reject(Code::UNKNOWN_PROJECT, {.id = command.stream});
    const NextPlace next{next_, {state_.version.value + 1}, now_};
    const auto prepared = prepare(state_, command, workspace_, next);
    if (!prepared) return std::unexpected(prepared.error());
    keep_words(command, *prepared, answer);
    fold(state_, *prepared);
    next_.value += prepared->count;
    outcomes_[command.id] = {.count = prepared->count, .fingerprint = command.fingerprint};
    return prepared->count;
  }

 private:
  struct Outcome {
    std::uint32_t count = 0;
    record::Hash fingerprint{};
  };

  // Of an earlier one of these, or of one that was recorded.
  [[nodiscard]] std::optional<Outcome> find_outcome(Id id) const {
    if (const auto at = outcomes_.find(id); at != outcomes_.end()) return at->second;
    const auto recorded = log_.find_outcome(id);
    if (!recorded) return std::nullopt;
    return Outcome{.count = recorded->count, .fingerprint = recorded->fingerprint};
  }

  static void keep_words(const Submission& command, const Prepared& prepared,
                         WhatIfAnswer& answer) {
    command.with_request([&](schema::CommandRequest::Reader request) {
      const auto words = request.getWords();
      for (std::size_t i = 0; i < prepared.drafts.size(); ++i) {
        std::uint32_t index = 0;
        for (const auto& text : prepared.drafts[i].texts) {
          const auto word = words[text.word - 1];
          answer.words[{prepared.metas[i].position, ++index}] = {word.begin(), word.size()};
        }
      }
    });
  }

  const log::EventLog& log_;
  model::Project state_;
  const model::Workspace& workspace_;
  const Timestamp now_;
  Position next_{kFirstPosition};
  std::map<Id, Outcome> outcomes_;
};

}  // namespace

WhatIfAnswer try_out(const log::EventLog& log, const WhatIf& question,
                     const model::Workspace& workspace, Timestamp now) {
  WhatIfAnswer answer{.version = question.state->version, .outcomes = {}, .views = {}, .words = {}};
  now = std::max(now, question.state->recorded_at);
  Trial trial(log, *question.state, workspace, now);
  for (const auto& command : question.commands) {
    answer.outcomes.push_back(
        {command.id, command.submission ? trial.add(*command.submission, answer)
                                        : Events(std::unexpected(command.submission.error()))});
  }
  static const model::Workspace nothing;
  for (const auto name : question.views) {
    const bool hides = name == model::ViewName::TIMELINE && question.acts == RejectedActs::hidden;
    const auto derived = [&](const model::Project& project) {
      return derive(name, project, hides ? nothing : workspace,
                    model::present_date(name, project, now));
    };
    const auto after = derived(trial.state());
    auto change = model::difference(derived(*question.state), after);
    if (change.empty()) continue;
    answer.views.push_back({name, after.version, after.recorded_at, std::move(change)});
  }
  return answer;
}

}  // namespace daybook::engine
