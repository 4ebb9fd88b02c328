// Bodies that are awaited, that nobody reads, and that are announced and do not come.
import { chunkedPost, ok, oldRequest, request, type WireCase } from './case.js';

const requests = request('GET /smuggled').repeat(3000);
const awaiting = [
  ['a length', `${request('POST /', 'Content-Length: 5')}abcd`],
  ['a length of more than 32 bits', `${request('POST /', 'Content-Length: 4294967301')}abcde`],
  ['a chunk', chunkedPost('/', '5\r\nabcd')],
  ['the end of a chunk', chunkedPost('/', '5\r\nabcde\r')],
  ['a chunk of more than 32 bits', chunkedPost('/', '100000003\r\nabc')],
  ['the last chunk', chunkedPost('/', '5\r\nabcde\r\n')],
  ['the end of the trailer section', chunkedPost('/', '0\r\nA: b\r\n')],
  ['the line feed that ends the trailer section', chunkedPost('/', '0\r\n\r')],
] as const;

const unread: WireCase[] = [
  {
    says: 'an unread body of known length is read away, and the next request answered',
    rule: 'RFC 9112 §9.3',
    send: [`${request('POST /do/answer-early', 'Content-Length: 8')}GET /x /${request('GET /b')}`],
    answers: [{ status: 200, body: 'early' }, ok({ url: '/b' })],
    connection: 'open',
  },
  {
    says: 'an unread chunked body is read away, and the next request answered',
    rule: 'RFC 9112 §9.3',
    send: [chunkedPost('/do/answer-early', '6\r\nGET /x\r\n0\r\nA: b\r\n\r\n') + request('GET /b')],
    answers: [{ status: 200, body: 'early' }, ok({ url: '/b' })],
    connection: 'open',
  },
  {
    says: 'an unread large body that looks like requests is none',
    rule: 'RFC 9112 §11.2',
    send: [
      request('POST /do/answer-early', `Content-Length: ${requests.length}`),
      { answers: 1 },
      requests,
      request('GET /b'),
    ],
    answers: [{ status: 200, body: 'early' }, ok({ url: '/b' })],
    connection: 'open',
  },
  {
    says: 'an unread chunked body that is malformed ends the connection after the answer',
    rule: 'RFC 9112 §7.1',
    send: [chunkedPost('/do/answer-early', ''), { answers: 1 }, `x\r\n${request('GET /smuggled')}`],
    answers: [{ status: 200, body: 'early' }],
    connection: 'closed',
  },
  {
    says: 'an answer that closes does not wait for a body that never comes',
    rule: 'RFC 9112 §9.6',
    send: [request('POST /do/answer-early-and-close', 'Content-Length: 100')],
    answers: [{ status: 200, body: 'early', fields: { connection: 'close' } }],
    connection: 'closed',
  },
  {
    says: 'an answer that closes arrives although its large body is still being sent',
    rule: 'RFC 9112 §9.6',
    send: [request('POST /do/answer-early-and-close', `Content-Length: ${requests.length}`), requests],
    answers: [{ status: 200, body: 'early', fields: { connection: 'close' } }],
    connection: 'closed',
  },
];

const methods = ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'SEARCH'] as const;

export const bodies: WireCase[] = [
  ...awaiting.map(
    ([what, bytes]): WireCase => ({
      says: `nothing is answered before ${what} has come`,
      rule: 'RFC 9112 §6.3',
      send: [bytes, 'wait'],
      answers: [],
      connection: 'silent',
    }),
  ),
  ...methods.map(
    (method): WireCase => ({
      says: `${method} with a body: it is read as a body`,
      rule: 'RFC 9112 §6.3',
      send: [
        `${request(`${method} /a`, 'Content-Length: 5')}GET /${request('GET /b')}` +
          `${request(`${method} /c`, 'Transfer-Encoding: chunked')}5\r\nGET /\r\n0\r\n\r\n`,
      ],
      answers:
        method === 'HEAD'
          ? [{ status: 200, method }, ok({ url: '/b' }), { status: 200, method }]
          : [ok({ method, body: 'GET /' }), ok({ url: '/b' }), ok({ method, url: '/c', body: 'GET /' })],
      connection: 'open',
    }),
  ),
  {
    says: 'a POST that announces no body has none',
    rule: 'RFC 9112 §6.3',
    send: [request('POST /a') + request('GET /b')],
    answers: [ok({ method: 'POST', body: '' }), ok({ url: '/b' })],
    connection: 'open',
  },
  {
    says: 'an HTTP/1.0 body goes by its length, and what follows is not read',
    rule: 'RFC 9112 §6.3',
    send: [`${oldRequest('POST /a', 'Content-Length: 3')}abcGET /b HTTP/1.0\r\n\r\n`],
    answers: [ok({ body: 'abc' })],
    connection: 'closed',
  },
  {
    says: 'trailer fields stay apart from header fields',
    rule: 'RFC 9110 §6.5.1',
    send: [
      chunkedPost('/a', '1\r\nx\r\n0\r\nHost: evil\r\nContent-Length: 5\r\n__proto__: y\r\n\r\n'),
      request('GET /b'),
    ],
    answers: [
      ok({
        body: 'x',
        rawHeaders: ['Host', 'a', 'Transfer-Encoding', 'chunked'],
        rawTrailers: ['Host', 'evil', 'Content-Length', '5', '__proto__', 'y'],
      }),
      ok({ url: '/b' }),
    ],
    connection: 'open',
  },
  {
    says: 'a body of every byte there is',
    rule: 'RFC 9112 §6',
    send: [
      request('POST /a', 'Content-Length: 256') +
        Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join(''),
    ],
    answers: [ok({ body: Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('') })],
    connection: 'open',
  },
  {
    says: '20,000 chunks of one byte',
    rule: 'RFC 9112 §7.1',
    send: [chunkedPost('/a', `${'1\r\nx\r\n'.repeat(20_000)}0\r\n\r\n`)],
    answers: [ok({ body: 'x'.repeat(20_000) })],
    connection: 'open',
  },
  ...unread,
];
