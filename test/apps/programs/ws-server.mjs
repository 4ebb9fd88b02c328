// `ws` given the server itself, which also answers plain requests.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const server = createServer((_request, response) => response.end('plain'));
const sockets = new WebSocketServer({ server, path: '/live' });
sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`got ${data}`)));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
