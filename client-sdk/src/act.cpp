#include "client-sdk/src/act.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include "model/check_command.hpp"

namespace daybook::client::detail {
namespace {

std::unexpected<Rejected> reject(Id id, Code code, std::string field = {}) {
  Rejected rejected{.id = id, .code = code, .local = true};
  rejected.facts.field = std::move(field);
  return std::unexpected(std::move(rejected));
}

}  // namespace

std::expected<ActPointer, Rejected> make_act(Act act, CommandBuilder command) {
  auto request = command.request();
  const auto& given = command.words();
  const std::vector<std::string_view> words(given.begin(), given.end());
  if (const auto checked = model::check_command(request.getCommand().asReader(), words); !checked) {
    return reject(act.id, checked.error().code, std::string(checked.error().facts.field));
  }
  auto list = request.initWords(static_cast<unsigned>(words.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    list.set(i, capnp::Text::Reader(given[i].c_str(), given[i].size()));
  }
  const std::size_t bytes = (request.asReader().totalSize().wordCount + 2) * sizeof(capnp::word);
  if (bytes > schema::protocol::kCommandBytesMax) return reject(act.id, Code::TOO_LARGE);
  append_message(act.frame, [&](schema::Message::Builder message) { message.setCommand(request); });
  return std::make_shared<const Act>(std::move(act));
}

ActPointer open_act(Act act) {
  record::Bytes rest = act.frame;
  const auto frame = next_frame(rest);
  if (!frame || !*frame || !rest.empty()) return nullptr;
  const auto message = schema::open_flat_message<schema::Message>((*frame)->body);
  if (!message || !message->root<schema::Message>().isCommand()) return nullptr;
  const auto request = message->root<schema::Message>().getCommand();
  if (read(request.getId()) != act.id || read(request.getStream()) != act.stream) return nullptr;
  std::vector<std::string_view> words;
  for (const auto word : request.getWords()) words.emplace_back(word.begin(), word.size());
  if (!model::check_command(request.getCommand(), words)) return nullptr;
  return std::make_shared<const Act>(std::move(act));
}

}  // namespace daybook::client::detail
