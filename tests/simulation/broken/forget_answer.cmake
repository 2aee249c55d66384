# "A final status is never left": here the outbox does not keep that a command was accepted, and the next run queues it again.
set(SOURCE client-sdk/src/pending.cpp)
set(FIND [[  if (outbox_ != nullptr) keep(command, frame_of(accepted));
]])
set(REPLACE [[  static_cast<void>(frame_of(accepted));
]])
