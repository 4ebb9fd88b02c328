// Node's own clients: http.request with an agent of its own and the global one, and fetch.
import http from 'node:http';
import { buffer, text } from 'node:stream/consumers';

const request = (url, options, body) =>
  new Promise((resolve, reject) => {
    const sent = http.request(url, options, resolve).on('error', reject);
    for (const part of [body ?? []].flat()) sent.write(part);
    sent.end();
  });

export async function talk(origin, failure) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const get = async (path) => text(await request(origin + path, { agent }));
  const many = await Promise.all(['/a?wait=5', '/b?wait=1', '/c?wait=0'].map(get));
  const large = (await buffer(await request(`${origin}/large`, { agent }))).length;
  const trailers = await request(`${origin}/trailers`, { agent });
  const trailed = [await text(trailers), trailers.rawTrailers];
  const echo = await text(await request(`${origin}/echo`, { agent, method: 'PATCH' }, ['a', 'b']));
  const headers = { Expect: '100-continue', 'Content-Length': 4 };
  const continued = await new Promise((resolve, reject) => {
    const sent = http
      .request(`${origin}/echo`, { agent, method: 'POST', headers }, resolve)
      .on('error', reject);
    sent.on('continue', () => sent.end('body'));
    sent.flushHeaders();
  });
  const allowed = await text(continued);
  const refused = await request(`${origin}/echo`, {
    method: 'POST',
    headers: { ...headers, 'X-Refuse': '1', Connection: 'close' },
  });
  refused.resume();
  const half = await failure(request(`${origin}/half`, { agent }).then(buffer));
  agent.destroy();
  const fetched = await fetch(`${origin}/moved`);
  return {
    many,
    large,
    trailed,
    echo,
    continued: allowed,
    refused: refused.statusCode,
    half,
    fetched: [fetched.redirected, await fetched.json()],
    posted: await (
      await fetch(`${origin}/echo`, { method: 'POST', body: new URLSearchParams({ é: 'è' }) })
    ).json(),
    late: await failure(fetch(`${origin}/never`, { signal: AbortSignal.timeout(500) })),
  };
}
