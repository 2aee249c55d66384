// What a session says and hears of who is where.

#include <algorithm>
#include <utility>

#include "server/sync/session.hpp"

namespace daybook::sync {
namespace {

using schema::Code;

bool is_view(model::ViewName view) {
  const auto views = model::all_views();
  return view == model::ViewName::NONE ||
         std::find(views.begin(), views.end(), view) != views.end();
}

void write(schema::Present::Builder out, std::uint64_t connection, const Person& person) {
  out.setConnection(connection);
  daybook::write(out.initMember(), person.member);
  out.setView(person.look.view);
  daybook::write(out.initEntity(), person.look.entity);
  out.setSince(person.since.micros);
}

}  // namespace

void Session::take_presence(schema::Presence::Reader reader) {
  const Id project = daybook::read(reader.getProject());
  const Look look{.view = reader.getView(), .entity = daybook::read(reader.getEntity())};
  if (rate_.take(services_.steady())) {
    return send_error(Code::RATE_LIMITED, "too many messages about presence");
  }
  if (!is_view(look.view)) return send_error(Code::NOT_FOUND, "no view has this name");
  if (project.is_nil()) return presence_.reset();
  if (presence_ && presence_->project == project) {
    presence_->look = look;
    if (presence_->attendance) presence_->attendance->look(look);
    return;
  }
  presence_ = std::make_unique<Presence>();
  presence_->project = project;
  presence_->look = look;
  presence_->seat = services_.audience.follow(*this, {.all = false, .stream = project});
  check_presence();
}

// Nothing more is told until it is known whether they may be there.
void Session::check_presence() {
  presence_->check = next_serial_++;
  services_.door.read_project(
      presence_->project, when_read([check = presence_->check](Session& self, const auto& project) {
        self.presence_checked(check, project);
      }));
}

void Session::presence_checked(std::uint64_t check, const engine::Read<model::Project>& project) {
  if (!presence_ || presence_->check != check) return;
  presence_->check = 0;
  if (project && access::may_read_any(*services_.door.workspace(), principal_, **project)) {
    if (presence_->attendance) return;
    if (connection_ == 0) connection_ = services_.presence.rooms().new_connection();
    const Person person{
        .member = principal_.member, .look = presence_->look, .since = services_.clock()};
    presence_->attendance.emplace(services_.presence, presence_->project, connection_, person,
                                  [this] { wake_(); });
    return;
  }
  // Who had rights knows that there is such a project, and so does its room; nobody else is told.
  const bool was_told = presence_->attendance.has_value();
  const bool known = was_told || principal_.project == presence_->project;
  const auto ended = std::exchange(presence_, nullptr);
  if (was_told) {
    send([&](schema::Message::Builder& out) {
      auto update = out.initPresenceUpdate();
      daybook::write(update.initProject(), ended->project);
      update.setWhole(true);
    });
  }
  const auto code = project ? Code::NOT_FOUND : engine::code_of(project.error());
  send_error(known && code == Code::NOT_FOUND ? Code::NOT_PERMITTED : code,
             "nobody can be present there with this token");
}

std::optional<Instant> Session::presence_due() const {
  if (!presence_ || presence_->check != 0 || !presence_->attendance) return std::nullopt;
  return presence_->attendance->due();
}

void Session::append_presence(Gather& message) {
  if (!outbox_.empty() || !presence_due()) return;
  const auto change = presence_->attendance->next(services_.steady());
  if (!change) return;
  auto frame = make_frame(encoding_, [&](schema::Message::Builder& out) {
    auto update = out.initPresenceUpdate();
    daybook::write(update.initProject(), presence_->project);
    update.setWhole(change->whole);
    update.setTotal(change->total);
    auto here = update.initHere(static_cast<capnp::uint>(change->here.size()));
    for (capnp::uint i = 0; i < here.size(); ++i)
      write(here[i], change->here[i].first, change->here[i].second);
    auto gone = update.initGone(static_cast<capnp::uint>(change->gone.size()));
    for (capnp::uint i = 0; i < gone.size(); ++i) gone.set(i, change->gone[i]);
  });
  append(encoding_, message, std::move(frame));
}

}  // namespace daybook::sync
