// What an output is given arrives, in order, and whoever waits for it is told, whatever the stream and its reader do.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { SocketOutput } from '../../dist/transport/socket-output.js';
import { Random } from '../fuzz/random.js';
import { turns } from '../subjects.js';
import { OutputProgram } from './output-program.js';
import { poisonMemory } from './poisoned-memory.js';
import { duplex, Sockets, type Transport } from './transports.js';

poisonMemory();

const plain = await Sockets.listen(false);
const secure = await Sockets.listen(true);
after(() => {
  plain.close();
  secure.close();
});

const streams: [string, number, (random: Random) => Transport | Promise<Transport>][] = [
  ['a Duplex', 400, duplex],
  ['a socket', 250, () => plain.connect()],
  ['TLS', 80, () => secure.connect()],
];

for (const [stream, programs, connect] of streams) {
  for (const seed of [1, 2]) {
    test(`what is put arrives over ${stream}, in ${programs} programs from the seed ${seed}`, async () => {
      for (let count = 0; count < programs; count++) {
        const random = new Random(seed * 100_000 + count);
        const program = new OutputProgram(random, await connect(random));
        try {
          await program.run();
        } catch (error) {
          const which = `program ${seed * 100_000 + count}: ${program.log.join(', ')}`;
          throw new Error(`${error}\n${which}`, { cause: error });
        }
      }
    });
  }
}

/** A Duplex with an output, and what its listeners were told by the number they were given. */
function watchedDuplex() {
  const transport = duplex(new Random(1));
  const output = new SocketOutput(transport.socket);
  const told: string[] = [];
  transport.socket.on('error', () => {});
  const notify = (name: string) =>
    output.notify({
      watched: true,
      endsResponse: true,
      onWritten: (error) => void told.push(error ? `${name} failed` : name),
    });
  return { ...transport, output, told, notify };
}

test('who waits for bytes that were resized is told that they did not leave', async () => {
  const { output, told, notify, socket } = watchedDuplex();
  const memory = new ArrayBuffer(2000);
  output.put(new Uint8Array(memory), null, null);
  notify('resized');
  structuredClone(memory, { transfer: [memory] });
  output.flush();
  await turns();
  assert.ok(socket.destroyed);
  assert.deepEqual(told, ['resized failed']);
});

test('nothing is written after the end of a socket that was corked, nor is what waits in it lost', async () => {
  const { output, told, notify, socket, received, read } = watchedDuplex();
  read(false);
  output.ascii('a'.repeat(20_000));
  assert.equal(output.schedule(), false);
  socket.end();
  notify('after the end');
  output.flush();
  read(true);
  await turns(10);
  assert.equal(received(), 'a'.repeat(20_000));
  assert.deepEqual(told, ['after the end']);
});

test('who waits for no more than was written before the end is told when that has left, and not before', async () => {
  const { output, told, notify, socket, read } = watchedDuplex();
  read(false);
  output.ascii('first');
  notify('before the end');
  output.flush();
  socket.end();
  notify('after the end');
  output.flush();
  await turns(10);
  assert.deepEqual(told, []);
  read(true);
  await turns(10);
  assert.deepEqual(told, ['before the end', 'after the end']);
});

test('who waits for what was written after the end is never told that it has left', async () => {
  const { output, told, notify, socket } = watchedDuplex();
  socket.end();
  output.ascii('dropped');
  notify('dropped');
  output.flush();
  notify('with nothing to follow');
  output.flush();
  await turns(10);
  assert.deepEqual(told, ['with nothing to follow']);
});

test('listeners are told in order, though later ones would be told at once', async () => {
  const { socket } = await plain.connect();
  const output = new SocketOutput(socket);
  const told: string[] = [];
  const notify = (name: string, watched: boolean) =>
    output.notify({ watched, endsResponse: true, onWritten: () => void told.push(name) });
  output.ascii('first');
  notify('first', true);
  output.flush();
  output.ascii('second');
  notify('second', false);
  output.settle();
  await turns();
  socket.destroy();
  assert.deepEqual(told, ['first', 'second']);
});
