#include "server/demo.hpp"

#include "server/access/access.hpp"
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
    project.setKey(kDemoKey);
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

// For the wall. Returns the token.
std::string open_room(Story& story) {
  auto token = access::make_token();
  story.must("the room's token", ines, {},
             [&](model::Request& request, schema::Command::Builder command) {
               auto issue = command.initWorkspace().initIssueToken();
               write(issue.initToken(), named_id("token", "room"));
               issue.setHash(capnp::Data::Reader(
                   reinterpret_cast<const kj::byte*>(token.hash.data()), token.hash.size()));
               issue.setKind(model::workspace::TokenKind::ROOM);
               write(issue.initProject(), project_id());
               const auto names = capnp::Schema::from<schema::ViewName>().getEnumerants();
               auto views = issue.initViews(names.size() - 1);  // all but `none`
               for (unsigned i = 0; i < views.size(); ++i)
                 views.set(i, static_cast<std::uint16_t>(i + 1));
               request.text(issue.initLabel(), "The wall");
             });
  return std::move(token.secret);
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
  auto room = open_room(story);
  engine.stop();
  return {{.manager = std::move(first.token), .room = std::move(room)}, log.head().position.value};
}

}  // namespace daybook::server
