#include "model/snapshot.hpp"

#include <capnp/dynamic.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace daybook::model {
namespace {

template <typename State>
concept is_workspace = std::is_same_v<std::remove_const_t<State>, Workspace>;
template <typename State>
concept is_project = std::is_same_v<std::remove_const_t<State>, Project>;

// A part's schema and ordinal, by its state.
template <typename State>
struct Part;
template <typename SchemaState, schema::Event::Which ordinal, auto load_state>
struct PartOf {
  using Wire = SchemaState;
  static constexpr auto kOrdinal = static_cast<std::uint32_t>(ordinal);
  static auto load(typename Wire::Reader reader) { return load_state(reader); }
};
#define DAYBOOK_TRAITS(name, Name, NAME) \
  template <>                            \
  struct Part<name::State> : PartOf<schema::name::State, schema::Event::NAME, name::load> {};
DAYBOOK_WORKSPACE_PARTS(DAYBOOK_TRAITS)
DAYBOOK_PROJECT_PARTS(DAYBOOK_TRAITS)
#undef DAYBOOK_TRAITS

// Calls f(part) for each part of a stream, by ordinal, until one returns false.
#define DAYBOOK_EACH(name, Name, NAME) &&f(state.name)
bool for_each_part(is_workspace auto& state, auto&& f) {
  return true DAYBOOK_WORKSPACE_PARTS(DAYBOOK_EACH);
}
bool for_each_part(is_project auto& state, auto&& f) {
  return true DAYBOOK_PROJECT_PARTS(DAYBOOK_EACH);
}
#undef DAYBOOK_EACH

bool is_known_part(std::uint32_t ordinal) {
  return ordinal < capnp::Schema::from<schema::Event>().getUnionFields().size();
}

void append_u32(record::AlignedBytes& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::byte>(value >> shift));
}

std::uint32_t read_u32(record::Bytes bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<std::uint32_t>(bytes[at + i]);
  return value;
}

template <typename State>
kj::Array<capnp::word> canonical_state(const State& state) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<typename Part<State>::Wire>();
  save(state, root);
  return record::canonical(root.asReader());
}

// A part's state that says something; a part without any is left out, so that a new part changes no old digest.
struct PartWords {
  std::uint32_t ordinal = 0;
  kj::Array<capnp::word> words;

  [[nodiscard]] record::Bytes bytes() const {
    return std::as_bytes(std::span(words.begin(), words.size()));
  }
};

template <typename Stream>
std::vector<PartWords> used_parts(const Stream& state) {
  std::vector<PartWords> parts;
  const auto add = [&]<typename State>(const State& part) {
    static const auto unused = canonical_state(State{});
    auto words = canonical_state(part);
    if (words.asBytes() != unused.asBytes())
      parts.push_back({Part<State>::kOrdinal, std::move(words)});
    return true;
  };
  for_each_part(state, add);
  return parts;
}

template <typename Stream>
record::Hash stream_digest(const Stream& state) {
  record::AlignedBytes source;
  append_u32(source, kModelVersion);
  for (const auto& part : used_parts(state)) {
    append_u32(source, part.ordinal);
    const auto hash = record::sha256(part.bytes());
    source.insert(source.end(), hash.begin(), hash.end());
  }
  return record::sha256(source);
}

template <typename Stream>
record::AlignedBytes stream_snapshot(const Stream& state) {
  const auto parts = used_parts(state);
  record::AlignedBytes out;
  append_u32(out, kModelVersion);
  append_u32(out, static_cast<std::uint32_t>(parts.size()));
  for (const auto& part : parts) {
    append_u32(out, part.ordinal);
    append_u32(out, static_cast<std::uint32_t>(part.words.size()));
    out.insert(out.end(), part.bytes().begin(), part.bytes().end());
  }
  return out;
}

