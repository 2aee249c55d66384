# "What is queued outlives a loss of power": here an outbox tells that a command is kept while its last page may still be lost.
set(SOURCE client-sdk/src/outbox_file.cpp)
set(FIND [[MDB_NOSUBDIR | MDB_NOLOCK, kOwnerOnly]])
set(REPLACE [[MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOMETASYNC, kOwnerOnly]])
