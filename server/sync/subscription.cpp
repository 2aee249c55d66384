#include "server/sync/subscription.hpp"

#include <algorithm>
#include <stdexcept>

#include "schema/protocol.hpp"

namespace daybook::sync {
namespace {

using schema::Code;
namespace protocol = schema::protocol;

// No stored event takes less.
constexpr std::uint64_t kEventBytesLeast = 256;

// The command that the event behind `after` belongs to, as batches hold whole commands: its events lie behind `begin`,
// up to `end`.
struct CommandSpan {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};
CommandSpan command_around(const Scope& scope, std::uint64_t after, const log::EventLog& log) {
  const log::ReadLimits limits{.bytes = 0, .events = 1};
  const auto batch = scope.all ? log.read_all(Position{after}, limits)
                               : log.read_stream(scope.stream, Version{after}, limits);
  record::Bytes rest = batch.entries;
  const auto entry = record::next_entry(rest, record::EventView::Check::hashes);
  if (!entry || !*entry) throw std::runtime_error("damaged: an event cannot be read");
  const auto& envelope = (*entry)->event.envelope();
  const auto begin = after - std::min<std::uint64_t>(after, envelope.command_index);
  return {.begin = begin, .end = std::max(begin + envelope.command_count, after + 1)};
}

}  // namespace

std::optional<SubscribeRequest> read(schema::Subscribe::Reader reader) {
  SubscribeRequest request;
  request.subscription = reader.getSubscription();
  request.log_id = daybook::read(reader.getLogId());
  const auto scope = reader.getScope();
  switch (scope.which()) {
    case schema::Subscribe::Scope::PROJECT:
      request.scope.stream = daybook::read(scope.getProject());
      break;
    case schema::Subscribe::Scope::ALL:
      request.scope.all = true;
      break;
    default:
      return std::nullopt;
  }
  const auto from = reader.getFrom();
  switch (from.which()) {
    case schema::Subscribe::From::SNAPSHOT:
      request.from = SubscribeRequest::From::snapshot;
      break;
    case schema::Subscribe::From::AFTER:
      request.from = SubscribeRequest::From::after;
      request.after = from.getAfter();
      break;
    case schema::Subscribe::From::RANGE:
      request.from = SubscribeRequest::From::range;
      request.first = from.getRange().getFirst();
      request.last = from.getRange().getLast();
      break;
    case schema::Subscribe::From::TAIL:
      request.from = SubscribeRequest::From::tail;
      request.tail = from.getTail();
      break;
    case schema::Subscribe::From::AT_VERSION:
      request.from = SubscribeRequest::From::past;
      request.at = Version{from.getAtVersion()};
      break;
    case schema::Subscribe::From::AT_TIME:
      request.from = SubscribeRequest::From::past;
      request.at = Timestamp{from.getAtTime()};
      break;
    default:
      return std::nullopt;
  }
  const auto content = reader.getContent();
  switch (content.which()) {
    case schema::Subscribe::Content::EVENTS:
      break;
    case schema::Subscribe::Content::VIEWS:
      request.as_views = true;
      for (const auto view : content.getViews()) {
        request.views.push_back(view);
        if (request.views.size() > model::all_views().size()) break;  // check() refuses it
      }
      break;
    default:
      return std::nullopt;
  }
  return request;
}

Subscription::Subscription(SubscribeRequest request, std::uint64_t serial)
    : request_(std::move(request)), serial_(serial) {}

Code Subscription::check(Encoding encoding) const {
  using From = SubscribeRequest::From;
  if (request_.as_views) {
    if (!needs_project() || request_.from != From::snapshot) return Code::NOT_SUPPORTED;
    if (request_.views.empty()) return Code::OUT_OF_RANGE;
    auto sorted = request_.views;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) return Code::DUPLICATE;
    const auto views = model::all_views();
    for (const auto view : sorted) {
      if (std::find(views.begin(), views.end(), view) == views.end()) return Code::NOT_FOUND;
    }
    return Code::NONE;
  }
  if (request_.from == From::snapshot && (request_.scope.all || encoding == Encoding::json)) {
    return Code::NOT_SUPPORTED;
  }
  if (request_.from == From::past && (!needs_project() || encoding == Encoding::json)) {
    return Code::NOT_SUPPORTED;
  }
  if (request_.from == From::range && (request_.first == 0 || request_.last < request_.first)) {
    return Code::OUT_OF_RANGE;
  }
  if (request_.from == From::tail && request_.tail > protocol::kTailEventsMax) {
    return Code::OUT_OF_RANGE;
  }
  return Code::NONE;
}

