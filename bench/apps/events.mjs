// An event stream: once a second, each client is told the time.
import http from 'node:http';

const clients = new Set();

const server = http.createServer((_req, res) => {
  res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  res.flushHeaders();
  clients.add(res);
  res.on('close', () => clients.delete(res));
});
setInterval(() => {
  for (const client of clients) client.write(`event: tick\ndata: ${Date.now()}\n\n`);
}, 1000);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
