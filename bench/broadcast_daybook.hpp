#pragma once
// A daybookd whose project's events are delivered to many.

#include "bench/board_server.hpp"
#include "bench/broadcaster.hpp"

namespace daybook::bench {

class DaybookBroadcaster : public Broadcaster {
 public:
  DaybookBroadcaster();

  [[nodiscard]] const Process& process() const override { return server_.process(); }
  [[nodiscard]] CrowdTarget target() const override;
  [[nodiscard]] std::unique_ptr<CrowdMember> receiver(std::size_t number,
                                                      Receipts& receipts) override;
  [[nodiscard]] std::vector<Peer> publishers() override { return server_.movers(kPublishers); }

  // A receiver of all behind that version.
  [[nodiscard]] std::unique_ptr<CrowdMember> receiver(std::size_t number, Receipts& receipts,
                                                      std::uint64_t after);
  // The project's version.
  [[nodiscard]] std::uint64_t newest();

 private:
  static constexpr std::size_t kPublishers = 16;

  BoardServer server_;
  std::uint64_t after_ = 0;  // where receivers begin
};

}  // namespace daybook::bench
