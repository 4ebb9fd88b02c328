// GET of a path answers with so many bytes as it says; a POST is read to its end.
import { Buffer } from 'node:buffer';
import { serve } from './http2-server.mjs';

const bodies = new Map();

function bodyOf(length) {
  if (!bodies.has(length)) bodies.set(length, Buffer.alloc(length, 'x'));
  return bodies.get(length);
}

serve((req, res) => {
  if (req.method === 'GET') {
    const body = bodyOf(Number(req.url.slice(1)));
    res.setHeader('Content-Length', body.length);
    res.end(body);
    return;
  }
  let length = 0;
  req.on('data', (piece) => {
    length += piece.length;
  });
  req.on('end', () => {
    const answer = String(length);
    res.setHeader('Content-Length', answer.length);
    res.end(answer);
  });
});
