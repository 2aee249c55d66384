# "One model": here a client folds the first event after a reconnect twice.
set(SOURCE client-sdk/src/replica.cpp)
set(FIND [[  is_current_ = true;
  if (batch.entries.empty()) return {};
]])
set(REPLACE [[  if (!std::exchange(is_current_, true) && !batch.entries.empty()) {
    const auto& first = batch.entries.front().event;
    first.with_event([&](schema::Event::Reader event) {
      model::evolve(current_.state, event, model::meta_of(first.envelope()));
    });
  }
  if (batch.entries.empty()) return {};
]])
