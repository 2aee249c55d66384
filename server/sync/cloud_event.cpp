#include <capnp/dynamic.h>
#include <fmt/format.h>

#include "model/entity.hpp"
#include "model/rejection.hpp"
#include "model/time.hpp"
#include "server/sync/encoding.hpp"
#include "server/sync/entries.hpp"

namespace daybook::sync {
namespace {

namespace json = schema::json;
using record::EnvelopeFields;

// The members of one JSON object, one behind the other.
class Members {
 public:
  explicit Members(std::string& out) : out_(out) { out_ += '{'; }
  void end() { out_ += '}'; }

  // What needs no escaping, and what an absent attribute looks like: nothing.
  void add(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    begin(name);
    out_ += '"';
    out_ += value;
    out_ += '"';
  }
  void add(std::string_view name, Id id) {
    if (!id.is_nil()) add(name, to_string(id));
  }
  // 64 bits are texts, as everywhere in JSON.
  void add(std::string_view name, std::uint64_t number) {
    if (number != 0) add(name, std::to_string(number));
  }
  void add(std::string_view name, Timestamp time) {
    if (!time.is_none()) add(name, to_rfc3339(time));
  }
  // An Integer of CloudEvents has 32 bits and is a number.
  void add_small(std::string_view name, std::uint16_t number) {
    begin(name);
    out_ += std::to_string(number);
  }
  // For a value that is appended next.
  void begin(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }

 private:
  std::string& out_;
};

std::string_view role_name(schema::Role role) {
  const auto names = capnp::Schema::from<schema::Role>().getEnumerants();
  const auto ordinal = static_cast<unsigned>(role);
  if (ordinal == 0 || ordinal >= names.size()) return "";
  const auto name = names[ordinal].getProto().getName();
  return {name.begin(), name.size()};
}

std::string type_of(const record::EventView& event) {
  const auto& envelope = event.envelope();
  if (event.is_known()) return "daybook." + record::event_name({envelope.part, envelope.type});
  return fmt::format("daybook.part{}.type{}", envelope.part, envelope.type);
}

// The event's own struct, without the unions around it.
void append_data(std::string& out, schema::Event::Reader event, const json::Options& options) {
  const capnp::DynamicStruct::Reader dynamic(event);
  KJ_IF_MAYBE (part, dynamic.which()) {
    const auto inner = dynamic.get(*part).as<capnp::DynamicStruct>();
    KJ_IF_MAYBE (type, inner.which()) {
      if (type->getType().isStruct()) {
        return json::encode(out, inner.get(*type).as<capnp::DynamicStruct>(), options);
      }
    }
  }
  out += "{}";
}

std::string cloud_event(const record::Entry& entry, std::string_view source) {
  const auto& event = entry.event;
  const auto& envelope = event.envelope();
  std::string out;
  Members members(out);
  members.add("specversion", "1.0");
  members.add("id", envelope.position.value);
  members.add("source", source);
  members.add("type", type_of(event));
  if (event.is_known()) {
    members.add("subject",
                event.with_event([](schema::Event::Reader e) { return model::entity_of(e); }));
  }
  members.add("time", envelope.recorded_at);
  members.add("datacontenttype", "application/json");
  members.add("version", envelope.version.value);
  members.add("position", envelope.position.value);
  members.add("actor", envelope.actor);
  members.add("onbehalfof", envelope.on_behalf_of);
  members.add("role", role_name(envelope.role));
  members.add("effectiveat", envelope.effective_at);
  members.add("command", envelope.command_id);
  members.add_small("commandindex", envelope.command_index);
  members.add_small("commandcount", envelope.command_count);
  members.add("causation", envelope.causation);
  members.add("seenversion", envelope.seen_version.value);
  members.add("payloadhash", record::to_hex(envelope.payload_hash));
  members.begin("data");
  if (event.is_known()) {
    event.with_event([&](schema::Event::Reader e) { append_data(out, e, words_in(entry)); });
  } else {
    out += R"({"unknown":")" + record::to_hex(event.payload_bytes()) + R"("})";
  }
  members.end();
  return out;
}

}  // namespace

void for_each_cloud_event(const log::Batch& batch, std::string_view source,
                          const std::function<void(std::string)>& f) {
  for_each_entry(batch.entries, [&](const record::Entry& entry) { f(cloud_event(entry, source)); });
}

}  // namespace daybook::sync
