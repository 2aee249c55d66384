#include "server/first_start.hpp"

#include <stdexcept>

#include "server/access/access.hpp"
#include "server/engine/random.hpp"

namespace daybook::server {

FirstStart open_workspace(engine::Engine& engine, engine::LocalInbox& inbox,
                          const FirstStartOptions& options) {
  const auto now = engine::system_clock_now();
  auto token = access::make_token();
  const auto admin = engine::random_id(now);
  model::Request request(engine::random_id(now), {}, engine::random_32());
  auto command = request.command().initWorkspace().initOpenWorkspace();
  request.text(command.initName(), options.workspace_name);
  command.setDemonstration(options.demonstration);
  write(command.initAdmin(), admin);
  request.text(command.initAdminName(), options.admin_name);
  write(command.initToken(), engine::random_id(now));
  command.setTokenHash(
      capnp::Data::Reader(reinterpret_cast<const kj::byte*>(token.hash.data()), token.hash.size()));
  if (options.show) options.show(token.secret);
  const auto answer =
      engine::submit_and_wait(engine, inbox, {.is_server = true}, std::move(request));
  if (!std::holds_alternative<engine::Accepted>(answer))
    throw std::runtime_error("the log did not take its first event");
  return {admin, std::move(token.secret)};
}

}  // namespace daybook::server
