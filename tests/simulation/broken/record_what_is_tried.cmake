# "Nothing is recorded of what is tried": here some of it is.
set(SOURCE server/sync/session_what_if.cpp)
set(FIND [[  questions_.push_back(question);
]])
set(REPLACE [[  questions_.push_back(question);
  auto given = read_what_if(reader, access::sender(principal_), [] { return Id(); });
  for (auto& command : given->what.commands) {
    if (!command.submission) continue;
    services_.door.submit(std::move(*command.submission), answered([](Session&, const auto&) {}));
  }
]])
