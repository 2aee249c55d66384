// verify: reads everything again, hashes it again, folds it again, and compares.

#include <algorithm>
#include <chrono>
#include <cstring>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/offline.hpp"
#include "apps/cli/terminal.hpp"
#include "model/snapshot.hpp"
#include "schema/json/json.hpp"

namespace daybook::cli {
namespace {

using Clock = std::chrono::steady_clock;

class Progress {
 public:
  Progress(const Console& console, bool shows) : console_(console), shows_(shows) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::string_view what, std::uint64_t done, std::uint64_t total) {
    const auto now = Clock::now();
    if (!shows_ || (done < total && now - shown_ < std::chrono::milliseconds(200))) return;
    shown_ = now;
    const double seconds = std::chrono::duration<double>(now - begun_).count();
    const auto rate =
        seconds > 0.001 ? static_cast<std::uint64_t>(static_cast<double>(done) / seconds) : 0;
    const auto percent = total == 0 ? 100 : done * 100 / total;
    const auto end = console_.progress ? "\r" : "\n";  // over itself only on a terminal
    console_.say("{:<8} {:>3} %  {:>12} of {} events  {:>10} a second  {}", what, percent,
                 grouped(done), grouped(total), grouped(rate), end);
    std::fflush(console_.err);
    is_open_ = console_.progress;
  }
  // A phase is over.
  void clear() {
    if (is_open_) console_.say("\n");
    is_open_ = false;
    begun_ = Clock::now();
  }

