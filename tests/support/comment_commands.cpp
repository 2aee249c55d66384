#include "tests/support/comment_commands.hpp"

#include "tests/support/command_maker.hpp"

namespace daybook::testing {

Command add_comment(const AddComment& fields) {
  Maker maker;
  auto out = maker.root().initComment().initAddComment();
  put(fields.comment, [&] { return out.initComment(); });
  put(fields.subject, [&] { return out.initSubject(); });
  maker.text(fields.text, [&] { return out.initText(); });
  put(fields.mentions, [&](unsigned size) { return out.initMentions(size); });
  return maker.take();
}

Command correct_comment(const CorrectComment& fields) {
  Maker maker;
  auto out = maker.root().initComment().initCorrectComment();
  put(fields.comment, [&] { return out.initComment(); });
  maker.edit(fields.text, [&] { return out.initText(); });
  return maker.take();
}

}  // namespace daybook::testing
