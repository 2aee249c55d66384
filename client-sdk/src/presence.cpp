#include "client-sdk/src/presence.hpp"

#include <algorithm>
#include <utility>

namespace daybook::client::detail {
namespace {

constexpr std::size_t kPresentMax = 256;

}  // namespace

bool PresenceTable::look(const Looking& at) {
  if (at == looking_) return false;
  looking_ = at;
  return true;
}

void PresenceTable::write(schema::Presence::Builder builder) const {
  if (looking_.project.is_nil()) return;
  daybook::write(builder.initProject(), looking_.project);
  builder.setView(looking_.view);
  if (!looking_.entity.is_nil()) daybook::write(builder.initEntity(), looking_.entity);
}

bool PresenceTable::on_update(schema::PresenceUpdate::Reader update) {
  const Id project = read(update.getProject());
  // Of a project that was left since.
  if (project != looking_.project || project.is_nil()) return false;
  // Of the same project, before it was left and entered again: what it changes is not known any more.
  if (!update.getWhole() && present_.project != project) return false;
  if (update.getWhole()) present_ = {.project = project};
  auto& here = present_.here;
  const auto place = [&](std::uint64_t connection) {
    return std::ranges::lower_bound(here, connection, {}, &Present::connection);
  };
  for (const auto connection : update.getGone()) {
    const auto at = place(connection);
    if (at != here.end() && at->connection == connection) here.erase(at);
  }
  for (const auto row : update.getHere()) {
    const Present present{.connection = row.getConnection(),
                          .member = read(row.getMember()),
                          .view = row.getView(),
                          .entity = read(row.getEntity()),
                          .since = {row.getSince()}};
    const auto at = place(present.connection);
    if (at != here.end() && at->connection == present.connection) {
      *at = present;
    } else if (here.size() < kPresentMax) {
      here.insert(at, present);
    }
  }
  present_.total = std::max(update.getTotal(), static_cast<std::uint32_t>(here.size()));
  return true;
}

bool PresenceTable::clear() { return std::exchange(present_, {}).total != 0; }

}  // namespace daybook::client::detail
