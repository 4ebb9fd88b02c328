// The least a server on node:net can do: it reads without looking, and answers each chunk with the bytes that
// hello.mjs gives on node:http. What a request costs above this is the HTTP.
import net from 'node:net';

const response = Buffer.from(
  'HTTP/1.1 200 OK\r\n' +
    'Content-Type: text/plain\r\n' +
    `Date: ${new Date().toUTCString()}\r\n` +
    'Connection: keep-alive\r\n' +
    'Keep-Alive: timeout=5\r\n' +
    'Content-Length: 13\r\n' +
    '\r\n' +
    'Hello, World!',
);

const server = net.createServer({ noDelay: true }, (socket) => {
  socket.on('data', () => socket.write(response));
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
