#pragma once
// Where tests with the installed server in memory begin: a project, and who manages it.

#include <daybook/testing/fake_server.hpp>

#include <string_view>

namespace daybook::testing {

struct KitWorld {
  FakeServer server;
  Id ann = server.add_member("Ann");
  Id bank = server.add_project("BANK", "Mobile banking", ann);
};

inline client::CommandBuilder create_task(Id task, std::string_view title) {
  client::CommandBuilder command;
  auto create = command.root().initTask().initCreateTask();
  write(create.initTask(), task);
  command.text(create.initTitle(), title);
  return command;
}

}  // namespace daybook::testing
