// An API as people make them with Fastify 5; the caller brings the server's options.
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import multipart from '@fastify/multipart';
import Fastify from 'fastify';

const user = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: { name: { type: 'string', minLength: 2 }, age: { type: 'integer', default: 7 } },
};

/** Some text, then an error. */
async function* breaking() {
  yield 'start';
  await setImmediate();
  throw new Error('broken');
}

/** @param options given to Fastify */
export async function api(options) {
  const app = Fastify(options);
  await app.register(multipart, { limits: { fileSize: 100_000 } });
  app.decorateRequest('started', '');
  app.addHook('onRequest', async (request) => {
    request.started = request.method;
  });
  app.addHook('onSend', async (request, reply, payload) => {
    reply.header('x-started', request.started);
    return payload;
  });
  const seen = [];
  app.addHook('onResponse', async (request, reply) => {
    seen.push(`${request.method} ${request.url} ${reply.statusCode}`);
  });
  app.addHook('onRequestAbort', async (request) => {
    seen.push(`aborted ${request.url}`);
  });
  app.get('/seen', () => seen);

  app.get('/', () => ({ hello: 'world' }));
  app.post('/users', { schema: { body: user, response: { 201: user } } }, (request, reply) => {
    reply.code(201).send({ ...request.body, secret: 'not in the schema' });
  });
  app.get(
    '/users/:id',
    { schema: { params: { type: 'object', properties: { id: { type: 'integer' } } } } },
    ({ params }) => params,
  );
  app.get('/query', ({ query, ip, protocol, host }) => ({ query, ip, protocol, host: host.split(':')[0] }));
  app.post('/text', (request) => request.body);
  app.addContentTypeParser('application/x-lines', (_request, payload, done) => {
    let text = '';
    payload.on('data', (chunk) => {
      text += chunk;
    });
    payload.on('end', () => done(null, text.split('\n')));
  });
  app.post('/lines', (request) => request.body);
  app.post('/upload', async (request) => {
    const parts = [];
    for await (const part of request.parts()) {
      const { type, fieldname, filename, mimetype } = part;
      const content = type === 'file' ? (await part.toBuffer()).length : part.value;
      parts.push({ type, fieldname, filename, mimetype, content });
    }
    return parts;
  });

  app.get('/stream', (_request, reply) => {
    reply.type('text/plain');
    return Readable.from(['un ', 'deux ', 'trois']);
  });
  app.get('/web', () => new Response('from a Response', { status: 202, headers: { 'x-from': 'fetch' } }));
  app.get('/hijacked', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'Content-Type': 'text/plain', Trailer: 'x-sum' });
    reply.raw.write('by hand');
    reply.raw.addTrailers({ 'x-sum': '7' });
    reply.raw.end();
  });
  app.get('/trailer', (_request, reply) => {
    reply.trailer('x-late', (_reply, _payload, done) => done(null, 'after all'));
    return 'body';
  });
  app.get('/hints', (_request, reply) => {
    reply.raw.writeEarlyHints({ link: '</style.css>; rel=preload' });
    return 'hinted';
  });
  app.get('/redirect', (_request, reply) => reply.redirect('/', 303));
  app.get('/throws', async () => {
    throw Object.assign(new Error('thrown'), { statusCode: 418 });
  });
  app.get('/broken', (_request, reply) => reply.send(Readable.from(breaking())));
  app.get('/slow', () => {
    console.log('waiting');
    return new Promise(() => {});
  });
  app.get('/inject', async () => {
    const get = await app.inject('/users/42');
    const post = await app.inject({ method: 'POST', url: '/users', payload: { name: 'Zoé' } });
    const bad = await app.inject({
      method: 'POST',
      url: '/users',
      payload: '{',
      headers: { 'content-type': 'application/json' },
    });
    return [get, post, bad].map(({ statusCode, body }) => ({ statusCode, body }));
  });
  app.setNotFoundHandler((request, reply) => reply.code(404).send(`nothing at ${request.url}`));
  return app;
}
