#include <daybook/error.hpp>

namespace daybook::client {
namespace {

// Boost keeps the destructor of its categories protected and not virtual: they live for ever.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "daybook"; }

  std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::no_connection:
        return "no connection to the server";
      case Errc::timed_out:
        return "nothing was heard from the server";
      case Errc::going_away:
        return "the server is stopping";
      case Errc::server_failed:
        return "the server failed";
      case Errc::unauthenticated:
        return "the token is not good";
      case Errc::not_permitted:
        return "the token does not permit this";
      case Errc::not_found:
        return "not found";
      case Errc::replaced:
        return "another connection of this client took over";
      case Errc::version_unsupported:
        return "no protocol version in common with the server";
      case Errc::protocol_error:
        return "the server could not take what was sent";
      case Errc::bad_server_data:
        return "what the server sent fails its checks";
      case Errc::other_model:
        return "the server has another model version";
      case Errc::other_log:
        return "the server's log was begun anew";
      case Errc::ahead_of_log:
        return "the server knows less than was asked for";
      case Errc::overloaded:
        return "too much is waiting: try again later";
      case Errc::already_pending:
        return "a command with this id is waiting for its answer";
      case Errc::closed:
        return "the client is closed";
      case Errc::ended:
        return "the server ended the subscription";
      case Errc::unknown_version:
        return "there was nothing yet at that version or time: ask for a later one";
      case Errc::other_member:
        return "the command was given under another member's token: it is kept until that is set "
               "again";
      case Errc::outbox_in_use:
        return "the outbox is in use: give each running client a file of its own";
      case Errc::outbox_full:
        return "the disk is full: the command was not taken";
      case Errc::outbox_unusable:
        return "the outbox's file cannot be used: see whether the disk is sound, or a newer "
               "version of the library "
               "wrote it";
      case Errc::tls_failed:
        return "no secure connection could be agreed on with the server";
      case Errc::tls_not_spoken:
        return "the server does not speak TLS on this port: check the port, or whether the server "
               "was given a certificate";
      case Errc::tls_version_unsupported:
        return "the server offers no TLS 1.2 or 1.3, and older versions are not safe: update the "
               "server";
      case Errc::tls_certificate_untrusted:
        return "the server's certificate is not signed by a CA that is trusted here: name the file "
               "of its CA, or pin its key";
      case Errc::tls_certificate_expired:
        return "the server's certificate is expired or not valid yet: renew it, or set this "
               "machine's clock right";
      case Errc::tls_wrong_host:
        return "the server's certificate is for another host: use a name that it holds in the "
               "address, or get one for this name";
      case Errc::tls_wrong_key:
        return "the server's key is not the pinned one: pin the new one if it was changed on "
               "purpose; else somebody may stand "
               "in between";
    }
    return "unknown error";
  }

  boost::system::error_condition default_error_condition(int value) const noexcept override {
    switch (static_cast<Errc>(value)) {
      case Errc::no_connection:
      case Errc::timed_out:
      case Errc::going_away:
      case Errc::server_failed:
      case Errc::overloaded:
      case Errc::bad_server_data:
      case Errc::outbox_full:
        return Condition::temporary;
      case Errc::unauthenticated:
      case Errc::not_permitted:
        return Condition::auth;
      case Errc::not_found:
      case Errc::replaced:
      case Errc::version_unsupported:
      case Errc::protocol_error:
      case Errc::other_model:
      case Errc::other_log:
      case Errc::ahead_of_log:
      case Errc::already_pending:
      case Errc::closed:
      case Errc::ended:
      case Errc::unknown_version:
      case Errc::other_member:
      case Errc::outbox_in_use:
      case Errc::outbox_unusable:
        break;
      case Errc::tls_failed:
      case Errc::tls_not_spoken:
      case Errc::tls_version_unsupported:
      case Errc::tls_certificate_untrusted:
      case Errc::tls_certificate_expired:
      case Errc::tls_wrong_host:
      case Errc::tls_wrong_key:
        return Condition::tls;
    }
    return {value, *this};
  }
};

class ConditionCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "daybook condition"; }
  std::string message(int value) const override {
    switch (static_cast<Condition>(value)) {
      case Condition::temporary:
        return "it may work later";
      case Condition::auth:
        return "another token is needed";
      case Condition::tls:
        return "the connection cannot be secured";
    }
    return "unknown condition";
  }
};

#pragma GCC diagnostic pop

}  // namespace

const boost::system::error_category& daybook_category() noexcept {
  static const Category category;
  return category;
}

error_code make_error_code(Errc code) noexcept {
  return {static_cast<int>(code), daybook_category()};
}

boost::system::error_condition make_error_condition(Condition condition) noexcept {
  static const ConditionCategory category;
  return {static_cast<int>(condition), category};
}

Errc errc_of(schema::Code code) noexcept {
  switch (code) {
    case schema::Code::UNAUTHENTICATED:
      return Errc::unauthenticated;
    case schema::Code::NOT_PERMITTED:
      return Errc::not_permitted;
    case schema::Code::NOT_FOUND:
      return Errc::not_found;
    case schema::Code::OTHER_LOG:
      return Errc::other_log;
    case schema::Code::AHEAD_OF_LOG:
      return Errc::ahead_of_log;
    case schema::Code::GOING_AWAY:
      return Errc::going_away;
    case schema::Code::OVERLOADED:
    case schema::Code::RATE_LIMITED:
      return Errc::overloaded;
    case schema::Code::UNKNOWN_VERSION:
      return Errc::unknown_version;
    case schema::Code::INTERNAL:
      return Errc::server_failed;
    default:  // the rest concerns commands; a newer server may have more
      return Errc::ended;
  }
}

}  // namespace daybook::client
