// fetch(request) → response over real sockets: what the request says, what the response becomes, bodies that stream both
// ways, and a client that leaves.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createNodeServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createServer as createPremierServer } from 'premier';
import { type FetchFunction, fetchHandler } from '../../dist/cli/fetch-handler.js';

/** A server with this fetch function; what it fails with is kept. */
async function serveWith(createServer: typeof createNodeServer, t: TestContext, fetch: FetchFunction) {
  const failures: unknown[] = [];
  const handler = fetchHandler(fetch);
  const server = createServer((req, res) => {
    handler(req, res).catch((error) => {
      failures.push(error);
      res.destroy();
    });
  }).listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, failures };
}

/** Sends bytes, reads until the server closes. */
async function exchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  return Buffer.concat(await socket.toArray()).toString('latin1');
}

for (const [name, createServer] of [
  ['premier', createPremierServer],
  ['node:http', createNodeServer],
] as const) {
  const serve = serveWith.bind(undefined, createServer as typeof createNodeServer);

  test(`${name}: a request says what was asked`, async (t) => {
    const { port } = await serve(t, async (request) =>
      Response.json([request.method, request.url, [...request.headers], await request.text()]),
    );
    const cases: [head: string, body: string, expected: unknown[]][] = [
      ['GET /a?b=c%20d HTTP/1.1\r\nHost: x.example:81', '', ['GET', 'http://x.example:81/a?b=c%20d']],
      ['GET //evil.example/ HTTP/1.1\r\nHost: x.example', '', ['GET', 'http://x.example//evil.example/']],
      ['GET http://y.example/z HTTP/1.1\r\nHost: y.example', '', ['GET', 'http://y.example/z']],
      ['OPTIONS * HTTP/1.1\r\nHost: x.example', '', ['OPTIONS', 'http://x.example/*']],
      ['DELETE / HTTP/1.1\r\nHost: x.example', '', ['DELETE', 'http://x.example/']],
      ['POST / HTTP/1.1\r\nHost: x.example\r\nContent-Length: 4', 'body', ['POST', 'http://x.example/']],
      ['PUT / HTTP/1.1\r\nHost: x.example\r\nTransfer-Encoding: chunked', '4\r\nbody\r\n0\r\n\r\n', ['PUT']],
      // Fetch gives a GET no body.
      ['GET / HTTP/1.1\r\nHost: x.example\r\nContent-Length: 4', 'body', ['GET']],
    ];
    for (const [head, body, expected] of cases) {
      const answer = await exchange(port, `${head}\r\nA: 1\r\nA: 2\r\nConnection: close\r\n\r\n${body}`);
      const [method, url, headers, text] = JSON.parse(/\[.*\]/.exec(answer)?.[0] as string);
      assert.deepEqual([method, url].slice(0, expected.length), expected, head);
      assert.equal(new Map(headers).get('a'), '1, 2');
      assert.equal(text, method === 'POST' || method === 'PUT' ? 'body' : '', head);
    }
  });

  test(`${name}: what Fetch can’t express never reaches the function`, async (t) => {
    let calls = 0;
    const { port } = await serve(t, () => {
      calls++;
      return new Response();
    });
    const cases: [head: string, status: number][] = [
      ['TRACE / HTTP/1.1\r\nHost: x.example', 405],
      ['GET / HTTP/1.1\r\nHost: x.example/path', 400],
      ['GET / HTTP/1.1\r\nHost: user@x.example', 400],
      ['GET / HTTP/1.1\r\nHost: x.example:port', 400],
      ['GET / HTTP/1.1\r\nHost: [', 400],
    ];
    for (const [head, status] of cases) {
      assert.match(
        await exchange(port, `${head}\r\nConnection: close\r\n\r\n`),
        new RegExp(`^HTTP/1.1 ${status} `),
        head,
      );
    }
    assert.equal(calls, 0);
  });

  test(`${name}: a response becomes status, fields and body`, async (t) => {
    const { url } = await serve(t, () => {
      const headers = new Headers({ 'X-Test': 'a', 'Content-Type': 'text/plain' });
      headers.append('set-cookie', 'a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT');
      headers.append('set-cookie', 'b=2');
      return new Response('héllo', { status: 418, statusText: 'Short and Stout', headers });
    });
    const [res] = (await once(httpRequest(url).end(), 'response')) as [IncomingMessage];
    assert.equal(res.statusCode, 418);
    assert.equal(res.statusMessage, 'Short and Stout');
    assert.equal(res.headers['x-test'], 'a');
    assert.deepEqual(res.headers['set-cookie'], ['a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT', 'b=2']);
    assert.equal(Buffer.concat(await res.toArray()).toString(), 'héllo');
  });

  test(`${name}: HEAD and null bodies have none, and a body that nobody wants is cancelled`, async (t) => {
    let cancelled = 0;
    const { url } = await serve(t, (request) => {
      if (request.url.endsWith('/204')) return new Response(null, { status: 204 });
      const body = new ReadableStream({ cancel: () => void cancelled++ });
      return new Response(body, { headers: { 'content-length': '5' } });
    });
    const head = await fetch(url, { method: 'HEAD' });
    assert.equal(head.headers.get('content-length'), '5');
    assert.equal(await head.text(), '');
    assert.equal((await fetch(`${url}/204`)).status, 204);
    assert.equal(cancelled, 1);
  });

  test(`${name}: bodies stream both ways, at the pace of the reader`, async (t) => {
    const { url } = await serve(t, (request) => new Response(request.body));
    const req = httpRequest(url, { method: 'POST' });
    req.flushHeaders();
    const [res] = (await once(req, 'response')) as [IncomingMessage];
    for (const text of ['one', 'two', 'three']) {
      req.write(text);
      const [chunk] = await once(res, 'data');
      assert.equal(String(chunk), text);
    }
    req.end();
    await once(res, 'end');

    const big = Buffer.alloc(5_000_000, 'x');
    const echoed = await fetch(url, { method: 'POST', body: big });
    assert.deepEqual(Buffer.from(await echoed.arrayBuffer()), big);
  });

  test(`${name}: a source is not asked for more than the client takes`, async (t) => {
    let produced = 0;
    const chunk = new Uint8Array(65_536);
    const { url } = await serve(
      t,
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              produced += chunk.length;
              controller.enqueue(chunk);
            },
          }),
        ),
    );
    const req = httpRequest(url, { agent: false }).end();
    const [res] = (await once(req, 'response')) as [IncomingMessage];
    res.pause();
    let before = -1;
    for (let still = 0; still < 20; still = produced === before ? still + 1 : 0) {
      before = produced;
      for (let turns = 0; turns < 50; turns++) await turn();
    }
    assert.ok(produced < 20_000_000, `${produced} bytes were produced for a client that reads nothing`);
    req.destroy();
  });

  test(`${name}: the head goes out before a stream has anything to say`, async (t) => {
    const { url } = await serve(
      t,
      () => new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } }),
    );
    const req = httpRequest(url, { agent: false }).end();
    const [res] = (await once(req, 'response')) as [IncomingMessage];
    assert.equal(res.headers['content-type'], 'text/event-stream');
    req.destroy();
  });

  test(`${name}: a client that leaves aborts the request and cancels the response`, async (t) => {
    const events: string[] = [];
    let note: (event: string) => void = () => {};
    const done = new Promise<void>((resolve) => {
      note = (event) => {
        if (events.push(event) === 2) resolve();
      };
    });
    const { url, failures } = await serve(t, (request) => {
      request.signal.addEventListener('abort', () => note('abort'));
      return new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new Uint8Array(1)),
          cancel: () => note('cancel'),
        }),
      );
    });
    const req = httpRequest(url, { agent: false }).end();
    await once(req, 'response');
    req.destroy();
    await done;
    assert.deepEqual(events.sort(), ['abort', 'cancel']);
    assert.deepEqual(failures, []);
  });

  test(`${name}: an upload that breaks off fails for its reader`, async (t) => {
    let told: (error: unknown) => void;
    const failed = new Promise<unknown>((resolve) => {
      told = resolve;
    });
    const { port } = await serve(t, async (request) => {
      await request.text().catch((error) => told(error));
      return new Response();
    });
    const socket = connect(port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf');
    await once(socket, 'connect');
    socket.end();
    socket.resume();
    assert.ok((await failed) instanceof Error);
  });

  test(`${name}: a body that is not read, or given up, does not keep the answer from going out`, async (t) => {
    const { url } = await serve(t, async (request) => {
      if (request.url.endsWith('/cancel')) await request.body?.cancel();
      return new Response('early');
    });
    for (const path of ['/ignore', '/cancel']) {
      const answer = await fetch(url + path, { method: 'POST', body: 'x'.repeat(1000) });
      assert.equal(await answer.text(), 'early');
    }
  });

  test(`${name}: what is no Response is a failure, and so is a stream that breaks`, async (t) => {
    const { url, failures } = await serve(t, (request) => {
      if (request.url.endsWith('/text')) return 'text' as unknown as Response;
      const broken = new ReadableStream({ pull: () => Promise.reject(new Error('broken')) });
      return new Response(broken);
    });
    await assert.rejects(fetch(`${url}/text`));
    await assert.rejects(async () => (await fetch(`${url}/broken`)).text());
    assert.deepEqual(
      failures.map((failure) => String(failure).replace(/;.*/, '')),
      ['TypeError: a handler (request) must return a Response, not string', 'Error: broken'],
    );
  });
}
