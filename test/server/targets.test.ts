// The request line as the handler sees it: method, target, version; and the requests that have no business here.
import assert from 'node:assert/strict';
import { behaviour } from '../subjects.js';

const lines: [line: string, method: string, url: string, version: string][] = [
  ['GET / HTTP/1.1', 'GET', '/', '1.1'],
  ['GET /a/b?c=d&e=%20 HTTP/1.1', 'GET', '/a/b?c=d&e=%20', '1.1'],
  ['GET //a//b HTTP/1.1', 'GET', '//a//b', '1.1'],
  ['GET /../a/./b HTTP/1.1', 'GET', '/../a/./b', '1.1'],
  ['GET http://example.com/a?b HTTP/1.1', 'GET', 'http://example.com/a?b', '1.1'],
  ['OPTIONS * HTTP/1.1', 'OPTIONS', '*', '1.1'],
  ['DELETE /a HTTP/1.1', 'DELETE', '/a', '1.1'],
  ['PATCH /a HTTP/1.1', 'PATCH', '/a', '1.1'],
  ['PROPFIND /a HTTP/1.1', 'PROPFIND', '/a', '1.1'],
  ['QUERY /a HTTP/1.1', 'QUERY', '/a', '1.1'],
  ['GET /a HTTP/1.0', 'GET', '/a', '1.0'],
];

for (const [line, method, url, version] of lines) {
  behaviour(`${line} is ${method}, ${url}, ${version}`, async ({ serve }) => {
    const { ask } = await serve((req, res) => {
      const { httpVersion, httpVersionMajor, httpVersionMinor } = req;
      res.end(JSON.stringify([req.method, req.url, httpVersion, httpVersionMajor, httpVersionMinor]));
    });
    const response = await ask(`${line}\r\nHost: example.com\r\n\r\n`);
    assert.deepEqual(JSON.parse(response.body), [method, url, version, 1, Number(version.slice(2))]);
  });
}

behaviour('every method of METHODS but CONNECT reaches the handler', async ({ serve, http }) => {
  const { connect } = await serve((req, res) => res.end(req.method));
  const client = connect();
  for (const method of http.METHODS) {
    if (method === 'CONNECT') continue;
    client.send(`${method} / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`);
    const response = await client.response(method);
    assert.equal(response.status, 200, method);
    if (method !== 'HEAD') assert.equal(response.body, method);
  }
});

const refused: [sentence: string, bytes: string, notNode?: string][] = [
  ['an unknown method', 'FETCH / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a method in lower case', 'get / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['an unknown major version', 'GET / HTTP/3.0\r\nHost: a\r\n\r\n'],
  ['no version', 'GET /\r\nHost: a\r\n\r\n', 'it answers HTTP/0.9'],
  ['an asterisk for another method than OPTIONS', 'GET * HTTP/1.1\r\nHost: a\r\n\r\n', 'it takes it'],
  ['a space in the target', 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a control byte in the target', 'GET /a\x01 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a NUL in a field', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n'],
  ['a space before the colon', 'GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n'],
  ['a field without a name', 'GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n'],
  ['a line without a colon', 'GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n'],
  ['no Host in HTTP/1.1', 'GET / HTTP/1.1\r\n\r\n'],
  ['a length that is no number', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n'],
  ['a signed length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na'],
  ['an empty length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\n'],
  ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na'],
  [
    'a length and chunks',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  [
    'chunked that is not last',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n',
  ],
];

for (const [sentence, bytes, notNode] of refused) {
  behaviour(
    `a request with ${sentence} is refused, and the connection ends`,
    async ({ serve }) => {
      const { connect } = await serve((_req, res) => res.end('handled'));
      const client = connect().send(bytes);
      const response = await client.response();
      assert.ok([400, 501, 505].includes(response.status), `status ${response.status}`);
      assert.equal(response.field('connection'), 'close');
      assert.notEqual(response.body, 'handled');
      await client.nothingMore();
    },
    notNode ? { notNode } : {},
  );
}

behaviour('nothing but a request line without Host is needed in HTTP/1.0', async ({ serve }) => {
  const { ask } = await serve((req, res) => res.end(JSON.stringify(req.headers)));
  assert.equal((await ask('GET / HTTP/1.0\r\n\r\n')).body, '{}');
});

behaviour('empty lines before a request are skipped', async ({ serve }) => {
  const { ask } = await serve((req, res) => res.end(req.url));
  assert.equal((await ask('\r\n\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n')).status, 200);
});
