#pragma once
// What the parts say about their subjects of approval, so that `approval` needs to know none of them: which revision there
// is, what it lacks, and what follows from the outcome. One row a kind in subject.cpp.

#include "model/parts/approval.hpp"

namespace daybook::model::subject {

using approval::Involved;
using approval::Revision;
using schema::approval::Obstacle;

// How people name a subject: its number and its title.
struct Label {
  std::uint32_t number = 0;
  Text title = {};
};

// Whether there are subjects of this kind; false for what this build does not know.
[[nodiscard]] bool is_kind(schema::approval::SubjectKind kind);
// The present revision of something that can be approved; nullopt: the id is none such.
[[nodiscard]] std::optional<Revision> revision_of(const Project& all, Id subject);
// Whether its part asks for approval by itself, so that requestApproval and withdrawRequest are not for it.
[[nodiscard]] bool asks_by_itself(schema::approval::SubjectKind kind);
// Whether somebody can ask for it now. Rejections: notApprovable (its part asks by itself), taskRetired.
[[nodiscard]] Ruling check_asking(const Project& all, const Revision& revision);
// Who had to do with a request: those whom it says; of an open one also who has since had to do with its subject.
[[nodiscard]] Involved involved(const Project& all, Id subject, const approval::Request& request);
// When the next level of its path is due; none: none is left, it is decided or has expired, or nobody can approve it yet.
[[nodiscard]] Timestamp escalation_due(const Project& all, Id subject,
                                       const approval::Request& request, Timestamp now);
// Whether it was decided, and its subject rewritten since.
[[nodiscard]] bool is_stale(const Project& all, Id subject, const approval::Request& request);
// Why nobody can approve it yet.
[[nodiscard]] Obstacle obstacle(const Project& all, Id subject);
// What follows from approvalGranted or approvalDenied in the subject's own part.
void emit_granted(const Project& all, const Revision& revision, Emitter& out);
void emit_denied(const Project& all, const Revision& revision, Emitter& out);
// Of anything in the project that people name by number or title; all default: nothing is known.
[[nodiscard]] Label label_of(const Project& all, Id id);

}  // namespace daybook::model::subject
