// Connections that the system has half made when a server closes: their clients may take themselves for connected, and are
// let in first.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net, { type Socket } from 'node:net';
import process from 'node:process';
import { mock, test } from 'node:test';
import { hasUnfinishedHandshakes } from '../../dist/node/socket-table.js';
import { UnfinishedHandshakes } from '../../dist/node/unfinished-handshakes.js';
import { HALF, HALF6, HEAD, LISTENS, listening } from '../node/socket-rows.js';
import { behaviour, get, RawClient, type Server, until } from '../subjects.js';

const PAGE = 4096;

/** A table that is read page by page, as the system gives it. */
class OpenTable {
  #rest: string;

  constructor(text: string) {
    this.#rest = text;
  }

  read(into: Buffer): number {
    const length = into.write(this.#rest.slice(0, PAGE), 'latin1');
    this.#rest = this.#rest.slice(PAGE);
    return length;
  }
}

/** Has the system say what `tables` say, of connections alone; returns which are open, and how many pages were read. */
function say(tables: Record<string, () => string>) {
  const open = new Map<number, OpenTable>();
  const count = { pages: 0, opened: 0 };
  const textOf = (file: string) => {
    const table = tables[file];
    if (table === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return table();
  };
  const isOfSystem = (file: unknown) => String(file).startsWith('/proc/net/');
  const { readFileSync, openSync, readSync, closeSync } = fs;
  const mocks = [
    mock.method(fs, 'readFileSync', ((file: never, ...options: never[]) =>
      isOfSystem(file) ? textOf(file) : readFileSync(file, ...options)) as never),
    mock.method(fs, 'openSync', ((file: never, ...options: [never]) => {
      if (!isOfSystem(file)) return openSync(file, ...options);
      const descriptor = -2 - count.opened++;
      open.set(descriptor, new OpenTable(textOf(file)));
      return descriptor;
    }) as never),
    mock.method(fs, 'readSync', ((descriptor: number, into: never, ...options: [never]) => {
      const table = open.get(descriptor);
      if (table === undefined) return readSync(descriptor, into, ...options);
      count.pages++;
      return table.read(into);
    }) as never),
    mock.method(fs, 'closeSync', ((descriptor: number) => {
      if (!open.delete(descriptor)) closeSync(descriptor);
    }) as never),
  ];
  const restore = () => {
    for (const { mock: mocked } of mocks) mocked.restore();
  };
  return { open, count, restore };
}

/** Rows of many pages, none of them half made. */
const MANY = `${HEAD}\n${`${LISTENS}\n`.repeat(1000)}`;

for (const [what, tables, milliseconds, is, pages] of [
  ['one that has a page', { '/proc/net/tcp': `${HALF}\n` }, 0, true, [1, 1]],
  ['the second', { '/proc/net/tcp': MANY, '/proc/net/tcp6': HALF6 }, 0, true, [30, 60]],
  ['the end of one that is long', { '/proc/net/tcp': MANY + HALF }, 0, true, [30, 60]],
  ['the beginning of one, and no further', { '/proc/net/tcp': `${HALF}\n${MANY}` }, 0, true, [1, 1]],
  ['none', { '/proc/net/tcp': MANY, '/proc/net/tcp6': MANY }, 0, false, [60, 120]],
  ['what comes after the time for it', { '/proc/net/tcp': MANY + HALF }, 50, false, [2, 5]],
  ['the table after that', { '/proc/net/tcp': MANY, '/proc/net/tcp6': HALF6 }, 50, false, [2, 5]],
] as [string, Record<string, string>, number, boolean, [number, number]][])
  test(`the tables of the system are looked through: ${what} ${is ? 'has one' : 'has none that is seen'}`, (context) => {
    const said = Object.entries(tables).map(([file, text]) => [file, () => text] as const);
    const { open, count, restore } = say(Object.fromEntries(said));
    let time = 0;
    // Each page takes so long.
    const clock = context.mock.method(performance, 'now', () => {
      time += milliseconds;
      return time;
    });
    try {
      assert.equal(hasUnfinishedHandshakes(0x1f90), is);
    } finally {
      clock.mock.restore();
      restore();
    }
    assert.equal(open.size, 0);
    assert.ok(count.pages >= pages[0] && count.pages <= pages[1], `${count.pages} pages were read`);
  });

test('a system that says nothing has none', () => {
  const { restore } = say({});
  try {
    assert.equal(hasUnfinishedHandshakes(80), false);
  } finally {
    restore();
  }
});

/** What Linux counts of TCP, with so many cookies among it. */
const counted = (cookies: number, before = '') =>
  `TcpExt: ${before && 'Other '}SyncookiesSent SyncookiesRecv\nTcpExt: ${before}${cookies} 7\nIpExt: InNoRoutes\nIpExt: 0\n`;

let copies = 0;

/** A copy that has not learnt yet whom the system gives cookies. */
const untaught = async (): Promise<typeof UnfinishedHandshakes> =>
  (await import(`../../dist/node/unfinished-handshakes.js?${copies++}`)).UnfinishedHandshakes;

for (const [what, netstat, hidden] of [
  ['no cookie', () => counted(3), false],
  ['one', (read: number) => counted(read > 0 ? 4 : 3), true],
  ['one, counted in another column', (read: number) => counted(read > 0 ? 4 : 3, '9 '), true],
  ['nobody knows how many', () => 'TcpExt: Other\nTcpExt: 5\n', false],
] as const)
  test(`where the system has sent ${what}, ${hidden ? 'some' : 'none'} may be half made that it does not list`, async () => {
    let reads = 0;
    const Unfinished = await untaught();
    const { restore } = say({ '/proc/net/netstat': () => netstat(reads++) });
    try {
      const unfinished = new Unfinished(80);
      assert.equal(unfinished.mayBeHidden, hidden);
      unfinished.begin();
      assert.equal(unfinished.mayBeHidden, false);
    } finally {
      restore();
    }
  });

const looks: [what: string, cookies: number[], outcomes: boolean[]][] = [
  ['none is sent', [0, 0], [false, false]],
  ['one is sent once', [1, 0, 1], [true, false, true]],
  ['one is sent to each', [1, 1, 1], [true, false, false]],
  ['one is sent to each, and one to somebody else', [1, 1, 2, 1], [true, false, true, false]],
  ['several are sent', [2, 2], [true, true]],
];
for (const [what, cookies, outcomes] of looks)
  test(`beside a connection of our own others may be half made: ${what}`, async () => {
    let sent = 0;
    const Unfinished = await untaught();
    const { restore } = say({ '/proc/net/netstat': () => counted(sent) });
    try {
      const unfinished = new Unfinished(80);
      const told = cookies.map((more) => {
        unfinished.begin();
        sent += more;
        return unfinished.lookBesideOurs();
      });
      assert.deepEqual(told, outcomes);
    } finally {
      restore();
    }
  });

test('where none is hidden those that are listed count', () => {
  const { restore } = say({ '/proc/net/netstat': () => counted(1), '/proc/net/tcp': () => HALF });
  try {
    assert.equal(new UnfinishedHandshakes(0x1f90).lookBesideOurs(), true);
    assert.equal(new UnfinishedHandshakes(0x1f91).lookBesideOurs(), false);
  } finally {
    restore();
  }
});

/** What the system says of a server that closes while a client may come: the port of the server, and how its socket is found. */
type Tables = (port: number, come: () => boolean, server: Server) => Record<string, () => string>;

/** How others may have come that aren't accepted: each time that it is looked, another client comes. */
const others: [how: string, tables: Tables][] = [
  [
    'half made, and listed',
    (port, come) => {
      const place = port.toString(16).toUpperCase().padStart(4, '0');
      const row = HALF.replace('1F90', place);
      return { '/proc/net/tcp': () => (come() ? `${HEAD}\n${row}\n` : HEAD) };
    },
  ],
  [
    'half made, and hidden',
    (_port, come) => {
      let cookies = 0;
      // It is read when the queue is cut down, and before a connection of the server's own is made.
      return { '/proc/net/netstat': () => counted(cookies++ % 2 === 1 && come() ? 1000 + cookies : 0) };
    },
  ],
  [
    'made at the same time as its own',
    (_port, come, server) => {
      const { _handle: handle } = server as unknown as {
        _handle: { fd: number; listen(backlog: number): number };
      };
      let reads = 0;
      // It is read for those that are half made first.
      const comesNow = () => reads++ % 2 === 1 && handle.listen(2) === 0 && come();
      return { '/proc/net/tcp': () => (comesNow() ? listening(2, fs.fstatSync(handle.fd).ino) : HEAD) };
    },
  ],
];

for (const [how, tables] of others)
  behaviour(
    `a server under load that closes lets in first whose connection is ${how}, and who comes meanwhile`,
    async ({ serve, context }) => {
      if (process.platform !== 'linux') return context.skip('another system');
      const { server, port } = await serve((_req, res) => res.end('answered'));
      const clients: RawClient[] = [];
      const connect = () => {
        const socket: Socket = net.connect(port, '127.0.0.1').on('error', () => {});
        context.after(() => socket.destroy());
        clients.push(new RawClient(socket).send(get()));
      };
      let looks = 0;
      const comes = () => {
        if (looks++ > 1) return false;
        connect();
        return true;
      };
      const { restore } = say(tables(port, comes, server));
      context.after(restore);
      const accepted: unknown[] = [];
      server.on('connection', (socket) => accepted.push(socket));
      const closed = new Promise((resolve) => server.once('connection', () => server.close(resolve)));
      connect();
      for (let told = 0; told < 3; told++) {
        await until(() => clients.length > told, 'a client');
        const { body, field } = await (clients[told] as RawClient).response();
        assert.deepEqual([body, field('connection')], ['answered', 'close']);
      }
      await closed;
      // None was the server's own.
      assert.deepEqual([looks >= 3, accepted.length], [true, 3]);
      const [error] = await once(net.connect(port, '127.0.0.1'), 'error');
      assert.equal(error.code, 'ECONNREFUSED');
    },
    { only: 'plain', notNode: 'it resets them' },
  );
