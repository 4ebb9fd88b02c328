// What must hold for every stream of frames: whatever way it is cut, the same is told and the same leaves; nothing but
// an Http2Error ends a connection, and never do more streams or octets wait than the bounds allow.
import assert from 'node:assert/strict';
import type { Buffer } from 'node:buffer';
import { FATAL_CONTROL_BYTES, MAX_CONCURRENT_STREAMS } from '../../dist/http2/limits.js';
import { everyByte } from '../http1/reading.js';
import { Exchange, type Script } from '../http2/exchange.js';
import { frameStream } from './frames.js';
import type { Random } from './random.js';
import { randomSegments } from './streams.js';

/** Answers by the number of the stream, so that it is the same in every round. */
const script: Script = {
  onHead(answer, _connection, { expect }) {
    const { stream, id } = answer;
    if (id % 4 === 1 && expect !== null) answer.interim(100);
    if (id % 16 === 15) stream.reset();
    if (id % 16 === 13) stream.drop();
  },
  onBody: ({ stream }, data) => stream.consumed(data.length),
  onEnd(answer) {
    answer.head(200, ['x-id', String(answer.id)]);
    answer.body('a'.repeat(answer.id % 1000));
    if (answer.id % 8 === 3) answer.end(['x-sum', '1']);
    else if (answer.id % 8 !== 5) answer.end();
  },
};

/** Windows are opened again at other times when the bytes are cut otherwise. */
const isWindow = (line: string) => line.startsWith('WINDOW_UPDATE');

function outcome(segments: Iterable<Buffer>) {
  const exchange = new Exchange(script).receive([...segments]);
  const sent = exchange.pullAll().filter((line) => !isWindow(line));
  const { connection, told, fault } = exchange;
  return { told, sent, fault, cut: connection.cut && fault === null, open: connection.openStreams };
}

/** Reads with everything taken after each segment, as a socket does that never is full. */
function checkBounds(segments: Buffer[]): void {
  const exchange = new Exchange(script);
  for (const segment of segments) {
    exchange.receive(segment);
    const { connection } = exchange;
    assert.ok(connection.openStreams <= MAX_CONCURRENT_STREAMS);
    assert.ok(connection.backlog >= 0 && connection.backlog < 100_000, `${connection.backlog} octets wait`);
    exchange.pullAll();
    assert.ok(!connection.congested);
  }
  assert.ok(
    exchange.frames.reduce((sum, { payload }) => sum + payload.length, 0) < FATAL_CONTROL_BYTES + 100_000,
  );
}

/** Checks one random stream; what it throws says which. */
export function checkConnection(random: Random): void {
  const bytes = frameStream(random);
  try {
    const whole = outcome([bytes]);
    assert.deepEqual(outcome(everyByte(bytes)), whole, 'byte by byte');
    for (let round = 0; round < 3; round++)
      assert.deepEqual(outcome(randomSegments(random, bytes)), whole, 'cut at random');
    checkBounds(randomSegments(random, bytes));
  } catch (error) {
    (error as Error).message += `\nframes ${bytes.toString('hex')}`;
    throw error;
  }
}
