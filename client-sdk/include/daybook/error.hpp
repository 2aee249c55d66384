#pragma once
// What can go wrong, as an error_code category with three conditions that say what to do about it.
//
// `error == Condition::temporary`: the same may work later; the client goes on trying by itself.
// `error == Condition::auth`: another token is needed.
// `error == Condition::tls`: the connection cannot be secured, and somebody has to act: the certificate, the address or
// TlsOptions are to be changed. The client tries again too, with delays that grow; StateChange::detail has the particulars.
// An operation that was cancelled or overtaken by stop() ends with boost::asio::error::operation_aborted.

#include <boost/system/error_code.hpp>

#include "schema/wire.capnp.h"

namespace daybook::client {

using boost::system::error_code;

enum class Errc {
  no_connection = 1,    // could not be made, or broke
  timed_out,            // nothing was heard from the server
  going_away,           // the server stops as planned
  server_failed,        // the server says that it failed
  unauthenticated,      // the token is not good, or no longer
  not_permitted,        // the token may not do this
  not_found,            // no such project, as far as the token may know
  replaced,             // a second connection of the same client took over
  version_unsupported,  // no protocol version in common
  protocol_error,       // the server could not take what this client sent
  bad_server_data,      // what the server sent fails its checks
  other_model,          // a snapshot of another model version
  other_log,            // the log was begun anew
  ahead_of_log,         // the server knows less than was asked for
  overloaded,           // too much is waiting, here or at the server
  already_pending,      // a command with this id is waiting for its answer
  closed,               // the client was stopped, or closed for good
  ended,                // the server ended the subscription
  unknown_version,      // the past asked for is before the first event
  other_member,  // the command was given under another member's token: it is kept, and not sent

  outbox_in_use,  // another process, or another client of this one, has the outbox's file open
  outbox_full,    // the disk is full: the command was not taken
  outbox_unusable,  // the outbox's file cannot be written: the disk failed, or a newer version wrote it

  tls_failed,                 // no secure connection could be agreed on
  tls_not_spoken,             // the peer answers in plain text
  tls_version_unsupported,    // the peer has no TLS 1.2 or 1.3: too old, or somebody talks it down
  tls_certificate_untrusted,  // not signed by a CA that is trusted
  tls_certificate_expired,    // or not valid yet
  tls_wrong_host,             // the certificate is for another host
  tls_wrong_key,              // not the pinned one
};

enum class Condition { temporary = 1, auth, tls };

[[nodiscard]] const boost::system::error_category& daybook_category() noexcept;
[[nodiscard]] error_code make_error_code(Errc code) noexcept;
[[nodiscard]] boost::system::error_condition make_error_condition(Condition condition) noexcept;

// The error that a code of the server stands for, where it ends a subscription or refuses an answer.
[[nodiscard]] Errc errc_of(schema::Code code) noexcept;

}  // namespace daybook::client

template <>
struct boost::system::is_error_code_enum<daybook::client::Errc> : std::true_type {};
template <>
struct boost::system::is_error_condition_enum<daybook::client::Condition> : std::true_type {};
