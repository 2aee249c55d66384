#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include "bench/table.hpp"

namespace daybook::bench {

std::string machine() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  std::string line;
  std::string model = "unknown processor";
  while (std::getline(cpuinfo, line)) {
    if (line.starts_with("model name")) {
      model = line.substr(line.find(':') + 2);
      break;
    }
  }
  return fmt::format("{}, {} cores", model, std::thread::hardware_concurrency());
}

double busy_share() {
  struct Ticks {
    double idle = 0;
    double all = 0;
  };
  const auto read = [] {
    std::ifstream stat("/proc/stat");
    std::string name;
    stat >> name;
    Ticks ticks;
    for (int field = 0; field < 8; ++field) {
      double value = 0;
      stat >> value;
      ticks.all += value;
      if (field == 3 || field == 4) ticks.idle += value;  // idle, and waiting for the disk
    }
    return ticks;
  };
  const auto before = read();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  const auto after = read();
  return 1 - (after.idle - before.idle) / (after.all - before.all);
}

FlushCost measure_flush(const std::string& folder) {
  const auto path = folder + "/flush";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
  std::vector<char> page(4096, 'x');
  (void)!posix_fallocate(fd, 0, 4096 * 1024);
  fsync(fd);
  std::vector<double> costs;
  for (int i = 0; i < 300; ++i) {
    const auto start = std::chrono::steady_clock::now();
    (void)!pwrite(fd, page.data(), page.size(), static_cast<off_t>(i) * 4096);
    fdatasync(fd);
    costs.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
            .count());
  }
  close(fd);
  unlink(path.c_str());
  std::sort(costs.begin(), costs.end());
  return {costs[costs.size() / 2], costs[costs.size() * 99 / 100]};
}

}  // namespace daybook::bench
