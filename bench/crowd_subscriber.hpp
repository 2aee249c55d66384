#pragma once
// A member of a crowd that subscribes to a project's events over the binary subprotocol, and takes them in as fast as can be:
// the order is checked, the envelope is read, hashes are not.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "bench/crowd.hpp"
#include "model/ids.hpp"
#include "schema/wire.capnp.h"

namespace daybook::bench {

struct CrowdEvent {
  std::uint64_t version = 0;  // of the batch's numbering: in `all` the position
  Timestamp recorded_at = {};
  Timestamp effective_at = {};
};

// The frames of one subscription. Throws std::runtime_error on a gap, a repeat, or bytes that are no frame.
class CrowdFrames {
 public:
  using OnEvent = std::function<void(const CrowdEvent&)>;
  using OnMessage = std::function<void(schema::Message::Reader)>;

  // The frames of one WebSocket message.
  void take(std::span<const std::byte> payload, const OnEvent& on_event,
            const OnMessage& on_message);
  // Every event up to here has come; nullopt: nothing has.
  [[nodiscard]] std::optional<std::uint64_t> complete_through() const { return complete_through_; }

 private:
  void take_batch(std::span<const std::byte> body, const OnEvent& on_event);

  std::optional<std::uint64_t> complete_through_;
};

// Answers pings, resumes behind what it has after a reconnect. Throws std::runtime_error if the server refuses something or
// ends the subscription.
class CrowdSubscriber : public CrowdMember {
 public:
  struct Options {
    std::string token;
    Id client = {};
    Id project = {};
    std::optional<std::uint64_t> after = {};  // nullopt: the last event, then all later ones
  };
  CrowdSubscriber(Options options, CrowdFrames::OnEvent on_event);

  void greet(CrowdOut& out) override;
  void take(std::span<const std::byte> payload, CrowdOut& out) override;

  [[nodiscard]] const CrowdFrames& frames() const { return frames_; }
  // Since the last connect.
  [[nodiscard]] bool welcomed() const { return welcomed_; }

 private:
  Options options_;
  CrowdFrames::OnEvent on_event_;
  CrowdFrames frames_;
  bool welcomed_ = false;
};

}  // namespace daybook::bench
