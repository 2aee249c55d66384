#include "tests/server/engine/running_engine.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <optional>

#include "model/record/stored_event.hpp"

namespace daybook::testing {

using engine::Answer;

std::string describe(const Answer& answer) {
  if (const auto* accepted = std::get_if<engine::Accepted>(&answer)) {
    return "accepted " + name_of(accepted->stream) +
           " version=" + std::to_string(accepted->first_version.value) +
           " position=" + std::to_string(accepted->first_position.value) +
           " count=" + std::to_string(accepted->count);
  }
  if (const auto* rejection = std::get_if<model::Rejection>(&answer)) return describe(*rejection);
  return std::holds_alternative<engine::Unknown>(answer) ? "unknown" : "notRecorded";
}

model::Request to_request(const Act& act, Id id) {
  record::Hash seed;
  seed.fill(act.seed);
  model::Request request(id, act.stream, seed);
  request.request().setCommand(act.command.reader());
  request.request().setEffectiveAt(act.effective_at.micros);
  request.request().setSeenVersion(act.seen_version);
  if (!act.on_behalf_of.is_nil()) write(request.request().initOnBehalfOf(), act.on_behalf_of);
  // The command's references count its words from 1 already.
  capnp::MallocMessageBuilder scratch;
  for (const auto& words : act.command.words)
    request.text(scratch.initRoot<schema::TextRef>(), words);
  return request;
}

std::vector<record::EnvelopeFields> envelopes(const log::EventLog& log) {
  std::vector<record::EnvelopeFields> result;
  const auto batch = log.read_all({}, {.bytes = 1 << 30, .events = 1 << 30});
  record::Bytes rest = batch.entries;
  while (true) {
    const auto entry = record::next_entry(rest, record::EventView::Check::full);
    if (!entry) throw std::runtime_error("a stored event does not check");
    if (!*entry) return result;
    result.push_back((*entry)->event.envelope());
  }
}

log::CommandEvents newer_event(const log::EventLog& log, Id id, Id stream) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<capnp::AnyPointer>().initAsAnyStruct(1, 1);
  const std::uint16_t part = 99, type = 3;
  std::memcpy(root.getDataSection().begin(), &part, 2);
  auto inner = root.getPointerSection()[0].initAsAnyStruct(1, 0);
  std::memcpy(inner.getDataSection().begin(), &type, 2);
  record::EnvelopeFields fields;
  fields.position = {log.head().position.value + 1};
  fields.stream = stream;
  fields.version = {log.stream_version(stream).value + 1};
  fields.recorded_at = log.head().recorded_at;
  fields.actor = kAdmin;
  fields.role = schema::Role::MANAGER;
  fields.command_id = id;
  fields.command_count = 1;
  log::CommandEvents command{.command_id = id, .fingerprint = {}, .entries = {}};
  record::append_entry(command.entries,
                       record::encode_event(fields, record::canonical(root.asReader())), 0, {});
  return command;
}

std::vector<std::vector<std::uint64_t>> words_of(const model::View& view) {
  std::vector<std::vector<std::uint64_t>> result;
  for (const auto& row : view.rows) result.push_back(*row.words);
  return result;
}

void StuckInbox::post(Task task) {
  std::unique_lock lock(mutex_);
  tasks_.push_back(std::move(task));
  changed_.notify_all();
  changed_.wait(lock, [this] { return released_; });
}

void StuckInbox::wait_until_stuck() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !tasks_.empty(); });
}

void StuckInbox::release() {
  const std::lock_guard lock(mutex_);
  released_ = true;
  changed_.notify_all();
}

RunningEngine::RunningEngine(engine::Options options) : options_(std::move(options)) {
  open();
  given({.command = open_workspace({.admin = kAdmin, .token = token_id(1)}),
         .stream = {},
         .by = {.is_server = true}});
  given({.command = add_member({.member = kContributor, .name = "Mei"}), .stream = {}});
  given({.command = add_member({.member = kViewer, .name = "Jonas"}), .stream = {}});
  given({.command = register_project({.project = kProject, .key = "P1", .first_manager = kAdmin}),
         .stream = {}});
  given({.command = open_project()});
  given({.command = grant_role({.member = kContributor})});
  given({.command = grant_role({.member = kViewer, .role = schema::Role::VIEWER})});
  given({.command = define_board(
             {.columns = {
                  {.column = kTodo, .name = "To do"},
                  {.column = kDoing,
                   .name = "Doing",
                   .category = schema::board::Category::DOING,
                   .wip = {.count = 2}},
                  {.column = kDone, .name = "Done", .category = schema::board::Category::DONE},
              }})});
  catch_up();
}

