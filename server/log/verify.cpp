#include <fmt/format.h>

#include <algorithm>

#include "server/log/check_pages.hpp"
#include "server/log/event_checker.hpp"
#include "server/log/event_log_impl.hpp"

namespace daybook::log {
namespace {

// A transaction checks so many events, and is over.
constexpr std::uint64_t kEventsPerStep = 1000;

void add_fault(std::vector<std::string>& faults, std::string fault) {
  if (faults.size() < kFaultsMax) faults.push_back(std::move(fault));
}

// Every event was found under its own entries; as many entries as that, and there are no others.
void check_counts(const Reader& reader, const EventChecker& checker,
                  std::vector<std::string>& faults) {
  check_ends(reader, faults);
  const auto expect = [&](const char* name, Table table, std::uint64_t expected) {
    const auto entries = reader.txn().entries(table);
    if (entries != expected)
      add_fault(faults, fmt::format("there are {} {}, and events of {}", entries, name, expected));
  };
  expect("outcomes", reader.tables().commands, checker.counts().commands);
  expect("texts", reader.tables().texts, checker.counts().texts);
  if (reader.frontier(checker.position().value).root() != checker.root()) {
    add_fault(faults, "the tree's root is not that of its events");
  }
}

// The snapshot behind `key`, and moves the key on. False: there is none.
bool check_snapshot(const Reader& reader, Key<32>& key, std::uint64_t& snapshots,
                    std::vector<std::string>& faults) {
  const auto entry = Cursor(reader.txn(), reader.tables().snapshots).at_or_after(key);
  if (!entry) return false;
  const Id stream = id_from_bytes(entry->key.first<16>());
  const Version version{record::load_be64(entry->key.data() + 16)};
  ++snapshots;
  if (!reader.find_snapshot(stream, version)) {
    add_fault(faults, fmt::format("the snapshot of stream {} at version {} does not verify",
                                  to_string(stream), version.value));
  }
  key = snapshot_key(stream, version, ~std::uint64_t{0});
  return true;
}

}  // namespace

EventLog::VerifyReport EventLog::verify(
    const std::function<void(std::uint64_t, std::uint64_t)>& progress) const {
  VerifyReport report;
  EventChecker checker(record::EventView::Check::full);
  std::vector<std::string>& faults = report.faults;
  const auto step = [&](const Reader& reader) {
    const std::uint64_t last = reader.last_position().value;
    const std::uint64_t to = std::min(last, checker.position().value + kEventsPerStep);
    checker.check(reader, {to}, faults);
    if (progress) progress(to, last);
    const bool done = to == last || faults.size() >= kFaultsMax;
    if (to == last && faults.empty()) check_counts(reader, checker, faults);
    return done;
  };
  // First, as LMDB trusts its pages.
  if (const auto wrong =
          check_pages(impl_->store->data_file, ReadTxn(impl_->store->env), PageDepth::leaves)) {
    add_fault(faults, "the log is damaged: " + *wrong);
    return report;
  }
  try {
    while (!impl_->read(step)) {
    }
    Key<32> key{};
    while (impl_->read([&](const Reader& reader) {
      return check_snapshot(reader, key, report.snapshots, faults);
    })) {
    }
    report.streams = streams().size();
  } catch (const Damaged& damaged) {
    add_fault(faults, damaged.what());
  }
  report.position = checker.position();
  report.root = checker.root();
  report.events = checker.counts().events;
  report.texts = checker.counts().texts;
  report.redacted = checker.counts().redacted;
  report.commands = checker.counts().commands;
  return report;
}

}  // namespace daybook::log
