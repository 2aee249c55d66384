#include "server/sync/view_watcher.hpp"

#include <algorithm>
#include <tuple>

namespace daybook::sync {
namespace {

// Pieces are bounded by what they stand for: rows before they are encoded, and the words beside them. JSON may take
// several times as much, which stays below the limit on messages.
constexpr std::size_t kPieceRowBytes = 24 * 1024;
constexpr std::size_t kPieceWordBytes = 96 * 1024;
constexpr std::size_t kPieceRemoved = 4096;

std::size_t bytes_of(const model::RowWords& row) { return row->size() * sizeof(std::uint64_t); }

}  // namespace

Frame ViewSender::next(Encoding encoding, const log::EventLog& log) {
  const std::span<const model::RowWords> rest = std::span(change_.rows).subspan(sent_);
  std::size_t count = 0;
  for (std::size_t bytes = 0; count < rest.size(); ++count) {
    bytes += bytes_of(rest[count]);
    if (count > 0 && bytes > kPieceRowBytes) break;
  }
  auto words = WordsIndex(log, model::texts_of(head_.view, rest.first(count)));
  while (count > 1 && words.bytes() > kPieceWordBytes) {
    count /= 2;
    words = WordsIndex(log, model::texts_of(head_.view, rest.first(count)));
  }
  const auto rows = rest.first(count);
  const auto removed = std::min(change_.removed.size(), kPieceRemoved);
  sent_ += count;
  done_ = sent_ == change_.rows.size() && removed == change_.removed.size();

  capnp::MallocMessageBuilder message;
  auto update = message.initRoot<schema::Message>().initViewUpdate();
  update.setSubscription(head_.subscription);
  update.setView(head_.view);
  update.setVersion(head_.version.value);
  update.setWhole(head_.whole);
  update.setComplete(done_);
  update.setRecordedAt(head_.recorded_at.micros);
  model::write_rows(update.initRows(), head_.view, rows);
  if (removed > 0) {
    auto out = update.initRemoved(static_cast<capnp::uint>(removed));
    for (std::size_t i = 0; i < removed; ++i) {
      write(out[static_cast<capnp::uint>(i)], change_.removed[i]);
    }
    change_.removed.erase(change_.removed.begin(),
                          change_.removed.begin() + static_cast<std::ptrdiff_t>(removed));
  }
  if (encoding == Encoding::binary) {
    words.write(
        rows.empty() ? std::vector<model::Text>() : model::texts_of(head_.view, rows),
        [&](std::uint32_t n) { return update.initWords(n); }, WordsIndex::Salts::left_out);
    return encode(encoding, message.getRoot<schema::Message>().asReader());
  }
  Frame line;
  schema::json::encode(line, message.getRoot<schema::Message>().asReader(), words.json_options());
  return line;
}

bool ViewWatcher::should_read(Instant now) {
  if (!dirty_ || asked_ || sending_ || now < earliest_) return false;
  dirty_ = false;
  asked_ = true;
  return true;
}

std::optional<Instant> ViewWatcher::due() const {
  if (!dirty_ || asked_ || sending_) return std::nullopt;
  return earliest_;
}

void ViewWatcher::show(std::shared_ptr<const model::View> view, Instant now) {
  asked_ = false;
  // Read before what was told already.
  if (told_ && std::tie(view->version, view->date) < std::tie(told_->version, told_->date)) return;
  auto change = told_ ? model::difference(*told_, *view) : model::whole(*view);
  if (told_ && change.empty() && told_->version == view->version) {
    told_ = std::move(view);      // the same on another day
    earliest_ = now + interval_;  // to look costs the same, whether there is something new or not
    return;
  }
  const ViewSender::Head head{.subscription = subscription_,
                              .view = view_,
                              .version = view->version,
                              .recorded_at = view->recorded_at,
                              .whole = told_ == nullptr};
  sending_.emplace(head, std::move(change));
  told_ = std::move(view);
  earliest_ = now + interval_;
}

std::optional<Frame> ViewWatcher::next(Encoding encoding, const log::EventLog& log) {
  if (!sending_) return std::nullopt;
  auto frame = sending_->next(encoding, log);
  if (sending_->done()) sending_.reset();
  return frame;
}

}  // namespace daybook::sync
