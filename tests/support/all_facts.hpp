#pragma once
// A rejection's facts, none left out.

#include "model/rejection.hpp"
#include "tests/support/describe.hpp"

namespace daybook::testing {

// Every fact, each another value.
inline model::Facts all_facts() {
  return {.field = "task.title",
          .task = task_id(1),
          .tasks = {task_id(2), task_id(3)},
          .column = column_id(4),
          .member = member_id(5),
          .limit = 6,
          .count = 7,
          .required = schema::Role::MANAGER,
          .present_id = column_id(8),
          .present_number = -9,
          .present_text = {{10}, 11, record::sha256(to_bytes(task_id(12)))},
          .id = change_id(13),
          .by_member = member_id(14),
          .retry_after_millis = 15,
          .subject = pool_id(16),
          .members = {member_id(17), member_id(18)},
          .present_revision = record::sha256(to_bytes(task_id(19))),
          .ids = {task_id(20), task_id(21)}};
}

}  // namespace daybook::testing
