#pragma once
// The engine's answers, to be awaited on the I/O thread that asks.
//
// They cannot be cancelled: the engine answers every call, and the coroutine waits for it.

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

#include "server/sync/door.hpp"

namespace daybook::net {

namespace asio = boost::asio;

// Calls initiate(handler), where handler takes the one Result.
template <typename Result, typename Initiate>
asio::awaitable<Result> await_answer(Initiate initiate) {
  return asio::async_initiate<const asio::use_awaitable_t<>&, void(Result)>(
      [](auto handler, Initiate start) {
        start([h = std::move(handler)](Result result) mutable { std::move(h)(std::move(result)); });
      },
      asio::use_awaitable, std::move(initiate));
}

inline asio::awaitable<engine::Read<model::Project>> read_project(sync::Door& door, Id id) {
  return await_answer<engine::Read<model::Project>>(
      [&door, id](auto handler) { door.read_project(id, std::move(handler)); });
}

using ReadCovers = engine::Read<engine::Covers>;
inline asio::awaitable<ReadCovers> read_covers(sync::Door& door) {
  return await_answer<ReadCovers>([&door](auto handler) { door.read_covers(std::move(handler)); });
}
inline asio::awaitable<ReadCovers> read_cover(sync::Door& door, Id id) {
  return await_answer<ReadCovers>(
      [&door, id](auto handler) { door.read_cover(id, std::move(handler)); });
}

inline asio::awaitable<engine::Read<model::View>> read_view(sync::Door& door, Id id,
                                                            model::ViewName name,
                                                            engine::RejectedActs acts) {
  return await_answer<engine::Read<model::View>>([&door, id, name, acts](auto handler) {
    door.read_view(id, name, acts, std::move(handler));
  });
}

using PastView = std::expected<std::shared_ptr<const model::View>, model::Rejection>;
inline asio::awaitable<PastView> read_view_at(sync::Door& door, Id id, model::ViewName name,
                                              engine::At at, engine::RejectedActs acts) {
  return await_answer<PastView>([&door, id, name, at, acts](auto handler) {
    door.read_view_at(id, name, at, acts, std::move(handler));
  });
}

using DecisionContext =
    std::expected<std::shared_ptr<capnp::MallocMessageBuilder>, model::Rejection>;
inline asio::awaitable<DecisionContext> read_context(sync::Door& door, Id project, Id entity,
                                                     std::optional<Version> version,
                                                     bool shows_rejected) {
  return await_answer<DecisionContext>(
      [&door, project, entity, version, shows_rejected](auto handler) {
        door.read_context(project, entity, version, shows_rejected, std::move(handler));
      });
}

}  // namespace daybook::net
