import { createServer } from 'node:http';
import { Server } from 'socket.io';

const server = createServer((_request, response) => response.end('not for Socket.IO'));
const io = new Server(server, { cors: { origin: 'https://example.com' } });
io.use((socket, next) => (socket.handshake.auth.key === 'wrong' ? next(new Error('not you')) : next()));
io.on('connection', (socket) => {
  const { name } = socket.conn.transport;
  socket.emit('welcome', name);
  socket.on('sum', (numbers, answer) => answer(numbers.reduce((a, b) => a + b, 0)));
  socket.on('bytes', (bytes, answer) => answer(Buffer.from(bytes).reverse()));
  socket.on('say', (text) => io.emit('said', text));
  socket.on('transport', (answer) => answer(socket.conn.transport.name));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
