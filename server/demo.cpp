#include "server/demo.hpp"

#include "server/demo_governance.hpp"
#include "server/demo_work.hpp"
#include "server/first_start.hpp"

namespace daybook::server {
namespace {

using namespace demo;

void let_in(Story& story) {
  for (std::size_t i = 1; i < kPeople.size(); ++i) {
    story.must("a member", ines, {},
               [&](model::Request& request, schema::Command::Builder command) {
                 auto add = command.initMember().initAddMember();
                 write(add.initMember(), story.person(static_cast<Who>(i)));
                 request.text(add.initName(), kPeople[i].name);
               });
  }
}

void open_project(Story& story) {
  story.must("the project", ines, {}, [&](model::Request&, schema::Command::Builder command) {
    auto project = command.initWorkspace().initRegisterProject();
    write(project.initProject(), project_id());
    project.setKey("BANK");
    write(project.initFirstManager(), story.person(ines));
  });
  story.must("the opening", ines, project_id(),
             [&](model::Request& request, schema::Command::Builder command) {
               auto open = command.initProject().initOpenProject();
               request.text(open.initName(), "Mobile banking app");
               open.setDemonstration(true);
             });
  for (std::size_t i = 1; i < kPeople.size(); ++i) {
    story.must("a role", ines, project_id(),
               [&](model::Request&, schema::Command::Builder command) {
                 auto grant = command.initProject().initGrantRole();
                 write(grant.initMember(), story.person(static_cast<Who>(i)));
                 grant.setRole(kPeople[i].role);
               });
  }
}

}  // namespace

Demo make_demo(log::EventLog& log, Timestamp now) {
  const Calendar calendar(now);
  Story::SharedClock clock = calendar.first().micros;
  engine::Options options;
  options.clock = [&] { return Timestamp{clock}; };
  engine::LocalInbox inbox;  // outlives the engine, which posts to it
  engine::Engine engine(log, options);
  engine.start();
  auto first = open_workspace(engine, inbox,
                              {.workspace_name = "Demonstration",
                               .admin_name = std::string(kPeople[ines].name),
                               .demonstration = true});
  Story story(engine, inbox, clock, calendar, first.admin);
  Work work(story);
  Governance governance(story, work);
  let_in(story);
  open_project(story);
  work.define_board();
  governance.define_approval();
  work.plan();
  governance.plan();
  story.play();
  engine.stop();
  return {std::move(first.token), log.head().position.value};
}

}  // namespace daybook::server
