import { serve } from './http2-server.mjs';

serve((req, res) => {
  let text = '';
  req.setEncoding('utf8');
  req.on('data', (piece) => {
    text += piece;
  });
  req.on('end', () => {
    const { name, items } = JSON.parse(text);
    const answer = JSON.stringify({ name, count: items.length });
    res.setHeader('Content-Type', 'application/json');
    res.setHeader('Content-Length', answer.length);
    res.end(answer);
  });
});
