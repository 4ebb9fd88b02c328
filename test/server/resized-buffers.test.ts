// A buffer that the program makes another length while it waits to leave: nothing leaves that breaks the framing.
import assert from 'node:assert/strict';
import { behaviour, get, type Response } from '../subjects.js';

interface Resizable extends ArrayBuffer {
  resize(length: number): void;
}
const LENGTH = 20;

function resizable(): Resizable {
  const Resizable = ArrayBuffer as unknown as new (length: number, options: object) => Resizable;
  const buffer = new Resizable(LENGTH, { maxByteLength: 100 });
  new Uint8Array(buffer).fill(0x78);
  return buffer;
}

const changes: [string, (buffer: Resizable) => void][] = [
  ['shrinks', (buffer) => buffer.resize(5)],
  ['is transferred', (buffer) => void structuredClone(buffer, { transfer: [buffer] })],
];

const framings: [string, (res: Response) => void][] = [
  ['chunked', (res) => void res.writeHead(200)],
  ['of a length', (res) => void res.writeHead(200, { 'Content-Length': LENGTH })],
  ['of less than was written', (res) => void res.writeHead(200, { 'Content-Length': LENGTH / 2 })],
];

for (const [framing, begin] of framings) {
  for (const waiting of ['is corked', 'waits for its turn']) {
    for (const [what, change] of changes) {
      behaviour(
        `a buffer that ${what} while its response, ${framing}, ${waiting} is not sent, and nothing follows it`,
        async ({ serve }) => {
          const errors: (string | undefined)[] = [];
          let first: Response | undefined;
          const { server, connect } = await serve((_req, res) => {
            if (waiting === 'is corked') {
              res.cork();
            } else if (first === undefined) {
              first = res;
              return;
            }
            const buffer = resizable();
            begin(res);
            res.write(new Uint8Array(buffer));
            change(buffer);
            res.end();
            first?.end('first');
          });
          server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
            errors.push(error.code);
            socket.destroy();
          });
          const rest = await connect().send(get().repeat(2)).finish().rest();
          assert.ok(!rest.includes('x') && errors.includes('ERR_HTTP_RESIZED_BUFFER'), rest);
        },
        { notNode: 'it sends as much as there is by then, whatever the framing says', only: 'plain' },
      );
    }
  }
}

const sent: Record<string, RegExp> = {
  chunked: /\r\n14\r\nx{20}\r\n0\r\n\r\n/,
  'of a length': /\r\n\r\nx{20}(?:HTTP|$)/,
  'of less than was written': /\r\n\r\nx{10}(?:HTTP|$)/,
};

for (const [framing, begin] of framings) {
  behaviour(
    `of a buffer that grows while its response, ${framing}, waits, what was written is sent`,
    async ({ serve }) => {
      let first: Response | undefined;
      const { connect } = await serve((_req, res) => {
        if (first === undefined) {
          first = res;
          return;
        }
        const buffer = resizable();
        begin(res);
        res.write(new Uint8Array(buffer));
        buffer.resize(40);
        new Uint8Array(buffer).fill(0x79, LENGTH);
        res.end();
        first.end('first');
      });
      const rest = await connect().send(get().repeat(2)).finish().rest();
      assert.match(rest, sent[framing] as RegExp);
      assert.doesNotMatch(rest, /y{2}/);
    },
    { notNode: 'it sends as much as there is by then, whatever the framing says', only: 'plain' },
  );
}

for (const call of ['write', 'end'] as const) {
  behaviour(
    `${call} of bytes whose memory was given away throws`,
    async ({ serve }) => {
      const thrown: unknown[] = [];
      const { ask } = await serve((_req, res) => {
        for (const given of [new Uint8Array(4), new Uint8Array(new ArrayBuffer(8), 4)]) {
          structuredClone(given.buffer, { transfer: [given.buffer as ArrayBuffer] });
          try {
            res[call](given);
          } catch (error) {
            thrown.push((error as Error).name);
          }
        }
        if (!res.headersSent) res.write(new Uint8Array(0));
        res.end('next');
      });
      assert.equal((await ask(get())).body, 'next');
      assert.deepEqual(thrown, ['TypeError', 'TypeError']);
    },
    call === 'end' ? { notNode: 'what is written after an end that threw never leaves' } : {},
  );
}
