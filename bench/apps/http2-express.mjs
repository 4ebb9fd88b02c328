// Express where HTTP/2 is spoken without TLS: by premier. node:http knows no such option, and speaks HTTP/1.1.
import http from 'node:http';
import express from 'express';

const app = express();
app.get('/', (_req, res) => {
  res.type('text/plain').send('Hello, World!');
});
const server = http.createServer({ http2: 'prior-knowledge' }, app);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
