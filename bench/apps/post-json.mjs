// Reads a JSON document and answers with some of it: by 'data' and 'end' on `/`, by `for await` on `/await`.
import http from 'node:http';

function answer(res, text) {
  const { name, items } = JSON.parse(text);
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify({ name, count: items.length }));
}

async function byLoop(req, res) {
  let text = '';
  for await (const piece of req) text += piece;
  answer(res, text);
}

const server = http.createServer((req, res) => {
  req.setEncoding('utf8');
  if (req.url === '/await') return byLoop(req, res);
  let text = '';
  req.on('data', (piece) => {
    text += piece;
  });
  req.on('end', () => answer(res, text));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
