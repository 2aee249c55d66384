#include "server/sync/view_step.hpp"

#include <capnp/any.h>
#include <capnp/serialize.h>

#include <algorithm>
#include <cstring>

#include "schema/protocol.hpp"

namespace daybook::sync {
namespace {

constexpr std::size_t kStepsMax = 1024;

// Stands for the subscription in what is shared.
constexpr std::uint32_t kAnySubscription = 1;
constexpr std::string_view kJsonBefore = R"({"viewUpdate":{"subscription":)";

std::size_t bytes_of(const model::RowWords& row) { return row->size() * sizeof(std::uint64_t); }

std::size_t index_of(Encoding encoding) { return encoding == Encoding::binary ? 0 : 1; }

// Where the first four bytes of a ViewUpdate's data stand in a binary frame: the subscription, its field 0.
std::size_t number_in(const std::string& frame) {
  constexpr auto kHeader = schema::protocol::kFrameHeaderBytes;
  kj::Array<capnp::word> words =
      kj::heapArray<capnp::word>((frame.size() - kHeader) / sizeof(capnp::word));
  std::memcpy(words.begin(), frame.data() + kHeader, words.asBytes().size());
  capnp::FlatArrayMessageReader reader(words);
  const auto update = reader.getRoot<schema::Message>().getViewUpdate();
  const auto data = capnp::AnyStruct::Reader(update).getDataSection();
  return kHeader + static_cast<std::size_t>(data.begin() - words.asBytes().begin());
}

}  // namespace

ViewStep::ViewStep(const ViewPtr& from, const ViewPtr& to)
    : head_{.view = to->name,
            .version = to->version,
            .recorded_at = to->recorded_at,
            .whole = from == nullptr},
      change_(from ? model::difference(*from, *to) : model::whole(*to)) {
  std::size_t bytes = change_.removed.size() * sizeof(Id);
  for (const auto& row : change_.rows) bytes += bytes_of(row);
  bytes_ = bytes;
}

ViewStep::Encoded ViewStep::encode_from(const ViewPlace& place, Encoding encoding,
                                        const log::EventLog& log) const {
  capnp::MallocMessageBuilder message;
  auto update = message.initRoot<schema::Message>().initViewUpdate();
  update.setSubscription(kAnySubscription);
  const auto piece =
      write_piece(update, head_, change_, place, encoding,
                  [&](std::span<const model::Text> texts) { return WordsIndex(log, texts); });
  Encoded out;
  out.next = piece.next;
  out.last = piece.last;
  if (encoding == Encoding::binary) {
    out.bytes = encode(encoding, message.getRoot<schema::Message>().asReader());
    out.before = number_in(out.bytes);
    out.number = sizeof(kAnySubscription);
  } else {
    schema::json::encode(out.bytes, message.getRoot<schema::Message>().asReader(),
                         piece.words.json_options());
    out.before = kJsonBefore.size();
    out.number = 1;
  }
  return out;
}

ViewStep::EncodedPtr ViewStep::encoded_piece(std::size_t i, Encoding encoding,
                                             const log::EventLog& log) {
  const std::lock_guard lock(mutex_);
  auto& pieces = pieces_[index_of(encoding)];
  if (i < pieces.kept.size() && pieces.kept[i]) return pieces.kept[i];
  auto piece = std::make_shared<const Encoded>(encode_from(pieces.begins.at(i), encoding, log));
  ++encoded_;
  if (pieces.begins.size() == i + 1) pieces.begins.push_back(piece->next);
  if (!forgets_) {
    pieces.kept.resize(std::max(pieces.kept.size(), i + 1));
    pieces.kept[i] = piece;
    bytes_ += piece->bytes.size();
  }
  return piece;
}

ViewStep::Piece ViewStep::piece(std::size_t i, Encoding encoding, std::uint32_t subscription,
                                const log::EventLog& log) {
  const auto encoded = encoded_piece(i, encoding, log);
  const std::string_view bytes = encoded->bytes;
  Piece piece{.frame = {}, .last = encoded->last};
  piece.frame.add(bytes.substr(0, encoded->before));
  if (encoding == Encoding::binary) {
    std::array<char, sizeof(subscription)> number;
    std::memcpy(number.data(), &subscription, number.size());
    piece.frame.add(std::string_view(number.data(), number.size()));
  } else {
    piece.frame.add(std::to_string(subscription));
  }
  piece.frame.add_shared(encoded, bytes.substr(encoded->before + encoded->number));
  return piece;
}

void ViewStep::forget() {
  const std::lock_guard lock(mutex_);
  forgets_ = true;
  for (auto& pieces : pieces_) pieces.kept.clear();
}

bool ViewSteps::Key::operator<(const Key& other) const {
  if (from.owner_before(other.from)) return true;
  if (other.from.owner_before(from)) return false;
  return to.owner_before(other.to);
}

std::shared_ptr<ViewStep> ViewSteps::find(const ViewPtr& from, const ViewPtr& to) {
  std::shared_ptr<Entry> entry;
  bool is_new = false;
  {
    const std::lock_guard lock(mutex_);
    auto& found = entries_[{from, to}];
    if (!found) {
      found = std::make_shared<Entry>();
      found->age = ++ages_;
      is_new = true;
    }
    entry = found;
  }
  // Whoever comes meanwhile waits for this one, and nobody else.
  std::shared_ptr<ViewStep> step;
  std::call_once(entry->once, [&] {
    step = std::make_shared<ViewStep>(from, to);
    ++made_;
    const std::lock_guard lock(mutex_);
    entry->step = step;
  });
  const std::lock_guard lock(mutex_);
  if (!step) step = entry->step;
  if (is_new) drop_some();
  return step;
}

ViewSteps::Entries::iterator ViewSteps::drop(Entries::iterator at) {
  if (at->second->step) at->second->step->forget();
  return entries_.erase(at);
}

void ViewSteps::drop_some() {
  std::size_t bytes = 0;
  for (auto at = entries_.begin(); at != entries_.end();) {
    const bool from_something = at->first.from.owner_before(std::weak_ptr<const model::View>()) ||
                                std::weak_ptr<const model::View>().owner_before(at->first.from);
    if (at->first.to.expired() || (from_something && at->first.from.expired())) {
      at = drop(at);  // nobody can ask for it again
      continue;
    }
    if (at->second->step) bytes += at->second->step->bytes();
    ++at;
  }
  while (entries_.size() > 1 && (entries_.size() > kStepsMax || bytes > bytes_max_)) {
    const auto oldest =
        std::ranges::min_element(entries_, {}, [](const auto& entry) { return entry.second->age; });
    if (oldest->second->step) bytes -= std::min(bytes, oldest->second->step->bytes());
    drop(oldest);
  }
}

ViewSteps::Usage ViewSteps::usage() const {
  const std::lock_guard lock(mutex_);
  Usage usage{.steps = entries_.size(), .bytes = 0, .made = made_};
  for (const auto& [key, entry] : entries_) {
    if (entry->step) usage.bytes += entry->step->bytes();
  }
  return usage;
}

}  // namespace daybook::sync
