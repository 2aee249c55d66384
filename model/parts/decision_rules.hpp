#pragma once
// Inside of the part `decision`: what its commands about boards (advisory_board.cpp) and about decisions (decision.cpp) share.

#include "model/project.hpp"

namespace daybook::model::decision {

// A vote takes what any command on a decision takes.
[[nodiscard]] bool is_voter(const Project& all, Id member);
// Who sits on a board and cannot vote makes no quorum. quorumAboveMembers; `board`: nil for one to be constituted.
[[nodiscard]] Ruling check_quorum(const Project& all, const Charter& charter, Id board);

[[nodiscard]] Ruling constitute_board(const Project& all,
                                      schema::decision::ConstituteAdvisoryBoard::Reader command,
                                      Emitter& out);
[[nodiscard]] Ruling amend_board(const Project& all,
                                 schema::decision::AmendAdvisoryBoard::Reader command,
                                 Emitter& out);

}  // namespace daybook::model::decision
