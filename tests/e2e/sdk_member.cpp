// One member of a project as a process of its own, over the SDK: acts, follows, and says what it sees. For tests of faults.
//
//   sdk_member URL TOKEN PROJECT-ID FIRST-COLUMN-ID SECOND-COLUMN-ID NUMBER ACTS
//
// Makes a task, moves it to the second column, makes the next …, until ACTS commands are answered; some are always on their
// way. Says, a line each:
//
//   state NAME             the connection's state, as it changes
//   accepted ID VERSION    a command's answer: its id and its last version
//   rejected CODE          never, if all is well
//   done                   all are answered
//   at VERSION DIGEST      the replica, after each change once all are answered
//
// Ends when it is killed.

#include <daybook/client.hpp>

#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <string>

namespace {

using namespace daybook;
namespace asio = boost::asio;

constexpr std::size_t kWindow = 16;

void say(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

class Member {
 public:
  Member(asio::io_context& io, const client::ClientOptions& options, Id project, Id first,
         Id second, std::uint64_t number, std::uint64_t acts)
      : client_(io.get_executor(), options),
        project_(client_.open(project)),
        first_(first),
        second_(second),
        number_(number),
        acts_(acts) {
    client_.on_state_change([](const client::StateChange& change) {
      say("state " + std::string(client::to_string(change.state)));
    });
    project_.on_change([this](const client::ProjectChange&) { tell(); });
    client_.start();
    project_.ready([this](client::error_code error) {
      if (!error) act();
    });
  }

 private:
  void act() {
    while (submitted_ < acts_ && submitted_ - answered_ < kWindow) submit();
    if (answered_ == acts_) {
      say("done");
      tell();
    }
  }
  void submit() {
    const Id task{0xE0000 + number_, submitted_ / 2 + 1};
    client::CommandBuilder command;
    if (submitted_ % 2 == 0) {
      auto create = command.root().initTask().initCreateTask();
      write(create.initTask(), task);
      command.text(create.initTitle(), "Task " + std::to_string(task.low));
    } else {
      auto move = command.root().initTask().initMoveTask();
      write(move.initTask(), task);
      write(move.initFromColumn(), first_);
      write(move.initToColumn(), second_);
    }
    ++submitted_;
    project_.submit(std::move(command),
                    [this](client::error_code error, const client::Outcome& outcome) {
                      ++answered_;
                      if (error) {
                        say("rejected " + error.message());
                      } else if (const auto* answer = client::accepted(outcome)) {
                        say("accepted " + to_string(answer->id) + " " +
                            std::to_string(answer->last_version().value));
                      } else if (const auto* refusal = client::rejected(outcome)) {
                        say("rejected " + client::code_name(refusal->code));
                      }
                      act();
                    });
  }
  void tell() {
    if (answered_ < acts_) return;
    const auto snapshot = project_.snapshot();
    say("at " + std::to_string(snapshot->version().value) + " " +
        record::to_hex(snapshot->digest()));
  }

  client::Client client_;
  client::Project project_;
  Id first_;
  Id second_;
  std::uint64_t number_;
  std::uint64_t acts_;
  std::uint64_t submitted_ = 0;
  std::uint64_t answered_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) {
    std::fputs("usage: sdk_member URL TOKEN PROJECT FIRST SECOND NUMBER ACTS\n", stderr);
    return 2;
  }
  const auto project = parse_id(argv[3]);
  const auto first = parse_id(argv[4]);
  const auto second = parse_id(argv[5]);
  if (!project || !first || !second) return 2;
  client::ClientOptions options;
  options.url = argv[1];
  options.token = argv[2];
  options.backoff_min = std::chrono::milliseconds(10);
  options.backoff_max = std::chrono::milliseconds(200);
  options.connect_timeout = std::chrono::seconds(2);
  asio::io_context io;
  Member member(io, options, *project, *first, *second, std::stoull(argv[6]), std::stoull(argv[7]));
  io.run();
  return 0;
}
