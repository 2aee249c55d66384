#include "client-sdk/examples/kep_plan.hpp"

#include <capnp/message.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>
#include <set>

#include "model/record/stored_event.hpp"
#include "model/record/text.hpp"
#include "schema/parts/approval.capnp.h"
#include "schema/parts/board.capnp.h"

namespace daybook::examples {
namespace {

namespace json = boost::json;
using schema::board::Category;

struct Column {
  std::string_view name;
  Category category;
};
enum ColumnName {
  kProvisional,
  kImplementable,
  kAlpha,
  kBeta,
  kStable,
  kDeferred,
  kImplemented,
  kClosed
};
constexpr std::array<Column, 8> kColumns{{{"Provisional", Category::TODO},
                                          {"Implementable", Category::TODO},
                                          {"Alpha", Category::DOING},
                                          {"Beta", Category::DOING},
                                          {"Stable", Category::DOING},
                                          {"Deferred", Category::WAIT},
                                          {"Implemented", Category::DONE},
                                          {"Closed", Category::DONE}}};

constexpr std::string_view kUnowned = "unowned";

std::optional<ColumnName> stage_column(std::string_view stage) {
  if (stage == "alpha") return kAlpha;
  if (stage == "beta") return kBeta;
  if (stage == "stable") return kStable;
  return std::nullopt;
}

// Where a card stands; nullopt: the status is not one that the process knows, and the card stays.
std::optional<ColumnName> column_of(std::string_view status, std::string_view stage) {
  if (status.empty() || status == "provisional") return kProvisional;
  if (status == "implementable") return stage_column(stage).value_or(kImplementable);
  if (status == "implemented") return kImplemented;
  if (status == "deferred") return kDeferred;
  if (status == "rejected" || status == "withdrawn" || status == "replaced") return kClosed;
  return std::nullopt;
}

// "sig-api-machinery" → "APIMACHINE"
std::string key_base(std::string_view team) {
  if (team.starts_with("sig-")) team.remove_prefix(4);
  std::string key;
  for (const char c : team) {
    if (c >= 'a' && c <= 'z') key += static_cast<char>(c - 'a' + 'A');
    if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9' && !key.empty())) key += c;
  }
  key.resize(std::min<std::size_t>(key.size(), 10));
  while (key.size() < 2) key += 'X';
  return key;
}

Id hashed(std::string_view what, std::string_view name) {
  std::string source = "kep_history";
  source.append(1, '\0').append(what).append(1, '\0').append(name);
  return make_id_v8(std::as_bytes(std::span(source)));
}

std::string_view text_of(const json::value* value) {
  return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                : std::string_view();
}

struct Line {
  std::size_t number = 0;
  std::string source;  // the line itself, told apart from equal ones before it
  std::int64_t at = 0;
  std::string actor;
  std::string rev;
  std::string kep;
  json::object change;
};

std::optional<Line> read_line(const std::string& text, std::size_t number) {
  json::error_code error;
  const auto value = json::parse(text, error);
  if (error || !value.is_object()) return std::nullopt;
  const auto& object = value.get_object();
  const auto* at = object.if_contains("at");
  const auto* change = object.if_contains("change");
  if (at == nullptr || !at->is_int64() || change == nullptr || !change->is_object()) {
    return std::nullopt;
  }
  // Up to the year 9999.
  if (at->get_int64() < 0 || at->get_int64() > 253'402'300'799) return std::nullopt;
  Line line{.number = number,
            .source = text,
            .at = at->get_int64() * 1'000'000,
            .actor = std::string(text_of(object.if_contains("actor"))),
            .rev = std::string(text_of(object.if_contains("rev"))),
            .kep = std::string(text_of(object.if_contains("kep"))),
            .change = change->get_object()};
  for (const auto& [field, values] : line.change) {
    if (!values.is_array() || values.get_array().size() != 2) return std::nullopt;
  }
  if (line.actor.empty() || line.kep.empty()) return std::nullopt;
  return line;
}

class Planner {
 public:
  Planner(Plan& plan, Id importer, const record::Hash& secret)
      : plan_(plan), importer_(importer), secret_(secret) {}

  void add(const Line& line) {
    ordinal_ = 0;
    add_member(line.actor);
    auto& proposal = proposals_[line.kep];
    if (proposal.fields.empty()) begin(line, proposal);

    json::object kept;
    bool contradicts = false;
    for (const auto& [name, values] : line.change) {
      const auto& pair = values.get_array();
      auto& present = proposal.fields[std::string(name)];
      if (present != pair[0]) {
        contradicts = true;
        kept[name] = values;
        ++plan_.kept["contradiction"];
      }
      present = pair[1];
    }
    if (contradicts) ++plan_.contradictions;

    if (proposal.task.is_nil()) {
      create(line, proposal);
    } else {
      edit_title(line, proposal, kept);
      move(line, proposal);
    }
    decide(line, proposal);
    ask_approvers(line, proposal);
    approve(line, proposal);
    keep_rest(line, proposal, kept);
    record_remainder(line, proposal, kept);
  }

 private:
  struct Proposal {
    std::map<std::string, json::value> fields;
    Id project = {};
    Id task = {};
    ColumnName column = kProvisional;
    std::string title;
    model::Text title_seen;
    record::Hash description{};          // its commitment
    std::string author;                  // who wrote the title that there is
    std::vector<std::string> askers;     // who asked for approval, each time
    std::vector<std::string> approvers;  // of the open request
    std::vector<std::string> listed;     // that the newest request is for
    std::vector<std::string> asked;      // of these: those whom it asks
    record::Hash revision{};             // that it asks for
    bool approved = false;
  };

  [[nodiscard]] record::Hash seed_of(Id command) const {
    const auto id = to_bytes(command);
    return record::hmac_sha256(secret_, {record::Bytes(id)});
  }
  // By the importer, or for the member who made the line, at its time.
  void push(Id id, Id stream, client::CommandBuilder command, const Line* line) {
    push_for(id, stream, std::move(command), line, line == nullptr ? std::string() : line->actor);
  }
  void push_for(Id id, Id stream, client::CommandBuilder command, const Line* line,
                const std::string& member) {
    Act act{.stream = stream, .command = std::move(command), .options = {}, .line = 0};
    act.options.id = id;
    act.options.seed = seed_of(id);
    if (line != nullptr) {
      act.line = line->number;
      act.options.effective_at = {line->at};
      act.options.on_behalf_of = hashed("member", member);
    }
    plan_.acts.push_back(std::move(act));
  }
  [[nodiscard]] Id next_id(const Line& line) {
    return hashed(std::to_string(ordinal_++), line.source);
  }

  void add_member(const std::string& actor) {
    if (!members_.insert(actor).second) return;
    ++plan_.members;
    client::CommandBuilder command;
    auto add = command.root().initMember().initAddMember();
    write(add.initMember(), hashed("member", actor));
    command.text(add.initName(), actor);
    push(hashed("addMember", actor), {}, std::move(command), nullptr);
  }

  // Whoever asks, approves or asserts has a role in the project.
  void add_contributor(Id project, const std::string& member) {
    if (!contributors_.insert({project, member}).second) return;
    client::CommandBuilder command;
    auto grant = command.root().initProject().initGrantRole();
    write(grant.initMember(), hashed("member", member));
    grant.setRole(schema::Role::CONTRIBUTOR);
    push(hashed("grantRole", to_string(project) + member), project, std::move(command), nullptr);
  }

  [[nodiscard]] static Id column_id(Id project, ColumnName column) {
    return hashed("column", to_string(project) + std::string(kColumns[column].name));
  }

  // The project of a team, made when it is first needed.
  std::size_t project_of(const std::string& team) {
    const auto found = std::ranges::find(plan_.projects, team, &PlannedProject::team);
    if (found != plan_.projects.end()) {
      return static_cast<std::size_t>(found - plan_.projects.begin());
    }
    std::string key = key_base(team);
    const auto taken = [&] {
      return std::ranges::find(plan_.projects, key, &PlannedProject::key) != plan_.projects.end();
    };
    for (int n = 2; taken(); ++n) {
      const auto number = std::to_string(n);
      key = key_base(team).substr(0, 10 - number.size()) + number;
    }
    const Id id = hashed("project", team);
    plan_.projects.push_back({.id = id, .key = key, .team = team, .tasks = 0});

    client::CommandBuilder enter;
    auto registration = enter.root().initWorkspace().initRegisterProject();
    write(registration.initProject(), id);
    registration.setKey(key);
    write(registration.initFirstManager(), importer_);
    push(hashed("registerProject", team), {}, std::move(enter), nullptr);

    client::CommandBuilder open;
    auto opening = open.root().initProject().initOpenProject();
    open.text(opening.initName(), team);
    push(hashed("openProject", team), id, std::move(open), nullptr);

    client::CommandBuilder define;
    auto columns = define.root().initBoard().initDefineBoard().initColumns(kColumns.size());
    for (unsigned i = 0; i < kColumns.size(); ++i) {
      write(columns[i].initColumn(), column_id(id, static_cast<ColumnName>(i)));
      define.text(columns[i].initName(), kColumns[i].name);
      columns[i].setCategory(kColumns[i].category);
    }
    push(hashed("defineBoard", team), id, std::move(define), nullptr);
    return plan_.projects.size() - 1;
  }

  void begin(const Line& line, Proposal& proposal) {
    std::string team(kUnowned);
    if (const auto* owner = line.change.if_contains("owning-sig")) {
      if (const auto name = text_of(&owner->get_array()[1]); !name.empty()) team = name;
    }
    auto& project = plan_.projects[project_of(team)];
    ++project.tasks;
    proposal.project = project.id;
  }

  [[nodiscard]] static std::string_view field(const Proposal& proposal, const std::string& name) {
    const auto found = proposal.fields.find(name);
    return found == proposal.fields.end() ? std::string_view() : text_of(&found->second);
  }
  [[nodiscard]] static std::string title_of(const Line& line, const Proposal& proposal) {
    const auto title = field(proposal, "title");
    return title.empty() ? "KEP-" + line.kep : std::string(title);
  }
  // The title's commitment, as the server makes it, and whose it is.
  void remember_title(const Line& line, Proposal& proposal, std::string title, Id command,
                      std::uint32_t word) {
    proposal.author = line.actor;
    const auto salt = record::text_salt(seed_of(command), word);
    proposal.title_seen.index = 1;
    proposal.title_seen.commitment = record::text_commitment(salt, title);
    proposal.title = std::move(title);
  }

  void create(const Line& line, Proposal& proposal) {
    ++plan_.tasks;
    proposal.task = hashed("task", line.source);
    proposal.column =
        column_of(field(proposal, "status"), field(proposal, "stage")).value_or(kProvisional);
    const Id id = next_id(line);
    client::CommandBuilder command;
    auto create = command.root().initTask().initCreateTask();
    write(create.initTask(), proposal.task);
    auto title = title_of(line, proposal);
    const auto word = command.text(title);
    create.initTitle().setIndex(word);
    const auto description = "KEP-" + line.kep;
    const auto description_word = command.text(description);
    create.initDescription().setIndex(description_word);
    proposal.description =
        record::text_commitment(record::text_salt(seed_of(id), description_word), description);
    write(create.initColumn(), column_id(proposal.project, proposal.column));
    remember_title(line, proposal, std::move(title), id, word);
    push(id, proposal.project, std::move(command), &line);
  }

  void edit_title(const Line& line, Proposal& proposal, json::object& kept) {
    auto title = title_of(line, proposal);
    if (title == proposal.title) return;
    ++plan_.edits;
    if (is_among(proposal.approvers, line.actor)) give_up_request(line, proposal, kept);
    const Id id = next_id(line);
    client::CommandBuilder command;
    auto edit = command.root().initTask().initEditTask();
    write(edit.initTask(), proposal.task);
    command.change(edit.initTitle(), proposal.title_seen, title);
    remember_title(line, proposal, std::move(title), id, 1);
    if (!proposal.approvers.empty())
      proposal.revision = revision_of(proposal);  // asked for with it
    push(id, proposal.project, std::move(command), &line);
  }

  void move(const Line& line, Proposal& proposal) {
    const auto to = column_of(field(proposal, "status"), field(proposal, "stage"));
    if (!to || *to == proposal.column) return;
    ++plan_.moves;
    client::CommandBuilder command;
    auto move = command.root().initTask().initMoveTask();
    write(move.initTask(), proposal.task);
    write(move.initFromColumn(), column_id(proposal.project, proposal.column));
    write(move.initToColumn(), column_id(proposal.project, *to));
    std::string reason = "status ";
    reason.append(field(proposal, "status")).append(", stage ").append(field(proposal, "stage"));
    command.text(move.initReason(), reason);
    proposal.column = *to;
    push(next_id(line), proposal.project, std::move(command), &line);
  }

  // What the line says of the stage, and of a closing, is somebody's decision about the proposal.
  void decide(const Line& line, Proposal& proposal) {
    for (const auto* name : {"stage", "status"}) {
      const auto* change = line.change.if_contains(name);
      if (change == nullptr || !is_decision(name, text_of(&change->get_array()[1]))) continue;
      ++plan_.decisions;
      add_contributor(proposal.project, line.actor);
      const auto before = text_of(&change->get_array()[0]);
      const Id id = next_id(line);
      client::CommandBuilder command;
      auto record = command.root().initDecision().initRecordDecision();
      write(record.initDecision(), derived_id(id, 0));
      std::string what(name);
      if (!before.empty()) what.append(" ").append(before).append(" →");
      what.append(" ").append(text_of(&change->get_array()[1]));
      command.text(record.initWhat(), what);
      command.text(record.initWhy(), "merged as revision " + line.rev);
      write(record.initAssertedBy(1)[0], hashed("member", line.actor));
      write(record.initLinks(1)[0], proposal.task);
      record.setTopic(schema::decision::Topic::SCOPE);
      push(id, proposal.project, std::move(command), &line);
    }
  }
  [[nodiscard]] static bool is_decision(std::string_view field_name, std::string_view value) {
    if (field_name == "stage") return stage_column(value).has_value();
    return column_of(value, {}) == kClosed;
  }

  // The names of a list of strings, each once; empty: it is something else.
  [[nodiscard]] static std::vector<std::string> names_of(const Proposal& proposal,
                                                         const std::string& name) {
    const auto found = proposal.fields.find(name);
    if (found == proposal.fields.end() || !found->second.is_array()) return {};
    std::vector<std::string> names;
    for (const auto& element : found->second.get_array()) {
      const auto text = text_of(&element);
      if (text.empty() || !record::is_valid_text(text)) return {};
      if (std::ranges::find(names, text) == names.end()) names.emplace_back(text);
    }
    return names;
  }

  // What is approved: schema/parts/approval.capnp, TaskContent.
  [[nodiscard]] static record::Hash revision_of(const Proposal& proposal) {
    capnp::MallocMessageBuilder message;
    auto content = message.initRoot<schema::approval::TaskContent>();
    const auto commit = [](schema::TextRef::Builder text, const record::Hash& commitment) {
      text.setCommitment({reinterpret_cast<const kj::byte*>(commitment.data()), commitment.size()});
    };
    commit(content.initTitle(), proposal.title_seen.commitment);
    commit(content.initDescription(), proposal.description);
    const auto words = record::canonical(capnp::toAny(content.asReader()));
    return record::sha256(std::as_bytes(std::span(words.begin(), words.size())));
  }

  [[nodiscard]] static bool is_among(const std::vector<std::string>& names,
                                     const std::string& name) {
    return std::ranges::find(names, name) != names.end();
  }

  // Of an approver who is about to rewrite what they were asked for: it is theirs now, and the others are asked anew. That
  // they are on the list is kept; if this line has a list of its own, as for any list.
  void give_up_request(const Line& line, Proposal& proposal, json::object& kept) {
    withdraw(line, proposal, "rewritten by an approver");
    proposal.listed.clear();
    if (line.change.contains("approvers")) return;
    const auto& list = proposal.fields.at("approvers");
    kept["approvers"] = json::array{list, list};
    ++plan_.kept["approvers"];
  }

  // A pool of this proposal's approvers, all of whom must consent, and the request. Nobody is among them who asks, has asked
  // before, or wrote what is asked for.
  void ask_approvers(const Line& line, Proposal& proposal) {
    const auto listed = names_of(proposal, "approvers");
    if (proposal.approved || listed == proposal.listed) return;
    if (!proposal.approvers.empty()) withdraw(line, proposal, "other approvers");
    proposal.listed = listed;
    auto names = listed;
    std::erase_if(names, [&](const std::string& name) {
      return name == line.actor || name == proposal.author || is_among(proposal.askers, name);
    });
    proposal.asked = names;
    if (names.empty()) return;
    for (const auto& name : names) {
      add_member(name);
      add_contributor(proposal.project, name);
    }
    add_contributor(proposal.project, line.actor);

    const Id pool = derived_id(next_id(line), 0);
    client::CommandBuilder define;
    auto defined = define.root().initApproval().initDefinePool();
    write(defined.initPool(), pool);
    define.text(defined.initName(), "Approvers of KEP-" + line.kep);
    auto members = defined.initMembers(static_cast<unsigned>(names.size()));
    for (unsigned i = 0; i < members.size(); ++i) write(members[i], hashed("member", names[i]));
    push(next_id(line), proposal.project, std::move(define), nullptr);

    client::CommandBuilder policy;
    auto rules = policy.root().initApproval().initDefineApprovalPolicy();
    rules.setKind(schema::approval::SubjectKind::TASK);
    auto& present = policies_[proposal.project];
    if (present.quorum != 0) set_policy(rules.initFrom(), present);
    present = {static_cast<std::uint32_t>(names.size()), pool};
    set_policy(rules.initTo(), present);
    push(next_id(line), proposal.project, std::move(policy), nullptr);

    request(line, proposal);
    proposal.approvers = std::move(names);
  }

  struct Policy {
    std::uint32_t quorum = 0;
    Id pool = {};
  };
  static void set_policy(schema::approval::Policy::Builder out, const Policy& policy) {
    out.setQuorum(policy.quorum);
    write(out.initPool(), policy.pool);
  }

  void request(const Line& line, Proposal& proposal) {
    ++plan_.requests;
    proposal.askers.push_back(line.actor);
    client::CommandBuilder command;
    write(command.root().initApproval().initRequestApproval().initSubject(), proposal.task);
    proposal.revision = revision_of(proposal);
    push(next_id(line), proposal.project, std::move(command), &line);
  }

  void withdraw(const Line& line, Proposal& proposal, const std::string& why) {
    proposal.approvers.clear();
    client::CommandBuilder command;
    auto withdraw = command.root().initApproval().initWithdrawRequest();
    write(withdraw.initSubject(), proposal.task);
    command.text(withdraw.initReason(), why + ", merged as revision " + line.rev);
    push(next_id(line), proposal.project, std::move(command), nullptr);
  }

  // That a proposal may be implemented shows that its approvers consented.
  void approve(const Line& line, Proposal& proposal) {
    const auto status = field(proposal, "status");
    if (proposal.approvers.empty() || (status != "implementable" && status != "implemented"))
      return;
    for (const auto& name : proposal.approvers) {
      ++plan_.approvals;
      client::CommandBuilder command;
      auto approve = command.root().initApproval().initApprove();
      write(approve.initSubject(), proposal.task);
      approve.setRevision(
          {reinterpret_cast<const kj::byte*>(proposal.revision.data()), proposal.revision.size()});
      push_for(next_id(line), proposal.project, std::move(command), &line, name);
    }
    proposal.approvers.clear();
    proposal.approved = true;
  }

  // Whether task, column, request or decision say what the field says.
  [[nodiscard]] static bool is_expressed(const Line& line, const Proposal& proposal,
                                         const std::string& name) {
    const auto value = field(proposal, name);
    if (name == "title") return !value.empty();
    if (name == "owning-sig") {
      const auto* change = line.change.if_contains(name);
      return change->get_array()[0].is_null() && proposal.project == hashed("project", value);
    }
    if (name == "status") return !value.empty() && column_of(value, {});
    if (name == "stage") return stage_column(value).has_value();
    if (name == "approvers") {
      const auto names = names_of(proposal, name);
      return !names.empty() && names == proposal.asked;
    }
    return false;
  }
  void keep_rest(const Line& line, const Proposal& proposal, json::object& kept) {
    for (const auto& [name, values] : line.change) {
      if (is_expressed(line, proposal, std::string(name))) continue;
      kept[name] = values;
      ++plan_.kept[std::string(name)];
    }
  }

  void record_remainder(const Line& line, const Proposal& proposal, const json::object& kept) {
    client::CommandBuilder command;
    auto record = command.root().initProject().initRecordImportRemainder();
    write(record.initSubject(), proposal.task);
    command.text(record.initSource(),
                 "line " + std::to_string(line.number) + ", rev " + line.rev + ", KEP-" + line.kep);
    command.text(record.initText(), json::serialize(kept));
    push(next_id(line), proposal.project, std::move(command), &line);
  }

  Plan& plan_;
  Id importer_;
  record::Hash secret_;
  std::map<std::string, Proposal> proposals_;
  std::set<std::string> members_;
  std::set<std::pair<Id, std::string>> contributors_;
  std::map<Id, Policy> policies_;  // of tasks, by project
  std::uint32_t ordinal_ = 0;      // of the line's commands
};

}  // namespace

Plan make_plan(std::istream& file, Id importer, const record::Hash& secret) {
  Plan plan;
  Planner planner(plan, importer, secret);
  std::map<std::string, std::size_t> repeated;
  for (std::string text; std::getline(file, text);) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    ++plan.lines;
    auto line = read_line(text, plan.lines);
    if (!line) {
      plan.unreadable.push_back("line " + std::to_string(plan.lines) + ": " + text.substr(0, 80));
      continue;
    }
    if (const auto before = repeated[text]++; before > 0) {
      line->source += "\n" + std::to_string(before);
    }
    planner.add(*line);
  }
  return plan;
}

}  // namespace daybook::examples