RunningEngine::~RunningEngine() { stop(); }

void RunningEngine::open() {
  auto opened = log::EventLog::open(
      {.directory = folder_.path(), .map_bytes = std::size_t{1} << 30, .room_bytes = 512 * 1024});
  if (!opened) throw std::runtime_error(opened.error().message);
  log_ = std::move(*opened);
  auto options = options_;
  options.clock = [this] { return Timestamp{clock_}; };
  engine_ = std::make_unique<engine::Engine>(*log_, std::move(options));
  const auto listener = engine_->add_listener(inbox_, [this](const auto& notice) {
    noticed_ = std::max(noticed_, notice->head.position.value);
  });
  static_cast<void>(listener);
  engine_->start();
}

void RunningEngine::stop() {
  if (engine_) engine_->stop();
}

void RunningEngine::restart() { restart(options_); }

void RunningEngine::restart(engine::Options options) {
  options_ = std::move(options);
  engine_.reset();
  log_.reset();
  open();
  noticed_ = head();
}

std::vector<std::string> RunningEngine::submit_all(const std::vector<Act>& acts) {
  std::vector<std::string> answers(acts.size());
  for (std::size_t i = 0; i < acts.size(); ++i) send(acts[i], answers[i]);
  for (const auto& answer : answers) wait(answer);
  return answers;
}

void RunningEngine::given(const Act& act) {
  const auto answer = submit(act);
  INFO("given: " << answer);
  REQUIRE(answer.starts_with("accepted"));
}

void RunningEngine::send(const Act& act, std::string& answer) {
  auto checked =
      engine::check_submission(to_request(act, act.id.is_nil() ? new_id() : act.id).flat(), act.by);
  if (!checked) {
    answer = describe(engine::Answer(checked.error()));
    return;
  }
  checked->inbox = &inbox_;
  checked->answer = [&answer](Answer given) { answer += describe(given); };
  engine_->submit(std::move(*checked));
}

void RunningEngine::send_query(Id command, std::string& answer) {
  engine_->query_outcome(command, inbox_, [&answer](Answer given) { answer += describe(given); });
}

void RunningEngine::wait(const std::string& answer) {
  while (answer.empty()) run_one();
}

void RunningEngine::run_one() {
  engine_->run_until_idle();
  inbox_.run_one();
}

std::string RunningEngine::query(Id command) {
  std::string answer;
  send_query(command, answer);
  wait(answer);
  return answer;
}

void RunningEngine::catch_up() {
  while (noticed_ < head()) run_one();
}

std::shared_ptr<const model::Project> RunningEngine::read_project(Id project) {
  return engine::read_project_and_wait(*engine_, inbox_, project).value_or(nullptr);
}

engine::Unread RunningEngine::why_unread(Id project) {
  const auto read = engine::read_project_and_wait(*engine_, inbox_, project);
  REQUIRE_FALSE(read);
  return read.error();
}

std::shared_ptr<const model::View> RunningEngine::read_view(model::ViewName name, Id project,
                                                            engine::RejectedActs acts) {
  std::optional<engine::Read<model::View>> view;
  engine_->read_view(project, name, acts, inbox_, [&](const auto& given) { view = given; });
  while (!view) run_one();
  return view->value_or(nullptr);
}

std::vector<std::string> RunningEngine::not_ready() const {
  std::vector<std::string> codes;
  for (const auto& reason : engine_->not_ready()) codes.emplace_back(reason.code);
  return codes;
}

std::expected<std::shared_ptr<const model::Project>, model::Rejection>
RunningEngine::read_project_at(engine::At at, Id project) {
  std::optional<std::expected<std::shared_ptr<const model::Project>, model::Rejection>> state;
  engine_->read_project_at(project, at, inbox_, [&](auto given) { state = std::move(given); });
  while (!state) run_one();
  return *state;
}

std::expected<std::shared_ptr<const model::View>, model::Rejection> RunningEngine::read_view_at(
    model::ViewName name, engine::At at, Id project, engine::RejectedActs acts) {
  std::optional<std::expected<std::shared_ptr<const model::View>, model::Rejection>> view;
  engine_->read_view_at(project, name, at, acts, inbox_,
                        [&](auto given) { view = std::move(given); });
  while (!view) run_one();
  return *view;
}

void RunningEngine::verify() {
  const auto report = log_->verify({});
  CHECK(report.faults == std::vector<std::string>{});
  CHECK(report.position == log_->head().position);
}

}  // namespace daybook::testing
