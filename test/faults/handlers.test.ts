// Handlers that throw, or never answer: the server and its other clients go on.
import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import type { RawClient } from '../server/raw-client.js';
import { behaviour, get, type Listener, until } from '../subjects.js';

/** Runs `act` while what handlers throw is collected, as in a program that survives it. */
async function surviving(act: (thrown: unknown[]) => Promise<void>): Promise<unknown[]> {
  const thrown: unknown[] = [];
  const collect = (error: unknown) => void thrown.push(error);
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', collect);
  try {
    await act(thrown);
  } finally {
    process.off('uncaughtException', collect);
    for (const listener of others) process.on('uncaughtException', listener);
  }
  return thrown;
}

const fault = new Error('the handler’s own');
const throwing: Record<string, Listener> = {
  'before the head': () => {
    throw fault;
  },
  'after the head': (_req, res) => {
    res.writeHead(200, { 'Content-Length': 4 });
    res.write('ab');
    throw fault;
  },
  'after the answer': (_req, res) => {
    res.end('done');
    throw fault;
  },
  "in a listener of 'data'": (req) => {
    req.on('data', () => {
      throw fault;
    });
  },
  "in a listener of 'end'": (req) => {
    req.resume();
    req.on('end', () => {
      throw fault;
    });
  },
  "in a listener of 'finish'": (_req, res) => {
    res.on('finish', () => {
      throw fault;
    });
    res.end('done');
  },
};

const post = 'POST /fault HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc';

for (const [where, handle] of Object.entries(throwing)) {
  behaviour(`a handler that throws ${where} takes nobody else down`, async ({ serve }) => {
    const served = await serve((req, res) => {
      if (req.url === '/fault') handle(req, res);
      else res.end('fine');
    });
    const thrown = await surviving(async (caught) => {
      const other = served.connect();
      const faulty: RawClient = served.connect().send(post);
      assert.equal((await other.send(get('/')).response()).body, 'fine');
      await until(() => caught.length > 0, 'the fault');
      assert.equal((await other.send(get('/')).response()).body, 'fine');
      assert.equal((await served.ask(get('/'))).body, 'fine');
      faulty.socket.destroy();
    });
    assert.deepEqual(thrown, [fault]);
  });
}

const loses = { notNode: 'it loses what else was in the segment' };

behaviour(
  'requests after a handler that throws after its answer are served',
  async ({ serve }) => {
    const served = await serve((req, res) => {
      res.end(req.url);
      if (req.url === '/fault') throw fault;
    });
    const thrown = await surviving(async () => {
      const client = served.connect().send(get('/fault') + get('/next'));
      assert.equal((await client.response()).body, '/fault');
      assert.equal((await client.response()).body, '/next');
    });
    assert.deepEqual(thrown, [fault]);
  },
  loses,
);

behaviour(
  'thousands of requests after a handler that throws are answered in order',
  async ({ serve }) => {
    const served = await serve((req, res) => {
      res.end(req.url);
      if (req.url === '/3') throw fault;
    });
    const thrown = await surviving(async () => {
      const client = served.connect();
      client.send(Array.from({ length: 6000 }, (_, index) => get(`/${index}`)).join(''));
      for (let index = 0; index < 6000; index++) assert.equal((await client.response()).body, `/${index}`);
    });
    assert.deepEqual(thrown, [fault]);
  },
  loses,
);

behaviour(
  'a handler that never answers keeps its own connection waiting, and no other',
  async ({ serve }) => {
    const served = await serve((req, res) => {
      if (req.url !== '/never') res.end('fine');
    });
    const waiting = Array.from({ length: 20 }, () => served.connect().send(get('/never') + get('/')));
    for (let count = 0; count < 5; count++) assert.equal((await served.ask(get('/'))).body, 'fine');
    for (const client of waiting) assert.equal(client.pending, '');
  },
);

const throwingLate: [sentence: string, listener: Listener][] = [
  ["in a listener of 'finish'", (_req, res) => void res.on('finish', () => assert.fail('late')).end('first')],
  ["in a listener of 'close'", (_req, res) => void res.on('close', () => assert.fail('late')).end('first')],
  [
    "in a listener of 'prefinish'",
    (_req, res) => void res.on('prefinish', () => assert.fail('late')).end('first'),
  ],
  ['in the callback of end', (_req, res) => void res.end('first', () => assert.fail('late'))],
  [
    'in the callback of a write',
    (_req, res) => {
      res.setHeader('Content-Length', 5);
      res.write('first', () => assert.fail('late'));
      res.end();
    },
  ],
  [
    "in a listener of 'socket'",
    (_req, res) => {
      res.on('socket', () => assert.fail('late'));
      res.end('first');
    },
  ],
];

for (const [sentence, listener] of throwingLate) {
  for (const later of [false, true]) {
    behaviour(
      `what a program throws ${sentence} keeps no other answer from leaving${later ? ', nor where all are ended later' : ''}`,
      async ({ serve }) => {
        await surviving(async () => {
          const finished: string[] = [];
          const { connect } = await serve((req, res) => {
            const handle = () => {
              if (req.url === '/1') listener(req, res);
              else res.on('finish', () => finished.push(`${req.url}`)).end('next');
            };
            if (later) setTimeout(handle, 1);
            else handle();
          });
          const client = connect().send(get('/1') + get('/2') + get('/3', 'Connection: close'));
          assert.equal((await client.response()).body, 'first');
          assert.equal((await client.response()).body, 'next');
          assert.equal((await client.response()).body, 'next');
          await client.nothingMore();
          await until(() => finished.length === 2, "'finish'");
        });
      },
      { notNode: 'some lines lose the others' },
    );
  }
}

test('the collector of thrown errors gives the listeners of others back', async () => {
  const before = process.listeners('uncaughtException');
  await surviving(async () => {});
  assert.deepEqual(process.listeners('uncaughtException'), before);
});
