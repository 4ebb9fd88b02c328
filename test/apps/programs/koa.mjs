import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import Koa from 'koa';

const app = new Koa({ keys: ['secret'], proxy: true });
app.silent = true;
app.on('error', () => {});

app.use(async (ctx, next) => {
  const steps = ['in'];
  ctx.state.steps = steps;
  await next();
  ctx.set('x-steps', steps.concat('out').join(' '));
});
app.use(async (ctx, next) => {
  try {
    await next();
  } catch (error) {
    if (!error.handled) throw error;
    ctx.status = 422;
    ctx.body = { error: error.message };
  }
});

/** Some text, then an error. */
async function* breaking() {
  yield 'start';
  await setImmediate();
  throw new Error('broken');
}

const routes = {
  '/': (ctx) => {
    ctx.body = 'Bonjour';
  },
  '/json': (ctx) => {
    ctx.body = { method: ctx.method, query: ctx.query, host: ctx.hostname, ip: ctx.ip, secure: ctx.secure };
  },
  '/html': (ctx) => {
    ctx.body = '<p>été</p>';
  },
  '/buffer': (ctx) => {
    ctx.body = Buffer.from([0, 1, 254, 255]);
  },
  '/stream': (ctx) => {
    ctx.type = 'text/plain';
    ctx.body = Readable.from(['un ', 'deux']);
  },
  '/web': (ctx) => {
    ctx.body = new Response('from a Response', { status: 201, headers: { 'x-from': 'fetch' } });
  },
  '/blob': (ctx) => {
    ctx.body = new Blob(['a blob'], { type: 'text/x-blob' });
  },
  '/null': (ctx) => {
    ctx.body = null;
  },
  '/echo': async (ctx) => {
    ctx.body = { body: await text(ctx.req), type: ctx.request.type, length: ctx.request.length ?? null };
  },
  '/cookies': (ctx) => {
    const visits = Number(ctx.cookies.get('visits', { signed: true }) ?? 0) + 1;
    ctx.cookies.set('visits', String(visits), { signed: true });
    ctx.body = `visit ${visits}`;
  },
  '/fresh': (ctx) => {
    ctx.etag = 'v1';
    ctx.lastModified = new Date(0);
    ctx.status = 200;
    if (ctx.fresh) ctx.status = 304;
    else ctx.body = 'version 1';
  },
  '/redirect': (ctx) => ctx.redirect('/json?from=redirect'),
  '/attachment': (ctx) => {
    ctx.attachment('3€.txt');
    ctx.body = 'in a file';
  },
  '/accepts': (ctx) => {
    ctx.vary('Accept');
    ctx.body = ctx.accepts('html', 'json') || 'neither';
  },
  '/teapot': (ctx) => ctx.throw(418, 'short and stout', { headers: { 'x-handle': 'yes' } }),
  '/handled': () => {
    throw Object.assign(new Error('known'), { handled: true });
  },
  '/crash': () => {
    throw new Error('unknown');
  },
  '/broken': (ctx) => {
    ctx.body = Readable.from(breaking());
  },
  '/raw': (ctx) => {
    ctx.respond = false;
    ctx.res.writeHead(200, 'Fine', ['X-Raw', 'one', 'X-Raw', 'two']);
    ctx.res.end('by hand');
  },
  '/reason': (ctx) => {
    ctx.status = 299;
    ctx.message = 'As it were';
    ctx.flushHeaders();
    ctx.body = `headers sent: ${ctx.headerSent}`;
  },
};
app.use(async (ctx) => routes[ctx.path]?.(ctx));

const server = app.listen(0, () => console.log(server.address().port));
