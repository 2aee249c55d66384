#include "model/views/rows.hpp"

namespace daybook::model {

std::vector<ViewRow> derive_flow(const ViewInput&) { return {}; }

}  // namespace daybook::model
