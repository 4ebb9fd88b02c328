// What a program writes after the end of a response, a tick later: whoever shares the segment with it, nobody is told
// more of it than on node:http, where an error that nobody listens for ends the process.
import assert from 'node:assert/strict';
import process from 'node:process';
import { behaviour, get, type Response, until } from '../subjects.js';

const calls: [sentence: string, call: (res: Response, told: (error: unknown) => void) => unknown][] = [
  ['write', (res) => res.write('x')],
  ['a write with a callback', (res, told) => res.write('x', told)],
  ['an empty write', (res) => res.write('')],
  ['an end with a piece', (res) => res.end('x')],
  ['an end with a piece and a callback', (res, told) => res.end('x', told as () => void)],
];

const segments: [sentence: string, targets: string[]][] = [
  ['alone in its segment', ['/late']],
  ['before another in its segment', ['/late', '/b']],
  ['before one that waits', ['/late', '/waits']],
];

for (const [whichCall, call] of calls) {
  behaviour(
    `${whichCall} after the tick in which a response ended is refused in silence`,
    async ({ serve }) => {
      for (const [where, targets] of segments) {
        const told: unknown[] = [];
        let isClosed = false;
        const { connect } = await serve((req, res) => {
          if (req.url === '/waits') setImmediate(() => res.end('waited'));
          else res.end('whole');
          if (req.url !== '/late') return;
          res.on('finish', () => {}).on('error', (error) => told.push(error));
          res.on('close', () => setImmediate(() => (isClosed = true)));
          process.nextTick(() => call(res, (error) => told.push((error as NodeJS.ErrnoException).code)));
        });
        const client = connect().send(targets.map((target) => get(target)).join(''));
        for (const target of targets) {
          assert.equal((await client.response()).body, target === '/waits' ? 'waited' : 'whole', where);
        }
        await until(() => isClosed, 'close');
        assert.deepEqual(told, whichCall.includes('callback') ? ['ERR_STREAM_WRITE_AFTER_END'] : [], where);
      }
    },
    { only: 'plain' },
  );
}
