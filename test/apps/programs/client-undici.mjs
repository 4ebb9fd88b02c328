import { Readable } from 'node:stream';
import { Client, Pool, request } from 'undici';

export async function talk(origin, failure) {
  const pipelining = new Client(origin, { pipelining: 10 });
  const paths = Array.from({ length: 10 }, (_, index) => `/${index}?wait=${10 - index}`);
  const pipelined = await Promise.all(
    paths.map(async (path) => (await pipelining.request({ method: 'GET', path })).body.text()),
  );
  const head = await pipelining.request({ method: 'HEAD', path: '/json' });
  const trailed = await pipelining.request({ method: 'GET', path: '/trailers' });
  const trailers = [await trailed.body.text(), trailed.trailers];
  await pipelining.close();

  const pool = new Pool(origin, { connections: 2 });
  const post = async (body, headers) =>
    (await pool.request({ method: 'POST', path: '/echo', body, headers })).body.json();
  const string = await post('texte', { 'content-type': 'text/plain' });
  const stream = await post(Readable.from(['en ', 'flux']));
  const size = await pool.request({ method: 'PUT', path: '/size', body: Buffer.alloc(2_000_000) });
  const sized = await size.body.text();
  const missing = await pool.request({ method: 'GET', path: '/missing' });
  const failed = [missing.statusCode, await missing.body.text()];
  const signal = AbortSignal.timeout(500);
  const late = await failure(pool.request({ method: 'GET', path: '/never', signal }));
  const half = await failure(pool.request({ method: 'GET', path: '/half' }).then(({ body }) => body.text()));
  await pool.destroy();
  const once = await request(`${origin}/json`, { reset: true });
  return {
    pipelined,
    head: head.headers['content-type'],
    trailers,
    string,
    stream,
    sized,
    failed,
    late,
    half,
    once: [once.headers.connection, await once.body.json()],
  };
}
