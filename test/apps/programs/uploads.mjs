// Uploads with multer, and compression, each under Express and on a bare createServer.
import { createServer } from 'node:http';
import compression from 'compression';
import express from 'express';
import multer from 'multer';

const app = express();
const upload = multer({ storage: multer.memoryStorage(), limits: { fileSize: 200_000, files: 3 } });
const told = ({ fieldname, originalname, mimetype, size }) => ({ fieldname, originalname, mimetype, size });

app.post('/one', upload.single('file'), (req, res) => res.json({ body: req.body, file: told(req.file) }));
app.post('/many', upload.array('files'), (req, res) => res.json(req.files.map(told)));
app.post('/none', upload.none(), (req, res) => res.json(req.body));

app.use(compression({ threshold: 100 }));
app.get('/text', (_req, res) => res.type('txt').send('text '.repeat(1000)));
app.get('/short', (_req, res) => res.send('short'));
app.get('/image', (_req, res) => res.type('png').send(Buffer.alloc(5000)));
app.get('/whole', (_req, res) => res.set('Cache-Control', 'no-transform').send('x'.repeat(5000)));
app.get('/events', (_req, res) => {
  res.type('text/event-stream');
  res.write('data: un\n\n');
  res.flush();
  res.on('close', () => console.log('closed'));
});

// The same middleware without Express, on a request whose path begins with /bare.
const compress = compression({ threshold: 0 });
const server = createServer((request, response) => {
  if (!request.url.startsWith('/bare')) return app(request, response);
  compress(request, response, () => {
    response.statusCode = 201;
    response.setHeader('Content-Type', 'text/plain');
    if (request.url === '/bare/head') response.writeHead(202, 'Packed', { 'X-In': 'writeHead' });
    response.write('un '.repeat(1000));
    setImmediate(() => response.end('deux'));
  });
});

app.use((error, _req, res, _next) => res.status(400).json({ code: error.code, field: error.field }));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
