#include "model/views/view.hpp"

#include <capnp/dynamic.h>
#include <capnp/schema.h>

#include <algorithm>

#include "model/record/event_batch.hpp"
#include "model/views/rows.hpp"

namespace daybook::model {
namespace {

// A row of this build's own making, so no limits.
template <typename Row>
class RowReader {
 public:
  explicit RowReader(const RowWords& words)
      : segment_{kj::arrayPtr(reinterpret_cast<const capnp::word*>(words->data()), words->size())},
        message_(kj::arrayPtr(segment_, 1), {.traversalLimitInWords = ~std::uint64_t{0}}) {}
  [[nodiscard]] typename Row::Reader get() { return message_.template getRoot<Row>(); }

 private:
  kj::ArrayPtr<const capnp::word> segment_[1];
  capnp::SegmentArrayMessageReader message_;
};

// Calls f.operator()<Row>() with the row struct of a view.
template <typename F>
void with_row_type(ViewName name, F&& f) {
  switch (name) {
    case ViewName::NONE:
      return;
#define DAYBOOK_ROW(name, Name, NAME, Row) \
  case ViewName::NAME:                     \
    return f.template operator()<Row>();
      DAYBOOK_VIEWS(DAYBOOK_ROW)
#undef DAYBOOK_ROW
  }
}

std::vector<ViewRow> derive_rows(ViewName name, const ViewInput& input) {
  switch (name) {
    case ViewName::NONE:
      break;
#define DAYBOOK_DERIVE(name, Name, NAME, Row) \
  case ViewName::NAME:                        \
    return derive_##name(input);
      DAYBOOK_VIEWS(DAYBOOK_DERIVE)
#undef DAYBOOK_DERIVE
  }
  return {};
}

bool same(const RowWords& a, const RowWords& b) { return a == b || *a == *b; }

}  // namespace

std::string_view to_string(ViewName name) {
  const auto enumerants = capnp::Schema::from<ViewName>().getEnumerants();
  const auto ordinal = static_cast<unsigned>(name);
  if (ordinal >= enumerants.size()) return "none";
  const auto text = enumerants[ordinal].getProto().getName();
  return {text.begin(), text.size()};
}

std::optional<ViewName> parse_view_name(std::string_view name) {
  for (const auto view : all_views()) {
    if (to_string(view) == name) return view;
  }
  return std::nullopt;
}

std::span<const ViewName> all_views() {
  static const auto views = [] {
    std::vector<ViewName> all;
    const auto enumerants = capnp::Schema::from<ViewName>().getEnumerants();
    for (unsigned ordinal = 1; ordinal < enumerants.size(); ++ordinal)
      all.push_back(static_cast<ViewName>(ordinal));
    return all;
  }();
  return views;
}

bool depends_on_date(ViewName name) {
  return name == ViewName::RISKS || name == ViewName::FLOW || name == ViewName::ATTENTION ||
         name == ViewName::SUMMARY;
}

bool depends_on_workspace(ViewName name) {
  return name == ViewName::PEOPLE || name == ViewName::TIMELINE;
}

std::uint64_t workspace_mark(ViewName name, const Workspace& workspace, Id project) {
  if (name == ViewName::PEOPLE) return workspace.version.value;
  if (name == ViewName::TIMELINE)
    return workspace::newest_rejected_act(workspace.workspace, project).value;
  return 0;
}

View derive(ViewName name, const Project& project, const Workspace& workspace, Date date) {
  if (date.is_none()) date = date_of(project.recorded_at);
  View view{name, project.version, project.recorded_at, date, {}};
  auto rows = derive_rows(name, {project, workspace, date});
  std::vector<std::pair<Id, std::size_t>> order;
  order.reserve(rows.size());
  for (const auto& row : rows) order.emplace_back(row.key, order.size());
  std::sort(order.begin(), order.end());
  view.rows.reserve(rows.size());
  for (const auto& [key, index] : order) view.rows.push_back(std::move(rows[index]));
  // Nothing new has the id of a day or a cell, but something in an old log may. The first row of a key is kept.
  view.rows.erase(std::unique(view.rows.begin(), view.rows.end(),
                              [](const ViewRow& a, const ViewRow& b) { return a.key == b.key; }),
                  view.rows.end());
  return view;
}

ViewChange difference(const View& from, const View& to) {
  ViewChange change;
  auto old = from.rows.begin();
  for (const auto& row : to.rows) {
    for (; old != from.rows.end() && old->key < row.key; ++old) change.removed.push_back(old->key);
    const bool known = old != from.rows.end() && old->key == row.key;
    if (!known || !same(old->words, row.words)) change.rows.push_back(row.words);
    if (known) ++old;
  }
  for (; old != from.rows.end(); ++old) change.removed.push_back(old->key);
  return change;
}

ViewChange whole(const View& view) {
  ViewChange change;
  change.rows.reserve(view.rows.size());
  for (const auto& row : view.rows) change.rows.push_back(row.words);
  return change;
}

void write_rows(schema::ViewRows::Builder builder, ViewName name, std::span<const RowWords> rows) {
  const auto fill = [&]<typename Row>(typename capnp::List<Row>::Builder list) {
    for (unsigned i = 0; i < list.size(); ++i)
      list.setWithCaveats(i, RowReader<Row>(rows[i]).get());
  };
  const auto size = static_cast<unsigned>(rows.size());
  switch (name) {
    case ViewName::NONE:
      return;
#define DAYBOOK_FILL(name, Name, NAME, Row) \
  case ViewName::NAME:                      \
    return fill.operator()<Row>(builder.init##Name(size));
      DAYBOOK_VIEWS(DAYBOOK_FILL)
#undef DAYBOOK_FILL
  }
}

std::vector<Text> texts_of(ViewName name, std::span<const RowWords> rows) {
  std::vector<Text> texts;
  with_row_type(name, [&]<typename Row>() {
    for (const auto& words : rows) {
      RowReader<Row> row(words);
      for (const auto reference : record::collect_texts(capnp::DynamicStruct::Reader(row.get())))
        texts.push_back(read(reference));
    }
  });
  return texts;
}

}  // namespace daybook::model
