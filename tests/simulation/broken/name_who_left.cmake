# "Presence is gone with the connection": here some who have left are still named to those who knew them.
set(SOURCE server/sync/presence.cpp)
set(FIND [[    if (was_told && !is_here_again) change.gone.push_back(at->connection);]])
set(REPLACE [[    if (was_told && !is_here_again && at->connection % 8 != 0)
      change.gone.push_back(at->connection);]])
