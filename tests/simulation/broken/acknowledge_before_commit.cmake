# "Acknowledged is durable": here the answers of a group leave before its commit.
set(SOURCE server/engine/sequencer.cpp)
set(FIND [[  committed.head = std::move(*group).commit();
]])
set(REPLACE [[  answers.deliver();
  committed.head = std::move(*group).commit();
]])
