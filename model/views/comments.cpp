#include "model/views/rows.hpp"

namespace daybook::model {

std::vector<ViewRow> derive_comments(const ViewInput& input) {
  SavedState<schema::comment::State> saved(input.project.comment);
  std::vector<ViewRow> rows;
  for (const auto comment : saved.reader().getComments())
    rows.push_back(row_of(daybook::read(comment.getComment()), comment));
  return rows;
}

}  // namespace daybook::model