Code Subscription::authorize(const access::Principal& principal, const model::Workspace& workspace,
                             const model::Project* project) const {
  if (!needs_project()) {
    return access::may_read_all(workspace, principal) ? Code::NONE : Code::NOT_PERMITTED;
  }
  const bool permitted =
      request_.as_views
          ? std::all_of(request_.views.begin(), request_.views.end(),
                        [&](model::ViewName view) {
                          return access::may_read_view(workspace, principal, *project, view);
                        })
          : access::may_read_project(workspace, principal, *project);
  if (permitted) return Code::NONE;
  // Who had rights knows that there is such a project, and so does its room; nobody else is told.
  const bool known = started_ || principal.project == project->id;
  return known ? Code::NOT_PERMITTED : Code::NOT_FOUND;
}

Code Subscription::start(const model::Workspace& workspace, const model::Project* project,
                         const log::EventLog& log, std::chrono::milliseconds interval) {
  const auto code = [&]() -> Code {
    if (request_.as_views) {
      for (const auto view : request_.views) watchers_.emplace_back(id(), view, interval);
      return Code::NONE;
    }
    if (request_.scope.all) return begin_events(log.head().position.value, log);
    if (request_.from == SubscribeRequest::From::past) {
      awaits_past_ = true;
      last_ = 0;  // nothing is due meanwhile
      return Code::NONE;
    }
    if (request_.from == SubscribeRequest::From::snapshot) {
      if (project != nullptr) {
        snapshot_.emplace(id(), *project);
      } else {
        snapshot_.emplace(id(), workspace);
      }
      after_ = snapshot_->version().value;
      advance(after_);
      return Code::NONE;
    }
    advance(project != nullptr ? project->version.value : workspace.version.value);
    return begin_events(log.stream_version(request_.scope.stream).value, log);
  }();
  started_ = code == Code::NONE;
  return code;
}

void Subscription::show(const model::Project& then) {
  awaits_past_ = false;
  snapshot_.emplace(id(), then);
  after_ = then.version.value;
  last_ = after_;
}

// `newest` is what is committed: a client may know of it by an answer before this thread does by a notice.
Code Subscription::begin_events(std::uint64_t newest, const log::EventLog& log) {
  using From = SubscribeRequest::From;
  if (request_.scope.all) advance(newest);
  switch (request_.from) {
    case From::snapshot:
    case From::past:
      return Code::NOT_SUPPORTED;
    case From::after:
      if (!request_.log_id.is_nil() && request_.log_id != log.log_id()) return Code::OTHER_LOG;
      if (request_.after > newest) return Code::AHEAD_OF_LOG;
      after_ = request_.after;
      tells_position_ = true;
      return Code::NONE;
    case From::range:
      if (request_.last > newest) return Code::AHEAD_OF_LOG;
      after_ = request_.first - 1;
      last_ = command_around(request_.scope, request_.last - 1, log).end;
      return Code::NONE;
    case From::tail:
      after_ = newest - std::min<std::uint64_t>(newest, request_.tail);
      if (after_ > 0 && after_ < newest) {
        after_ = command_around(request_.scope, after_, log).begin;
      }
      tells_position_ = true;
      return Code::NONE;
  }
  return Code::NOT_SUPPORTED;
}

void Subscription::advance(std::uint64_t known) { known_ = std::max(known_, known); }

std::uint64_t Subscription::lag() const {
  if (!started_ || request_.as_views) return 0;
  const auto through = last_ ? std::min(known_, *last_) : known_;
  return through - std::min(through, after_);
}

