#include "server/sync/gather.hpp"

#include <utility>

namespace daybook::sync {

void Gather::append(Gather other) {
  if (empty()) {
    *this = std::move(other);
    return;
  }
  for (auto& part : other.shared_) {
    if (&part == other.shared_.data()) part.own_before += own_.size() - own_in_order_;
    shared_.push_back(std::move(part));
  }
  if (!other.shared_.empty()) own_in_order_ = own_.size() + other.own_in_order_;
  own_ += other.own_;
  shared_bytes_ += other.shared_bytes_;
}

std::string Gather::flat() const {
  std::string out;
  out.reserve(size());
  for_each([&](std::string_view bytes) { out += bytes; });
  return out;
}

}  // namespace daybook::sync
