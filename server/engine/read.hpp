#pragma once
// What reading the present gives: what was asked for, or why not.
//
// That there is none is an answer, which a client may take as final. That it cannot be told is none: it must not look alike.

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>

#include "model/rejection.hpp"

namespace daybook::engine {

enum class Unread : std::uint8_t {
  absent,   // there is no such project
  damaged,  // its history is; the others go on without it
  ended,    // the engine has failed, or was stopped: nothing can be said
};

// Never nullptr.
template <typename T>
using Read = std::expected<std::shared_ptr<const T>, Unread>;
template <typename T>
using ReadHandler = std::move_only_function<void(const Read<T>&)>;

// What a client is told.
[[nodiscard]] constexpr model::Code code_of(Unread why) {
  switch (why) {
    case Unread::absent:
      return model::Code::NOT_FOUND;
    case Unread::damaged:
    case Unread::ended:
      break;
  }
  return model::Code::INTERNAL;
}

}  // namespace daybook::engine
