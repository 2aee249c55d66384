#pragma once
// A small file of proposals' changes with what real ones have: a misspelt status, a missing team and title, a line that
// contradicts its predecessor, one that stands twice, a changed team, a stage that goes backwards.

#include <string_view>

namespace daybook::testing {

inline constexpr std::size_t kKepLines = 12;
inline constexpr std::string_view kKepFile =
    R"({"at":1584483086,"actor":"u-1","rev":"r1","kep":"617","change":{"title":[null,"First"],"owning-sig":[null,"sig-api-machinery"],"status":[null,"provisional"],"authors":[null,["@a"]],"approvers":[null,["@x","@y","@x"]]}}
{"at":1584483087,"actor":"u-2","rev":"r2","kep":"617","change":{"status":["provisional","implementable"]}}
{"at":1584483088,"actor":"u-2","rev":"r3","kep":"617","change":{"stage":[null,"alpha"]}}
{"at":1584483089,"actor":"u-2","rev":"r4","kep":"617","change":{"title":["First","Erster Titel: \"größer\""],"stage":["alpha","beta"]}}
{"at":1584483090,"actor":"u-1","rev":"r5","kep":"617","change":{"title":["What it never was","Third"],"stage":["beta","alpha"]}}
{"at":1584483091,"actor":"u-1","rev":"r6","kep":"617","change":{"status":["implementable","imlpemented"]}}
{"at":1584483092,"actor":"u-1","rev":"r7","kep":"617","change":{"status":["imlpemented","implemented"]}}
{"at":1584483093,"actor":"u-1","rev":"r8","kep":"617","change":{"status":["implemented","implementable"],"owning-sig":["sig-api-machinery","sig-node"]}}
{"at":1584483094,"actor":"u-3","rev":"r9","kep":"2155","change":{"stage":[null,"alpha"],"milestone":[null,{"alpha":"v1.18"}]}}
{"at":1584483095,"actor":"u-3","rev":"r9","kep":"2155","change":{"status":[null,"withdrawn"]}}
{"at":1584483096,"actor":"u-3","rev":"ra","kep":"9","change":{"title":[null,"Other"],"owning-sig":[null,"api-machinery"],"status":[null,"implemented"]}}
{"at":1584483096,"actor":"u-3","rev":"ra","kep":"9","change":{"title":[null,"Other"],"owning-sig":[null,"api-machinery"],"status":[null,"implemented"]}}
)";

// Two proposals of one team with approvers of their own; one is rewritten before it is approved, the other's approvers change.
inline constexpr std::string_view kKepApprovals =
    R"({"at":1584483001,"actor":"u-1","rev":"a1","kep":"1","change":{"title":[null,"One"],"owning-sig":[null,"sig-node"],"approvers":[null,["@bob"]]}}
{"at":1584483002,"actor":"u-1","rev":"a2","kep":"2","change":{"title":[null,"Two"],"owning-sig":[null,"sig-node"],"approvers":[null,["@eve","@joe"]]}}
{"at":1584483003,"actor":"u-1","rev":"a3","kep":"1","change":{"title":["One","Rewritten"],"status":[null,"implementable"]}}
{"at":1584483004,"actor":"u-2","rev":"a4","kep":"2","change":{"approvers":[["@eve","@joe"],["@joe"]]}}
{"at":1584483005,"actor":"u-2","rev":"a5","kep":"2","change":{"status":[null,"implementable"]}}
)";

// Of whom approvers are who cannot be asked.

// Who began it.
inline constexpr std::string_view kKepByApprover =
    R"({"at":1584483001,"actor":"u-1","rev":"a1","kep":"1","change":{"title":[null,"One"]}}
{"at":1584483002,"actor":"u-2","rev":"a2","kep":"1","change":{"approvers":[null,["u-1"]]}}
{"at":1584483003,"actor":"u-2","rev":"a3","kep":"1","change":{"status":[null,"implementable"]}}
)";
// Who asked before, and was not the last to write it.
inline constexpr std::string_view kKepAskedBefore =
    R"({"at":1584483001,"actor":"u-1","rev":"a1","kep":"1","change":{"title":[null,"One"],"approvers":[null,["@eve"]]}}
{"at":1584483002,"actor":"u-2","rev":"a2","kep":"1","change":{"title":["One","Two"]}}
{"at":1584483003,"actor":"u-3","rev":"a3","kep":"1","change":{"approvers":[["@eve"],["@eve","u-1"]]}}
{"at":1584483004,"actor":"u-3","rev":"a4","kep":"1","change":{"status":[null,"implementable"]}}
)";
// Who rewrites it while it is asked for: one of two.
inline constexpr std::string_view kKepRewritten =
    R"({"at":1584483001,"actor":"u-1","rev":"a1","kep":"1","change":{"title":[null,"One"],"approvers":[null,["@eve","u-2"]]}}
{"at":1584483002,"actor":"u-2","rev":"a2","kep":"1","change":{"title":["One","Two"]}}
{"at":1584483003,"actor":"u-1","rev":"a3","kep":"1","change":{"status":[null,"implementable"]}}
)";
// The only one.
inline constexpr std::string_view kKepRewrittenByAll =
    R"({"at":1584483001,"actor":"u-1","rev":"a1","kep":"1","change":{"title":[null,"One"],"approvers":[null,["u-2"]]}}
{"at":1584483002,"actor":"u-2","rev":"a2","kep":"1","change":{"title":["One","Two"]}}
{"at":1584483003,"actor":"u-1","rev":"a3","kep":"1","change":{"title":["Two","Three"],"status":[null,"implementable"]}}
)";
// One of two, in a line that has another list.
inline constexpr std::string_view kKepRewrittenAndListed =
    R"({"at":1584483001,"actor":"u-1","rev":"a1","kep":"1","change":{"title":[null,"One"],"approvers":[null,["@eve","u-2"]]}}
{"at":1584483002,"actor":"u-2","rev":"a2","kep":"1","change":{"title":["One","Two"],"approvers":[["@eve","u-2"],["@joe","u-2"]]}}
{"at":1584483003,"actor":"u-1","rev":"a3","kep":"1","change":{"status":[null,"implementable"]}}
)";

}  // namespace daybook::testing
