#include "model/parts/comment.hpp"

#include <algorithm>

#include "model/parts/field.hpp"
#include "model/parts/id_list.hpp"
#include "model/parts/save.hpp"
#include "model/project.hpp"

namespace daybook::model::comment {
namespace {

namespace wire = schema::comment;

Ruling add_comment(const Project& all, wire::AddComment::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getComment());
  DAYBOOK_TRY(require_new_id(all, id, "comment.comment"));
  const auto subject = daybook::read(command.getSubject());
  DAYBOOK_TRY(require_subject(all, subject, "comment.subject"));
  DAYBOOK_TRY(require_text(command.getText(), "comment.text"));
  const auto mentions = read_ids(command.getMentions());
  DAYBOOK_TRY(check_ids(mentions, kMentionsMax, "comment.mentions"));
  for (const auto member : mentions)
    DAYBOOK_TRY(require_in_project(all, member, "comment.mentions"));
  auto event = out.next().initComment().initCommentAdded();
  daybook::write(event.initComment(), id);
  daybook::write(event.initSubject(), subject);
  out.text(command.getText(), [&] { return event.initText(); });
  write_ids(mentions, [&](unsigned size) { return event.initMentions(size); });
  return {};
}

Ruling correct_comment(const Project& all, wire::CorrectComment::Reader command,
                       const Context& context, Emitter& out) {
  const auto id = daybook::read(command.getComment());
  const auto* comment = all.comment.comments.find(id);
  if (comment == nullptr) return reject(Code::UNKNOWN_COMMENT, {.id = id});
  if (comment->author != context.on_whose_part())
    return reject(Code::NOT_AUTHOR, {.member = comment->author, .id = id});
  const auto& present = comment->corrected.is_none() ? comment->text : comment->corrected;
  DAYBOOK_TRY(check_change(command.getText(), present, "comment.text", Removal::refused));
  if (!is_change(command.getText())) return reject(Code::NOTHING_TO_DO, {.id = id});
  auto event = out.next().initComment().initCommentCorrected();
  daybook::write(event.initComment(), id);
  out.change(command.getText(), event.initText());
  return {};
}

}  // namespace

bool is_id_used(const State& state, Id id) { return state.comments.contains(id); }

Ruling decide(const Project& all, wire::Command::Reader command, const Context& context,
              Emitter& out) {
  switch (command.which()) {
    case wire::Command::ADD_COMMENT:
      return add_comment(all, command.getAddComment(), out);
    case wire::Command::CORRECT_COMMENT:
      return correct_comment(all, command.getCorrectComment(), context, out);
    case wire::Command::NONE:
      break;
  }
  return reject(Code::NOT_SUPPORTED);
}

bool evolve(State& state, wire::Event::Reader event, const EventMeta& meta) {
  switch (event.which()) {
    case wire::Event::COMMENT_ADDED: {
      const auto added = event.getCommentAdded();
      auto& comment = state.comments.at_or_new(daybook::read(added.getComment()));
      comment.subject = daybook::read(added.getSubject());
      comment.author = meta.on_whose_part();
      comment.at = meta.happened_at();
      comment.text = text_of_event(added.getText(), meta.position);
      comment.mentions = read_ids(added.getMentions());
      comment.recorded_at = meta.recorded_at;
      return true;
    }
    case wire::Event::COMMENT_CORRECTED: {
      const auto corrected = event.getCommentCorrected();
      if (Comment* comment = state.comments.edit(daybook::read(corrected.getComment()))) {
        comment->corrected = changed(comment->corrected, corrected.getText(), meta.position);
        comment->corrected_at = std::max({meta.happened_at(), comment->at, comment->corrected_at});
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
      state.comments, [&](unsigned size) { return builder.initComments(size); },
      [](wire::CommentState::Builder out, const auto& row) {
        const auto& [id, comment] = row;
        save_id(id, [&] { return out.initComment(); });
        save_id(comment.subject, [&] { return out.initSubject(); });
        save_id(comment.author, [&] { return out.initAuthor(); });
        out.setAt(comment.at.micros);
        write_text(comment.text, [&] { return out.initText(); });
        write_text(comment.corrected, [&] { return out.initCorrected(); });
        out.setCorrectedAt(comment.corrected_at.micros);
        write_ids(comment.mentions, [&](unsigned size) { return out.initMentions(size); });
        out.setRecordedAt(comment.recorded_at.micros);
      });
}

State load(wire::State::Reader reader) {
  State state;
  for (const auto in : reader.getComments()) {
    state.comments.set(daybook::read(in.getComment()), {daybook::read(in.getSubject()),
                                                        daybook::read(in.getAuthor()),
                                                        {in.getAt()},
                                                        model::read(in.getText()),
                                                        model::read(in.getCorrected()),
                                                        {in.getCorrectedAt()},
                                                        read_ids(in.getMentions()),
                                                        {in.getRecordedAt()}});
  }
  return state;
}

}  // namespace daybook::model::comment