// Takes the part from the front of bytes if it is there.
template <typename State>
bool load_part(record::Bytes& bytes, std::uint32_t& left, State& state) {
  if (left == 0 || bytes.size() < 8 || read_u32(bytes, 0) != Part<State>::kOrdinal) return true;
  const std::size_t words = read_u32(bytes, 4);
  bytes = bytes.subspan(8);
  if (words == 0 || words > bytes.size() / sizeof(capnp::word)) return false;
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % sizeof(capnp::word) != 0) return false;
  const auto segment = kj::arrayPtr(reinterpret_cast<const capnp::word*>(bytes.data()), words);
  const kj::ArrayPtr<const capnp::word> segments[] = {segment};
  capnp::ReaderOptions options;
  options.traversalLimitInWords = 4 * words + 1024;  // each field is read once or twice
  options.nestingLimit = 32;
  capnp::SegmentArrayMessageReader reader(kj::arrayPtr(segments, 1), options);
  state = Part<State>::load(reader.getRoot<typename Part<State>::Wire>());
  bytes = bytes.subspan(words * sizeof(capnp::word));
  --left;
  return true;
}

template <typename Stream>
std::expected<Stream, SnapshotFault> decode_stream(record::Bytes bytes) {
  const record::Bytes whole = bytes;
  if (bytes.size() < 8) return std::unexpected(SnapshotFault::malformed);
  if (read_u32(bytes, 0) != kModelVersion) return std::unexpected(SnapshotFault::other_model);
  auto left = read_u32(bytes, 4);
  bytes = bytes.subspan(8);
  Stream state;
  bool sound = false;
  const auto fault = kj::runCatchingExceptions([&] {
    sound = for_each_part(state, [&](auto& part) { return load_part(bytes, left, part); });
  });
  if (fault != nullptr || !sound) return std::unexpected(SnapshotFault::malformed);
  // A part that this build does not know.
  constexpr std::uint32_t kOrdinalMax = 0xFFFF;
  if (left > 0 && bytes.size() >= 8 && read_u32(bytes, 0) <= kOrdinalMax &&
      !is_known_part(read_u32(bytes, 0))) {
    return std::unexpected(SnapshotFault::other_model);
  }
  if (left != 0 || !bytes.empty()) return std::unexpected(SnapshotFault::malformed);
  // Fields that this build does not know, or what no state is saved as: its digest would not be that of these bytes.
  if (!std::ranges::equal(stream_snapshot(state), whole))
    return std::unexpected(SnapshotFault::other_model);
  return state;
}

template <typename Stream>
std::vector<Text> stream_texts(const Stream& state) {
  std::vector<Text> texts;
  for_each_part(state, [&]<typename State>(const State& part) {
    capnp::MallocMessageBuilder message;
    auto root = message.initRoot<typename Part<State>::Wire>();
    save(part, root);
    for (const auto reference :
         record::collect_texts(capnp::DynamicStruct::Reader(root.asReader())))
      texts.push_back(read(reference));
    return true;
  });
  return texts;
}

}  // namespace

record::Hash digest(const Project& project) { return stream_digest(project); }
record::Hash digest(const Workspace& workspace) { return stream_digest(workspace); }

record::AlignedBytes encode_snapshot(const Project& project) { return stream_snapshot(project); }
record::AlignedBytes encode_snapshot(const Workspace& workspace) {
  return stream_snapshot(workspace);
}

std::expected<Project, SnapshotFault> decode_project(record::Bytes bytes, Id id, Version version,
                                                     Timestamp recorded_at) {
  auto project = decode_stream<Project>(bytes);
  if (!project) return project;
  project->id = id;
  project->version = version;
  project->recorded_at = recorded_at;
  return project;
}

std::expected<Workspace, SnapshotFault> decode_workspace(record::Bytes bytes, Version version,
                                                         Timestamp recorded_at) {
  auto workspace = decode_stream<Workspace>(bytes);
  if (!workspace) return workspace;
  workspace->version = version;
  workspace->recorded_at = recorded_at;
  return workspace;
}

std::vector<Text> texts_of(const Project& project) { return stream_texts(project); }
std::vector<Text> texts_of(const Workspace& workspace) { return stream_texts(workspace); }

}  // namespace daybook::model
