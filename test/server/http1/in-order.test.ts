// What is asked on one connection is answered in that order, whatever comes in between: another protocol, a refusal, an end
// of input, a program that takes the socket or the response away.
import assert from 'node:assert/strict';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import { behaviour, get, outcome, type Response, turns, until } from '../../subjects.js';

const upgrade = get('/up', 'Connection: Upgrade', 'Upgrade: echo');
const connect = 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n';

const leaves: [what: string, bytes: string, event: 'upgrade' | 'connect'][] = [
  ['an Upgrade', upgrade, 'upgrade'],
  ['a CONNECT', connect, 'connect'],
];

for (const [what, bytes, event] of leaves) {
  behaviour(
    `${what} after requests that are not answered gets the socket after their answers`,
    async ({ serve }) => {
      const waiting: Response[] = [];
      const { server, connect: client } = await serve((_req, res) => waiting.push(res));
      const taken: string[] = [];
      server.on(event, (_req, socket: Duplex, head: Buffer) => {
        taken.push(head.toString());
        socket.on('data', (data) => socket.end(`${head} ${data}`));
      });
      const one = client().send(`${get('/0')}${get('/1')}${bytes}head`);
      await until(() => waiting.length === 2);
      one.send(' and more');
      await turns();
      waiting[1]?.end('second');
      await turns();
      assert.deepEqual(taken, []);
      waiting[0]?.end('first');
      assert.equal((await one.response()).body, 'first');
      assert.equal((await one.response()).body, 'second');
      await until(() => taken.length > 0);
      if (!taken.join().includes('more')) assert.equal(await one.rest(), 'head  and more');
      else await one.send('!').sees('more !');
    },
    { only: 'plain', notNode: 'it gets the socket in the middle of their answers' },
  );
}

behaviour(
  'a CONNECT that nobody takes ends the connection after the answers to what was asked before',
  async ({ serve }) => {
    const { connect: client } = await serve((_req, res) => setImmediate(() => res.end('late')));
    const one = client().send(`${get('/0')}${get('/1')}${connect}`);
    assert.equal((await one.response()).body, 'late');
    assert.equal((await one.response()).body, 'late');
    await one.nothingMore();
  },
  { only: 'plain', notNode: 'it cuts the connection at once' },
);

behaviour(
  'a connection does not leave HTTP after an answer that ends it',
  async ({ serve }) => {
    const waiting: Response[] = [];
    const { server, connect: client } = await serve((_req, res) => waiting.push(res));
    server.on('upgrade', () => assert.fail('upgrade was emitted'));
    const one = client().send(`${get()}${upgrade}`);
    await until(() => waiting.length > 0);
    waiting[0]?.writeHead(200, { Connection: 'close' }).end('last');
    assert.equal((await one.response()).body, 'last');
    await one.nothingMore();
  },
  { only: 'plain', notNode: 'it gives the socket away at once' },
);

for (const [what, bytes] of leaves) {
  behaviour(
    `an error for which a connection is cut in the segment of ${what} ends no process`,
    async (stage) => {
      const { connect: client } = await stage.serve((_req, res) => void res.destroy(new Error('mine')));
      assert.equal(await client().send(`${get()}${bytes}`).rest(), '');
    },
    { only: 'plain', notNode: 'nobody listens for errors by then' },
  );
}

const refused: [what: string, bytes: string, status: number][] = [
  ['no request', 'nonsense\r\n\r\n', 501],
  ['a version that is not spoken', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n', 505],
  ['a request that is cut', 'GET / HT', 400],
];

for (const [what, bytes, status] of refused) {
  behaviour(
    `${what}, and an end of input, come after the answer to what was asked before`,
    async ({ serve }) => {
      const { promise, resolve } = outcome<Response>();
      const { connect: client } = await serve((_req, res) => resolve(res));
      const one = client().send(`${get()}${bytes}`).finish();
      const res = await promise;
      const ended = outcome<void>();
      res.req.socket.once('end', ended.resolve);
      await Promise.race([ended.promise, turns(20)]);
      res.end('answer');
      assert.equal((await one.response()).body, 'answer');
      const { status: given } = await one.response();
      assert.ok(given === status || given === 400, `${given}`);
      await one.nothingMore();
    },
    { notNode: 'the refusal stands where the answer should', only: 'plain' },
  );
}

behaviour(
  'requests that come though answers wait, since the program lets the socket flow, are served in order',
  async ({ serve }) => {
    const waiting: Response[] = [];
    const { connect: client } = await serve((req, res) => {
      waiting.push(res);
      req.socket.resume();
    });
    const one = client();
    const asked = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, i) => get(`/${from + i}`)).join('');
    for (let from = 0; from < 200; from += 50) {
      one.send(asked(from, from + 50));
      await turns();
      waiting[0]?.socket?.resume();
    }
    let answered = 0;
    for (let count = 0; count < 200; count++) {
      await until(() => waiting.length > answered);
      const res = waiting[answered++] as Response;
      assert.equal(res.req.url, `/${count}`);
      res.end(res.req.url);
      assert.equal((await one.response()).body, `/${count}`);
    }
  },
  { only: 'plain' },
);

behaviour(
  'a response that has ended and is given a socket again ends no other one',
  async ({ serve }) => {
    let finished = 0;
    const waiting: Response[] = [];
    const { connect: client } = await serve((req, res) => {
      if (req.url !== '/0') {
        waiting.push(res);
        return;
      }
      const { socket } = req;
      res.on('finish', () => {
        finished++;
        if (finished === 1) setImmediate(() => reassign(res, socket as never));
      });
      res.end('first');
    });
    const one = client().send(get('/0'));
    assert.equal((await one.response()).body, 'first');
    await turns();
    one.send(get('/1') + get('/2'));
    await until(() => waiting.length === 2);
    waiting[0]?.end('second');
    waiting[1]?.end('third');
    assert.equal((await one.response()).body, 'second');
    assert.equal((await one.response()).body, 'third');
    assert.equal(finished, 1);
  },
  { only: 'plain', notNode: 'the socket stays assigned to it' },
);

const moments: [when: string, soon: (act: () => void) => unknown][] = [
  ['at once', (act) => act()],
  ['in the next tick', (act) => process.nextTick(act)],
  ['in a microtask', (act) => queueMicrotask(act)],
  ['in the next turn', (act) => setImmediate(act)],
];

for (const [when, soon] of moments) {
  behaviour(
    `each of three responses closes where the second is destroyed ${when} after its end`,
    async ({ serve }) => {
      const closed: string[] = [];
      const { connect: client } = await serve((req, res) => {
        res.on('close', () => closed.push(`${req.url}`));
        res.end();
        if (req.url === '/1') soon(() => res.destroy(new Error('mine')));
      });
      client()
        .send(get('/0') + get('/1') + get('/2'))
        .finish();
      await until(() => closed.length === 3, `the third close after ${closed}`);
      assert.deepEqual(closed.sort(), ['/0', '/1', '/2']);
    },
    { only: 'plain', since: when === 'at once' ? 24 : 20 },
  );
}

function reassign(res: Response, socket: never): void {
  res.assignSocket(socket);
  res.detachSocket(socket);
}

behaviour(
  'with httpAllowHalfOpen, a client whose response was taken away is not waited for',
  async ({ serve }) => {
    const { server, connect: client } = await serve((req, res) => res.detachSocket(req.socket));
    Object.assign(server, { httpAllowHalfOpen: true });
    assert.equal(await client().send(get()).finish().rest(), '');
  },
  { only: 'plain' },
);
