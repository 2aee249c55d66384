#pragma once
// The server's side of TLS: its certificate and what it agrees to.

#include <boost/asio/ssl/context.hpp>
#include <string>

namespace daybook::net {

// A context for TLS 1.2 and 1.3 with forward secrecy and authenticated encryption only; nothing is compressed or
// negotiated again, and no session is resumed: a ticket's key would open what was recorded, for as long as the process runs.
//
// Threading: the result may be used by many connections on many threads at once.
// Failure:   throws std::runtime_error, whose text names the file and says what is wrong with it: it cannot be read, is not
//            PEM, is encrypted, or the two do not belong together. Nothing of the files' contents is told.
[[nodiscard]] boost::asio::ssl::context make_tls_context(const std::string& certificate_file,
                                                         const std::string& key_file);

// Says in the log when the certificate has expired.
void warn_if_expired(boost::asio::ssl::context& context, const std::string& certificate_file);

}  // namespace daybook::net
