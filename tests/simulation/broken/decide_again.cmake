# "Exactly-once effect": here a command that is sent again takes effect again.
set(SOURCE server/engine/sequencer.cpp)
set(FIND [[    return {recorded(outcome), true};
]])
set(REPLACE [[    submission.id = options_.fresh_id(now);
]])
