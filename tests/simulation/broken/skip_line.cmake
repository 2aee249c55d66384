# "No gap, no repeat", in JSON too: here a line leaves out an event now and then.
set(SOURCE server/sync/encoding.cpp)
set(FIND [[    for (auto at = i; at < end; ++at) {
      if (at > i) frame.add(",");]])
set(REPLACE [[    for (auto at = i; at < end; ++at) {
      if (at > i && at % 4 == 0) continue;
      if (at > i) frame.add(",");]])
