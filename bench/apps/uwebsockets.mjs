// hello.mjs on uWebSockets.js, with the fields that node:http sends and uWebSockets does not.
import uws from 'uwebsockets';

const app = uws.App();
app.any('/*', (res, req) => {
  const close = req.getHeader('connection') === 'close';
  res.writeHeader('Content-Type', 'text/plain');
  res.writeHeader('Connection', close ? 'close' : 'keep-alive');
  if (!close) res.writeHeader('Keep-Alive', 'timeout=5');
  res.end('Hello, World!', close);
});
app.listen('127.0.0.1', 0, (socket) => console.log(uws.us_socket_local_port(socket)));
