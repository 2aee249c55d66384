#pragma once
// What must hold of any command before it is decided, whatever its part: texts and their references.

#include <span>
#include <string_view>

#include "model/rejection.hpp"
#include "schema/parts.capnp.h"

namespace daybook::model {

// Every word is a valid text (textInvalid), and every TextRef names one of them, or, in `from`, is empty or a
// commitment of 32 bytes (malformed). A command of a part or type that this build does not know: notSupported.
[[nodiscard]] Ruling check_command(schema::Command::Reader command,
                                   std::span<const std::string_view> words);

}  // namespace daybook::model
