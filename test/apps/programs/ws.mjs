// WebSocket servers with `ws`: one on its own path, one after an 'upgrade' listener, one that turns clients away.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const server = createServer((request, response) => {
  response.end(`plain ${request.method} with upgrade: ${request.headers.upgrade ?? 'none'}`);
});

const echo = new WebSocketServer({ noServer: true, perMessageDeflate: { threshold: 10 } });
echo.on('connection', (socket, request) => {
  socket.send(`hello from ${request.url}`);
  socket.on('message', (data, binary) => socket.send(data, { binary }));
});

const chat = new WebSocketServer({
  noServer: true,
  handleProtocols: (protocols) => (protocols.has('chat.2') ? 'chat.2' : false),
});
chat.on('headers', (headers) => headers.push('X-Room: 7'));
chat.on('connection', (socket) => {
  socket.on('message', (data) => {
    for (const client of chat.clients) client.send(String(data));
  });
});

const gate = new WebSocketServer({
  noServer: true,
  verifyClient: ({ req }, done) => setImmediate(done, req.headers['x-key'] === 'secret', 403, 'Not you'),
});
gate.on('connection', (socket) => socket.close(4001, 'enough'));

server.on('upgrade', (request, socket, head) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const sockets = { '/echo': echo, '/chat': chat, '/gate': gate }[pathname];
  if (sockets) sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit('connection', ws, request));
  else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
