#pragma once
// What the operator does by hand, and the admin: commands that are answered at once, as nothing else happens meanwhile, and
// tokens.

#include "server/engine/local.hpp"
#include "tests/simulation/world.hpp"

namespace daybook::simulation {

[[nodiscard]] std::vector<std::byte> token_hash(const std::string& secret);

// Threading: confined to one thread.
class Console {
 public:
  explicit Console(World& world) : world_(world) {}

  engine::Answer operate(const testing::Command& command, Id stream, const engine::Sender& sender);
  // What must be accepted.
  void given(const testing::Command& command, Id stream = {},
             engine::Sender sender = {.member = testing::member_id(1)});

  [[nodiscard]] MadeToken make_token();
  [[nodiscard]] testing::Command issue(const Page::Place& place, const MadeToken& token);
  void reissue_token(Member& member);
  void renew_token(Page& page);
  void replace_token();

 private:
  World& world_;
  std::uint64_t tokens_ = 0;
};

}  // namespace daybook::simulation
