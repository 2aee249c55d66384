#include "client-sdk/src/past.hpp"

namespace daybook::client::detail {

void PastChannel::write(schema::Subscribe::Builder builder) const {
  daybook::write(builder.getScope().initProject(), project_);
  auto from = builder.getFrom();
  if (const auto* version = std::get_if<Version>(&at_)) {
    from.setAtVersion(version->value);
  } else {
    from.setAtTime(std::get<Timestamp>(at_).micros);
  }
  builder.getContent().setEvents();
}

Step PastChannel::on_chunk(schema::SnapshotChunk::Reader chunk) {
  if (is_done()) return fault("a state that nobody asked for");
  auto step = incoming_.take(chunk);
  if (!step) finish(step.error().code, nullptr);
  return step;
}

std::expected<std::shared_ptr<const ProjectSnapshot>, Fault> PastChannel::take(
    schema::SnapshotEnd::Reader end) {
  auto whole = incoming_.finish(end, project_);
  if (!whole) return std::unexpected(whole.error());
  const auto* version = std::get_if<Version>(&at_);
  const bool asked = version != nullptr ? whole->state.version == *version
                                        : whole->state.recorded_at <= std::get<Timestamp>(at_);
  if (!asked) return fault("a state of another moment than the one asked for");
  auto then = std::make_shared<ProjectSnapshot>();
  then->state = std::move(whole->state);
  then->words = std::move(whole->words);
  then->people = people_();
  return then;
}

Step PastChannel::on_snapshot_end(schema::SnapshotEnd::Reader end) {
  if (is_done()) return fault("a state that nobody asked for");
  auto then = take(end);
  if (!then) {
    finish(then.error().code, nullptr);
    return std::unexpected(then.error());
  }
  finish({}, std::move(*then));
  return {};
}

Channel::End PastChannel::on_end(schema::Code code) {
  // Nothing is no answer.
  const bool cut = code == schema::Code::NONE;
  finish(cut ? Errc::bad_server_data : errc_of(code), nullptr);
  return End::ended;
}

void PastChannel::finish(error_code error, std::shared_ptr<const ProjectSnapshot> then) {
  incoming_.clear();
  if (answer_) answer_(error, std::move(then));
}

}  // namespace daybook::client::detail
