#pragma once
// Messages as frames, in both encodings. schema/PROTOCOL.md tells what they look like.
//
// Threading: pure functions. Failure: std::runtime_error if the log is damaged.

#include <capnp/message.h>

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/views/view.hpp"
#include "schema/json/json.hpp"
#include "schema/wire.capnp.h"
#include "server/log/event_log.hpp"
#include "server/sync/event_source.hpp"
#include "server/sync/gather.hpp"

namespace daybook::sync {

enum class Encoding { binary, json };

// Binary: header and content. JSON: one line, without a line end.
using Frame = Gather;

[[nodiscard]] std::string encode(Encoding encoding, schema::Message::Reader message);

// fill(schema::Message::Builder)
template <typename F>
[[nodiscard]] Frame make_frame(Encoding encoding, F&& fill) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<schema::Message>();
  fill(root);
  return encode(encoding, root.asReader());
}

// Joins a frame to those of the same WebSocket message.
void append(Encoding encoding, Gather& message, Frame frame);

// A batch of events as one binary frame, whose entries are shared.
[[nodiscard]] Frame event_frame(std::uint32_t subscription, const Run& run);
// The same as lines, as many as the limit on messages takes; each event's text is shared.
[[nodiscard]] std::vector<Frame> event_lines(std::uint32_t subscription, const JsonRun& run);
// Events, each as {"envelope", "event"} with its words.
[[nodiscard]] EventTexts event_texts(record::Bytes entries);

// Calls f(std::string line) for every event of a batch, as a CloudEvent 1.0 in structured JSON: its attributes, as extensions
// what the envelope says beside, and as data the event's own member with its words. `source` is the stream's address.
// PROTOCOL.md, section 11, has the attributes.
void for_each_cloud_event(const log::Batch& batch, std::string_view source,
                          const std::function<void(std::string)>& f);

// Words of texts, read in one go.
class WordsIndex {
 public:
  WordsIndex(const log::EventLog& log, std::span<const model::Text> texts);

  // Words that are not in the log.
  void add(const model::Text& text, std::string words);

  [[nodiscard]] const log::EventLog::StoredText* find(Position position, std::uint32_t index) const;
  // For schema::json. The index must outlive it.
  [[nodiscard]] schema::json::Options json_options() const;
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  // Writes the words of those of the texts that are known; init(n) gives a List(Words)::Builder.
  enum class Salts { sent, left_out };
  template <typename Init>
  void write(const std::vector<model::Text>& texts, Init&& init, Salts salts) const {
    std::vector<std::pair<model::Text, const log::EventLog::StoredText*>> known;
    for (const auto& text : texts) {
      if (const auto* stored = find(text.position, text.index)) known.emplace_back(text, stored);
    }
    if (known.empty()) return;
    auto list = init(static_cast<std::uint32_t>(known.size()));
    for (std::uint32_t i = 0; i < list.size(); ++i) {
      write(list[i], known[i].first, *known[i].second, salts);
    }
  }

 private:
  static void write(schema::Words::Builder builder, const model::Text& text,
                    const log::EventLog::StoredText& stored, Salts salts);

  std::map<std::pair<std::uint64_t, std::uint32_t>, log::EventLog::StoredText> texts_;
  std::size_t bytes_ = 0;
};

}  // namespace daybook::sync
