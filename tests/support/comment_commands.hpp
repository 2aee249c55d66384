#pragma once
// The commands of the part `comment`, in the manner of commands.hpp.

#include "tests/support/commands.hpp"

namespace daybook::testing {

struct AddComment {
  Id comment = {};
  Id subject = {};
  std::string text = "I doubt it";
  std::vector<Id> mentions = {};
};
struct CorrectComment {
  Id comment = {};
  TextEdit text = {};
};
[[nodiscard]] Command add_comment(const AddComment& fields);
[[nodiscard]] Command correct_comment(const CorrectComment& fields);

}  // namespace daybook::testing
