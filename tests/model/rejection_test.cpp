// What the codes say beside their names: which attempts are recorded, and what may succeed later as it is.
#include "model/rejection.hpp"

#include <capnp/schema.h>

#include <catch2/catch.hpp>
#include <set>

namespace daybook::testing {
namespace {

using model::Code;

std::set<std::string> codes_that(bool (*is)(Code)) {
  std::set<std::string> codes;
  for (const auto enumerant : capnp::Schema::from<Code>().getEnumerants()) {
    if (is(static_cast<Code>(enumerant.getOrdinal())))
      codes.insert(enumerant.getProto().getName().cStr());
  }
  return codes;
}

TEST_CASE("attempts against governance are these codes", "[model][rejection]") {
  CHECK(codes_that(model::is_breach) ==
        std::set<std::string>{"selfApproval", "contributorExcluded", "notInPool", "alreadyVoted",
                              "staleRevision", "notRequester", "impactNotAccepted", "notApproved",
                              "extremeNeedsBoard", "ownerIsSoleApprover", "outOfRemit",
                              "notBoardMember", "conflictOfInterest", "quorumNotReached",
                              "majorityNotReached", "decisionFinal", "notBinding"});
}

TEST_CASE("what may succeed later as it is are these codes", "[model][rejection]") {
  CHECK(codes_that(model::is_retryable) ==
        std::set<std::string>{"overloaded", "storageFull", "rateLimited", "wipLimitReached",
                              "taskBlocked", "predecessorOpen", "impactNotAccepted",
                              "changeDeferred", "notApproved", "riskNotAssessed", "openActions",
                              "decisionOpen", "quorumNotReached", "majorityNotReached",
                              "goingAway"});
}

}  // namespace
}  // namespace daybook::testing
