#include "tests/support/attachment_commands.hpp"

#include "tests/support/command_maker.hpp"

namespace daybook::testing {

Command attach_file(const AttachFile& fields) {
  Maker maker;
  auto out = maker.root().initAttachment().initAttachFile();
  put(fields.attachment, [&] { return out.initAttachment(); });
  put(fields.subject, [&] { return out.initSubject(); });
  maker.text(fields.name, [&] { return out.initName(); });
  out.setSha256(data(fields.sha256));
  out.setBytes(fields.bytes);
  maker.text(fields.location, [&] { return out.initLocation(); });
  return maker.take();
}

Command retire_attachment(const RetireAttachment& fields) {
  Maker maker;
  auto out = maker.root().initAttachment().initRetireAttachment();
  put(fields.attachment, [&] { return out.initAttachment(); });
  maker.text(fields.reason, [&] { return out.initReason(); });
  return maker.take();
}

}  // namespace daybook::testing
