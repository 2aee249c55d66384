// What a session does with questions about what commands would lead to.

#include <algorithm>

#include "server/sync/session.hpp"

namespace daybook::sync {

using schema::Code;

void Session::take_what_if(schema::WhatIf::Reader reader) {
  const auto question = reader.getQuestion();
  if (!is_token_good()) {
    return close(schema::protocol::CloseCode::token_ended, "the token has ended");
  }
  const auto refuse = [&](Code code) { push(refuse_what_if(encoding_, question, code)); };
  if (!access::may_command(principal_)) return refuse(Code::NOT_PERMITTED);
  if (std::ranges::find(questions_, question) != questions_.end()) return refuse(Code::DUPLICATE);
  if (questions_.size() >= kWhatIfOpenMax ||
      rate_.take(services_.steady(), std::max(1U, reader.getCommands().size()))) {
    return refuse(Code::OVERLOADED);
  }
  auto request = read_what_if(reader, access::sender(principal_),
                              [this] { return services_.door.engine().fresh_id(); });
  if (!request) return refuse(request.error());
  questions_.push_back(question);
  const Id project = request->project;
  services_.door.read_project(
      project, when_read([request = std::move(*request)](Session& self, const auto& state) mutable {
        self.try_out(std::move(request), state);
      }));
}

void Session::try_out(WhatIfRequest request, const engine::Read<model::Project>& state) {
  const auto question = request.question;
  const auto workspace = services_.door.workspace();
  if (!state) return what_if_refused(question, engine::code_of(state.error()));
  if (!access::may_read_project(*workspace, principal_, **state)) {
    return what_if_refused(question, Code::NOT_FOUND);
  }
  auto place = services_.past_shares->enter(principal_.token);
  if (!place) return what_if_refused(question, Code::OVERLOADED);
  request.what.state = *state;
  request.what.acts = rejected_acts();
  services_.door.try_out(
      std::make_shared<const engine::WhatIf>(std::move(request.what)),
      answered([question, place = std::move(place)](Session& self, const auto& answer) {
        if (!answer) return self.what_if_refused(question, answer.error().code);
        if (self.closing_) return;
        self.answers_.emplace_back(question, *answer);
      }));
}

void Session::what_if_refused(std::uint32_t question, Code code) {
  std::erase(questions_, question);
  push(refuse_what_if(encoding_, question, code));
}

void Session::append_what_if(Gather& message) {
  if (answers_.empty()) return;
  auto& answer = answers_.front();
  append(encoding_, message, answer.next(encoding_, services_.door.log()));
  if (!answer.done()) return;
  std::erase(questions_, answer.question());
  answers_.erase(answers_.begin());
}

}  // namespace daybook::sync
