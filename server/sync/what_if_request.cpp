#include "server/sync/what_if_request.hpp"

#include <capnp/serialize.h>

#include <algorithm>

#include "server/sync/message_in.hpp"

namespace daybook::sync {
namespace {

using schema::Code;

// A command as if it had been sent: what may be left out in a question is filled in.
engine::Trying read_command(schema::CommandRequest::Reader reader, Id project,
                            const engine::Sender& sender, const std::function<Id()>& fresh_id) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<schema::Message>();
  root.setCommand(reader);
  auto request = root.getCommand();
  const Id given = daybook::read(reader.getId());
  const Id id = given.is_nil() ? fresh_id() : given;
  daybook::write(request.initId(), id);
  const Id stream = daybook::read(reader.getStream());
  if (!stream.is_nil() && stream != project)
    return {id, model::reject(Code::MALFORMED, {.field = "stream"})};
  daybook::write(request.initStream(), project);
  if (reader.getSeed().size() == 0) {
    const auto seed = make_seed();
    request.setSeed(kj::arrayPtr(reinterpret_cast<const kj::byte*>(seed.data()), seed.size()));
  }
  // One segment, as a command has that was sent.
  capnp::MallocMessageBuilder flat(static_cast<capnp::uint>(root.totalSize().wordCount + 1));
  flat.setRoot(root.asReader());
  return {id, engine::check_submission(capnp::messageToFlatArray(flat), sender)};
}

}  // namespace

std::expected<WhatIfRequest, Code> read_what_if(schema::WhatIf::Reader reader,
                                                const engine::Sender& sender,
                                                const std::function<Id()>& fresh_id) {
  const auto commands = reader.getCommands();
  if (commands.size() == 0 || commands.size() > kWhatIfCommandsMax)
    return std::unexpected(Code::OUT_OF_RANGE);
  WhatIfRequest request;
  request.question = reader.getQuestion();
  request.project = daybook::read(reader.getProject());
  const auto known = model::all_views();
  for (const auto view : reader.getViews()) {
    if (std::ranges::find(known, view) == known.end()) return std::unexpected(Code::NOT_FOUND);
    if (std::ranges::find(request.what.views, view) != request.what.views.end())
      return std::unexpected(Code::DUPLICATE);
    request.what.views.push_back(view);
  }
  for (const auto command : commands)
    request.what.commands.push_back(read_command(command, request.project, sender, fresh_id));
  return request;
}

std::string refuse_what_if(Encoding encoding, std::uint32_t question, Code code) {
  return make_frame(encoding,
                    [&](schema::Message::Builder& message) {
                      auto result = message.initWhatIfResult();
                      result.setQuestion(question);
                      result.setCode(code);
                      result.setComplete(true);
                    })
      .flat();
}

void WhatIfSender::write_outcomes(schema::WhatIfResult::Builder result) const {
  auto outcomes = result.initOutcomes(static_cast<capnp::uint>(answer_->outcomes.size()));
  for (capnp::uint i = 0; i < outcomes.size(); ++i) {
    const auto& outcome = answer_->outcomes[i];
    daybook::write(outcomes[i].initId(), outcome.id);
    if (outcome.events) {
      outcomes[i].setAccepted(*outcome.events);
    } else {
      model::write(outcomes[i].initRejected(), outcome.id, outcome.events.error());
    }
  }
}

std::string WhatIfSender::next(Encoding encoding, const log::EventLog& log) {
  capnp::MallocMessageBuilder message;
  auto result = message.initRoot<schema::Message>().initWhatIfResult();
  result.setQuestion(question_);
  result.setVersion(answer_->version.value);
  schema::json::Options options;
  std::optional<ViewPiece> piece;
  if (!std::exchange(told_outcomes_, true)) {
    write_outcomes(result);
    done_ = answer_->views.empty();
  } else {
    const auto& changed = answer_->views[view_];
    piece = write_piece(result.initView(),
                        {.view = changed.view,
                         .version = changed.version,
                         .recorded_at = changed.recorded_at,
                         .whole = false},
                        changed.change, place_, encoding, [&](std::span<const model::Text> texts) {
                          WordsIndex words(log, texts);
                          for (const auto& text : texts) {
                            const auto at = answer_->words.find({text.position, text.index});
                            if (at != answer_->words.end()) words.add(text, at->second);
                          }
                          return words;
                        });
    place_ = piece->next;
    options = piece->words.json_options();
    if (piece->last) {
      place_ = {};
      done_ = ++view_ == answer_->views.size();
    }
  }
  result.setComplete(done_);
  const auto root = message.getRoot<schema::Message>().asReader();
  if (encoding == Encoding::binary) return encode(encoding, root);
  std::string line;
  schema::json::encode(line, root, options);
  return line;
}

}  // namespace daybook::sync
