// What a program writes after the end of a response, a tick later: whoever shares the segment with it, nobody is told
// more of it than on node:http, where an error that nobody listens for ends the process.
import assert from 'node:assert/strict';
import process from 'node:process';
import { behaviour, get, node, type Response, until } from '../subjects.js';

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

const body = '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n';

for (const [whichCall, call] of calls) {
  behaviour(
    `${whichCall} as the body of a request comes is refused in silence where its response has ended`,
    async ({ serve }) => {
      for (const after of ['', get('/b')]) {
        const told: unknown[] = [];
        let isClosed = false;
        const { connect } = await serve((req, res) => {
          res.end('whole');
          if (req.url === '/b') return;
          res.on('finish', () => {}).on('error', (error) => told.push(error));
          req.on('data', () => call(res, (error) => told.push((error as NodeJS.ErrnoException).code)));
          req.on('end', () => setImmediate(() => (isClosed = true)));
        });
        const client = connect().send(
          `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${body}${after}`,
        );
        assert.equal((await client.response()).body, 'whole');
        if (after !== '') assert.equal((await client.response()).body, 'whole');
        await until(() => isClosed, 'the end of the request');
        // Once the response is closed, `end` doesn't even call its callback.
        assert.deepEqual(
          new Set(told),
          new Set(whichCall.includes('callback') ? ['ERR_STREAM_WRITE_AFTER_END'] : []),
        );
      }
    },
    { only: 'plain' },
  );

  behaviour(
    `${whichCall} in the call that ended a response is an error`,
    async ({ serve }) => {
      for (const after of ['', get('/b')]) {
        const errors: unknown[] = [];
        const { connect } = await serve((req, res) => {
          if (req.url === '/b') {
            res.end('b');
            return;
          }
          res.on('error', (error) => errors.push((error as NodeJS.ErrnoException).code));
          req.once('data', () => {
            res.end('whole');
            // What waits leaves before it.
            if (after === '') req.socket.write('');
            call(res, () => {});
          });
        });
        const client = connect().send(
          `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${body}${after}`,
        );
        assert.equal((await client.response()).body, 'whole');
        if (after !== '') assert.equal((await client.response()).body, 'b');
        await until(() => errors.length > 0, 'the error');
        assert.deepEqual(errors, ['ERR_STREAM_WRITE_AFTER_END']);
      }
    },
    { only: 'plain' },
  );
}

for (const [whichCall, call] of calls) {
  behaviour(
    `${whichCall} in the callback of end is refused as on the Node in use`,
    async ({ serve }) => {
      for (const late of [false, true]) {
        const errors: unknown[] = [];
        let isClosed = false;
        const { ask } = await serve((_req, res) => {
          res.on('error', (error) => errors.push((error as NodeJS.ErrnoException).code));
          res.on('close', () => setImmediate(() => (isClosed = true)));
          const end = () => res.end('whole', () => call(res, () => {}));
          if (late) setImmediate(end);
          else end();
        });
        assert.equal((await ask(get())).body, 'whole');
        await until(() => isClosed, 'close');
        assert.deepEqual(errors, node < 24 ? [] : ['ERR_STREAM_WRITE_AFTER_END']);
      }
    },
    { only: 'plain' },
  );
}
