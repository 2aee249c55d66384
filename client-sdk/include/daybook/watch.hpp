#pragma once
// Views of a project as the server derives them, for programs that need no whole copy, or may not have one: a room's token
// reads its views, and no events. Rows by key, with their words.
//
//   auto watch = client.watch(project, {ViewName::BOARD}, {.on_change = [](const WatchedView& board) {
//     for (const auto& [key, row] : board.rows) {
//       const RowReader<schema::board::Row> reader(row);
//       if (reader->isColumn()) std::cout << board.text(reader->getColumn().getName()).value_or("(redacted)") << "\n";
//     }
//   }});
//
// Threading: confined to the client's executor; what it shows is immutable and may go anywhere.
// Lifetime:  a handle; its destruction ends the subscription and its handlers.

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <daybook/detail/completion.hpp>
#include <daybook/snapshot.hpp>

#include "model/views/view.hpp"

namespace daybook::client {

// One row as its struct (schema::ViewRows says which). Keeps the row alive.
template <typename Row>
class RowReader {
 public:
  explicit RowReader(model::RowWords row)
      : row_(std::move(row)),
        segment_(reinterpret_cast<const capnp::word*>(row_->data()), row_->size()),
        message_(kj::arrayPtr(&segment_, 1), {.traversalLimitInWords = kUnlimited}) {}
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;

  [[nodiscard]] typename Row::Reader get() const { return root_; }
  const typename Row::Reader* operator->() const { return &root_; }

 private:
  static constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};  // it was checked when it came

  model::RowWords row_;
  kj::ArrayPtr<const capnp::word> segment_;
  capnp::SegmentArrayMessageReader message_;
  typename Row::Reader root_ = message_.template getRoot<Row>();
};

// A view as of one version. Immutable and shared.
struct WatchedView {
  model::ViewName name = model::ViewName::NONE;
  Version version = {};
  Timestamp recorded_at = {};  // when the event at `version` was recorded: how old it is
  model::Table<Id, model::RowWords> rows = {};
  WordsTable words = {};
  // As the server has it, but for what is on its way. False: the connection is gone, or not caught up; what is shown is
  // stale, and to be marked so.
  bool is_current = false;

  // nullopt: no text, or redacted.
  [[nodiscard]] std::optional<std::string_view> text(schema::TextRef::Reader text) const {
    return words.find(model::read(text));
  }
};

// Each is called on the client's executor; what is not set is not called.
struct WatchHandlers {
  // A view has changed, or whether it is current has.
  std::function<void(const WatchedView& view)> on_change = {};
  // Nothing more comes: the server ended it.
  std::function<void(error_code error)> on_end = {};
};

class Watch {
 public:
  Watch(const std::shared_ptr<detail::Core>& core, Id project, std::vector<model::ViewName> views,
        WatchHandlers handlers);
  ~Watch();
  Watch(Watch&&) noexcept;
  Watch& operator=(Watch&&) noexcept;

  // nullptr: not watched, or nothing has come yet.
  [[nodiscard]] std::shared_ptr<const WatchedView> view(model::ViewName name) const;

 private:
  void close();

  std::weak_ptr<detail::Core> core_;
  std::shared_ptr<detail::WatchChannel> channel_;
};

}  // namespace daybook::client
