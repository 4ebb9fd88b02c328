// What is read out of the system's tables of sockets, wherever a piece of one ends, and of the system itself.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import process from 'node:process';
import { test } from 'node:test';
import { countWaiting, listsUnfinished, listsWaiting } from '../../dist/node/socket-table.js';
import { turns, until } from '../subjects.js';
import { HALF, HALF6, HEAD, LISTENS, listening, row } from './socket-rows.js';

/** A table of these rows in pieces of several sizes. */
function cuts(rows: readonly string[]): string[][] {
  const table = [HEAD, ...rows, ''].join('\n');
  return [table.length, 100, 7, 1].map((size) => table.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []);
}

for (const [what, rows, is] of [
  ['nothing', [], false],
  ['a socket that listens', [LISTENS], false],
  ['one that is half made', [LISTENS, HALF], true],
  ['one over IPv6', [HALF6], true],
  ['one that is half made at another port', [row(['0100007F:1F91', '0100007F:B4AE', '03'])], false],
  ['one that is half made from that port', [row(['0100007F:B4AE', '0100007F:1F90', '03'])], false],
  ['one that is made', [row(['0100007F:1F90', '0100007F:B4AE', '01'])], false],
  ['one that begins', [row(['0100007F:1F90', '0100007F:B4AE', '02'])], false],
] as const)
  test(`a table with ${what} lists ${is ? 'one' : 'none'} that is half made`, () => {
    for (const table of cuts(rows)) assert.equal(listsUnfinished(table, 0x1f90), is);
  });

test('a port below 4096 is written with four digits', () => {
  assert.ok(listsUnfinished([row(['0100007F:0050', '0100007F:B4AE', '03'])], 80));
});

const LISTENS6 = row([`${'0'.repeat(32)}:1F90`, `${'0'.repeat(32)}:0000`, '0A'], { waiting: 3, inode: 77 });

for (const [what, rows, waiting] of [
  ['nothing', [], null],
  ['the socket, at which none waits', [listening(0, 77)], 0],
  ['the socket, at which some wait', [listening(2, 77)], 2],
  ['the socket, at which very many wait', [listening(4096, 77)], 4096],
  ['the socket over IPv6', [LISTENS6], 3],
  ['the socket among others', [listening(9, 7), listening(8, 777), listening(1, 77), listening(7, 177)], 1],
  ['others alone', [listening(9, 7), listening(8, 777)], null],
  ['a connection of that number', [row(['0100007F:1F90', '0100007F:B4AE', '01'], { inode: 77 })], null],
] as [string, string[], number | null][])
  test(`a table with ${what} tells ${waiting === null ? 'nothing' : `that ${waiting} wait`}`, () => {
    for (const table of cuts(rows)) assert.equal(listsWaiting(table, 77), waiting);
  });

test('a table is read no further than its sockets that listen', () => {
  let pieces = 0;
  function* table() {
    for (const piece of [HEAD, listening(1, 7), HALF, HALF, HALF]) {
      pieces++;
      yield `${piece}\n`;
    }
  }
  assert.deepEqual([listsWaiting(table(), 77), pieces], [null, 3]);
});

for (const host of ['127.0.0.1', '::1'])
  test(`the system tells how many wait at a socket of this process, at ${host}`, async (context) => {
    if (process.platform !== 'linux') return context.skip('another system');
    const server = net.createServer((socket) => sockets.push(socket));
    const sockets: net.Socket[] = [];
    context.after(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    server.listen(0, host).on('error', () => {});
    const [error] = (await Promise.race([once(server, 'listening'), once(server, 'error')])) as [Error?];
    if (error) return context.skip(`there is no ${host}`);
    const { _handle: handle } = server as unknown as { _handle: { fd: number } };
    const { port } = server.address() as net.AddressInfo;
    assert.equal(countWaiting(handle.fd), 0);
    for (const _ of Array(3)) sockets.push(net.connect(port, host).on('error', () => {}));
    // They are made in the ticks to come, before this process can accept any.
    const told = await new Promise((resolve) => process.nextTick(() => resolve(countWaiting(handle.fd))));
    assert.equal(told, 3);
    await until(() => sockets.length === 6, 'three that are accepted');
    await turns(1);
    assert.equal(countWaiting(handle.fd), 0);
  });

test('nothing is known of what is no socket', () => {
  assert.deepEqual([countWaiting(-1), countWaiting(0)], [0, 0]);
});
