// Reads bodies as they come, and answers at their end.
import http from 'node:http';

const server = http.createServer({ requestTimeout: 0 }, (req, res) => {
  let length = 0;
  req.on('data', (piece) => {
    length += piece.length;
  });
  req.on('end', () => res.end(String(length)));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
