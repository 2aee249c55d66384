#include "server/sync/ring.hpp"

#include <algorithm>
#include <cstring>

#include "server/sync/encoding.hpp"

namespace daybook::sync {
namespace {

// A stream's first chunk is small, as most streams get few events; each next one is larger.
constexpr std::size_t kChunkBytesMin = 4 * 1024;
constexpr std::size_t kChunkBytesMax = 64 * 1024;
constexpr std::size_t kChunksMin = 16;  // so many of the largest fit in

}  // namespace

// Where one command stands in its chunk, and its events in JSON once somebody wanted them.
struct Ring::Command {
  std::uint64_t first = 0;
  std::uint32_t count = 0;
  std::uint32_t begin = 0, end = 0;  // bytes
  struct Texts {
    std::once_flag once;
    EventTexts events;
  };
  std::shared_ptr<Texts> texts;  // nullptr: nobody has asked
};

// Whole commands of one scope, each continuing the one before. Bytes are only ever added behind those that readers have.
struct Ring::Chunk {
  explicit Chunk(std::size_t room) : bytes(new std::byte[room]), capacity(room), charged(room) {}

  std::unique_ptr<std::byte[]> bytes;
  const std::size_t capacity;
  std::size_t used = 0;
  std::vector<Command> commands;
  std::size_t charged;  // against the ring's limit
  bool dropped = false;

  [[nodiscard]] std::uint64_t first() const { return commands.front().first; }
  [[nodiscard]] std::uint64_t next() const { return commands.back().first + commands.back().count; }
};

Ring::Ring(engine::Engine& engine, std::size_t bytes_max)
    : engine_(engine),
      log_(engine.log()),
      bytes_max_(bytes_max),
      chunk_bytes_max_(std::clamp(bytes_max / kChunksMin, kChunkBytesMin, kChunkBytesMax)) {
  listener_ = engine_.add_listener(
      at_once_, [this](const std::shared_ptr<const engine::Notice>& notice) { append(*notice); });
}

Ring::~Ring() { engine_.remove_listener(listener_); }

void Ring::append(const engine::Notice& notice) {
  const std::lock_guard lock(mutex_);
  for (const auto& command : notice.commands) {
    append({.all = true, .stream = {}}, command.first_position.value, command);
    append({.all = false, .stream = command.stream}, command.first_version.value, command);
  }
  drop_oldest();
}

void Ring::append(const Scope& scope, std::uint64_t first,
                  const engine::CommittedCommand& command) {
  auto& chunk = room_for(scope, first, command.entries.size());
  std::memcpy(chunk.bytes.get() + chunk.used, command.entries.data(), command.entries.size());
  chunk.commands.push_back({.first = first,
                            .count = command.count,
                            .begin = static_cast<std::uint32_t>(chunk.used),
                            .end = static_cast<std::uint32_t>(chunk.used + command.entries.size()),
                            .texts = nullptr});
  chunk.used += command.entries.size();
  chunk.charged += sizeof(Command);
  bytes_ += sizeof(Command);
}

Ring::Chunk& Ring::room_for(const Scope& scope, std::uint64_t first, std::size_t bytes) {
  auto& chunks = chunks_[scope];
  std::size_t wanted = kChunkBytesMin;
  if (!chunks.empty()) {
    auto& newest = *chunks.back();
    if (newest.next() == first && newest.used + bytes <= newest.capacity) return newest;
    wanted = std::min(2 * newest.capacity, chunk_bytes_max_);
    if (newest.next() != first) chunks.clear();  // a hole; what was before it goes with its age
  }
  auto chunk = std::make_shared<Chunk>(std::max(wanted, bytes));
  bytes_ += chunk->charged;
  chunks.push_back(chunk);
  by_age_.emplace_back(scope, chunk);
  return *chunk;
}

void Ring::drop_oldest() {
  while (bytes_ > bytes_max_ && !by_age_.empty()) {
    const auto [scope, chunk] = std::move(by_age_.front());
    by_age_.pop_front();
    bytes_ -= chunk->charged;
    chunk->dropped = true;
    const auto at = chunks_.find(scope);
    if (at == chunks_.end() || at->second.front() != chunk) continue;  // cleared by a hole
    at->second.pop_front();
    if (at->second.empty()) chunks_.erase(at);
  }
}

Ring::Found Ring::find(const Scope& scope, std::uint64_t after, std::uint64_t through,
                       std::size_t bytes) {
  const auto first = after + 1;
  const auto at = chunks_.find(scope);
  if (at == chunks_.end()) return {};
  const auto& chunks = at->second;
  // The last one that begins at or before it.
  const auto behind = std::upper_bound(
      chunks.begin(), chunks.end(), first,
      [](std::uint64_t value, const ChunkPtr& chunk) { return value < chunk->first(); });
  if (behind == chunks.begin()) return {};
  const auto& chunk = *std::prev(behind);
  const auto& commands = chunk->commands;
  const auto begin = std::lower_bound(
      commands.begin(), commands.end(), first,
      [](const Command& command, std::uint64_t value) { return command.first < value; });
  // A cursor within a command is nobody's but the log's.
  if (begin == commands.end() || begin->first != first) return {};
  Found found{.chunk = chunk,
              .begin = static_cast<std::size_t>(begin - commands.begin()),
              .end = static_cast<std::size_t>(begin - commands.begin()),
              .bytes = 0};
  for (; found.end < commands.size(); ++found.end) {
    const auto& command = commands[found.end];
    if (command.first + command.count - 1 > through) break;
    const std::size_t size = command.end - command.begin;
    if (found.end > found.begin && found.bytes + size > bytes) break;
    found.bytes += size;
  }
  if (found.end == found.begin) return {};
  return found;
}

Extent Ring::extent_of(const Found& found) {
  const auto& first = found.chunk->commands[found.begin];
  const auto& last = found.chunk->commands[found.end - 1];
  const auto end = last.first + last.count;
  return {.first = first.first,
          .last = end - 1,
          .count = static_cast<std::uint32_t>(end - first.first)};
}

Run Ring::read(const Scope& scope, std::uint64_t after, std::uint64_t through, std::size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = find(scope, after, through, bytes); found.chunk) {
      ++hits_;
      const auto* begin = found.chunk->bytes.get() + found.chunk->commands[found.begin].begin;
      return {.extent = extent_of(found),
              .entries = record::Bytes(begin, found.bytes),
              .owner = found.chunk};
    }
    ++misses_;
  }
  return log_.read(scope, after, through, bytes);
}

