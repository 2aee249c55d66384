# "A room reads its views, and nothing else": here its token may send commands, and ask what they would lead to.
set(SOURCE server/access/access.cpp)
set(FIND [[{ return principal.kind == TokenKind::MEMBER; }]])
set(REPLACE [[{ return principal.kind != TokenKind::AUDITOR; }]])
