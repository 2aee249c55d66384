# "No gap, no repeat": here a subscriber that comes back misses the first event that follows.
set(SOURCE server/sync/subscription.cpp)
set(FIND [[      after_ = request_.after;
]])
set(REPLACE [[      after_ = std::min(request_.after + (request_.after > 0 ? 1 : 0), newest);
]])
