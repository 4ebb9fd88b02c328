// The requests of each closed-loop load, as data: wrk, autocannon and the check of equality all send these.
// A load's list is walked in order and begun again at its end. Everything is made before the measurement, from a
// fixed seed, so that all contenders get the same bytes and the load generator only copies.

/** Numbers from 0 to 1, the same in every run (mulberry32). */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const get = () => [{}];

export const pipelined = () => [{}];

/**
 * In each ten requests, one at a random place asks for `Connection: close`, so a connection carries ten requests in the
 * mean. A fixed place would fall in step with the number of connections: some would never close.
 */
export function ofTenOneCloses() {
  const next = random(10);
  return Array.from({ length: 1000 }, () => {
    const closing = Math.floor(next() * 10);
    return Array.from({ length: 10 }, (_, i) => (i === closing ? { headers: { Connection: 'close' } } : {}));
  }).flat();
}

/** What Chromium sends for a picture of a page; path, cookies, referrer and validator differ in each request. */
export function browser() {
  const next = random(1);
  const token = (length) => Array.from({ length }, () => Math.floor(next() * 36).toString(36)).join('');
  return Array.from({ length: 4096 }, (_, i) => ({
    path: `/assets/${token(8)}.png?v=${i}`,
    headers: {
      Connection: 'keep-alive',
      'sec-ch-ua-platform': '"Linux"',
      'User-Agent': `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/14${i % 10}.0.0.0 Safari/537.36`,
      'sec-ch-ua': `"Chromium";v="14${i % 10}", "Not=A?Brand";v="${i % 100}"`,
      'sec-ch-ua-mobile': '?0',
      Accept: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
      'Sec-Fetch-Site': 'same-origin',
      'Sec-Fetch-Mode': 'no-cors',
      'Sec-Fetch-Dest': 'image',
      Referer: `http://127.0.0.1/articles/${token(12)}`,
      'Accept-Encoding': 'gzip, deflate, br, zstd',
      'Accept-Language': 'fr-FR,fr;q=0.9,en;q=0.8',
      Cookie: `session=${token(32)}; theme=dark; visited=${token(10)}`,
      'If-None-Match': `"${token(16)}"`,
    },
  }));
}

/** Each request has a connection of its own. */
export const closing = () => [{ headers: { Connection: 'close' } }];

/** One JSON document of just about 1 kB, to a path. */
export const postTo = (path) => () => {
  const items = Array.from({ length: 19 }, (_, i) => ({
    id: i,
    label: `élément numéro ${i}`,
    price: i * 1.25,
  }));
  const body = JSON.stringify({ name: 'premier', items });
  return [{ method: 'POST', path, headers: { 'Content-Type': 'application/json' }, body }];
};

export const post = postTo('/');

/** A request for what the app has by that name, or for so many bytes. */
export const path = (name) => () => [{ path: `/${name}` }];

export const upload = (length) => () => [{ method: 'POST', body: 'x'.repeat(length) }];

/** A request as the bytes of HTTP/1.1. */
export function toBytes({ method = 'GET', path = '/', headers = {}, body = '' }, host) {
  const fields = { Host: host, ...headers };
  const content = Buffer.from(body);
  if (content.length > 0) fields['Content-Length'] = content.length;
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n`), content]);
}
