#include "bench/crowd_subscriber.hpp"

#include <capnp/serialize.h>

#include <cstring>
#include <stdexcept>

#include "model/record/event_batch.hpp"
#include "model/rejection.hpp"
#include "schema/protocol.hpp"

namespace daybook::bench {
namespace {

namespace protocol = schema::protocol;

// Where bytes are put that must lie at a multiple of 8.
record::AlignedBytes& aligned_copy(std::span<const std::byte> bytes) {
  thread_local record::AlignedBytes copy;
  copy.assign(bytes.begin(), bytes.end());
  return copy;
}

void send(CrowdOut& out, capnp::MallocMessageBuilder& message) {
  const auto flat = capnp::messageToFlatArray(message);
  const std::span body(reinterpret_cast<const std::byte*>(flat.begin()), flat.asBytes().size());
  std::vector<std::byte> frame(protocol::kFrameHeaderBytes);
  protocol::write_header(
      std::span(frame).first<protocol::kFrameHeaderBytes>(),
      {.length = static_cast<std::uint32_t>(body.size()), .kind = protocol::FrameKind::message});
  frame.insert(frame.end(), body.begin(), body.end());
  out.send(frame);
}

}  // namespace

void CrowdFrames::take(std::span<const std::byte> payload, const OnEvent& on_event,
                       const OnMessage& on_message) {
  while (!payload.empty()) {
    const auto header = protocol::read_frame_header(payload);
    if (!header || payload.size() - protocol::kFrameHeaderBytes < header->length)
      throw std::runtime_error("bytes that are no frame");
    const auto body = payload.subspan(protocol::kFrameHeaderBytes, header->length);
    payload = payload.subspan(protocol::kFrameHeaderBytes + header->length);
    switch (header->kind) {
      case protocol::FrameKind::event_batch:
        take_batch(body, on_event);
        break;
      case protocol::FrameKind::message: {
        const auto& copy = aligned_copy(body);
        capnp::FlatArrayMessageReader reader(
            kj::arrayPtr(reinterpret_cast<const capnp::word*>(copy.data()), copy.size() / 8));
        on_message(reader.getRoot<schema::Message>());
        break;
      }
    }
  }
}

void CrowdFrames::take_batch(std::span<const std::byte> body, const OnEvent& on_event) {
  const auto header = protocol::read_event_batch_header(body);
  if (!header) throw std::runtime_error("a batch that is cut off");
  if (complete_through_ && header->from != *complete_through_ + 1)
    throw std::runtime_error("events from " + std::to_string(header->from) + " behind " +
                             std::to_string(*complete_through_));
  record::Bytes entries(aligned_copy(body.subspan(protocol::kEventBatchHeaderBytes)));
  CrowdEvent event{.version = header->from};
  while (true) {
    const auto entry = record::next_entry(entries, record::EventView::Check::shape);
    if (!entry) throw std::runtime_error(std::string(record::to_string(entry.error())));
    if (!*entry) break;
    event.recorded_at = (*entry)->event.envelope().recorded_at;
    event.effective_at = (*entry)->event.envelope().effective_at;
    on_event(event);
    ++event.version;
  }
  if (event.version - header->from != header->count)
    throw std::runtime_error("a batch with another number of events than it says");
  complete_through_ = header->complete_through;
}

CrowdSubscriber::CrowdSubscriber(Options options, CrowdFrames::OnEvent on_event)
    : options_(std::move(options)), on_event_(std::move(on_event)) {}

void CrowdSubscriber::greet(CrowdOut& out) {
  welcomed_ = false;
  capnp::MallocMessageBuilder message;
  auto hello = message.initRoot<schema::Message>().initHello();
  hello.initProtocolVersions(1).set(0, protocol::kProtocolVersion);
  hello.setToken(options_.token.c_str());
  write(hello.initClient(), options_.client);
  auto subscribe = hello.initSubscriptions(1)[0];
  subscribe.setSubscription(1);
  write(subscribe.getScope().initProject(), options_.project);
  subscribe.getContent().setEvents();
  const auto after = frames_.complete_through() ? frames_.complete_through() : options_.after;
  if (after) {
    subscribe.getFrom().setAfter(*after);
  } else {
    subscribe.getFrom().setTail(1);
  }
  send(out, message);
}

void CrowdSubscriber::take(std::span<const std::byte> payload, CrowdOut& out) {
  frames_.take(payload, on_event_, [&](schema::Message::Reader message) {
    if (message.isWelcome()) {
      welcomed_ = true;
    } else if (message.isPing()) {
      capnp::MallocMessageBuilder reply;
      reply.initRoot<schema::Message>().initPong().setNonce(message.getPing().getNonce());
      send(out, reply);
    } else if (message.isError()) {
      throw std::runtime_error("refused: " +
                               std::string(model::to_string(message.getError().getCode())));
    } else if (message.isSubscriptionEnd()) {
      throw std::runtime_error(
          "ended: " + std::string(model::to_string(message.getSubscriptionEnd().getCode())));
    }
  });
}

}  // namespace daybook::bench
