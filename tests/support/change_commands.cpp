#include "tests/support/change_commands.hpp"

#include "tests/support/command_maker.hpp"

namespace daybook::testing {

Command submit_change(const SubmitChange& fields) {
  Maker maker;
  auto out = maker.root().initChange().initSubmitChange();
  put(fields.change, [&] { return out.initChange(); });
  maker.text(fields.title, [&] { return out.initTitle(); });
  maker.text(fields.justification, [&] { return out.initJustification(); });
  out.setKind(fields.kind);
  put(fields.affected, [&](unsigned size) { return out.initAffected(size); });
  return maker.take();
}

Command assess_change(const AssessChange& fields) {
  Maker maker;
  auto out = maker.root().initChange().initAssessChange();
  put(fields.change, [&] { return out.initChange(); });
  model::change::write(out.initImpact(), fields.impact);
  // What a client may send, although no rule allows it: an amount without a currency.
  if (fields.impact.cost.is_none() && fields.impact.cost.minor != 0)
    out.getImpact().initCost().setMinor(fields.impact.cost.minor);
  maker.text(fields.note, [&] { return out.initNote(); });
  return maker.take();
}

Command accept_impact(const AcceptImpact& fields) {
  Maker maker;
  auto out = maker.root().initChange().initAcceptImpact();
  put(fields.change, [&] { return out.initChange(); });
  out.setRevision(
      {reinterpret_cast<const kj::byte*>(fields.revision.data()), fields.revision.size()});
  return maker.take();
}

Command amend_change(const AmendChange& fields) {
  Maker maker;
  auto out = maker.root().initChange().initAmendChange();
  put(fields.change, [&] { return out.initChange(); });
  maker.edit(fields.title, [&] { return out.initTitle(); });
  maker.edit(fields.justification, [&] { return out.initJustification(); });
  out.setFromKind(fields.from_kind);
  out.setToKind(fields.to_kind);
  put(fields.from_affected, [&](unsigned size) { return out.initFromAffected(size); });
  put(fields.to_affected, [&](unsigned size) { return out.initToAffected(size); });
  return maker.take();
}

Command defer_change(const ChangeReason& fields) {
  Maker maker;
  auto out = maker.root().initChange().initDeferChange();
  put(fields.change, [&] { return out.initChange(); });
  maker.text(fields.reason, [&] { return out.initReason(); });
  return maker.take();
}

Command resume_change(Id change) {
  Maker maker;
  auto out = maker.root().initChange().initResumeChange();
  put(change, [&] { return out.initChange(); });
  return maker.take();
}

Command withdraw_change(const ChangeReason& fields) {
  Maker maker;
  auto out = maker.root().initChange().initWithdrawChange();
  put(fields.change, [&] { return out.initChange(); });
  maker.text(fields.reason, [&] { return out.initReason(); });
  return maker.take();
}

Command implement_change(const ImplementChange& fields) {
  Maker maker;
  auto out = maker.root().initChange().initImplementChange();
  put(fields.change, [&] { return out.initChange(); });
  put(fields.commands, [&](unsigned size) { return out.initCommands(size); });
  maker.text(fields.note, [&] { return out.initNote(); });
  return maker.take();
}

}  // namespace daybook::testing
