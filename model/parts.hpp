#pragma once
// The parts of each stream, one line each, in the order of the unions of schema/parts.capnp.
//
// PART(name, Name, NAME): its namespace and member, its accessor (getName()) and its ordinal's name. A part is a header
// model/parts/name.hpp that declares, in its namespace, State, decide(), evolve(), save(), load() and is_id_used().
// Everything that must be done for every part (deciding, folding, saving, finding an id) is made from these lists.

#define DAYBOOK_WORKSPACE_PARTS(PART)   \
  PART(workspace, Workspace, WORKSPACE) \
  PART(member, Member, MEMBER)

#define DAYBOOK_PROJECT_PARTS(PART)  \
  PART(project, Project, PROJECT)    \
  PART(board, Board, BOARD)          \
  PART(task, Task, TASK)             \
  PART(approval, Approval, APPROVAL) \
  PART(change, Change, CHANGE)       \
  PART(risk, Risk, RISK)             \
  PART(decision, Decision, DECISION) \
  PART(comment, Comment, COMMENT)    \
  PART(attachment, Attachment, ATTACHMENT)
