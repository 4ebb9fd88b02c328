// A program may answer many requests from the same memory: no client is sent what was meant for another.
import assert from 'node:assert/strict';
import type { ServerHttp2Session } from 'node:http2';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { until } from '../../subjects.js';
import { read, serve, test } from './client.js';

/** Octets of an answer: few are copied anyway, and of many no more than a frame. */
const lengths = [1000, 5000, 16_384];

const letters = [...'abcdefghijklmnop'];

for (const length of lengths) {
  const memory = Buffer.alloc(length);
  const answer = (letter: string) => memory.fill(letter);

  test(`requests of one segment are each answered with their own ${length} octets`, async (context) => {
    const { ask } = await serve(context, (req, res) => res.end(answer((req.url as string)[1])));
    const answers = await Promise.all(letters.map((letter) => ask(`/${letter}`)));
    assert.deepEqual(
      answers.map(({ body }) => body),
      letters.map((letter) => letter.repeat(length)),
    );
  });

  test(`answers of ${length} octets that wait for their windows are each their own`, async (context) => {
    const { connect, server } = await serve(context, (req, res) => res.end(answer((req.url as string)[1])));
    let asked = 0;
    server.on('request', () => void asked++);
    const session = connect();
    session.settings({ initialWindowSize: 0 });
    await new Promise((resolve) => session.once('localSettings', resolve));
    const answers = letters.map((letter) => read(session.request({ ':path': `/${letter}` })));
    await until(() => asked === letters.length);
    await nextTurn();
    session.settings({ initialWindowSize: 65_535 });
    assert.deepEqual(
      (await Promise.all(answers)).map(({ body }) => body),
      letters.map((letter) => letter.repeat(length)),
    );
  });

  test(`requests that waited for room are each answered with their own ${length} octets`, async (context) => {
    let large = 0;
    let asked = 0;
    const { connect } = await serve(context, (req, res) => {
      if (req.url === '/large') {
        large++;
        res.end(Buffer.alloc(900_000));
        return;
      }
      asked++;
      res.end(answer((req.url as string)[1]));
    });
    const session = connect();
    session.settings({ initialWindowSize: 0 });
    await new Promise((resolve) => session.once('localSettings', resolve));
    const others = Array.from({ length: 5 }, () => read(session.request({ ':path': '/large' })));
    await until(() => large > 3);
    const answers = letters.map((letter) => read(session.request({ ':path': `/${letter}` })));
    await new Promise((resolve) => session.ping(resolve));
    assert.equal(asked, 0);
    (session as unknown as ServerHttp2Session).setLocalWindowSize(10_000_000);
    session.settings({ initialWindowSize: 1_000_000 });
    assert.deepEqual(
      (await Promise.all(answers)).map(({ body }) => body),
      letters.map((letter) => letter.repeat(length)),
    );
    await Promise.all(others);
  });
}
