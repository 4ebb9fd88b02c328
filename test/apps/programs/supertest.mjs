// supertest on an Express app, on a bare listener and on a server; prints what it saw, as JSON, and ends.
import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import request from 'supertest';

const app = express().set('env', 'test');
app.use(express.json());
app.get('/', (_req, res) => res.json({ hello: 'world' }));
app.post('/echo', (req, res) => res.status(201).set('X-Posted', 'yes').json(req.body));
app.get('/cookie', (req, res) => res.cookie('seen', '1').send(req.headers.cookie ?? 'no cookie'));
app.get('/moved', (_req, res) => res.redirect('/'));
app.get('/crash', () => {
  throw new Error('unknown');
});

const simple = await request(app).get('/').expect('Content-Type', /json/).expect(200, { hello: 'world' });
const posted = await request(app).post('/echo').send({ mot: 'été' }).expect(201).expect('X-Posted', 'yes');
const wrong = await request(app)
  .get('/')
  .expect(404)
  .catch(({ message }) => message);
const agent = request.agent(app);
await agent.get('/cookie').expect('no cookie');
const remembered = await agent.get('/cookie');
const moved = await request(app).get('/moved').redirects(1);
const crash = await request(app).get('/crash');
const listener = (req, res) => res.end(`${req.method} ${req.url}`);
const bare = await request(listener).put('/bare?a=1');
const server = createServer(listener).listen(0);
const running = await request(server).delete('/running');
await once(server.close(), 'close');
const head = await request(app).head('/');
const upload = await request(listener).post('/upload').attach('file', Buffer.alloc(100_000), 'a.bin');

console.log(
  JSON.stringify({
    simple: simple.body,
    posted: posted.body,
    wrong,
    remembered: remembered.text,
    moved: moved.body,
    crash: crash.status,
    bare: bare.text,
    running: running.text,
    head: head.headers['content-length'],
    upload: upload.text,
  }),
);
