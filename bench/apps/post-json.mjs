import http from 'node:http';

const server = http.createServer((req, res) => {
  let text = '';
  req.setEncoding('utf8');
  req.on('data', (piece) => {
    text += piece;
  });
  req.on('end', () => {
    const { name, items } = JSON.parse(text);
    res.setHeader('Content-Type', 'application/json');
    res.end(JSON.stringify({ name, count: items.length }));
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
