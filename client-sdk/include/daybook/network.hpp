#pragma once
// What a client's connections are made of: real sockets, unless ClientOptions::network says otherwise. Another one comes
// from the library's FakeServer (daybook/testing), so that an app can be tested without a server; its inside is the
// library's own.

namespace daybook::client {

class Network;

}  // namespace daybook::client
