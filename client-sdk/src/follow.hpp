#pragma once
// The subscription behind a Follow. Pure: no sockets, no clock.

#include <memory>
#include <optional>

#include <daybook/follow.hpp>

#include "client-sdk/src/channel.hpp"

namespace daybook::client::detail {

// Threading: confined to the client's executor.
class FollowChannel final : public Channel, public std::enable_shared_from_this<FollowChannel> {
 public:
  FollowChannel(FollowOptions options, FollowHandlers handlers, Notifier& notifier)
      : options_(std::move(options)),
        handlers_(std::make_shared<FollowHandlers>(std::move(handlers))),
        notifier_(&notifier) {}

  [[nodiscard]] std::uint64_t through() const { return through_.value_or(0); }
  void close() {
    handlers_ = nullptr;
    notifier_ = nullptr;
  }

  void write(schema::Subscribe::Builder builder) const override;
  void on_welcome(Id log_id) override;
  void on_lost() override { is_current_ = false; }
  Step on_batch(const EventBatch& batch) override;
  Step on_chunk(schema::SnapshotChunk::Reader) override { return fault("a state unasked for"); }
  Step on_snapshot_end(schema::SnapshotEnd::Reader) override {
    return fault("a state unasked for");
  }
  Step on_view(schema::ViewUpdate::Reader) override { return fault("rows in place of events"); }
  Step on_reset() override { return fault("a reset of what has no state"); }
  End on_end(schema::Code code) override;
  void on_stop(error_code) override { on_lost(); }
  void orphan() override { notifier_ = nullptr; }
  void drop() override { is_current_ = false; }  // what was handed over had passed its checks
  bool is_current() const override { return is_current_; }
  bool is_done() const override { return is_done_; }

 private:
  [[nodiscard]] std::uint64_t number(const record::EnvelopeFields& envelope) const {
    return options_.all ? envelope.position.value : envelope.version.value;
  }
  template <typename F>
  void tell(F&& call);
  void tell_end(error_code error);

  FollowOptions options_;
  std::shared_ptr<FollowHandlers> handlers_;
  Notifier* notifier_;
  Id log_id_ = {};  // of `through`
  std::optional<std::uint64_t> through_;
  bool is_current_ = false;
  bool is_done_ = false;
};

}  // namespace daybook::client::detail
