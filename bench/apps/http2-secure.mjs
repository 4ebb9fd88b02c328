import { serve } from './http2-server.mjs';

const handler = (_req, res) => {
  res.setHeader('Content-Type', 'text/plain');
  res.setHeader('Content-Length', '13');
  res.end('Hello, World!');
};
serve(handler, { secure: true });