 private:
  const Console& console_;
  bool shows_;
  bool is_open_ = false;
  Clock::time_point begun_ = Clock::now();
  Clock::time_point shown_;
};

struct Folds {
  std::uint64_t streams = 0;
  std::uint64_t snapshots = 0;    // compared
  std::uint64_t other_model = 0;  // of another model version: caches that are no longer used
  std::vector<std::string> faults;
};

// A stored snapshot: the digest, then the state's bytes, which begin with the model version.
constexpr std::size_t kDigestBytes = sizeof(record::Hash);

template <typename Stream>
void compare_snapshot(const log::StoredSnapshot& stored, const Stream& state,
                      const std::string& name, Folds& folds) {
  const record::Bytes bytes(stored.bytes);
  std::uint32_t model_version = 0;
  if (bytes.size() >= kDigestBytes + sizeof model_version)
    std::memcpy(&model_version, bytes.data() + kDigestBytes, sizeof model_version);
  if (model_version != model::kModelVersion) {
    ++folds.other_model;
    return;
  }
  ++folds.snapshots;
  const auto digest = model::digest(state);
  const auto encoded = model::encode_snapshot(state);
  if (!std::ranges::equal(bytes.first(kDigestBytes), digest) ||
      !std::ranges::equal(bytes.subspan(kDigestBytes), encoded)) {
    folds.faults.push_back(
        fmt::format("the snapshot of {} at version {} is not the state that its events lead to",
                    name, stored.version.value));
  }
}

// Folds a stream from its first event, and compares with each snapshot on the way.
template <typename Stream>
void check_stream(const log::EventLog& log, Id id, Stream state, Position head,
                  const std::function<void()>& on_event, Folds& folds) {
  const auto last = log.stream_version(id);
  std::vector<Version> snapshots;  // the earliest last
  for (auto at = log.newest_snapshot(id, last); at;
       at = log.newest_snapshot(id, {at->version.value - 1})) {
    snapshots.push_back(at->version);
    if (at->version.value <= 1) break;
  }
  const auto name = id.is_nil() ? "the workspace" : "stream " + to_string(id);
  std::uint64_t folded = 0;
  fold_stream<Stream>(log, state, id, last, [&](const record::Entry& entry, const Stream& now) {
    ++folded;
    if (entry.event.envelope().position <= head) on_event();
    if (snapshots.empty() || snapshots.back() != now.version) return;
    snapshots.pop_back();
    if (const auto stored = log.newest_snapshot(id, now.version);
        stored && stored->version == now.version) {
      compare_snapshot(*stored, now, name, folds);
    }
  });
  if (folded != last.value) {
    folds.faults.push_back(
        fmt::format("{} has {} events, and should have {}", name, folded, last.value));
  }
  ++folds.streams;
}

Folds fold_all(const log::EventLog& log, Position head, Progress& progress) {
  Folds folds;
  std::uint64_t done = 0;
  const auto on_event = [&] {
    ++done;
    if (done % 1000 == 0 || done == head.value) progress.show("folding", done, head.value);
  };
  for (const auto id : log.streams()) {
    try {
      if (id.is_nil()) {
        check_stream(log, id, model::Workspace{}, head, on_event, folds);
      } else {
        model::Project project;
        project.id = id;
        check_stream(log, id, std::move(project), head, on_event, folds);
      }
    } catch (const std::runtime_error& error) {
      folds.faults.emplace_back(error.what());
    }
  }
  return folds;
}

Exit verify(const Context& context, bool progress_wanted) {
  if (!context.is_offline()) {
    fail(Exit::usage,
         "verify reads a data folder, beside a running server too: daybook verify --data DIR");
  }
  const auto& console = context.console;
  const auto log = open_log(context.data);
  Progress progress(console, progress_wanted || console.progress);
  const auto report = log->verify(
      [&](std::uint64_t done, std::uint64_t total) { progress.show("hashing", done, total); });
  progress.clear();
  // What does not verify is not worth folding.
  const auto folds = report.faults.empty() ? fold_all(*log, report.position, progress) : Folds{};
  progress.clear();

  auto faults = report.faults;
  faults.insert(faults.end(), folds.faults.begin(), folds.faults.end());
  const auto root = record::to_hex(report.root);
  if (context.json) {
    std::string line = fmt::format(
        R"({{"ok":{},"position":"{}","root":"{}","events":"{}","texts":"{}","redacted":"{}","streams":"{}",)"
        R"("commands":"{}","snapshots":"{}","snapshotsCompared":"{}","faults":[)",
        faults.empty(), report.position.value, root, report.events, report.texts, report.redacted,
        report.streams, report.commands, report.snapshots, folds.snapshots);
    for (const auto& fault : faults) {
      if (line.back() != '[') line += ',';
      schema::json::encode_string(line, fault);
    }
    console.print("{}]}}\n", shown_json(line));
  } else {
    console.print("position   {}\nroot       {}\n", report.position.value, root);
    console.print("checked    {} events in {} streams, {} texts ({} redacted), {} commands\n",
                  grouped(report.events), grouped(report.streams), grouped(report.texts),
                  grouped(report.redacted), grouped(report.commands));
    if (report.faults.empty()) {
      console.print("folded     {} streams from their first event, {} snapshots compared{}\n",
                    folds.streams, folds.snapshots,
                    folds.other_model == 0
                        ? std::string()
                        : fmt::format(", {} of another model version", folds.other_model));
    }
    for (const auto& fault : faults)
      console.print("{} {}\n", styled(console, Style::red, "FAULT     "), shown(fault));
    console.print("{}\n", faults.empty() ? "It holds: every hash, index, text and fold agrees."
                                         : "It does not hold. Keep this folder as it is, stop the "
                                           "server, and restore a copy that verifies.");
  }
  return faults.empty() ? Exit::ok : Exit::failed;
}

}  // namespace

void add_verify(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("verify", "Check a whole data folder, beside a running server too");
  const auto progress = std::make_shared<bool>(false);
  command->add_flag("--progress", *progress,
                    "Tell on standard error how far it is (a terminal gets that anyway)");
  command->footer(
      "Every event, text, index, outcome and node of the Merkle tree is read and hashed again; "
      "every\n"
      "project is folded from its first event and compared with each stored snapshot. Prints the\n"
      "position and the root that were checked. Exit code 1 on any fault.\n"
      "Examples:\n"
      "  daybook verify --data /var/lib/daybook\n"
      "  daybook verify --data /var/lib/daybook --json | jq -e .ok");
  command->callback([&context, progress] {
    context.action = [&context, progress] { return verify(context, *progress); };
  });
}

}  // namespace daybook::cli
