#include "model/parts/attachment.hpp"

#include <algorithm>

#include "model/parts/field.hpp"
#include "model/parts/hash_data.hpp"
#include "model/parts/save.hpp"
#include "model/project.hpp"

namespace daybook::model::attachment {
namespace {

namespace wire = schema::attachment;

Ruling attach_file(const Project& all, wire::AttachFile::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getAttachment());
  DAYBOOK_TRY(require_new_id(all, id, "attachment.attachment"));
  const auto subject = daybook::read(command.getSubject());
  DAYBOOK_TRY(require_subject(all, subject, "attachment.subject"));
  DAYBOOK_TRY(require_text(command.getName(), "attachment.name"));
  const auto hash = command.getSha256();
  if (hash.size() != sizeof(record::Hash)) {
    return reject(
        Code::HASH_INVALID,
        {.field = "attachment.sha256", .limit = sizeof(record::Hash), .count = hash.size()});
  }
  if (command.getBytes() > kFileBytesMax)
    return reject(Code::OUT_OF_RANGE, {.field = "attachment.bytes", .limit = kFileBytesMax});
  auto event = out.next().initAttachment().initFileAttached();
  daybook::write(event.initAttachment(), id);
  daybook::write(event.initSubject(), subject);
  out.text(command.getName(), [&] { return event.initName(); });
  event.setSha256(hash);
  event.setBytes(command.getBytes());
  out.text(command.getLocation(), [&] { return event.initLocation(); });
  return {};
}

Ruling retire_attachment(const Project& all, wire::RetireAttachment::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getAttachment());
  const auto* attachment = all.attachment.attachments.find(id);
  if (attachment == nullptr) return reject(Code::UNKNOWN_ATTACHMENT, {.id = id});
  DAYBOOK_TRY(require_text(command.getReason(), "attachment.reason"));
  if (attachment->retired) return reject(Code::NOTHING_TO_DO, {.id = id});
  auto event = out.next().initAttachment().initAttachmentRetired();
  daybook::write(event.initAttachment(), id);
  out.text(command.getReason(), [&] { return event.initReason(); });
  return {};
}

}  // namespace

bool is_id_used(const State& state, Id id) { return state.attachments.contains(id); }

Ruling decide(const Project& all, wire::Command::Reader command, const Context&, Emitter& out) {
  switch (command.which()) {
    case wire::Command::ATTACH_FILE:
      return attach_file(all, command.getAttachFile(), out);
    case wire::Command::RETIRE_ATTACHMENT:
      return retire_attachment(all, command.getRetireAttachment(), out);
    case wire::Command::NONE:
      break;
  }
  return reject(Code::NOT_SUPPORTED);
}

bool evolve(State& state, wire::Event::Reader event, const EventMeta& meta) {
  switch (event.which()) {
    case wire::Event::FILE_ATTACHED: {
      const auto attached = event.getFileAttached();
      auto& attachment = state.attachments.at_or_new(daybook::read(attached.getAttachment()));
      attachment.subject = daybook::read(attached.getSubject());
      attachment.name = text_of_event(attached.getName(), meta.position);
      attachment.sha256 = read_hash(attached.getSha256());
      attachment.bytes = attached.getBytes();
      attachment.location = text_of_event(attached.getLocation(), meta.position);
      attachment.attached_by = meta.on_whose_part();
      attachment.attached_at = meta.happened_at();
      return true;
    }
    case wire::Event::ATTACHMENT_RETIRED: {
      const auto retired = event.getAttachmentRetired();
      if (Attachment* attachment = state.attachments.edit(daybook::read(retired.getAttachment()))) {
        attachment->retired = true;
        attachment->reason = text_of_event(retired.getReason(), meta.position);
      }
      return true;
    }
    case wire::Event::NONE:
      break;
  }
  return false;
}

void save(const State& state, wire::State::Builder builder) {
  save_list(
      state.attachments, [&](unsigned size) { return builder.initAttachments(size); },
      [](wire::AttachmentState::Builder out, const auto& row) {
        const auto& [id, attachment] = row;
        save_id(id, [&] { return out.initAttachment(); });
        save_id(attachment.subject, [&] { return out.initSubject(); });
        write_text(attachment.name, [&] { return out.initName(); });
        out.setSha256(data_of(attachment.sha256));
        out.setBytes(attachment.bytes);
        write_text(attachment.location, [&] { return out.initLocation(); });
        save_id(attachment.attached_by, [&] { return out.initAttachedBy(); });
        out.setAttachedAt(attachment.attached_at.micros);
        out.setRetired(attachment.retired);
        write_text(attachment.reason, [&] { return out.initReason(); });
      });
}

State load(wire::State::Reader reader) {
  State state;
  for (const auto in : reader.getAttachments()) {
    state.attachments.set(daybook::read(in.getAttachment()), {daybook::read(in.getSubject()),
                                                              model::read(in.getName()),
                                                              read_hash(in.getSha256()),
                                                              in.getBytes(),
                                                              model::read(in.getLocation()),
                                                              daybook::read(in.getAttachedBy()),
                                                              {in.getAttachedAt()},
                                                              in.getRetired(),
                                                              model::read(in.getReason())});
  }
  return state;
}

}  // namespace daybook::model::attachment
