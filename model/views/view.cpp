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
    case ViewName::BOARD:
      return f.template operator()<schema::board::Row>();
    case ViewName::TASKS:
      return f.template operator()<schema::task::Row>();
    case ViewName::PEOPLE:
      return f.template operator()<schema::member::Row>();
    case ViewName::SUMMARY:
      return f.template operator()<schema::project::Row>();
  }
}

std::vector<ViewRow> derive_rows(ViewName name, const Project& project,
                                 const Workspace& workspace) {
  switch (name) {
    case ViewName::NONE:
      break;
    case ViewName::BOARD:
      return derive_board(project);
    case ViewName::TASKS:
      return derive_tasks(project);
    case ViewName::PEOPLE:
      return derive_people(project, workspace);
    case ViewName::SUMMARY:
      return derive_summary(project);
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

View derive(ViewName name, const Project& project, const Workspace& workspace) {
  View view{name, project.version, project.recorded_at, derive_rows(name, project, workspace)};
  std::sort(view.rows.begin(), view.rows.end(),
            [](const ViewRow& a, const ViewRow& b) { return a.key < b.key; });
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
    case ViewName::BOARD:
      return fill.operator()<schema::board::Row>(builder.initBoard(size));
    case ViewName::TASKS:
      return fill.operator()<schema::task::Row>(builder.initTasks(size));
    case ViewName::PEOPLE:
      return fill.operator()<schema::member::Row>(builder.initPeople(size));
    case ViewName::SUMMARY:
      return fill.operator()<schema::project::Row>(builder.initSummary(size));
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
