#include "client-sdk/src/watch.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "client-sdk/src/row_key.hpp"
#include "model/record/stored_event.hpp"
#include "model/views/views.hpp"

namespace daybook::client::detail {
namespace {

constexpr std::size_t kUpdateBytesMax = std::size_t{64} << 20;
// Words of rows that were replaced since are dropped when there are so many times more than rows.
constexpr std::size_t kStaleWordsPerRow = 16;
constexpr std::size_t kStaleWordsMin = 4096;

// Puts the rows of one list into the view; how many bytes they take, or nothing if a row is of no known kind.
template <typename List>
std::size_t put_rows(model::Table<Id, model::RowWords>& rows, List list) {
  std::size_t bytes = 0;
  for (const auto row : list) {
    const auto key = row_key(row);
    if (!key) continue;  // of a newer server
    const auto canonical = record::canonical(capnp::toAny(row));
    auto words = std::make_shared<std::vector<std::uint64_t>>(canonical.size());
    std::memcpy(words->data(), canonical.begin(), canonical.size() * sizeof(capnp::word));
    bytes += canonical.size() * sizeof(capnp::word);
    rows.set(*key, std::move(words));
  }
  return bytes;
}

std::size_t put_rows(model::Table<Id, model::RowWords>& rows, schema::ViewRows::Reader from) {
  switch (from.which()) {
    case schema::ViewRows::NONE:
      return 0;
#define DAYBOOK_PUT(name, Name, NAME, Row) \
  case schema::ViewRows::NAME:             \
    return put_rows(rows, from.get##Name());
      DAYBOOK_VIEWS(DAYBOOK_PUT)
#undef DAYBOOK_PUT
  }
  return 0;
}

// The view whose rows these are: the ordinals are the same.
bool are_rows_of(model::ViewName name, schema::ViewRows::Reader rows) {
  return rows.isNone() ||
         static_cast<std::uint16_t>(rows.which()) == static_cast<std::uint16_t>(name);
}

void prune(WatchedView& view) {
  if (view.words.size() < kStaleWordsMin + kStaleWordsPerRow * view.rows.size()) return;
  std::vector<model::RowWords> rows;
  for (const auto& [key, row] : view.rows) rows.push_back(row);
  view.words.keep(model::texts_of(view.name, rows));
}

}  // namespace

template <typename F>
void WatchChannel::tell(F&& call) {
  if (!handlers_ || notifier_ == nullptr) return;
  notifier_->push([self = shared_from_this(), call = std::forward<F>(call)] {
    if (const auto handlers = self->handlers_) call(*handlers);
  });
}

void WatchChannel::show(Watched& watched, std::shared_ptr<const WatchedView> view) {
  watched.shown = std::move(view);
  tell([shown = watched.shown](const WatchHandlers& handlers) {
    if (handlers.on_change) handlers.on_change(*shown);
  });
}

std::shared_ptr<const WatchedView> WatchChannel::view(model::ViewName name) const {
  const auto at = watched_.find(name);
  return at == watched_.end() ? nullptr : at->second.shown;
}

void WatchChannel::write(schema::Subscribe::Builder builder) const {
  daybook::write(builder.getScope().initProject(), project_);
  builder.getFrom().setSnapshot();
  auto list = builder.getContent().initViews(static_cast<unsigned>(views_.size()));
  for (unsigned i = 0; i < list.size(); ++i) list.set(i, views_[i]);
}

void WatchChannel::on_lost() {
  for (auto& [name, watched] : watched_) {
    watched.staged = nullptr;
    if (!watched.shown || !watched.shown->is_current) continue;
    auto stale = std::make_shared<WatchedView>(*watched.shown);
    stale->is_current = false;
    show(watched, std::move(stale));
  }
}

Step WatchChannel::on_view(schema::ViewUpdate::Reader update) {
  const auto name = update.getView();
  if (std::ranges::find(views_, name) == views_.end() || !are_rows_of(name, update.getRows())) {
    return fault("rows of a view that is not watched");
  }
  auto& watched = watched_[name];
  if (!watched.staged) {
    const bool anew = update.getWhole() || !watched.shown;
    if (!update.getWhole() && (!watched.shown || !watched.shown->is_current)) {
      return fault("changes of a view before the whole of it");
    }
    watched.staged =
        anew ? std::make_unique<WatchedView>() : std::make_unique<WatchedView>(*watched.shown);
    watched.staged->name = name;
    watched.staged_bytes = 0;
  }
  auto& view = *watched.staged;
  for (const auto word : update.getWords()) {
    const TextKey key{{word.getPosition()}, word.getIndex()};
    const auto words = word.getWords();
    watched.staged_bytes += words.size();
    if (word.getRedacted()) {
      view.words.set_redacted(key);
    } else {
      view.words.set(key, std::make_shared<const std::string>(words.begin(), words.size()));
    }
  }
  watched.staged_bytes += put_rows(view.rows, update.getRows());
  for (const auto id : update.getRemoved()) view.rows.erase(read(id));
  if (watched.staged_bytes > kUpdateBytesMax) return fault("a view is too large");
  if (!update.getComplete()) return {};
  view.version = {update.getVersion()};
  view.recorded_at = {update.getRecordedAt()};
  view.is_current = true;
  prune(view);
  show(watched, std::shared_ptr<const WatchedView>(std::move(watched.staged)));
  return {};
}

Step WatchChannel::on_reset() {
  on_lost();
  return {};
}

Channel::End WatchChannel::on_end(schema::Code code) {
  is_done_ = true;
  on_lost();
  tell([error = errc_of(code)](const WatchHandlers& handlers) {
    if (handlers.on_end) handlers.on_end(error);
  });
  return End::ended;
}

bool WatchChannel::is_current() const {
  return std::ranges::all_of(views_, [&](model::ViewName name) {
    const auto at = watched_.find(name);
    return at != watched_.end() && at->second.shown && at->second.shown->is_current;
  });
}

}  // namespace daybook::client::detail
