#pragma once
// How a log comes to be open: locked, created or checked, mapped, its newest events verified.

#include <expected>
#include <memory>

#include "server/log/store.hpp"

namespace daybook::log {

[[nodiscard]] std::expected<std::unique_ptr<Store>, OpenError> open_store(
    const OpenOptions& options);

}  // namespace daybook::log
