#pragma once
// Inside of the encodings: the entries of a batch, and their words.

#include <stdexcept>

#include "model/record/event_batch.hpp"
#include "schema/json/json.hpp"
#include "server/log/event_log.hpp"

namespace daybook::sync {

// Calls f(const record::Entry&) for each, in order.
template <typename F>
void for_each_entry(record::Bytes rest, F&& f) {
  while (!rest.empty()) {
    const auto entry = record::next_entry(rest, record::EventView::Check::hashes);
    if (!entry || !*entry) throw std::runtime_error("damaged: an event cannot be read");
    f(**entry);
  }
}

// The words of an event's texts, which stand beside it. The entry must outlive them.
[[nodiscard]] inline schema::json::Options words_in(const record::Entry& entry) {
  schema::json::Options options;
  options.words = [&entry](schema::TextRef::Reader text) -> std::optional<schema::json::Text> {
    const auto index = text.getIndex();
    if (index == 0 || index > entry.texts.size()) return std::nullopt;
    const auto& row = entry.texts[index - 1];
    return schema::json::Text{.words = row.redacted ? std::string_view() : row.words,
                              .redacted = row.redacted};
  };
  return options;
}

}  // namespace daybook::sync
