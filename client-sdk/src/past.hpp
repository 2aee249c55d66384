#pragma once
// The subscription behind one question about a project's past: a snapshot, then the end. Pure: no sockets, no clock.

#include <functional>
#include <memory>

#include <daybook/detail/completion.hpp>
#include <daybook/moment.hpp>

#include "client-sdk/src/channel.hpp"
#include "client-sdk/src/snapshot_reader.hpp"

namespace daybook::client::detail {

// Completes its question once: with the state, or with why there is none. Until then it is asked again after a lost
// connection. A state that fails its checks is not: the same server would send the same.
//
// Threading: confined to the client's executor.
class PastChannel final : public Channel {
 public:
  using Answer = Completion<std::shared_ptr<const ProjectSnapshot>>;

  // people: the names that are known when the state is there.
  PastChannel(Id project, Moment at, std::function<People()> people, Answer answer)
      : project_(project), at_(at), people_(std::move(people)), answer_(std::move(answer)) {}

  void write(schema::Subscribe::Builder builder) const override;
  void on_welcome(Id) override { incoming_.clear(); }
  void on_lost() override { incoming_.clear(); }
  Step on_batch(const EventBatch&) override { return fault("events of a state of the past"); }
  Step on_chunk(schema::SnapshotChunk::Reader chunk) override;
  Step on_snapshot_end(schema::SnapshotEnd::Reader end) override;
  Step on_view(schema::ViewUpdate::Reader) override { return fault("rows in place of a state"); }
  Step on_reset() override { return fault("a reset of a state of the past"); }
  End on_end(schema::Code code) override;
  void on_stop(error_code error) override { finish(error, nullptr); }
  void orphan() override {}
  void drop() override { finish(Errc::bad_server_data, nullptr); }
  bool is_current() const override { return true; }  // being live does not wait for it
  bool is_done() const override { return !answer_; }

 private:
  [[nodiscard]] std::expected<std::shared_ptr<const ProjectSnapshot>, Fault> take(
      schema::SnapshotEnd::Reader end);
  void finish(error_code error, std::shared_ptr<const ProjectSnapshot> then);

  Id project_;
  Moment at_;
  std::function<People()> people_;
  SnapshotReader<model::Project> incoming_;
  Answer answer_;  // empty: answered
};

}  // namespace daybook::client::detail
