#pragma once
// The completion handler of one operation, whatever token made it.

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include <daybook/error.hpp>

namespace daybook::client {

namespace net = boost::asio;

namespace detail {

// Set when the client is gone: what was to complete then is dropped, not called.
using Gone = std::shared_ptr<const std::atomic<bool>>;

// Called at most once; posts the handler to its own executor (by default the client's), never runs it in place.
template <typename... Values>
class Completion {
 public:
  Completion() = default;
  template <typename Handler>
  Completion(const net::any_io_executor& fallback, Gone gone, Handler handler) {
    slot_ = net::get_associated_cancellation_slot(handler);
    auto executor = net::get_associated_executor(handler, fallback);
    auto work = net::prefer(executor, net::execution::outstanding_work.tracked);
    complete_ = [handler = std::move(handler), work = std::move(work), gone = std::move(gone)](
                    error_code error, Values... values) mutable {
      net::post(work, [handler = std::move(handler), gone = std::move(gone), error,
                       ... values = std::move(values)]() mutable {
        if (!*gone) std::move(handler)(error, std::move(values)...);
      });
    };
  }

  [[nodiscard]] explicit operator bool() const { return static_cast<bool>(complete_); }
  [[nodiscard]] net::cancellation_slot slot() const { return slot_; }
  void operator()(error_code error, Values... values) {
    auto complete = std::exchange(complete_, nullptr);
    if (complete) complete(error, std::move(values)...);
  }

 private:
  std::move_only_function<void(error_code, Values...)> complete_;
  net::cancellation_slot slot_;
};

class Channel;
class Core;
template <typename Stream>
class Replica;
class FollowChannel;
class WatchChannel;

}  // namespace detail
}  // namespace daybook::client
