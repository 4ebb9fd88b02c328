import { serve } from './http2-server.mjs';

serve((_req, res) => {
  res.setHeader('Content-Type', 'text/plain');
  res.setHeader('Content-Length', '13');
  res.end('Hello, World!');
});
