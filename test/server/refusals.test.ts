// Where node:http draws the line between what it serves and what it refuses, and programs rely on where it is.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { behaviour, get, type Stage, turns } from '../subjects.js';

/**
 * Sends bytes after which the connection ends to a server that answers whatever gets through; gives the codes of the
 * errors it reports.
 */
async function refusals(stage: Stage, bytes: string, options = {}): Promise<string[]> {
  const codes: string[] = [];
  const { server, connect } = await stage.serve(options, (req, res) => {
    req.resume().on('end', () => res.end());
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    codes.push(error.code ?? '');
    socket.destroy();
  });
  await connect().send(bytes).rest();
  return codes;
}

const chunked = (body: string) =>
  `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${body}`;

behaviour('a CR without LF after a field value is HPE_LF_EXPECTED', async (stage) => {
  assert.deepEqual(await refusals(stage, 'GET / HTTP/1.1\r\nHost: a\r\nX: y\rZ: z\r\n\r\n'), [
    'HPE_LF_EXPECTED',
  ]);
});

const extension = (bytes: number) => `2;${'e'.repeat(bytes)}\r\nab\r\n`;

behaviour('each chunk may have 16 KiB of extensions, whatever the chunk before it had', async (stage) => {
  assert.deepEqual(await refusals(stage, chunked(`${extension(10_000).repeat(3)}0\r\n\r\n`)), []);
});

behaviour('a chunk with more than 16 KiB of extensions is HPE_CHUNK_EXTENSIONS_OVERFLOW', async (stage) => {
  assert.deepEqual(await refusals(stage, chunked(`${extension(17_000)}0\r\n\r\n`)), [
    'HPE_CHUNK_EXTENSIONS_OVERFLOW',
  ]);
});

behaviour(
  'a CONNECT in origin-form, as the client sends it by default, reaches its listener',
  async (stage) => {
    const { server, connect } = await stage.serve(() => {});
    server.on('connect', (req, socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${req.url}`));
    assert.match(await connect().send('CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n').rest(), /\r\n\r\n\/$/);
  },
);

/** A request whose target, field names and values are so many bytes. */
const headOf = (bytes: number) => {
  const names = '/'.length + 'Host'.length + 'a'.length + 'Connection'.length + 'close'.length + 'X'.length;
  return get('/', 'Connection: close', `X: ${'x'.repeat(bytes - names)}`);
};

behaviour('maxHeaderSize bounds the target, names and values, not what separates them', async (stage) => {
  assert.deepEqual(await refusals(stage, headOf(999), { maxHeaderSize: 1000 }), []);
});

behaviour('a head of maxHeaderSize bytes is HPE_HEADER_OVERFLOW', async (stage) => {
  assert.deepEqual(await refusals(stage, headOf(1000), { maxHeaderSize: 1000 }), ['HPE_HEADER_OVERFLOW']);
});

const bare = (bytes: number) => headOf(bytes).replaceAll(': ', ':');

/** A trailer section whose names and values are so many bytes, most of them of fields of two. */
const trailersOf = (bytes: number) =>
  chunked(`0\r\n${'A:b\r\n'.repeat(bytes / 2 - 10)}X:${'x'.repeat(19 + (bytes % 2))}\r\n\r\n`);

for (const [what, of] of [
  ['a head without white space after its colons', bare],
  ['a trailer section', trailersOf],
] as const) {
  behaviour(
    `${what} of maxHeaderSize bytes is HPE_HEADER_OVERFLOW, and one byte less is none`,
    async (stage) => {
      assert.deepEqual(await refusals(stage, of(999), { maxHeaderSize: 1000 }), []);
      assert.deepEqual(await refusals(stage, of(1000), { maxHeaderSize: 1000 }), ['HPE_HEADER_OVERFLOW']);
    },
  );
}

behaviour('a head that outgrows maxHeaderSize is refused before its line ends', async (stage) => {
  const cut = headOf(1100).slice(0, -5);
  assert.deepEqual(await refusals(stage, cut, { maxHeaderSize: 1000 }), ['HPE_HEADER_OVERFLOW']);
});

behaviour(
  'insecureHTTPParser lets control characters into values, and any value into Host',
  async (stage) => {
    const bytes = 'GET / HTTP/1.1\r\nHost: a b:c\r\nX: \x08\r\nConnection: close\r\n\r\n';
    assert.deepEqual(await refusals(stage, bytes, { insecureHTTPParser: true }), []);
  },
);

for (const [sent, bytesParsed] of [
  ['Oopsie\r\n', 1],
  ['GEX / HTTP/1.1\r\n', 2],
] as const) {
  behaviour(`of ${JSON.stringify(sent)}, ${bytesParsed} could have been a method's`, async ({ serve }) => {
    const { server, connect } = await serve(() => {});
    const refused = once(server, 'clientError');
    connect().send(sent);
    const [error, socket] = await refused;
    socket.destroy();
    assert.equal(error.code, 'HPE_INVALID_METHOD');
    assert.equal(error.bytesParsed, bytesParsed);
  });
}

const BAD_REQUEST = /^HTTP\/1\.1 400 Bad Request\r\n/;

behaviour(
  'a malformed request is refused though the one before it is never answered',
  async ({ serve }) => {
    const { connect } = await serve(() => {});
    assert.match(await connect().send(`${get()}\x01`).rest(), BAD_REQUEST);
  },
  { only: 'plain' },
);

behaviour(
  'a malformed request does not take away the answer to the one before it',
  async ({ serve }) => {
    const { connect } = await serve((_req, res) => {
      turns(10).then(() => res.end('in time'));
    });
    const client = connect().send(`${get()}\x01`);
    assert.equal((await client.response()).body, 'in time');
    assert.match(await client.rest(), BAD_REQUEST);
  },
  { notNode: 'the answer is lost' },
);

behaviour(
  'an error that is emitted on the socket ends the connection after what was sent',
  async ({ serve }) => {
    const { connect } = await serve((_req, res) => {
      res.write('so far', () => res.socket?.emit('error', new Error('no more')));
    });
    assert.match(await connect().send(get()).rest(), /\r\n\r\n6\r\nso far\r\n$/);
  },
);

behaviour('a listener that leaves a refused connection open hears of every packet', async ({ serve }) => {
  const { server, connect } = await serve(() => {});
  const client = connect();
  let listeners: number | undefined;
  for (const packet of ['*', '@', '*']) {
    const refused = once(server, 'clientError');
    client.send(packet);
    const [error, socket] = await refused;
    assert.equal(error.code, 'HPE_INVALID_METHOD');
    assert.equal(error.rawPacket.toString(), packet);
    listeners ??= socket.listenerCount('error');
    assert.equal(socket.listenerCount('error'), listeners);
  }
});
