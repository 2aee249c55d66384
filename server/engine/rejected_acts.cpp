#include "server/engine/rejected_acts.hpp"

#include <capnp/dynamic.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "model/entity.hpp"
#include "model/permission.hpp"
#include "model/request.hpp"

namespace daybook::engine {
namespace {

constexpr std::int64_t kHourMicros = 3600LL * 1'000'000;

// Part and type: ordinals of the command's union members.
std::pair<std::uint16_t, std::uint16_t> ordinals(schema::Command::Reader command) {
  const auto part = static_cast<std::uint16_t>(command.which());
  const capnp::DynamicStruct::Reader dynamic(command);
  KJ_IF_MAYBE (field, dynamic.which()) {
    if (field->getType().isStruct()) {
      KJ_IF_MAYBE (type, dynamic.get(*field).as<capnp::DynamicStruct>().which()) {
        return {part, type->getProto().getDiscriminantValue()};
      }
    }
  }
  return {part, 0};
}

// What the rejection itself names: a command may quote a change, or make what does not exist yet. Else what the command is about.
Id subject_of(const model::Facts& facts, schema::Command::Reader command) {
  if (!facts.subject.is_nil()) return facts.subject;
  if (!facts.id.is_nil()) return facts.id;
  return model::entity_of(command);
}

}  // namespace

std::uint32_t AttemptCount::add(Id member, const Tried& tried, Timestamp now) {
  drop_what_is_over(now);
  auto& hours = members_[member];
  const bool has_room = hours.contains(tried) || hours.size() < kSubjectsMax;
  auto& hour = hours[has_room ? tried : Tried{}];
  if (hour.attempts == 0 || now.micros - hour.began.micros >= kHourMicros) hour = {now, 0};
  if (hour.attempts < std::numeric_limits<std::uint32_t>::max()) ++hour.attempts;
  return hour.attempts;
}

std::size_t AttemptCount::size() const {
  std::size_t entries = 0;
  for (const auto& [member, hours] : members_) entries += hours.size();
  return entries;
}

void AttemptCount::drop_what_is_over(Timestamp now) {
  if (now.micros - dropped_at_.micros < kHourMicros) return;
  dropped_at_ = now;
  for (auto& [member, hours] : members_) {
    std::erase_if(hours, [&](const auto& entry) {
      return now.micros - entry.second.began.micros >= kHourMicros;
    });
  }
  std::erase_if(members_, [](const auto& entry) { return entry.second.empty(); });
}

bool is_breach(const Submission& rejected, const model::Rejection& rejection) {
  return rejected.with_request([&](schema::CommandRequest::Reader of) {
    return model::is_breach(of.getCommand(), rejection.code);
  });
}

Tried tried(const Submission& rejected, const model::Rejection& rejection) {
  const auto subject = rejected.with_request([&](schema::CommandRequest::Reader of) {
    return subject_of(rejection.facts, of.getCommand());
  });
  return {rejected.stream, subject};
}

Submission rejected_act(Id id, const Submission& rejected, const model::Rejection& rejection,
                        const model::Project& project, std::uint32_t attempt) {
  model::Request request(id, {}, {});
  auto act = request.command().initWorkspace().initRecordRejectedAct().initAct();
  write(act.initProject(), rejected.stream);
  write(act.initMember(), rejected.sender.member);
  write(act.initCommand(), rejected.id);
  act.setCode(static_cast<std::uint16_t>(rejection.code));
  act.setVersion(project.version.value);
  act.setAttempt(attempt);
  rejected.with_request([&](schema::CommandRequest::Reader of) {
    const auto on_behalf_of = read(of.getOnBehalfOf());
    if (!on_behalf_of.is_nil()) write(act.initOnBehalfOf(), on_behalf_of);
    const auto [part, type] = ordinals(of.getCommand());
    act.setPart(part);
    act.setType(type);
    const auto subject = subject_of(rejection.facts, of.getCommand());
    if (!subject.is_nil()) write(act.initSubject(), subject);
    act.setSeenVersion(of.getSeenVersion());
  });
  auto submission = check_submission(std::move(request).flat(), {.is_server = true});
  if (!submission) throw std::logic_error("a record of a rejection that is no command");
  submission->causation = rejected.id;
  return std::move(*submission);
}

}  // namespace daybook::engine
