#include "client-sdk/src/follow.hpp"

namespace daybook::client::detail {

template <typename F>
void FollowChannel::tell(F&& call) {
  if (!handlers_ || notifier_ == nullptr) return;
  notifier_->push(
      [self = shared_from_this(), call = std::forward<F>(call)]() mutable { call(*self); });
}

void FollowChannel::write(schema::Subscribe::Builder builder) const {
  auto scope = builder.getScope();
  if (options_.all) {
    scope.setAll();
  } else {
    daybook::write(scope.initProject(), options_.stream);
  }
  builder.getContent().setEvents();
  auto from = builder.getFrom();
  if (const auto* range = std::get_if<FollowRange>(&options_.from)) {
    auto asked = from.initRange();
    asked.setFirst(through_ ? *through_ + 1 : range->first);
    asked.setLast(range->last);
  } else if (through_) {
    from.setAfter(*through_);
    daybook::write(builder.initLogId(), log_id_);
  } else if (const auto* tail = std::get_if<FollowTail>(&options_.from)) {
    from.setTail(tail->events);
  } else {
    const auto& after = std::get<FollowAfter>(options_.from);
    from.setAfter(after.number);
    if (!after.log_id.is_nil()) daybook::write(builder.initLogId(), after.log_id);
  }
}

void FollowChannel::on_welcome(Id log_id) {
  is_current_ = false;
  if (!through_) log_id_ = log_id;
}

Step FollowChannel::on_batch(const EventBatch& batch) {
  std::optional<std::uint64_t> last = through_;
  if (!last) {
    if (const auto* after = std::get_if<FollowAfter>(&options_.from)) last = after->number;
    if (const auto* range = std::get_if<FollowRange>(&options_.from)) last = range->first - 1;
  }
  if (last && batch.header.from != *last + 1) return fault("a batch does not follow the last one");
  const bool may_cut = std::holds_alternative<FollowRange>(options_.from);
  if (!batch.whole && !may_cut) return fault("a batch does not hold whole commands");
  std::uint64_t next = batch.header.from;
  for (const auto& entry : batch.entries) {
    const auto& envelope = entry.event.envelope();
    if (number(envelope) != next || (!options_.all && envelope.stream != options_.stream)) {
      return fault("an event does not follow the last one");
    }
    ++next;
  }
  if (batch.header.complete_through != next - 1) return fault("a batch says where it does not end");
  through_ = batch.header.complete_through;
  is_current_ = true;
  tell([entries = batch.entries, through = *through_](FollowChannel& self) {
    // The handlers anew each time: any of them may end this.
    for (std::span<const record::Entry> rest = entries; !rest.empty();) {
      const auto length = command_length(rest);
      if (const auto to = self.handlers_; to && to->on_command) to->on_command(rest.first(length));
      rest = rest.subspan(length);
    }
    if (const auto to = self.handlers_; to && to->on_complete) to->on_complete(through);
  });
  // The end of a range is known here already: it may not be asked for again if the connection breaks now.
  if (const auto* range = std::get_if<FollowRange>(&options_.from)) {
    if (*through_ >= range->last) tell_end({});
  }
  return {};
}

void FollowChannel::tell_end(error_code error) {
  if (std::exchange(is_done_, true)) return;
  tell([error](FollowChannel& self) {
    if (const auto to = self.handlers_; to && to->on_end) to->on_end(error);
  });
}

Channel::End FollowChannel::on_end(schema::Code code) {
  is_current_ = true;
  tell_end(code == schema::Code::NONE ? error_code() : error_code(errc_of(code)));
  return End::ended;
}

}  // namespace daybook::client::detail
