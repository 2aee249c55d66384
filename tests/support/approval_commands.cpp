#include "tests/support/approval_commands.hpp"

#include "tests/support/command_maker.hpp"

namespace daybook::testing {
namespace {

template <typename Init>
void put_policy(const model::approval::Policy& policy, Init&& init) {
  if (policy != model::approval::Policy{}) model::approval::write(init(), policy);
}

template <typename Init>
void put_levels(const std::vector<model::approval::Level>& levels, Init&& init) {
  if (!levels.empty()) model::approval::write(init(static_cast<unsigned>(levels.size())), levels);
}

capnp::Data::Reader data(const record::Hash& revision) {
  return {reinterpret_cast<const kj::byte*>(revision.data()), revision.size()};
}

}  // namespace

Command define_pool(const DefinePool& fields) {
  Maker maker;
  auto out = maker.root().initApproval().initDefinePool();
  put(fields.pool, [&] { return out.initPool(); });
  maker.text(fields.name, [&] { return out.initName(); });
  put(fields.members, [&](unsigned size) { return out.initMembers(size); });
  return maker.take();
}

Command edit_pool(const EditPool& fields) {
  Maker maker;
  auto out = maker.root().initApproval().initEditPool();
  put(fields.pool, [&] { return out.initPool(); });
  maker.edit(fields.name, [&] { return out.initName(); });
  put(fields.from, [&](unsigned size) { return out.initFrom(size); });
  put(fields.to, [&](unsigned size) { return out.initTo(size); });
  return maker.take();
}

Command define_approval_policy(const DefineApprovalPolicy& fields) {
  Maker maker;
  auto out = maker.root().initApproval().initDefineApprovalPolicy();
  out.setKind(fields.kind);
  put_policy(fields.from, [&] { return out.initFrom(); });
  put_policy(fields.to, [&] { return out.initTo(); });
  return maker.take();
}

Command define_escalation_path(const DefineEscalationPath& fields) {
  Maker maker;
  auto out = maker.root().initApproval().initDefineEscalationPath();
  out.setKind(fields.kind);
  put_levels(fields.from, [&](unsigned size) { return out.initFrom(size); });
  put_levels(fields.to, [&](unsigned size) { return out.initTo(size); });
  return maker.take();
}

Command request_approval(Id subject) {
  Maker maker;
  auto out = maker.root().initApproval().initRequestApproval();
  put(subject, [&] { return out.initSubject(); });
  return maker.take();
}

Command renew_request(Id subject) {
  Maker maker;
  auto out = maker.root().initApproval().initRenewRequest();
  put(subject, [&] { return out.initSubject(); });
  return maker.take();
}

Command withdraw_request(const WithdrawRequest& fields) {
  Maker maker;
  auto out = maker.root().initApproval().initWithdrawRequest();
  put(fields.subject, [&] { return out.initSubject(); });
  maker.text(fields.reason, [&] { return out.initReason(); });
  return maker.take();
}

Command approve(const Approve& fields) {
  Maker maker;
  auto out = maker.root().initApproval().initApprove();
  put(fields.subject, [&] { return out.initSubject(); });
  out.setRevision(data(fields.revision));
  maker.text(fields.note, [&] { return out.initNote(); });
  return maker.take();
}

Command refuse(const Refuse& fields) {
  Maker maker;
  auto out = maker.root().initApproval().initRefuse();
  put(fields.subject, [&] { return out.initSubject(); });
  out.setRevision(data(fields.revision));
  maker.text(fields.reason, [&] { return out.initReason(); });
  return maker.take();
}

Command escalate(Id subject) {
  Maker maker;
  auto out = maker.root().initApproval().initEscalate();
  put(subject, [&] { return out.initSubject(); });
  return maker.take();
}

}  // namespace daybook::testing
