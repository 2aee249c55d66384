#include "tests/tree/include_rules.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace daybook::tree {
namespace {

using Names = std::span<const std::string_view>;

struct Layer {
  std::string_view folder;  // the longest that is a prefix of the path counts
  Names below;              // what it may include, besides itself
};

constexpr std::array<std::string_view, 7> kServerOrder{
    "schema/",        "model/",       "server/log/", "server/engine/",
    "server/access/", "server/sync/", "server/net/"};
constexpr std::array<std::string_view, 7> kBelowNet{
    "schema/",        "model/",       "server/log/",    "server/engine/",
    "server/access/", "server/sync/", "apps/dashboard/"};  // whose files it serves
constexpr std::array<std::string_view, 8> kBelowServer{
    "schema/",        "model/",       "server/log/", "server/engine/",
    "server/access/", "server/sync/", "server/net/", "apps/dashboard/"};
constexpr std::array<std::string_view, 4> kBelowApps{"schema/", "model/", "client-sdk/", "apps/"};
constexpr std::array<std::string_view, 4> kBelowCli{"schema/", "model/", "client-sdk/",
                                                    "server/log/"};

const std::array<Layer, 12> kLayers{{
    {"schema/", {}},
    {"model/", Names{kServerOrder}.first(1)},
    {"server/log/", Names{kServerOrder}.first(2)},
    {"server/engine/", Names{kServerOrder}.first(3)},
    {"server/access/", Names{kServerOrder}.first(4)},
    {"server/sync/", Names{kServerOrder}.first(5)},
    {"server/net/", Names{kBelowNet}},
    {"server/", Names{kBelowServer}},
    {"client-sdk/", Names{kBelowApps}.first(2)},
    {"apps/", Names{kBelowApps}},
    {"apps/cli/", Names{kBelowCli}},
    {"apps/dashboard/", {}},
}};

struct Library {
  std::string_view prefix;  // of the name in <>, or a word in a line of code
  Names homes;              // the only folders that may use it
};

constexpr std::array<std::string_view, 2> kLmdb{"server/log/", "client-sdk/src/outbox"};
constexpr std::array<std::string_view, 2> kTransports{"server/net/", "client-sdk/src/"};
constexpr std::array<std::string_view, 1> kMetrics{"server/net/"};
constexpr std::array<std::string_view, 1> kConfiguration{"server/config"};
constexpr std::array<Library, 4> kLibraries{{{"lmdb.h", Names{kLmdb}},
                                             {"boost/beast", Names{kTransports}},
                                             {"prometheus/", Names{kMetrics}},
                                             {"toml++/", Names{kConfiguration}}}};

// What a pure function has no use for: sockets, files, threads, clocks, random numbers.
constexpr std::array<std::string_view, 15> kImpure{"boost/asio",
                                                   "boost/beast",
                                                   "lmdb.h",
                                                   "random",
                                                   "thread",
                                                   "mutex",
                                                   "condition_variable",
                                                   "future",
                                                   "fstream",
                                                   "iostream",
                                                   "filesystem",
                                                   "ctime",
                                                   "time.h",
                                                   "sys/",
                                                   "openssl/rand.h"};
constexpr std::array<std::string_view, 4> kClocks{"system_clock", "steady_clock",
                                                  "high_resolution_clock", "utc_clock"};

bool starts_with_any(std::string_view text, Names prefixes) {
  return std::ranges::any_of(prefixes, [&](auto prefix) { return text.starts_with(prefix); });
}

const Layer* layer_of(std::string_view path) {
  const Layer* found = nullptr;
  for (const Layer& layer : kLayers) {
    if (path.starts_with(layer.folder) && (!found || layer.folder.size() > found->folder.size())) {
      found = &layer;
    }
  }
  // In server, only files of the folder itself (the program) stand above all: a new folder needs a rule.
  if (found && found->folder == "server/" &&
      path.substr(found->folder.size()).find('/') != std::string_view::npos) {
    return nullptr;
  }
  return found;
}

struct Include {
  std::string_view name;
  bool ours;  // in quotes, or an installed header of the SDK
};

std::optional<Include> parse_include(std::string_view line) {
  const auto skip = [&] {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  };
  skip();
  if (!line.starts_with('#')) return std::nullopt;
  line.remove_prefix(1);
  skip();
  if (!line.starts_with("include")) return std::nullopt;
  line.remove_prefix(7);
  skip();
  if (line.empty() || (line[0] != '"' && line[0] != '<')) return std::nullopt;
  const char end = line[0] == '"' ? '"' : '>';
  line.remove_prefix(1);
  const auto length = line.find(end);
  if (length == std::string_view::npos) return std::nullopt;
  return Include{line.substr(0, length), end == '"'};
}

std::string fault_of_own(const Layer& layer, std::string_view path, std::string_view name) {
  // The examples' users have them in a folder of their own.
  if (path.starts_with("client-sdk/examples/") && name.find('/') == name.npos) return {};
  if (name.find("..") != std::string_view::npos || !name.find('/')) {
    return "is not by its path from the root";
  }
  const Layer* target = layer_of(name);
  if (!target) {
    return starts_with_any(name, std::array<std::string_view, 2>{"tests/", "bench/"})
               ? "is of a test or benchmark"
               : "is not by its path from the root";
  }
  if (target == &layer) return {};
  for (const auto folder : layer.below) {
    if (name.starts_with(folder)) return {};
  }
  return "goes upwards or aside: " + std::string(layer.folder) + " may not use " +
         std::string(target->folder);
}

}  // namespace

std::vector<std::string> include_faults(std::string_view path, std::string_view contents) {
  if (starts_with_any(path, std::array<std::string_view, 2>{"tests/", "bench/"})) return {};
  const Layer* layer = layer_of(path);
  if (!layer) return {"1: no rule says what this folder may include"};

  const bool pure = layer->folder == "schema/" || layer->folder == "model/";
  std::vector<std::string> faults;
  for (std::size_t number = 1; !contents.empty(); ++number) {
    const auto length = std::min(contents.find('\n'), contents.size());
    const auto line = contents.substr(0, length);
    contents.remove_prefix(std::min(length + 1, contents.size()));
    const auto add = [&](std::string_view what, const std::string& fault) {
      faults.push_back(std::to_string(number) + ": " + std::string(what) + " " + fault);
    };

    if (const auto include = parse_include(line)) {
      std::string name{include->name};
      const bool sdk = !include->ours && name.starts_with("daybook/");
      if (sdk) name = "client-sdk/include/" + name;
      if (include->ours || sdk) {
        if (auto fault = fault_of_own(*layer, path, name); !fault.empty()) add(name, fault);
        continue;
      }
      for (const Library& library : kLibraries) {
        if (name.starts_with(library.prefix) && !starts_with_any(path, library.homes)) {
          add(name, "is not used in this folder");
        }
      }
      if (pure && std::ranges::any_of(kImpure, [&](auto impure) {
            return impure.ends_with('/') || impure.starts_with("boost/") ? name.starts_with(impure)
                                                                         : name == impure;
          })) {
        add(name, "has no place in what is pure");
      }
    } else if (pure) {
      for (const auto clock : kClocks) {
        if (line.find(clock) != std::string_view::npos) add(clock, "has no place in what is pure");
      }
    }
  }
  return faults;
}

}  // namespace daybook::tree
