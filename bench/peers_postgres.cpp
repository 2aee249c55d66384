// PostgreSQL: one row inserted and committed a request, durable as it is by default. Over its wire protocol, with a prepared
// statement, so that it neither parses nor plans anew.

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "bench/load.hpp"
#include "bench/load_rows.hpp"
#include "bench/server_process.hpp"
#include "bench/table.hpp"

namespace daybook::bench {
namespace {

constexpr auto kName = "PostgreSQL, insert and commit a row";
constexpr auto kPrograms = "/usr/lib/postgresql";  // where Debian puts a folder a version

// A message of the protocol: its kind (0: none, of the very first), its length, its fields.
class PgMessage {
 public:
  explicit PgMessage(char kind) {
    if (kind != 0) bytes_.push_back(static_cast<std::byte>(kind));
    length_at_ = bytes_.size();
    int32(0);
  }
  PgMessage& int16(std::uint16_t value) { return number(value, 2); }
  PgMessage& int32(std::uint32_t value) { return number(value, 4); }
  PgMessage& text(std::string_view value) { return raw(value).number(0, 1); }
  PgMessage& raw(std::string_view value) {
    const auto bytes = std::as_bytes(std::span(value));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  void append_to(std::vector<std::byte>& out) {
    const auto length = bytes_.size() - length_at_;
    for (std::size_t i = 0; i < 4; ++i)
      bytes_[length_at_ + i] = static_cast<std::byte>(length >> (24 - 8 * i));
    out.insert(out.end(), bytes_.begin(), bytes_.end());
  }

 private:
  PgMessage& number(std::uint32_t value, std::size_t bytes) {
    while (bytes-- > 0) bytes_.push_back(static_cast<std::byte>(value >> (8 * bytes)));
    return *this;
  }

  std::vector<std::byte> bytes_;
  std::size_t length_at_ = 0;
};

class Inserts : public Conversation {
 public:
  explicit Inserts(std::size_t bytes) {
    PgMessage bind('B');
    bind.text("").text("insert").int16(1).int16(1).int16(1);
    bind.int32(static_cast<std::uint32_t>(bytes)).raw(std::string(bytes, 'x')).int16(0);
    bind.append_to(request_);
    PgMessage('E').text("").int32(0).append_to(request_);
    PgMessage('S').append_to(request_);
  }

  void next_request(std::vector<std::byte>& out, Timestamp /*due*/) override {
    out.insert(out.end(), request_.begin(), request_.end());
  }

  // Each is complete with a ReadyForQuery.
  std::size_t take_replies(std::span<const std::byte>& data) override {
    std::size_t replies = 0;
    while (data.size() >= 5) {
      std::uint32_t length = 0;
      std::memcpy(&length, data.data() + 1, 4);
      length = __builtin_bswap32(length);
      if (data.size() < 1 + length) break;
      const auto kind = static_cast<char>(data[0]);
      if (kind == 'E') throw std::runtime_error("postgres: " + fault(data.subspan(5, length - 4)));
      replies += kind == 'Z' ? 1 : 0;
      data = data.subspan(1 + length);
    }
    return replies;
  }

 private:
  // Its fields, which end with a zero each: an exception's words would end at the first.
  static std::string fault(std::span<const std::byte> fields) {
    std::string words;
    for (const auto byte : fields) words += byte == std::byte{0} ? ' ' : static_cast<char>(byte);
    return words;
  }

