#include "tests/simulation/beginning.hpp"

namespace daybook::simulation {

using namespace daybook::testing;

namespace {

constexpr std::size_t kPeople = 6;  // some of whom never come

}  // namespace

void begin(World& world, Console& console) {
  world.server.options.snapshot_events_min = 20 + world.random.below(100);
  world.disks.add(world.disk);
  if (!world.server.start()) return;
  world.disk.adopt();
  std::vector<MadeToken> tokens;
  for (std::size_t i = 0; i < kMembers; ++i) tokens.push_back(console.make_token());
  console.given(open_workspace({.admin = member_id(1),
                                .token = tokens[0].id,
                                .token_hash = token_hash(tokens[0].secret)}),
                {}, {.is_server = true});
  for (std::size_t n = 2; n <= kPeople; ++n) console.given(add_member({.member = member_id(n)}));
  for (std::size_t n = 2; n <= kMembers; ++n) {
    console.given(issue_token({.token = tokens[n - 1].id,
                               .hash = token_hash(tokens[n - 1].secret),
                               .member = member_id(n)}));
  }
  std::uint64_t keys = 0;
  for (const auto id : kProjects) {
    console.given(register_project(
        {.project = id, .key = "P" + std::to_string(++keys), .first_manager = member_id(1)}));
    console.given(open_project(), id);
    console.given(define_board({.columns = {{.column = column_id(10 * keys + 1), .name = "To do"},
                                            {.column = column_id(10 * keys + 2),
                                             .name = "Doing",
                                             .category = schema::board::Category::DOING,
                                             .wip = {.count = 3}},
                                            {.column = column_id(10 * keys + 3),
                                             .name = "Done",
                                             .category = schema::board::Category::DONE}}}),
                  id);
    for (std::uint64_t n = 1; n <= 4; ++n)
      console.given(
          create_task({.task = task_id(10 * keys + n), .column = column_id(10 * keys + 1)}), id);
    for (std::size_t n = 2; n <= kMembers; ++n)
      console.given(grant_role({.member = member_id(n)}), id);
  }
  for (std::size_t n = 1; n <= kMembers; ++n) {
    world.members.push_back(std::make_unique<Member>(
        Member::Surroundings{.time = world.time,
                             .random = world.random,
                             .trace = world.trace,
                             .ledger = world.ledger,
                             .disks = world.disks,
                             .connect =
                                 [&world, n](const std::shared_ptr<Wire>& wire) {
                                   if (!world.server.is_up() ||
                                       world.offline_until[n] > world.time.now())
                                     return false;
                                   world.server.accept(wire);
                                   return true;
                                 },
                             .server_may_fail =
                                 [&world] {
                                   return world.count(Trouble::fail_call) > 0 ||
                                          world.count(Trouble::lose_power_at) > 0;
                                 }},
        n, kProjects, tokens[n - 1]));
    world.members.back()->start_app();
  }
  // A member's page, and one on a wall.
  for (std::size_t n = 1; n <= 2; ++n) {
    const Page::Place place{
        .number = n,
        .project = kProjects[world.random.below(kProjects.size())],
        .member = n == 1 ? member_id(1 + world.random.below(kMembers)) : Id(),
        .view = world.random.one_in(2) ? model::ViewName::BOARD : model::ViewName::TASKS};
    const auto token = console.make_token();
    console.given(console.issue(place, token));
    world.pages.push_back(
        std::make_unique<Page>(Page::Surroundings{.time = world.time,
                                                  .random = world.random,
                                                  .trace = world.trace,
                                                  .ledger = world.ledger,
                                                  .connect =
                                                      [&world](const std::shared_ptr<Wire>& wire) {
                                                        if (!world.server.is_up()) return false;
                                                        world.server.accept(wire);
                                                        return true;
                                                      }},
                               place, token));
  }
  world.disk.meanwhile = [&world] {
    for (auto n = world.random.below(40); n > 0; --n) {
      if (world.random.one_in(4)) {
        auto& page = world.any_page();
        static_cast<void>(world.random.one_in(2) ? page.deliver() : page.step());
        continue;
      }
      auto& member = world.any_member();
      const bool moved = world.random.one_in(2)
                             ? world.server.step_others()
                             : (world.random.one_in(2) ? member.deliver() : member.step());
      (void)moved;
    }
  };
}

}  // namespace daybook::simulation
