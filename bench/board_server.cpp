#include "bench/board_server.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "model/record/event_batch.hpp"
#include "server/log/event_log.hpp"

namespace daybook::bench {
namespace {

constexpr std::size_t kColumns = 3;

Id column_id(std::size_t index) { return {0xc0, index + 1}; }
Id task_id(std::size_t index) { return {0x7a, index + 1}; }

std::vector<std::string> command_line(const std::filesystem::path& data,
                                      const std::vector<std::string>& more) {
  std::vector<std::string> line{program_folder() / "daybookd",
                                "--data",
                                data,
                                "--listen",
                                "127.0.0.1:0",
                                "--log-level",
                                "warn"};
  line.insert(line.end(), more.begin(), more.end());
  return line;
}

}  // namespace

BoardServer::BoardServer(const std::string& name, Options options)
    : options_(std::move(options)),
      folder_(name),
      process_(command_line(data(), options_.arguments)),
      columns_(options_.tasks, 0) {
  const auto token = process_.next_line();
  token_ = token.substr(token.find("dbk_"));
  const auto address = process_.next_line();
  port_ = static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
  admin_ = find_admin();
}

void BoardServer::set_up(std::size_t connections, std::size_t in_flight) {
  give({}, [&](model::Request& request) {
    auto project = request.command().initWorkspace().initRegisterProject();
    write(project.initProject(), BoardServer::project());
    project.setKey("BENCH");
    write(project.initFirstManager(), admin_);
  });
  give(project(), [&](model::Request& request) {
    auto open = request.command().initProject().initOpenProject();
    request.text(open.initName(), "Bench");
  });
  give(project(), [&](model::Request& request) {
    auto columns = request.command().initBoard().initDefineBoard().initColumns(kColumns);
    for (unsigned i = 0; i < kColumns; ++i) {
      write(columns[i].initColumn(), column_id(i));
      request.text(columns[i].initName(), "Column");
    }
    columns[kColumns - 1].initWip().setCount(static_cast<std::uint32_t>(options_.tasks));
  });
  std::size_t next = 0;
  auto peers = connect(connections, [&, this](std::size_t) {
    return [&, this](Timestamp) {
      model::Request request(ids_.next(), project(), ids_.seed());
      auto create = request.command().initTask().initCreateTask();
      write(create.initTask(), task_id(next));
      request.text(create.initTitle(), fmt::format("Task {} of the bench", next));
      write(create.initColumn(), column_id(0));
      ++next;
      return std::move(request).flat();
    };
  });
  (void)run_load(peers, in_flight, options_.tasks);
}

std::vector<Peer> BoardServer::movers(std::size_t connections) {
  return connect(connections, [this, connections](std::size_t connection) {
    return [this, connections, task = connection](Timestamp due) mutable {
      const auto from = columns_[task]++ % kColumns;
      model::Request request(ids_.next(), project(), ids_.seed());
      request.request().setEffectiveAt(due.micros);
      auto move = request.command().initTask().initMoveTask();
      write(move.initTask(), task_id(task));
      write(move.initFromColumn(), column_id(from));
      write(move.initToColumn(), column_id((from + 1) % kColumns));
      task = task + connections < options_.tasks ? task + connections : task % connections;
      return std::move(request).flat();
    };
  });
}

std::vector<Peer> BoardServer::connect(std::size_t connections,
                                       const std::function<MakeCommand(std::size_t)>& make) const {
  std::vector<Peer> peers;
  for (std::size_t i = 0; i < connections; ++i)
    peers.push_back(connect_daybook("127.0.0.1", port_, token_, make(i)));
  return peers;
}

void BoardServer::give(Id stream, const std::function<void(model::Request&)>& fill) {
  auto peers = connect(1, [&, this](std::size_t) {
    return [&, this](Timestamp) {
      model::Request request(ids_.next(), stream, ids_.seed());
      fill(request);
      return std::move(request).flat();
    };
  });
  (void)run_load(peers, 1, 1);
}

Id BoardServer::find_admin() const {
  auto log = log::EventLog::open({.directory = data(), .mode = log::OpenOptions::Mode::read_only});
  if (!log) throw std::runtime_error(log.error().message);
  const auto batch = (*log)->read_all({0}, {});
  record::Bytes entries(batch.entries);
  while (const auto entry = record::next_entry(entries, record::EventView::Check::hashes)) {
    if (!*entry) break;
    const auto found = (*entry)->event.with_event([](schema::Event::Reader event) {
      const bool added = event.isMember() && event.getMember().isMemberAdded();
      return added ? read(event.getMember().getMemberAdded().getMember()) : Id{};
    });
    if (!found.is_nil()) return found;
  }
  throw std::runtime_error("the log has no member");
}

}  // namespace daybook::bench
