// The peer of bench/viewers.ts: a bare `ws` server that hands each binary message of `/ingest` to every connection of `/ws`.
import { WebSocket, WebSocketServer } from 'ws';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false, backlog: 4096 });
const viewers = new Set<WebSocket>();
server.on('connection', (socket, request) => {
  socket.on('error', () => undefined);
  if (request.url?.startsWith('/ws')) {
    viewers.add(socket);
    socket.on('message', () => socket.send('{"kind":"hello"}'));
    socket.on('close', () => viewers.delete(socket));
    return;
  }
  socket.on('message', (data, isBinary) => {
    if (!isBinary) {
      socket.send('{"kind":"welcome"}');
      return;
    }
    for (const viewer of viewers) if (viewer.readyState === WebSocket.OPEN) viewer.send(data);
  });
});
server.on('listening', () => {
  const address = server.address();
  console.log(JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 }));
});