JsonRun Ring::read_json(const Scope& scope, std::uint64_t after, std::uint64_t through,
                        std::size_t bytes) {
  // What is to be encoded is copied out under the lock, and encoded without it.
  JsonRun run;
  ChunkPtr chunk;
  std::vector<Command> commands;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = find(scope, after, through, bytes); found.chunk) {
      ++hits_;
      chunk = found.chunk;
      run.extent = extent_of(found);
      for (auto i = found.begin; i < found.end; ++i) {
        auto& command = chunk->commands[i];
        if (!command.texts) command.texts = std::make_shared<Command::Texts>();
        commands.push_back(command);
      }
    } else {
      ++misses_;
    }
  }
  if (!chunk) return log_.read_json(scope, after, through, bytes);
  std::size_t made = 0;
  for (const auto& command : commands) {
    std::call_once(command.texts->once, [&] {
      command.texts->events = event_texts(
          record::Bytes(chunk->bytes.get() + command.begin, command.end - command.begin));
      for (const auto& text : command.texts->events) made += text.size();
      texts_.fetch_add(1, std::memory_order_relaxed);
    });
    run.commands.emplace_back(command.texts, &command.texts->events);
  }
  if (made > 0) {
    const std::lock_guard lock(mutex_);
    if (!chunk->dropped) {
      chunk->charged += made;
      bytes_ += made;
      drop_oldest();
    }
  }
  return run;
}

Ring::Usage Ring::usage() const {
  const std::lock_guard lock(mutex_);
  return {.bytes = bytes_,
          .hits = hits_,
          .misses = misses_,
          .texts = texts_.load(std::memory_order_relaxed)};
}

}  // namespace daybook::sync
