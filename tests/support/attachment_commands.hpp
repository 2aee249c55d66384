#pragma once
// The commands of the part `attachment`, in the manner of commands.hpp.

#include "tests/support/commands.hpp"

namespace daybook::testing {

struct AttachFile {
  Id attachment = {};
  Id subject = {};
  std::string name = "contract.pdf";
  std::vector<std::byte> sha256 = std::vector<std::byte>(32, std::byte{7});
  std::uint64_t bytes = 1000;
  std::string location = {};
};
struct RetireAttachment {
  Id attachment = {};
  std::string reason = "outdated";
};
[[nodiscard]] Command attach_file(const AttachFile& fields);
[[nodiscard]] Command retire_attachment(const RetireAttachment& fields);

}  // namespace daybook::testing
