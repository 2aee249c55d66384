#pragma once
// The subscription behind a Watch. Pure: no sockets, no clock.

#include <map>
#include <memory>
#include <vector>

#include <daybook/watch.hpp>

#include "client-sdk/src/channel.hpp"

namespace daybook::client::detail {

// Threading: confined to the client's executor.
// Limits:    a view takes at most 64 MiB here; a server that sends more is not believed.
class WatchChannel final : public Channel, public std::enable_shared_from_this<WatchChannel> {
 public:
  WatchChannel(Id project, std::vector<model::ViewName> views, WatchHandlers handlers,
               Notifier& notifier)
      : project_(project),
        views_(std::move(views)),
        handlers_(std::make_shared<WatchHandlers>(std::move(handlers))),
        notifier_(&notifier) {}

  [[nodiscard]] std::shared_ptr<const WatchedView> view(model::ViewName name) const;
  void close() {
    handlers_ = nullptr;
    orphan();
  }

  void write(schema::Subscribe::Builder builder) const override;
  void on_welcome(Id) override { on_lost(); }
  void on_lost() override;
  Step on_batch(const EventBatch&) override { return fault("events in place of rows"); }
  Step on_chunk(schema::SnapshotChunk::Reader) override {
    return fault("a state in place of rows");
  }
  Step on_snapshot_end(schema::SnapshotEnd::Reader) override {
    return fault("a state in place of rows");
  }
  Step on_view(schema::ViewUpdate::Reader update) override;
  Step on_reset() override;
  End on_end(schema::Code code) override;
  void on_stop(error_code) override { on_lost(); }
  void orphan() override { notifier_ = nullptr; }
  void drop() override { on_lost(); }
  // Every view has come since the connection was made.
  bool is_current() const override;
  bool is_done() const override { return is_done_; }

 private:
  struct Watched {
    std::shared_ptr<const WatchedView> shown;
    std::unique_ptr<WatchedView> staged;  // an update on its way
    std::size_t staged_bytes = 0;
  };
  template <typename F>
  void tell(F&& call);
  void show(Watched& watched, std::shared_ptr<const WatchedView> view);

  Id project_;
  std::vector<model::ViewName> views_;
  std::shared_ptr<WatchHandlers> handlers_;
  Notifier* notifier_;
  std::map<model::ViewName, Watched> watched_;
  bool is_done_ = false;
};

}  // namespace daybook::client::detail
