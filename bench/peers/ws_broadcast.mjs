// A server on npm's `ws` that sends whatever it is fed to every client. Prints its two ports: the clients', and that of the
// feed, which takes frames over TCP, each behind its length (u32 little-endian).

import net from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

const clients = new WebSocketServer({
  host: '127.0.0.1', port: 0, backlog: 4096, perMessageDeflate: false,
});

function broadcast(frame) {
  for (const client of clients.clients) {
    if (client.readyState === WebSocket.OPEN) client.send(frame);
  }
}

const feed = net.createServer((socket) => {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32LE(0)) {
      const end = 4 + rest.readUInt32LE(0);
      broadcast(rest.subarray(4, end));
      rest = rest.subarray(end);
    }
  });
  socket.on('error', () => {});
});

clients.on('connection', (client) => client.on('error', () => {}));
clients.on('listening', () => {
  feed.listen(0, '127.0.0.1', () => {
    console.log(`${clients.address().port} ${feed.address().port}`);
  });
});
