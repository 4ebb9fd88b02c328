// The fields of an answer before they are sent: set, append, get, has, remove.
import assert from 'node:assert/strict';
import { behaviour, type Http, type Request, type Response } from '../subjects.js';

/** A response on no connection, as programs make them for tests. */
function response(http: Http, method = 'GET'): Response {
  const { IncomingMessage, ServerResponse } = http;
  const req: Request = Object.assign(new IncomingMessage(null as never), {
    method,
    httpVersionMajor: 1,
    httpVersionMinor: 1,
  });
  return new ServerResponse(req) as Response;
}

const views: [sentence: string, act: (res: Response) => unknown, result: unknown][] = [
  ['setHeader returns the response', (res) => res.setHeader('A', 'b') === res, true],
  ['getHeader ignores case', (res) => res.setHeader('X-Ab', 'c').getHeader('x-AB'), 'c'],
  ['getHeader of an absent field is undefined', (res) => res.getHeader('a'), undefined],
  ['a number stays a number', (res) => res.setHeader('A', 1).getHeader('a'), 1],
  ['a list stays the same list', (res) => res.setHeader('A', ['b', 'c']).getHeader('a'), ['b', 'c']],
  [
    'setHeader replaces, name included',
    (res) => (res.setHeader('A', '1').setHeader('a', '2') as Response).getRawHeaderNames(),
    ['a'],
  ],
  [
    'getHeaderNames is lowercase, in order',
    (res) => res.setHeader('B', '1').setHeader('A', '2').getHeaderNames(),
    ['b', 'a'],
  ],
  ['getHeaderNames without fields is empty', (res) => res.getHeaderNames(), []],
  [
    'getRawHeaderNames keeps the case',
    (res) => (res.setHeader('X-Ab', '1') as Response).getRawHeaderNames(),
    ['X-Ab'],
  ],
  ['getRawHeaderNames without fields is empty', (res) => res.getRawHeaderNames(), []],
  ['getHeaders has no prototype', (res) => Object.getPrototypeOf(res.setHeader('A', '1').getHeaders()), null],
  [
    'getHeaders is a copy',
    (res) => Object.assign(res.setHeader('A', '1').getHeaders(), { a: '2' }) && res.getHeader('a'),
    '1',
  ],
  ['hasHeader ignores case', (res) => res.setHeader('A', '').hasHeader('a'), true],
  ['hasHeader of an absent field is false', (res) => res.hasHeader('a'), false],
  [
    'removeHeader removes, in any case',
    (res) => {
      res.setHeader('A', '1').removeHeader('a');
      return res.hasHeader('A');
    },
    false,
  ],
  ['removeHeader returns undefined', (res) => res.removeHeader('a'), undefined],
  ['appendHeader sets', (res) => res.appendHeader('A', '1').getHeader('a'), '1'],
  [
    'appendHeader makes a list',
    (res) => res.setHeader('A', '1').appendHeader('a', '2').getHeader('a'),
    ['1', '2'],
  ],
  [
    'appendHeader adds a list',
    (res) => res.setHeader('A', '1').appendHeader('a', ['2', '3']).getHeader('a'),
    ['1', '2', '3'],
  ],
  [
    'appendHeader keeps the first name',
    (res) => (res.setHeader('A', '1').appendHeader('a', '2') as Response).getRawHeaderNames(),
    ['A'],
  ],
  [
    'setHeaders takes a Map',
    (res) => ({
      ...res
        .setHeaders(
          new Map([
            ['A', '1'],
            ['b', '2'],
          ]),
        )
        .getHeaders(),
    }),
    { a: '1', b: '2' },
  ],
  [
    'setHeaders takes Headers',
    (res) => ({ ...res.setHeaders(new Headers({ A: '1' })).getHeaders() }),
    { a: '1' },
  ],
  [
    'setHeaders keeps the cookies of Headers apart',
    (res) =>
      res
        .setHeaders(
          new Headers([
            ['set-cookie', 'a'],
            ['set-cookie', 'b'],
          ]),
        )
        .getHeader('set-cookie'),
    ['a', 'b'],
  ],
  ['setHeaders returns the response', (res) => res.setHeaders(new Map()) === res, true],
  ['__proto__ may be a field', (res) => res.setHeader('__proto__', '1').getHeaderNames(), ['__proto__']],
  ['statusCode begins as 200', (res) => res.statusCode, 200],
  ['statusMessage begins undefined', (res) => res.statusMessage, undefined],
  ['sendDate begins true', (res) => res.sendDate, true],
  ['strictContentLength begins false', (res) => res.strictContentLength, false],
  ['chunkedEncoding begins false', (res) => res.chunkedEncoding, false],
  ['shouldKeepAlive begins true', (res) => res.shouldKeepAlive, true],
  ['useChunkedEncodingByDefault begins true', (res) => res.useChunkedEncodingByDefault, true],
  ['headersSent begins false', (res) => res.headersSent, false],
  ['socket and connection begin null', (res) => [res.socket, res.connection], [null, null]],
  ['finished begins false', (res) => res.finished, false],
];

for (const [sentence, act, result] of views) {
  behaviour(
    sentence,
    ({ http }) => {
      assert.deepEqual(act(response(http)), result);
    },
    { only: 'plain' },
  );
}
