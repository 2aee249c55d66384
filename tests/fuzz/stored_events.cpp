// Stored events and batches of them, as they come from a disk or a server. What verifies can be folded, shown as JSON,
// and made again from what was read. The input is taken as it is, and also as the payload of an event whose envelope is
// right, since no change of a payload gets past its hash.

#include <kj/exception.h>

#include <algorithm>

#include "schema/json/json.hpp"
#include "tests/fuzz/samples.hpp"
#include "tests/support/sample_events.hpp"

namespace daybook::fuzz {
namespace {

using record::EventView;

void check_verified(const EventView& event, std::span<const record::TextRow> texts) {
  schema::json::Options options;
  options.words = [&](schema::TextRef::Reader text) -> std::optional<schema::json::Text> {
    const auto index = text.getIndex();
    if (index == 0 || index > texts.size()) return std::nullopt;
    return schema::json::Text{.words = texts[index - 1].words,
                              .redacted = texts[index - 1].redacted};
  };
  std::string line;
  event.with_envelope([&](schema::Envelope::Reader envelope) {
    schema::json::encode_stored_event(line, envelope, event.payload_bytes(), options);
  });
  if (line.size() <= schema::protocol::kClientJsonBytesMax) {
    require(schema::json::parse(line).has_value(), "a stored event's JSON can be parsed");
  }
  event.with_event([&](schema::Event::Reader payload) {
    static_cast<void>(record::collect_texts(capnp::DynamicStruct::Reader(payload)));
    const auto words = record::canonical(capnp::toAny(payload));
    require(std::ranges::equal(std::as_bytes(std::span(words)), event.payload_bytes()),
            "a canonical payload is written as the same bytes");
    const auto again = record::encode_event(event.envelope(), words);
    const auto view = EventView::parse(again, EventView::Check::full);
    require(view.has_value(), "what was read can be stored again");
    require(std::ranges::equal(view->payload_bytes(), event.payload_bytes()),
            "what is stored again is the same");
    require(view->is_known() == event.is_known(), "it is as known as before");
    check_foldable(payload);
  });
}

void check_entries(const AlignedBytes& data) {
  record::Bytes rest = data;
  AlignedBytes again;
  while (true) {
    const record::Bytes before = rest;
    const auto entry = record::next_entry(rest, EventView::Check::full);
    if (!entry) {
      require(rest.data() == before.data(), "a damaged entry stays where it is");
      break;
    }
    if (!*entry) break;
    record::Bytes shallow = before;
    require(record::next_entry(shallow, EventView::Check::hashes).has_value(),
            "what verifies in full verifies in part");
    check_verified((*entry)->event, (*entry)->texts);
    std::vector<std::byte> rows;
    for (const auto& row : (*entry)->texts) record::append_text_row(rows, row.salt, row.words);
    const auto at = again.size();
    record::append_entry(again, (*entry)->event.bytes(),
                         static_cast<std::uint32_t>((*entry)->texts.size()), rows);
    require(std::ranges::equal(record::Bytes(again).subspan(at), (*entry)->bytes),
            "an entry is made again as the same bytes");
  }
  rest = data;
  while (true) {
    const auto entry = record::next_entry(rest, EventView::Check::shape);
    if (!entry || !*entry) break;
  }
}

void check_sealed(Input input) {
  const auto payload = aligned(input.first(input.size() / 8 * 8));
  if (payload.empty()) return;
  const auto words = kj::arrayPtr(reinterpret_cast<const capnp::word*>(payload.data()),
                                  payload.size() / sizeof(capnp::word));
  AlignedBytes stored;
  try {
    stored = record::encode_event({}, words);
  } catch (const kj::Exception&) {
    return;  // its root cannot be read
  }
  const auto view = EventView::parse(stored, EventView::Check::full);
  if (view) check_verified(*view, {});
}

void run(Input input) {
  const auto data = aligned(input);
  for (const auto check :
       {EventView::Check::shape, EventView::Check::hashes, EventView::Check::full}) {
    static_cast<void>(EventView::parse(data, check));
  }
  check_entries(data);
  check_sealed(input);
}

Seeds seeds() {
  Seeds all;
  for (std::uint32_t events = 1; events <= 3; ++events) {
    for (const char* title : {"", "Pay by card"}) {
      all.push_back(string(testing::sample_entries({.id = {0xC0DE, events},
                                                    .stream = small_id(1),
                                                    .first = {1},
                                                    .first_version = {1},
                                                    .events = events,
                                                    .title = title})));
    }
  }
  all.push_back(string(testing::history_log(7, 20)));
  const auto add_payloads = [&](const auto& streams) {
    for (const auto& stream : streams) {
      for (const auto& event : stream.events()) {
        all.push_back(string(std::as_bytes(std::span(event.payload))));
      }
    }
  };
  add_payloads(sample_projects());
  add_payloads(sample_workspaces());
  return all;
}

const Registration registration({.name = "stored_events", .run = run, .seeds = seeds});

}  // namespace
}  // namespace daybook::fuzz
