#include "server/sync/door.hpp"

namespace daybook::sync {

void Door::submit(engine::Submission submission, engine::AnswerHandler answer) {
  submission.inbox = &inbox_;
  submission.answer = counted<engine::Answer>(std::move(answer));
  engine_.submit(std::move(submission));
}

void Door::query_outcome(Id command, engine::AnswerHandler answer) {
  engine_.query_outcome(command, inbox_, counted<engine::Answer>(std::move(answer)));
}

void Door::read_project(Id project, engine::ReadHandler<model::Project> handler) {
  engine_.read_project(project, inbox_, counted<engine::Read<model::Project>>(std::move(handler)));
}

void Door::read_covers(engine::ReadHandler<engine::Covers> handler) {
  engine_.read_covers(inbox_, counted<engine::Read<engine::Covers>>(std::move(handler)));
}

void Door::read_cover(Id project, engine::ReadHandler<engine::Covers> handler) {
  engine_.read_cover(project, inbox_, counted<engine::Read<engine::Covers>>(std::move(handler)));
}

void Door::read_view(Id project, model::ViewName name, engine::RejectedActs acts,
                     engine::ReadHandler<model::View> handler) {
  engine_.read_view(project, name, acts, inbox_,
                    counted<engine::Read<model::View>>(std::move(handler)));
}

void Door::read_project_at(Id project, engine::At at,
                           engine::PastHandler<std::shared_ptr<const model::Project>> handler) {
  using Result = std::expected<std::shared_ptr<const model::Project>, model::Rejection>;
  engine_.read_project_at(project, at, inbox_, counted<Result>(std::move(handler)));
}

void Door::read_view_at(Id project, model::ViewName name, engine::At at, engine::RejectedActs acts,
                        engine::PastHandler<std::shared_ptr<const model::View>> handler) {
  using Result = std::expected<std::shared_ptr<const model::View>, model::Rejection>;
  engine_.read_view_at(project, name, at, acts, inbox_, counted<Result>(std::move(handler)));
}

void Door::read_context(Id project, Id entity, std::optional<Version> version, bool shows_rejected,
                        engine::PastHandler<std::shared_ptr<capnp::MallocMessageBuilder>> handler) {
  using Result = std::expected<std::shared_ptr<capnp::MallocMessageBuilder>, model::Rejection>;
  engine_.read_context(project, entity, version, shows_rejected, inbox_,
                       counted<Result>(std::move(handler)));
}

void Door::try_out(std::shared_ptr<const engine::WhatIf> question,
                   engine::PastHandler<std::shared_ptr<const engine::WhatIfAnswer>> handler) {
  using Result = std::expected<std::shared_ptr<const engine::WhatIfAnswer>, model::Rejection>;
  engine_.try_out(std::move(question), inbox_, counted<Result>(std::move(handler)));
}

}  // namespace daybook::sync