void Subscription::follow(Audience& audience, Session& session) {
  seat_ = audience.follow(session, request_.scope);
  if (std::ranges::any_of(request_.views, model::depends_on_workspace)) {
    workspace_seat_ = audience.follow(session, {.all = false, .stream = {}});
  }
}

bool Subscription::wants_reset(Encoding encoding, std::uint64_t events) const {
  using From = SubscribeRequest::From;
  const bool may_start_over = request_.from == From::snapshot || request_.from == From::after;
  return started_ && encoding == Encoding::binary && may_start_over && !request_.as_views &&
         !request_.scope.all && !snapshot_ && after_ >= reset_refused_ && lag() >= events;
}

void Subscription::reset(SnapshotSender snapshot) {
  // What is there is complete up to its version; the events behind it follow.
  const auto version = snapshot.version().value;
  advance(version);
  const bool is_shorter = snapshot.bytes_least() < (version - after_) * kEventBytesLeast;
  if (version <= after_ || !is_shorter) return refuse_reset();
  snapshot_.emplace(std::move(snapshot));
  after_ = version;
  tells_position_ = false;
  add_ready({make_frame(Encoding::binary, [&](schema::Message::Builder& message) {
    auto reset = message.initReset();
    reset.setSubscription(id());
    reset.setCode(Code::BEHIND_TOO_FAR);
  })});
}

std::optional<Frame> Subscription::take_ready() {
  if (ready_.empty()) return std::nullopt;
  auto frame = std::move(ready_.back());
  ready_.pop_back();
  return frame;
}

void Subscription::add_ready(std::vector<Frame> frames) {
  std::ranges::reverse(frames);
  ready_.insert(ready_.begin(), std::make_move_iterator(frames.begin()),
                std::make_move_iterator(frames.end()));
}

void Subscription::read_events(Encoding encoding, EventSource& source, std::uint64_t through,
                               std::size_t bytes) {
  const auto told = [&](const Extent& extent) {
    if (extent.count == 0) return false;
    after_ = extent.last;
    tells_position_ = false;
    return true;
  };
  if (encoding == Encoding::json) {
    const auto run = source.read_json(request_.scope, after_, through, bytes);
    if (told(run.extent)) add_ready(event_lines(id(), run));
  } else {
    const auto run = source.read(request_.scope, after_, through, bytes);
    if (told(run.extent)) add_ready({event_frame(id(), run)});
  }
}

void Subscription::tell_position(Encoding encoding) {
  tells_position_ = false;
  const Extent nothing{.first = after_ + 1, .last = after_, .count = 0};
  if (encoding == Encoding::json) {
    add_ready(event_lines(id(), {.extent = nothing, .commands = {}}));
  } else {
    add_ready({event_frame(id(), {.extent = nothing, .entries = {}, .owner = nullptr})});
  }
}

std::optional<Frame> Subscription::next(Encoding encoding, EventSource& source,
                                        const log::EventLog& log, std::size_t bytes) {
  if (!started_ || checks_ > 0 || awaits_past_) return std::nullopt;
  if (auto frame = take_ready()) return frame;
  if (ended_) return std::nullopt;
  for (std::size_t i = 0; i < watchers_.size(); ++i) {
    auto& watcher = watchers_[turn_++ % watchers_.size()];
    if (auto frame = watcher.next(encoding, log)) return frame;
  }
  if (request_.as_views) return std::nullopt;
  if (snapshot_) {
    auto frame = snapshot_->next(log);
    if (snapshot_->done()) snapshot_.reset();
    return frame;
  }
  const auto through = last_ ? std::min(known_, *last_) : known_;
  if (after_ < through) {
    read_events(encoding, source, through, bytes);
  } else if (tells_position_) {
    tell_position(encoding);
  }
  if (last_ && after_ >= *last_) {
    ended_ = true;
    add_ready({make_frame(encoding, [&](schema::Message::Builder& message) {
      message.initSubscriptionEnd().setSubscription(id());
    })});
  }
  return take_ready();
}

}  // namespace daybook::sync
