#include "client-sdk/src/outbox.hpp"

#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "client-sdk/src/outbox_file.hpp"

namespace daybook::client::detail {
namespace {

// A batch is at most so long: whoever waits for its first entry waits for its last.
constexpr std::size_t kBatchMax = 1'000;

// Files that threads of this process are about to close. Whoever opens one of them waits for it.
struct Closing {
  std::mutex mutex;
  std::condition_variable closed;
  std::multiset<std::string> paths;
};
Closing& closing() {
  static auto* const all = new Closing;  // never destroyed: threads may outlive main()
  return *all;
}

}  // namespace

// Shared by the handle, the disk's thread and what is posted.
struct Outbox::Shared : std::enable_shared_from_this<Outbox::Shared> {
  boost::asio::any_io_executor disk;  // empty: a thread of its own
  std::string path;
  Stored stored;

  // Confined to the client's executor.
  bool is_gone = false;
  std::size_t untold = 0;
  boost::asio::any_io_executor work;  // keeps it running as long as something is to be told

  std::mutex mutex;  // guards the rest
  // The client's; empty once the client is gone, as what it runs on may go then too.
  boost::asio::any_io_executor executor;
  std::condition_variable wake;
  std::shared_ptr<OutboxFile> file;  // whoever writes keeps it open
  std::vector<OutboxFile::Change> waiting;
  bool is_ending = false;
  bool is_posted = false;

  void hand_over(OutboxFile::Change change);
  // Writes what is waiting. False: there was nothing.
  bool write();
  void run();
  void tell(std::vector<std::uint64_t> numbers, std::size_t changes, error_code error);
};

void Outbox::Shared::hand_over(OutboxFile::Change change) {
  const std::lock_guard lock(mutex);
  if (untold++ == 0) {
    work = boost::asio::prefer(executor, boost::asio::execution::outstanding_work.tracked);
  }
  waiting.push_back(std::move(change));
  if (!disk) return wake.notify_one();
  if (std::exchange(is_posted, true)) return;
  // With the client gone nothing is written any more: a test decides when a program has died.
  boost::asio::post(disk, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    {
      const std::lock_guard posted(self->mutex);
      self->is_posted = false;
    }
    while (self->write()) {
    }
  });
}

bool Outbox::Shared::write() {
  std::vector<OutboxFile::Change> batch;
  std::shared_ptr<OutboxFile> open;
  {
    const std::lock_guard lock(mutex);
    open = file;
    if (waiting.empty() || !open) return false;
    const auto count = std::min(waiting.size(), kBatchMax);
    const auto end = waiting.begin() + static_cast<std::ptrdiff_t>(count);
    batch.assign(std::make_move_iterator(waiting.begin()), std::make_move_iterator(end));
    waiting.erase(waiting.begin(), end);
  }
  const auto error = open->commit(batch);
  std::vector<std::uint64_t> numbers;
  for (const auto& change : batch) {
    if (!change.row.empty()) numbers.push_back(change.number);
  }
  const std::lock_guard lock(mutex);
  if (!executor) return true;
  boost::asio::post(
      executor, [self = shared_from_this(), numbers = std::move(numbers), changes = batch.size(),
                 error]() mutable { self->tell(std::move(numbers), changes, error); });
  return true;
}

void Outbox::Shared::tell(std::vector<std::uint64_t> numbers, std::size_t changes,
                          error_code error) {
  untold -= changes;
  if (untold == 0) work = {};
  if (!is_gone) stored(numbers, error);
}

void Outbox::Shared::run() {
  while (true) {
    while (write()) {
    }
    std::unique_lock lock(mutex);
    wake.wait(lock, [this] { return is_ending || !waiting.empty(); });
    if (!is_ending || !waiting.empty()) continue;
    file = nullptr;
    break;
  }
  const std::lock_guard lock(closing().mutex);
  closing().paths.erase(closing().paths.find(path));
  closing().closed.notify_all();
}

Outbox::Outbox(boost::asio::any_io_executor executor, const Options& options, Stored stored)
    : shared_(std::make_shared<Shared>()) {
  shared_->executor = std::move(executor);
  shared_->disk = options.disk;
  shared_->path = std::filesystem::weakly_canonical(options.path).string();
  shared_->stored = std::move(stored);
  {
    std::unique_lock lock(closing().mutex);
    closing().closed.wait(lock, [&] { return !closing().paths.contains(shared_->path); });
  }
  shared_->file = OutboxFile::open(shared_->path, options.bytes_max, contents_);
  if (!shared_->disk) std::thread([shared = shared_] { shared->run(); }).detach();
}

Outbox::~Outbox() {
  shared_->is_gone = true;
  shared_->stored = nullptr;
  shared_->work = {};
  if (!shared_->disk) {
    const std::lock_guard lock(closing().mutex);
    closing().paths.insert(shared_->path);
  }
  const std::lock_guard lock(shared_->mutex);
  shared_->executor = {};
  if (shared_->disk) {
    shared_->file = nullptr;
    return;
  }
  shared_->is_ending = true;
  shared_->wake.notify_one();
}

OutboxContents Outbox::take_contents() { return std::exchange(contents_, {}); }

void Outbox::put(OutboxEntry entry) {
  shared_->hand_over({.number = entry.act.number, .row = encode_row(entry)});
}

void Outbox::erase(std::uint64_t number) { shared_->hand_over({.number = number, .row = {}}); }

bool Outbox::is_idle() const { return shared_->untold == 0; }

}  // namespace daybook::client::detail
