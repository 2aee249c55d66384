// The example board_tui on a pseudo-terminal, against a real server: what a person sees, and the terminal afterwards.

#include <catch2/catch.hpp>
#include <csignal>

#include "tests/server/net/running_server.hpp"
#include "tests/support/screen.hpp"

namespace daybook::testing {
namespace {

const std::string kProgram = std::string(DAYBOOK_EXAMPLES) + "/daybook-board-tui";

// A free port, so that a server that went comes back where it was.
net::ServerOptions at_fixed_port() {
  auto options = RunningServer::small_options();
  options.port = RunningServer().port();
  return options;
}

struct Board {
  RunningServer server{at_fixed_port()};

  Board() {
    server.given({.command = create_task({.task = task_id(71), .title = "Pay by card"})});
    server.given({.command = create_task({.task = task_id(72), .title = "Show the balance"})});
    server.catch_up();
  }
  [[nodiscard]] std::vector<std::string> environment(
      const std::string& kind = "contributor") const {
    return {"DAYBOOK_SERVER=http://127.0.0.1:" + std::to_string(server.port()),
            "DAYBOOK_TOKEN=" + server.token(kind)};
  }
  [[nodiscard]] Id column_of(std::uint64_t task) {
    server.catch_up();
    return model::task::find_task(server.read_project()->task, task_id(task))->column;
  }
};

// The server goes, and a card is moved nevertheless.
void move_without_server(Board& board, Screen& screen) {
  screen.wait_for({"P1", "live"});
  screen.wait_for({"T-1 Pay by card"});
  board.server.stop_server();
  screen.wait_for({"P1", "stale"});
  screen.type(">");
  screen.wait_for({"1 not confirmed"});
}

// The server goes, a card is moved, and the program ends before it could be sent: the move waits in the outbox.
void leave_a_move_unsent(Board& board, const std::vector<std::string>& outbox) {
  Screen screen(kProgram, outbox, board.environment());
  move_without_server(board, screen);
  screen.type("q");
  CHECK(screen.wait() == 0);
}

TEST_CASE("board_tui moves cards by keys, and shows what others do", "[examples][e2e]") {
  Board board;
  Screen screen(kProgram, {}, board.environment());
  screen.wait_for({"P1", "live"});
  screen.wait_for({"T-1 Pay by card"});
  CHECK_FALSE(screen.has_cursor());

  screen.type(">");
  screen.wait_for({"T-2 Show the balance", "T-1 Pay by card"});  // side by side
  screen.wait_until_gone("not confirmed");
  CHECK(board.column_of(71) == kDoing);
  screen.type("\x1b[1;2D");  // Shift and the left arrow
  screen.wait_until_gone("not confirmed");

  board.server.given({.command = create_task({.task = task_id(73), .title = "Freeze a card"})});
  screen.wait_for({"T-3 Freeze a card"});

  screen.type("nLimit\x7f\x7f per day\r");
  screen.wait_for({"T-4 Lim per day"});
  screen.type("q");
  CHECK(screen.wait() == 0);
}

TEST_CASE("board_tui says what was rejected", "[examples][e2e]") {
  Board board;
  Screen screen(kProgram, {}, board.environment("viewer"));
  screen.wait_for({"P1", "live"});
  screen.wait_for({"T-1 Pay by card"});
  screen.type(">");
  screen.wait_for({"T-1 Pay by card to", "was rejected: notPermitted"});
  screen.type("j");
  screen.wait_until_gone("was rejected");
}

TEST_CASE("board_tui: what is done without a server is done when there is one again",
          "[examples][e2e]") {
  Board board;
  Screen screen(kProgram, {}, board.environment());
  move_without_server(board, screen);
  screen.wait_for({"*T-1 Pay by card"});
  board.server.restart_all();
  screen.wait_for({"P1", "live"});
  screen.wait_until_gone("not confirmed");
  CHECK(board.column_of(71) == kDoing);
}

TEST_CASE("board_tui: what is done without a server is sent by the next run", "[examples][e2e]") {
  Board board;
  const TempFolder folder;
  const std::vector<std::string> outbox{"--outbox", (folder.path() / "outbox").string()};
  leave_a_move_unsent(board, outbox);
  board.server.restart_all();
  CHECK(board.column_of(71) == kTodo);
  Screen screen(kProgram, outbox, board.environment());
  screen.wait_for({"P1", "live"});
  screen.wait_until_gone("not confirmed");
  CHECK(board.column_of(71) == kDoing);
}

TEST_CASE("board_tui begins without a server, and shows the board when there is one",
          "[examples][e2e]") {
  Board board;
  const TempFolder folder;
  const std::vector<std::string> outbox{"--outbox", (folder.path() / "outbox").string()};
  leave_a_move_unsent(board, outbox);
  Screen screen(kProgram, outbox, board.environment());
  screen.wait_for({"1 not confirmed", "offline"});
  board.server.restart_all();
  screen.wait_for({"P1", "live"});
  screen.wait_until_gone("not confirmed");
  CHECK(board.column_of(71) == kDoing);
  screen.type("q");
  CHECK(screen.wait() == 0);
}

TEST_CASE("board_tui follows the size of its terminal", "[examples][e2e]") {
  Board board;
  Screen screen(kProgram, {}, board.environment(), 100, 30);
  screen.wait_for({"P1", "live"});
  screen.wait_for({"T-1 Pay by card"});
  screen.resize(30, 8);  // one column of the board
  screen.wait_for({"T-1 Pay by card"});
  for (const auto& line : screen.lines()) CHECK(line.find("Doing") == std::string::npos);
  screen.resize(120, 40);
  screen.wait_for({"Doing"});
  screen.resize(3, 2);  // too small for anything, but no reason to fail
  screen.type("q");
  CHECK(screen.wait() == 0);
}

TEST_CASE("board_tui leaves the terminal as it found it", "[examples][e2e]") {
  Board board;
  Screen screen(kProgram, {}, board.environment());
  const auto before = screen.settings();
  screen.wait_for({"P1", "live"});
  CHECK(screen.is_alternate());
  CHECK((screen.settings().c_lflag & (ICANON | ECHO)) == 0U);
  int code = 0;
  SECTION("ended by its key") { screen.type("q"); }
  SECTION("ended by Ctrl-C") { screen.type("\x03"); }
  SECTION("ended by SIGTERM") { screen.signal(SIGTERM); }
  SECTION("ended by a terminal that hangs up") { screen.signal(SIGHUP); }
  SECTION("ended by its token") {
    board.server.given({.command = revoke_token({.token = board.server.token_id_of("contributor")}),
                        .stream = {}});
    code = 1;
  }
  CHECK(screen.wait() == code);
  CHECK_FALSE(screen.is_alternate());
  CHECK(screen.has_cursor());
  const auto after = screen.settings();
  CHECK(after.c_lflag == before.c_lflag);
  CHECK(after.c_iflag == before.c_iflag);
  CHECK(std::equal(std::begin(after.c_cc), std::end(after.c_cc), std::begin(before.c_cc)));
  if (code == 1) CHECK(screen.raw().find("does not accept this token") != std::string::npos);
}

}  // namespace
}  // namespace daybook::testing
