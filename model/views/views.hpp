#pragma once
// The views, one line each, in the order of ViewName and ViewRows in schema/parts.capnp.
//
// VIEW(name, Name, NAME, Row): its function derive_name() in model/views/name.cpp, the accessor of its rows
// (initName()), its ordinal's name, and the struct of a row. Whatever must be done for every view is made from this list.

#define DAYBOOK_VIEWS(VIEW)                                                        \
  VIEW(board, Board, BOARD, schema::board::Row)                                    \
  VIEW(tasks, Tasks, TASKS, schema::task::Row)                                     \
  VIEW(people, People, PEOPLE, schema::member::Row)                                \
  VIEW(summary, Summary, SUMMARY, schema::project::Row)                            \
  VIEW(approvals, Approvals, APPROVALS, schema::approval::Row)                     \
  VIEW(changes, Changes, CHANGES, schema::change::Row)                             \
  VIEW(risks, Risks, RISKS, schema::risk::Row)                                     \
  VIEW(decisions, Decisions, DECISIONS, schema::decision::Row)                     \
  VIEW(comments, Comments, COMMENTS, schema::comment::CommentState)                \
  VIEW(attachments, Attachments, ATTACHMENTS, schema::attachment::AttachmentState) \
  VIEW(flow, Flow, FLOW, schema::flow::Row)                                        \
  VIEW(attention, Attention, ATTENTION, schema::attention::Row)                    \
  VIEW(timeline, Timeline, TIMELINE, schema::timeline::Row)
