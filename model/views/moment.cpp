#include "model/views/moment.hpp"

#include <algorithm>

namespace daybook::model {

std::expected<Version, Rejection> find_version(
    const Moment& at, const Reach& reach, const std::function<Version(Timestamp)>& version_at) {
  const auto ahead = [&] {
    return reject(Code::AHEAD_OF_LOG,
                  {.present_number = static_cast<std::int64_t>(reach.newest.value)});
  };
  if (const auto* version = std::get_if<Version>(&at)) {
    if (version->value == 0) return reject(Code::UNKNOWN_VERSION);
    if (*version > reach.newest) return ahead();
    return *version;
  }
  const auto time = std::get<Timestamp>(at);
  if (time > reach.until) return ahead();
  const auto found = version_at(time);
  if (found.value == 0) return reject(Code::UNKNOWN_VERSION);
  return found;
}

View derive_at(ViewName name, const Project& project, const Workspace& workspace,
               const Moment& at) {
  const auto* time = std::get_if<Timestamp>(&at);
  return derive(name, project, workspace, time != nullptr ? date_of(*time) : Date{});
}

Date present_date(ViewName name, const Project& project, Timestamp now) {
  const auto newest = date_of(project.recorded_at);
  return depends_on_date(name) ? std::max(newest, date_of(now)) : newest;
}

}  // namespace daybook::model
