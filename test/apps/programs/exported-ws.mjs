import http from 'node:http';
import { WebSocketServer } from 'ws';

const server = http.createServer({ maxHeaderSize: 2048, keepAliveTimeout: 12_000 }, (_req, res) =>
  res.end('hello'),
);
new WebSocketServer({ server }).on('connection', (socket) => {
  socket.on('message', (data) => socket.send(`${data} heard`));
});
server.on('checkContinue', (_req, res) => res.writeHead(417).end());
server.on('connect', (_req, socket) => socket.end('HTTP/1.1 299 Tunnel\r\n\r\n'));
server.on('clientError', (_error, socket) => socket.end('HTTP/1.1 499 Own\r\n\r\n'));
server.on('connection', (socket) => console.log('connection', socket.server === server));

export default server;
