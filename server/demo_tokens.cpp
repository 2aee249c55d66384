#include "server/demo_tokens.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "server/access/access.hpp"

namespace daybook::server {
namespace {

std::filesystem::path file_in(const std::filesystem::path& data) { return data / "demo-tokens"; }

}  // namespace

void keep_demo_tokens(const std::filesystem::path& data, const DemoTokens& tokens) {
  const auto file = file_in(data);
  std::filesystem::remove(file);  // a new one has the mode that it is made with
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) throw std::runtime_error("cannot write " + file.string());
  const auto text = tokens.manager + '\n' + tokens.room + '\n';
  const bool is_written =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(descriptor);
  if (!is_written) throw std::runtime_error("cannot write " + file.string());
}

std::optional<DemoTokens> kept_demo_tokens(const std::filesystem::path& data) {
  std::ifstream file(file_in(data));
  DemoTokens tokens;
  if (!std::getline(file, tokens.manager) || !std::getline(file, tokens.room)) return std::nullopt;
  return tokens;
}

DemoTokens valid_tokens(DemoTokens tokens, const model::Workspace& workspace, Timestamp now) {
  for (auto* token : {&tokens.manager, &tokens.room}) {
    if (!access::authenticate(workspace, *token, now)) token->clear();
  }
  return tokens;
}

}  // namespace daybook::server
