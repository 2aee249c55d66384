// Which version a moment means, and on which day a view of it is looked at.
#include "model/views/moment.hpp"

#include <catch2/catch.hpp>

#include "tests/model/approval_support.hpp"

namespace daybook::testing {
namespace {

using model::Moment;

// Versions 1 to 3, recorded at 10, 20 and 20; nothing is known behind 25.
std::string found(const Moment& at) {
  const auto version_at = [](Timestamp time) -> Version {
    return {time.micros >= 20 ? 3U : time.micros >= 10 ? 1U : 0U};
  };
  const auto version = model::find_version(at, {.newest = {3}, .until = {25}}, version_at);
  if (version) return std::to_string(version->value);
  return describe(version.error());
}

}  // namespace

TEST_CASE("A moment means a version, or is refused", "[model][views][moment]") {
  CHECK(found(Version{0}) == "unknownVersion");
  CHECK(found(Version{1}) == "1");
  CHECK(found(Version{3}) == "3");
  CHECK(found(Version{4}) == "aheadOfLog presentNumber=3");
  CHECK(found(Timestamp{-1}) == "unknownVersion");
  CHECK(found(Timestamp{0}) == "unknownVersion");  // a time like any other
  CHECK(found(Timestamp{9}) == "unknownVersion");
  CHECK(found(Timestamp{10}) == "1");
  CHECK(found(Timestamp{19}) == "1");
  CHECK(found(Timestamp{20}) == "3");
  CHECK(found(Timestamp{25}) == "3");
  CHECK(found(Timestamp{26}) == "aheadOfLog presentNumber=3");
}

TEST_CASE("A view is looked at on the day that is meant", "[model][views][moment]") {
  const auto scenario = opened();
  const auto& project = scenario.state();
  const auto recorded = date_of(project.recorded_at);
  const Timestamp later{project.recorded_at.micros + 7 * kMicrosPerDay};
  const auto date = [&](model::ViewName name, const Moment& at) {
    return model::derive_at(name, project, {}, at).date;
  };
  CHECK(date(model::ViewName::ATTENTION, project.version) == recorded);
  CHECK(date(model::ViewName::ATTENTION, later) == date_of(later));
  CHECK(model::present_date(model::ViewName::ATTENTION, project, later) == date_of(later));
  CHECK(model::present_date(model::ViewName::BOARD, project, later) == recorded);
  CHECK(model::present_date(model::ViewName::ATTENTION, project, {1}) == recorded);
}

}  // namespace daybook::testing
