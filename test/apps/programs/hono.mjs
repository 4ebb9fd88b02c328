import { serve } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { basicAuth } from 'hono/basic-auth';
import { compress } from 'hono/compress';
import { getCookie, setCookie } from 'hono/cookie';
import { cors } from 'hono/cors';
import { etag } from 'hono/etag';
import { HTTPException } from 'hono/http-exception';
import { stream, streamSSE } from 'hono/streaming';

const app = new Hono();
const aborted = [];

app.get('/', (c) => c.text('Bonjour'));
app.get('/json/:id', (c) =>
  c.json({ id: c.req.param('id'), q: c.req.query('q'), url: new URL(c.req.url).pathname }, 201),
);
app.get('/html', (c) => c.html('<p>été</p>'));
app.get('/empty', (c) => c.body(null, 204));
app.get('/fields', (c) => {
  c.header('X-One', 'a');
  c.header('X-One', 'b', { append: true });
  setCookie(c, 'one', '1', { httpOnly: true });
  setCookie(c, 'two', '2');
  return c.text(getCookie(c, 'seen') ?? 'no cookie');
});
app.post('/json', async (c) => c.json({ got: await c.req.json() }));
app.post('/text', async (c) => c.text((await c.req.text()).toUpperCase()));
app.post('/bytes', async (c) => c.body(await c.req.arrayBuffer()));
app.post('/form', async (c) => {
  const form = await c.req.parseBody();
  return c.json({ note: form.note, name: form.file.name, size: form.file.size });
});
app.post('/pipe', (c) => c.body(c.req.raw.body));
app.post('/unread', (c) => c.text('not read'));
app.get('/stream', (c) =>
  stream(c, async (out) => {
    for (const word of ['un ', 'deux ', 'trois']) {
      await out.write(word);
      await out.sleep(1);
    }
  }),
);
app.get('/events', (c) =>
  streamSSE(c, async (out) => {
    for (let id = 1; id <= 3; id++) await out.writeSSE({ id: String(id), event: 'tick', data: `n ${id}` });
  }),
);
app.get('/for-ever', (c) =>
  stream(c, async (out) => {
    out.onAbort(() => aborted.push('stream'));
    c.req.raw.signal.addEventListener('abort', () => {
      aborted.push('signal');
      console.log('aborted');
    });
    while (!out.aborted) {
      await out.write('more ');
      await out.sleep(5);
    }
  }),
);
app.get('/large', (c) => c.body('x'.repeat(3_000_000)));
app.get(
  '/static/*',
  serveStatic({ root: 'test/apps/programs/express/public', rewriteRequestPath: (p) => p.slice(7) }),
);
app.get('/private', basicAuth({ username: 'ami', password: 'été' }), (c) => c.text('welcome'));
app.get('/etag', etag(), (c) => c.text('tagged'));
app.get('/compressed', compress(), (c) => c.text('text '.repeat(1000)));
app.use('/cors', cors({ origin: 'https://example.com' }));
app.get('/cors', (c) => c.text('shared'));
app.get('/whence', (c) =>
  c.json({ address: getConnInfo(c).remote.address, raw: c.env.incoming.httpVersion }),
);
app.get('/throws', () => {
  throw new HTTPException(403, { message: 'not for you' });
});
app.get('/crash', () => {
  throw new Error('unknown');
});
app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.text('sorry', 500)));
app.notFound((c) => c.text(`nothing at ${c.req.path}`, 404));

serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => console.log(port));
