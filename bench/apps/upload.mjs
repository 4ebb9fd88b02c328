// Reads what is uploaded, keeps nothing of it, and says how much it was.
import http from 'node:http';

const server = http.createServer((req, res) => {
  let bytes = 0;
  req.on('data', (chunk) => {
    bytes += chunk.length;
  });
  req.on('end', () => res.end(String(bytes)));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
