// Connections that the system has half made when a server closes: their clients may take themselves for connected, and are
// let in first.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import net, { type Socket } from 'node:net';
import process from 'node:process';
import { mock, test } from 'node:test';
import { hasUnfinishedHandshakes, listsUnfinished } from '../../dist/node/unfinished-handshakes.js';
import { behaviour, get, RawClient, until } from '../subjects.js';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const REST = '00000000:00000000 00:00000000 00000000     0        0 122 1 00000000dc555759 100 0 0 10 0';
const row = (local: string, remote: string, state: string, place = '   0') =>
  `${place}: ${local} ${remote} ${state} ${REST}`;

const LISTENS = row('0100007F:1F90', '00000000:0000', '0A');
const HALF = row('0100007F:1F90', '0100007F:B4AE', '03');
const HALF6 = row(
  '0000000000000000FFFF00000100007F:1F90',
  '0000000000000000FFFF00000100007F:B4AE',
  '03',
  '12345',
);

for (const [what, rows, is] of [
  ['nothing', [], false],
  ['a socket that listens', [LISTENS], false],
  ['one that is half made', [LISTENS, HALF], true],
  ['one over IPv6', [HALF6], true],
  ['one that is half made at another port', [row('0100007F:1F91', '0100007F:B4AE', '03')], false],
  ['one that is half made from that port', [row('0100007F:B4AE', '0100007F:1F90', '03')], false],
  ['one that is made', [row('0100007F:1F90', '0100007F:B4AE', '01')], false],
  ['one that begins', [row('0100007F:1F90', '0100007F:B4AE', '02')], false],
] as const)
  test(`a table with ${what} lists ${is ? 'one' : 'none'} that is half made`, () => {
    assert.equal(listsUnfinished([HEAD, ...rows, ''].join('\n'), 0x1f90), is);
  });

test('a port below 4096 is written with four digits', () => {
  assert.ok(listsUnfinished(row('0100007F:0050', '0100007F:B4AE', '03'), 80));
});

/** Has the system say what `tables` say, of connections alone; returns which were read. */
function say(tables: Record<string, () => string>): { read: string[]; restore(): void } {
  const read: string[] = [];
  const own = fs.readFileSync;
  const mocked = mock.method(fs, 'readFileSync', ((file: never, ...options: never[]) => {
    if (!String(file).startsWith('/proc/net/')) return own(file, ...options);
    read.push(String(file));
    const table = tables[String(file)];
    if (table === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return table();
  }) as never);
  return { read, restore: () => mocked.mock.restore() };
}

for (const [what, sockstat, is] of [
  ['few connections are open', 'TCP: inuse 12 orphan 0 tw 30000 alloc 20 mem 1', true],
  ['many are open', 'TCP: inuse 40000 orphan 0 tw 0 alloc 20 mem 1', false],
  ['many linger', 'TCP: inuse 12 orphan 0 tw 40000 alloc 20 mem 1', false],
] as const)
  test(`the tables are ${is ? '' : 'not '}looked through where ${what}`, () => {
    const { read, restore } = say({ '/proc/net/sockstat': () => sockstat, '/proc/net/tcp': () => HALF });
    try {
      assert.equal(hasUnfinishedHandshakes(0x1f90), is);
      assert.equal(read.includes('/proc/net/tcp'), is);
    } finally {
      restore();
    }
  });

test('a system that says nothing has none', () => {
  const { restore } = say({});
  try {
    assert.equal(hasUnfinishedHandshakes(80), false);
  } finally {
    restore();
  }
});

behaviour(
  'a server under load that closes lets in first whose connection is half made, and who comes meanwhile',
  async ({ serve, context }) => {
    if (process.platform !== 'linux') return context.skip('another system');
    const { server, port } = await serve((_req, res) => res.end('answered'));
    const clients: RawClient[] = [];
    const connect = () => {
      const socket: Socket = net.connect(port, '127.0.0.1').on('error', () => {});
      context.after(() => socket.destroy());
      clients.push(new RawClient(socket).send(get()));
    };
    const half = row('0100007F:1F90', '0100007F:B4AE', '03').replace(
      '1F90',
      port.toString(16).toUpperCase().padStart(4, '0'),
    );
    let looks = 0;
    const { restore } = say({
      '/proc/net/tcp'() {
        if (looks++ > 1) return HEAD;
        connect();
        return `${HEAD}\n${half}\n`;
      },
    });
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
    assert.deepEqual([looks, accepted.length], [3, 3]);
    const [error] = await once(net.connect(port, '127.0.0.1'), 'error');
    assert.equal(error.code, 'ECONNREFUSED');
  },
  { only: 'plain', notNode: 'it resets them' },
);