  std::vector<std::byte> request_;
};

void ask(Peer& peer, PgMessage& message) {
  std::vector<std::byte> out;
  message.append_to(out);
  peer.socket.write_all(out);
}

void wait_ready(Peer& peer) {
  while (true) {
    std::span<const std::byte> data(peer.unread);
    const auto ready = peer.conversation->take_replies(data);
    peer.unread.erase(peer.unread.begin(),
                      peer.unread.end() - static_cast<std::ptrdiff_t>(data.size()));
    if (ready > 0) return;
    const auto more = peer.socket.read_some();
    peer.unread.insert(peer.unread.end(), more.begin(), more.end());
  }
}

Peer connect_postgres(std::uint16_t port, std::size_t bytes) {
  Peer peer{Socket("127.0.0.1", port), std::make_unique<Inserts>(bytes), {}};
  PgMessage start(0);
  start.int32(3 << 16).text("user").text("bench").text("database").text("postgres").text("");
  ask(peer, start);
  wait_ready(peer);
  return peer;
}

// It listens before it takes anybody in.
void wait_until_ready(std::uint16_t port) {
  constexpr auto kStartingUp = "57P03";
  for (int attempt = 0; attempt < 500; ++attempt) {
    try {
      (void)connect_postgres(port, 1);
      return;
    } catch (const std::runtime_error& error) {
      if (std::string_view(error.what()).find(kStartingUp) == std::string_view::npos) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  throw std::runtime_error("postgres does not start");
}

void prepare(Peer& peer) {
  PgMessage parse('P');
  parse.text("insert").text("insert into log (event) values ($1)").int16(0);
  ask(peer, parse);
  PgMessage sync('S');
  ask(peer, sync);
  wait_ready(peer);
}

// The newest version's folder of programs; empty: none is installed.
std::filesystem::path find_programs() {
  int newest = 0;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(kPrograms, none)) {
    const auto name = entry.path().filename().string();
    int version = 0;
    std::from_chars(name.data(), name.data() + name.size(), version);
    if (std::filesystem::exists(entry.path() / "bin" / "postgres"))
      newest = std::max(newest, version);
  }
  return newest == 0 ? std::filesystem::path()
                     : kPrograms / std::filesystem::path(std::to_string(newest)) / "bin";
}

// It refuses to run as root: there it runs as Debian's user for it.
std::vector<std::string> as_its_user(std::vector<std::string> command) {
  if (geteuid() != 0) return command;
  std::vector<std::string> line{"setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"};
  line.insert(line.end(), command.begin(), command.end());
  return line;
}

}  // namespace

void bench_postgres(const Scale& scale, const DurableResult& daybook, Table& table) {
  const auto programs = find_programs();
  if (programs.empty()) {
    table.push_back({kName, "not measured", "", "postgresql is not installed"});
    return;
  }
  const ScratchFolder folder("postgres");
  const auto data = folder.path() / "data";
  if (geteuid() == 0) run_program({"chown", "postgres", folder.path()});
  if (run_program(as_its_user({programs / "initdb", "-D", data, "-U", "bench", "-A", "trust", "-E",
                               "UTF8", "--locale=C"})) != 0) {
    table.push_back(
        {kName, "not measured", "",
         fmt::format("its initdb failed in {}: may its user go there?", folder.path().string())});
    return;
  }
  const auto port = free_port();
  // Its checkpoints would fall into the measurement by chance; without them it is at its best.
  const Process server(
      as_its_user({programs / "postgres", "-D", data, "-p", std::to_string(port), "-c",
                   "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c",
                   "max_connections=200", "-c", "shared_buffers=512MB", "-c", "max_wal_size=16GB",
                   "-c", "checkpoint_timeout=1h", "-c", "log_min_messages=panic"}));
  wait_for_listener(port);
  wait_until_ready(port);
  const auto bytes = static_cast<std::size_t>(daybook.command_bytes);
  {
    auto peer = connect_postgres(port, bytes);
    PgMessage create('Q');
    create.text(
        "create table log (position bigint generated always as identity primary key, "
        "event bytea not null)");
    ask(peer, create);
    wait_ready(peer);
  }
  const auto connect = [&](std::size_t connections) {
    std::vector<Peer> peers;
    for (std::size_t i = 0; i < connections; ++i) {
      peers.push_back(connect_postgres(port, bytes));
      prepare(peers.back());
    }
    return peers;
  };
  auto peers = connect(scale.connections);
  (void)run_load(peers, scale.in_flight, scale.commands / 10);
  const auto cpu = server.cpu_seconds();
  const auto load = run_load(peers, scale.in_flight, scale.commands);
  const auto used = server.cpu_seconds() - cpu;
  table.push_back(
      {kName, fmt::format("{:.0f} commits/s", load.rate()),
       fmt::format("{} / PostgreSQL = {:.2f}", daybook.name, daybook.rate / load.rate()),
       fmt::format("{}, same connections and pipeline, {} bytes each, prepared, no rules, "
                   "{:.1f} us CPU a commit",
                   programs.parent_path().filename().string(), bytes,
                   1e6 * used / static_cast<double>(load.replies))});
  table.push_back(half_load_row(peers, load.rate(), scale.commands / 4));
  const auto turns = run_load(peers, 1, scale.commands / 4);
  table.push_back({"  with one in flight on each", fmt::format("{:.0f} commits/s", turns.rate()),
                   "", fmt::format("{} connections", scale.connections)});
  auto lone = connect(1);
  table.push_back(lone_row("insert", run_load(lone, 1, scale.lone_commands)));
}

}  // namespace daybook::bench
