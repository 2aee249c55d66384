#include "model/views/rows.hpp"

namespace daybook::model {

std::vector<ViewRow> derive_attachments(const ViewInput& input) {
  SavedState<schema::attachment::State> saved(input.project.attachment);
  std::vector<ViewRow> rows;
  for (const auto attachment : saved.reader().getAttachments())
    rows.push_back(row_of(daybook::read(attachment.getAttachment()), attachment));
  return rows;
}

}  // namespace daybook::model
