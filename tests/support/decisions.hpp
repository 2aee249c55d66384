#pragma once
// A question to an advisory board, in a line each: enough of the part `decision` to act against its rules.

#include <string>
#include <vector>

#include "tests/support/commands.hpp"

namespace daybook::testing {

// A command of the part decision: fill(schema::decision::Command::Builder).
template <typename Fill>
[[nodiscard]] Command decision_command(std::vector<std::string> words, Fill&& fill) {
  Command command{std::make_shared<capnp::MallocMessageBuilder>(), std::move(words)};
  fill(command.message->initRoot<schema::Command>().initDecision());
  return command;
}

[[nodiscard]] inline Command constitute_board(Id board, const std::vector<Id>& members) {
  return decision_command({"Steering"}, [&](schema::decision::Command::Builder out) {
    auto constitute = out.initConstituteAdvisoryBoard();
    write(constitute.initBoard(), board);
    constitute.initName().setIndex(1);
    auto charter = constitute.initCharter();
    auto list = charter.initMembers(static_cast<unsigned>(members.size()));
    for (unsigned i = 0; i < list.size(); ++i) write(list[i], members[i]);
    charter.setQuorum(1);
  });
}

// With two options: their ids follow that of the decision.
[[nodiscard]] inline Command open_decision(Id decision, Id board, Id subject = {}) {
  return decision_command({"Which database?", "This one", "That one"},
                          [&](schema::decision::Command::Builder out) {
                            auto open = out.initOpenDecision();
                            write(open.initDecision(), decision);
                            write(open.initBoard(), board);
                            open.initQuestion().setIndex(1);
                            auto options = open.initOptions(2);
                            for (unsigned i = 0; i < 2; ++i) {
                              write(options[i].initOption(), {decision.high, decision.low + 1 + i});
                              options[i].initText().setIndex(2 + i);
                            }
                            if (!subject.is_nil()) write(open.initSubject(), subject);
                          });
}

[[nodiscard]] inline Command cast_vote(Id decision, Id option) {
  return decision_command({}, [&](schema::decision::Command::Builder out) {
    auto vote = out.initCastVote();
    write(vote.initDecision(), decision);
    write(vote.initOption(), option);
  });
}

[[nodiscard]] inline Command conclude_decision(Id decision) {
  return decision_command({"It is the simpler one"}, [&](schema::decision::Command::Builder out) {
    auto conclude = out.initConcludeDecision();
    write(conclude.initDecision(), decision);
    conclude.initWhy().setIndex(1);
  });
}

}  // namespace daybook::testing
