// Echoes each message of a WebSocket, as the package ws gives it to a program.
import http from 'node:http';
import { WebSocketServer } from 'ws';

const server = http.createServer();
new WebSocketServer({ server }).on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
