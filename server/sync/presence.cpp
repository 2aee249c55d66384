#include "server/sync/presence.hpp"

#include <algorithm>

namespace daybook::sync {

std::uint64_t PresenceRooms::new_desk() {
  const std::lock_guard lock(mutex_);
  return ++last_desk_;
}

std::uint64_t PresenceRooms::new_connection() {
  const std::lock_guard lock(mutex_);
  return ++last_connection_;
}

void PresenceRooms::name(Room& room, std::uint64_t connection, const Person& person) {
  auto& named = room.named[connection];
  room.changes.erase(named.changed);
  if (named.since == 0) named.since = room.version;
  named.person = person;
  named.changed = room.version;
  room.changes[room.version] = connection;
}

void PresenceRooms::unname(Room& room, std::uint64_t connection) {
  const auto named = room.named.find(connection);
  room.changes.erase(named->second.changed);
  room.gone.push_back(
      {.version = room.version, .connection = connection, .since = named->second.since});
  room.named.erase(named);
  if (room.gone.size() > kGoneMax) {
    room.forgotten = room.gone.front().version;
    room.gone.pop_front();
  }
}

void PresenceRooms::tell(Id project, Room& room) {
  for (auto& [number, state] : room.desks) {
    if (!std::exchange(state.told, true)) state.desk->post_changed(project);
  }
}

void PresenceRooms::enter(Id project, std::uint64_t connection, const Person& person,
                          PresenceDesk& desk) {
  const std::lock_guard lock(mutex_);
  auto& room = rooms_[project];
  room.version = ++last_version_;
  if (room.named.size() < kNamedMax) {
    name(room, connection, person);
  } else {
    room.counted.emplace(connection, person);
  }
  auto& state = room.desks[desk.number_];
  state.desk = &desk;
  ++state.people;
  tell(project, room);
}

void PresenceRooms::look(Id project, std::uint64_t connection, const Look& look) {
  const std::lock_guard lock(mutex_);
  auto& room = rooms_.at(project);
  if (const auto counted = room.counted.find(connection); counted != room.counted.end()) {
    counted->second.look = look;
    return;  // nobody sees it
  }
  auto person = room.named.at(connection).person;
  if (person.look == look) return;
  person.look = look;
  room.version = ++last_version_;
  name(room, connection, person);
  tell(project, room);
}

void PresenceRooms::leave(Id project, std::uint64_t connection, PresenceDesk& desk) {
  const std::lock_guard lock(mutex_);
  const auto at = rooms_.find(project);
  auto& room = at->second;
  if (--room.desks.at(desk.number_).people == 0) room.desks.erase(desk.number_);
  if (room.desks.empty()) {
    rooms_.erase(at);
    return;
  }
  room.version = ++last_version_;
  if (room.counted.erase(connection) == 0) {
    unname(room, connection);
    if (const auto next = room.counted.begin(); next != room.counted.end()) {
      room.version = ++last_version_;
      name(room, next->first, next->second);
      room.counted.erase(next);
    }
  }
  tell(project, room);
}

PresenceChange PresenceRooms::since(Id project, std::uint64_t version) const {
  const std::lock_guard lock(mutex_);
  const auto& room = rooms_.at(project);
  PresenceChange change{
      .whole = version == 0 || version < room.forgotten,
      .here = {},
      .gone = {},
      .total = static_cast<std::uint32_t>(room.named.size() + room.counted.size()),
      .version = room.version};
  if (change.whole) {
    for (const auto& [connection, named] : room.named)
      change.here.emplace_back(connection, named.person);
    return change;
  }
  for (auto at = room.changes.upper_bound(version); at != room.changes.end(); ++at)
    change.here.emplace_back(at->second, room.named.at(at->second).person);
  for (auto at = std::ranges::upper_bound(room.gone, version, {}, &Gone::version);
       at != room.gone.end(); ++at) {
    const bool was_told = at->since <= version;
    const bool is_here_again = room.named.contains(at->connection);
    if (was_told && !is_here_again) change.gone.push_back(at->connection);
  }
  return change;
}

void PresenceRooms::acknowledge(Id project, PresenceDesk& desk) {
  const std::lock_guard lock(mutex_);
  const auto room = rooms_.find(project);
  if (room == rooms_.end()) return;
  if (const auto at = room->second.desks.find(desk.number_); at != room->second.desks.end()) {
    at->second.told = false;
  }
}

std::size_t PresenceRooms::rooms() const {
  const std::lock_guard lock(mutex_);
  return rooms_.size();
}

void PresenceDesk::post_changed(Id project) {
  inbox_.post([this, project] {
    rooms_.acknowledge(project, *this);
    for (auto at = seats_.lower_bound({project, 0});
         at != seats_.end() && at->first.first == project; ++at) {
      at->second->touch();
    }
  });
}

Attendance::Attendance(PresenceDesk& desk, Id project, std::uint64_t connection,
                       const Person& person, std::function<void()> wake)
    : desk_(desk), project_(project), connection_(connection), wake_(std::move(wake)) {
  desk_.rooms().enter(project_, connection_, person, desk_);
  desk_.seat(project_, connection_, *this);
}

Attendance::~Attendance() {
  desk_.unseat(project_, connection_);
  desk_.rooms().leave(project_, connection_, desk_);
}

void Attendance::look(const Look& look) { desk_.rooms().look(project_, connection_, look); }

void Attendance::touch() {
  touched_ = true;
  wake_();
}

std::optional<PresenceChange> Attendance::next(Instant now) {
  if (!touched_ || now < earliest_) return std::nullopt;
  touched_ = false;
  auto change = desk_.rooms().since(project_, told_);
  told_ = change.version;
  const bool is_news =
      change.whole || !change.here.empty() || !change.gone.empty() || change.total != total_;
  if (!is_news) return std::nullopt;
  total_ = change.total;
  earliest_ = now + kInterval;
  return change;
}

std::optional<Attendance::Instant> Attendance::due() const {
  if (!touched_) return std::nullopt;
  return earliest_;
}

}  // namespace daybook::sync
