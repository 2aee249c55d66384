#include <algorithm>

#include "model/parts/id_list.hpp"
#include "model/parts/subject.hpp"
#include "model/views/figures.hpp"
#include "model/views/rows.hpp"

namespace daybook::model {
namespace {

using approval::Request;
using schema::approval::Standing;
using Row = schema::approval::Row;

struct Person {
  Id member;
  Standing standing;
};

// The authors, the agents, the contributors if the policy excludes them, the voters; each once. Of a request that is decided,
// only those who voted are left of the last: nobody may vote on it.
std::vector<Person> people_of(const Project& project, Id subject, const Request& request) {
  const auto involved = subject::involved(project, subject, request);
  std::vector<Person> people;
  const auto add = [&](const std::vector<Id>& members, Standing standing) {
    for (const auto member : members) {
      const bool is_there = std::any_of(people.begin(), people.end(),
                                        [&](const Person& p) { return p.member == member; });
      if (!is_there && !contains(request.voters, member)) people.push_back({member, standing});
    }
  };
  add({request.author}, Standing::IS_AUTHOR);
  add(involved.authors, Standing::IS_AUTHOR);
  add(involved.agents, Standing::IS_AGENT);
  if (request.policy.exclude_contributors) add(involved.contributors, Standing::IS_CONTRIBUTOR);
  for (const auto member : request.voters) {
    const auto standing = standing_of(project, request, involved, member);
    const bool voted = standing == Standing::APPROVED || standing == Standing::REFUSED;
    if (voted || request.status == approval::Status::OPEN) people.push_back({member, standing});
  }
  return people;
}

ViewRow request_row(const Project& project, Id subject, const Request& request,
                    schema::approval::RequestState::Reader saved) {
  return make_row<Row>(subject, [&](Row::Builder row) {
    auto out = row.initRequest();
    daybook::write(out.initSubject(), subject);
    out.setKind(request.kind);
    const auto label = subject::label_of(project, subject);
    out.setNumber(label.number);
    write_text(label.title, [&] { return out.initTitle(); });
    out.setStatus(request.status);
    out.setRound(request.round);
    write_id(request.author, [&] { return out.initAuthor(); });
    out.setRevision(saved.getRevision());
    out.setQuorum(request.policy.quorum);
    out.setApprovals(approval::count_votes(request, true));
    out.setRefusals(approval::count_votes(request, false));
    const auto people = people_of(project, subject, request);
    auto list = out.initPeople(static_cast<unsigned>(people.size()));
    for (unsigned i = 0; i < list.size(); ++i) {
      daybook::write(list[i].initMember(), people[i].member);
      list[i].setStanding(people[i].standing);
    }
    if (request.status == approval::Status::OPEN)
      out.setObstacle(subject::obstacle(project, subject));
    out.setRequestedAt(request.requested_at.micros);
    out.setExpiresAt(approval::expires_at(request).micros);
    out.setDecidedAt(request.decided_at.micros);
    out.setEscalated(request.escalated);
    if (saved.hasVotes()) out.setVotes(saved.getVotes());
    out.setStale(subject::is_stale(project, subject, request));
  });
}

}  // namespace

std::vector<ViewRow> derive_approvals(const ViewInput& input) {
  const Project& project = input.project;
  SavedState<schema::approval::State> saved(project.approval);
  const auto state = saved.reader();
  std::vector<ViewRow> rows;
  for (const auto policy : state.getPolicies()) {
    const auto key = row_key(Row::POLICY, static_cast<std::uint64_t>(policy.getKind()));
    rows.push_back(make_row<Row>(key, [&](Row::Builder row) { row.setPolicy(policy); }));
  }
  for (const auto pool : state.getPools()) {
    rows.push_back(
        make_row<Row>(daybook::read(pool.getPool()), [&](Row::Builder row) { row.setPool(pool); }));
  }
  for (const auto request : state.getRequests()) {
    const auto subject = daybook::read(request.getSubject());
    if (const auto* found = approval::find_request(project.approval, subject))
      rows.push_back(request_row(project, subject, *found, request));
  }
  return rows;
}

}  // namespace daybook::model
