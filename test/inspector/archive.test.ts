// HTTP Archives of what a server and its clients said: what is exported shows the same when it is imported.
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { ExchangeDetail } from '../../dist/inspector/exchange-view.js';
import { harOf } from '../../dist/inspector/har.js';
import { exchangesFrom } from '../../dist/inspector/har-import.js';
import { get } from '../subjects.js';
import { inspected } from './inspected.js';

const asked: ((path: string) => string)[] = [
  (path) => get(path, 'Cookie: a=b', 'X-Twice: 1', 'x-twice: 2'),
  (path) => `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n\xff\0é`,
  (path) =>
    `POST ${path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n`,
  (path) => `HEAD ${path} HTTP/1.1\r\nHost: a\r\n\r\n`,
  (path) => get(`${path}&text=<b>%C3%A9</b>`),
];

function answerOfKind({ url, method }: IncomingMessage, res: ServerResponse): void {
  const kind = Number(/kind=(\d)/.exec(url ?? '')?.[1]);
  res.setHeader('Set-Cookie', ['a=1', 'b=2']);
  if (kind === 0) res.setHeader('Content-Type', 'application/json').end('{"a":[1]}');
  else if (kind === 1) res.setHeader('Content-Type', 'image/png').end(Buffer.from([137, 80, 0, 255]));
  else if (kind === 2) {
    res.writeEarlyHints({ link: '</a.css>; rel=preload' });
    if (method !== 'HEAD') res.setHeader('Trailer', 'X-Sum');
    res.write('é');
    res.addTrailers({ 'X-Sum': '1' });
    res.end('<script>');
  } else if (kind === 3) res.writeHead(204).end();
  else if (kind === 4) res.setHeader('Content-Encoding', 'gzip').end(gzipSync('gzip '.repeat(50)));
  else res.writeHead(303, { Location: '/' }).end();
}

/** Whether a value is as HAR 1.2 says; else the path of what is not. */
type Check = (value: unknown, path: string) => string[];

const is =
  (fits: (value: never) => boolean): Check =>
  (value, path) =>
    fits(value as never) ? [] : [`${path}: ${JSON.stringify(value)?.slice(0, 80)}`];
const text = is((value) => typeof value === 'string');
const integer = is(Number.isInteger);
const time = is((value) => typeof value === 'number' && value >= 0);
const timeOrNone = is((value) => typeof value === 'number' && (value >= 0 || value === -1));
const date = is((value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value));
const url = is((value) => URL.canParse(value));
const list =
  (check: Check): Check =>
  (value, path) =>
    Array.isArray(value) ? value.flatMap((one, i) => check(one, `${path}[${i}]`)) : [path];
/** Names that end with `?` may be absent; others than these begin with `_` (§ "Custom fields"). */
const object =
  (parts: Record<string, Check>): Check =>
  (value, path) => {
    if (typeof value !== 'object' || value === null) return [path];
    const known = new Set(Object.keys(parts).map((name) => name.replace('?', '')));
    const strangers = Object.keys(value).filter((name) => !known.has(name) && !name.startsWith('_'));
    return Object.entries(parts)
      .flatMap(([name, check]) => {
        const part = (value as Record<string, unknown>)[name.replace('?', '')];
        return part === undefined && name.endsWith('?') ? [] : check(part, `${path}.${name}`);
      })
      .concat(strangers.map((name) => `${path}.${name} is not known`));
  };

const pair = object({ name: text, value: text });
const cookies = list(object({ name: text, value: text }));
/** Of http://www.softwareishard.com/blog/har-12-spec/, what an archive of ours may have. */
const har12 = object({
  log: object({
    version: is((value) => value === '1.2'),
    creator: object({ name: text, version: text }),
    'pages?': list(object({})),
    entries: list(
      object({
        startedDateTime: date,
        time,
        request: object({
          method: text,
          url,
          httpVersion: text,
          cookies,
          headers: list(pair),
          queryString: list(pair),
          'postData?': object({ mimeType: text, text }),
          headersSize: integer,
          bodySize: integer,
        }),
        response: object({
          status: integer,
          statusText: text,
          httpVersion: text,
          cookies,
          headers: list(pair),
          content: object({
            size: integer,
            'compression?': integer,
            mimeType: text,
            'text?': text,
            'encoding?': text,
          }),
          redirectURL: text,
          headersSize: integer,
          bodySize: integer,
        }),
        cache: object({}),
        timings: object({
          'blocked?': timeOrNone,
          'dns?': timeOrNone,
          'connect?': timeOrNone,
          'ssl?': timeOrNone,
          send: time,
          wait: time,
          receive: time,
        }),
        'serverIPAddress?': text,
        'connection?': text,
      }),
    ),
  }),
});

test('an archive of 100 exchanges shows the same when it is imported', async (t) => {
  const { connect, exchange, inspector } = await inspected(t, answerOfKind);
  const client = connect();
  const live: ExchangeDetail[] = [];
  for (let i = 0; i < 100; i++) {
    const request = asked[i % asked.length] as (path: string) => string;
    const [method = ''] = request('').split(' ', 1);
    await client.send(request(`/${i}?kind=${i % 6}`)).response(method);
    live.push(await exchange(i + 1));
  }
  const archive = await (await fetch(`${inspector.url}api/har`)).text();
  assert.deepEqual(har12(JSON.parse(archive), 'har'), []);
  const none = har12({ log: { entries: [{ time: -1 }] } }, 'har');
  assert.equal(none.length, 8, 'what is none is not taken for one');
  // An archive has whole milliseconds of the day.
  const same = ({ revision: _, startedAt, ...rest }: ExchangeDetail) => ({
    ...rest,
    startedAt: Math.floor(startedAt),
  });
  assert.deepEqual(exchangesFrom(archive).map(same), live.map(same));
  // And the archive of what was imported says the same once more.
  const again = exchangesFrom(JSON.stringify(harOf(exchangesFrom(archive))));
  assert.deepEqual(again.map(same), live.map(same));
});
