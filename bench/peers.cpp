// What the same durability costs elsewhere, in the same run and with the same sizes.

#include <fmt/format.h>
#include <lmdb.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "bench/load.hpp"
#include "bench/load_rows.hpp"
#include "bench/server_process.hpp"
#include "bench/table.hpp"

namespace daybook::bench {
namespace {

// XADD of one field of a fixed size; each reply is the entry's id as a bulk string.
class Xadd : public Conversation {
 public:
  explicit Xadd(std::size_t bytes) {
    const auto request =
        fmt::format("*5\r\n$4\r\nXADD\r\n$3\r\nlog\r\n$1\r\n*\r\n$1\r\ne\r\n${}\r\n{}\r\n", bytes,
                    std::string(bytes, 'x'));
    const auto raw = std::as_bytes(std::span(request));
    request_.assign(raw.begin(), raw.end());
  }

  void next_request(std::vector<std::byte>& out, Timestamp /*due*/) override {
    out.insert(out.end(), request_.begin(), request_.end());
  }

  std::size_t take_replies(std::span<const std::byte>& data) override {
    std::size_t replies = 0;
    while (true) {
      const std::string_view text(reinterpret_cast<const char*>(data.data()), data.size());
      const auto end = text.find("\r\n");
      if (end == std::string_view::npos) return replies;
      if (text.front() != '$')
        throw std::runtime_error("redis: " + std::string(text.substr(0, end)));
      std::size_t size = 0;
      std::from_chars(text.data() + 1, text.data() + end, size);
      if (text.size() < end + 2 + size + 2) return replies;
      data = data.subspan(end + 2 + size + 2);
      ++replies;
    }
  }

 private:
  std::vector<std::byte> request_;
};

void bench_redis(const Scale& scale, const DurableResult& daybook, Table& table) {
  if (!is_installed("redis-server")) {
    table.push_back({"Redis Streams XADD, appendfsync always", "not measured", "",
                     "redis-server is not installed"});
    return;
  }
  const ScratchFolder folder("redis");
  const auto port = free_port();
  const Process server({"redis-server", "--port", std::to_string(port), "--bind", "127.0.0.1",
                        "--dir", folder.path(), "--appendonly", "yes", "--appendfsync", "always",
                        "--save", "", "--loglevel", "warning"});
  wait_for_listener(port);
  const auto bytes = static_cast<std::size_t>(daybook.command_bytes);
  const auto connect = [&](std::size_t connections) {
    std::vector<Peer> peers;
    for (std::size_t i = 0; i < connections; ++i)
      peers.push_back({Socket("127.0.0.1", port), std::make_unique<Xadd>(bytes), {}});
    return peers;
  };
  auto peers = connect(scale.connections);
  (void)run_load(peers, scale.in_flight, scale.commands / 10);
  const auto cpu = server.cpu_seconds();
  const auto load = run_load(peers, scale.in_flight, scale.commands);
  const auto used = server.cpu_seconds() - cpu;
  table.push_back(
      {"Redis Streams XADD, appendfsync always", fmt::format("{:.0f} appends/s", load.rate()),
       fmt::format("{} / Redis = {:.2f}", daybook.name, daybook.rate / load.rate()),
       fmt::format(
           "same connections and pipeline, {} bytes each, no rules, {:.1f} us CPU an append", bytes,
           1e6 * used / static_cast<double>(load.replies))});
  table.push_back(half_load_row(peers, load.rate(), scale.commands / 4));
  auto lone = connect(1);
  table.push_back(lone_row("XADD", run_load(lone, 1, scale.lone_commands)));
}

void check(int code) {
  if (code != MDB_SUCCESS) throw std::runtime_error(mdb_strerror(code));
}

// The floor: values of the same size, put in order, in synced transactions of the same size.
void bench_lmdb(const Scale& scale, const DurableResult& daybook, Table& table) {
  const ScratchFolder folder("lmdb");
  MDB_env* env = nullptr;
  check(mdb_env_create(&env));
  check(mdb_env_set_mapsize(env, 1ULL << 36));
  check(mdb_env_open(env, folder.path().c_str(), 0, 0600));
  const auto group = std::max<std::size_t>(1, static_cast<std::size_t>(daybook.commands_per_group));
  std::vector<std::byte> value(static_cast<std::size_t>(daybook.command_bytes), std::byte{'x'});
  std::uint64_t position = 0;
  const auto start = std::chrono::steady_clock::now();
  MDB_dbi table_id = 0;
  for (std::size_t done = 0; done < scale.commands; done += group) {
    MDB_txn* txn = nullptr;
    check(mdb_txn_begin(env, nullptr, 0, &txn));
    check(mdb_dbi_open(txn, nullptr, 0, &table_id));
    for (std::size_t i = 0; i < group; ++i) {
      const auto big_endian = __builtin_bswap64(++position);
      MDB_val key{sizeof big_endian, const_cast<std::uint64_t*>(&big_endian)};
      MDB_val data{value.size(), value.data()};
      check(mdb_put(txn, table_id, &key, &data, MDB_APPEND));
    }
    check(mdb_txn_commit(txn));
  }
  const auto seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto rate = static_cast<double>(position) / seconds;
  mdb_env_close(env);
  table.push_back(
      {"raw LMDB, one table", fmt::format("{:.0f} puts/s", rate),
       fmt::format("{} / LMDB = {:.2f}", daybook.name, daybook.rate / rate),
       fmt::format("{} puts a synced commit, {} bytes each, no network, no rules, no index", group,
                   value.size())});
}

}  // namespace

void bench_peers(const Scale& scale, const std::vector<DurableResult>& daybook, Table& table) {
  for (const auto& result : daybook) {
    bench_redis(scale, result, table);
    bench_postgres(scale, result, table);
    bench_lmdb(scale, result, table);
  }
}

}  // namespace daybook::bench
