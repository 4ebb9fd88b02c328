// How a connection goes on: persistence, pipelining, its end, and what comes when the client ends first.
import { chunkedPost, ok, oldRequest, request, type WireCase } from './case.js';

const many = (count: number) => Array.from({ length: count }, (_, index) => `/${index}`);

export const connection: WireCase[] = [
  {
    says: 'fifty pipelined requests are answered in order',
    rule: 'RFC 9112 §9.3.2',
    send: [
      many(50)
        .map((url) => request(`GET ${url}`))
        .join(''),
    ],
    answers: many(50).map((url) => ok({ url })),
    connection: 'open',
  },
  {
    says: 'more pipelined requests than may wait are answered in order too',
    rule: 'RFC 9112 §9.3.2',
    send: [
      request('GET /do/answer-late') +
        many(300)
          .map((url) => chunkedPost(url, '1\r\nx\r\n0\r\n\r\n'))
          .join(''),
    ],
    answers: [{ status: 200, body: 'late' }, ...many(300).map((url) => ok({ url, body: 'x' }))],
    connection: 'open',
  },
  {
    says: 'a late answer holds back the early ones after it',
    rule: 'RFC 9112 §9.3.2',
    send: [request('GET /do/answer-late'), request('GET /do/answer-early'), request('GET /x')],
    answers: [{ status: 200, body: 'late' }, { status: 200, body: 'early' }, ok({ url: '/x' })],
    connection: 'open',
  },
  {
    says: 'a late answer leaves before the refusal of what came after it',
    rule: 'RFC 9112 §9.3.2',
    send: [`${request('GET /do/answer-late')}GET / HTTP/1.1\r\nA : b\r\n\r\n`],
    answers: [
      { status: 200, body: 'late' },
      { status: 400, fields: { connection: 'close' } },
    ],
    connection: 'closed',
  },
  {
    says: 'nothing is answered after a refusal',
    rule: 'RFC 9112 §9.3.2',
    send: [`${request('GET /a')}G\0T\r\n\r\n${request('GET /b')}`],
    answers: [ok({ url: '/a' }), { status: 400 }],
    connection: 'closed',
  },
  {
    says: 'HEAD and GET in turn stay in step',
    rule: 'RFC 9110 §9.3.2',
    send: [request('HEAD /do/length') + request('GET /a') + request('HEAD /do/stream') + request('GET /b')],
    answers: [
      { status: 200, method: 'HEAD', framing: 'none', fields: { 'content-length': '4' } },
      ok({ url: '/a' }),
      { status: 200, method: 'HEAD', framing: 'none' },
      ok({ url: '/b' }),
    ],
    connection: 'open',
  },
  {
    says: 'a HEAD with a body is read to its end',
    rule: 'RFC 9110 §9.3.2',
    send: [`${request('HEAD /', 'Content-Length: 4')}GET ${request('GET /b')}`],
    answers: [{ status: 200, method: 'HEAD', framing: 'none' }, ok({ url: '/b' })],
    connection: 'open',
  },
  {
    says: 'the answer to the last request says that the connection closes, and the ones before it do not',
    rule: 'RFC 9112 §9.6',
    send: [request('GET /a') + request('GET /b', 'Connection: close') + request('GET /c')],
    answers: [
      { status: 200, fields: { connection: 'keep-alive' }, echo: { url: '/a' } },
      { status: 200, fields: { connection: 'close' }, echo: { url: '/b' } },
    ],
    connection: 'closed',
  },
  {
    says: 'Connection: close after a body closes once the body has been read',
    rule: 'RFC 9112 §9.6',
    send: [chunkedPost('/a', '3\r\nabc\r\n0\r\nT: v\r\n\r\n', 'Connection: close') + request('GET /b')],
    answers: [{ status: 200, fields: { connection: 'close' }, echo: { body: 'abc' } }],
    connection: 'closed',
  },
  {
    says: 'Connection: close wins over keep-alive in HTTP/1.0 as well',
    rule: 'RFC 9112 §9.3',
    send: [oldRequest('GET /a', 'Connection: keep-alive, close')],
    answers: [{ status: 200, fields: { connection: 'close' } }],
    connection: 'closed',
  },
  {
    says: 'Proxy-Connection means nothing to an origin server',
    rule: 'RFC 9112 §C.2.2',
    send: [oldRequest('GET /a', 'Proxy-Connection: keep-alive')],
    answers: [{ status: 200, fields: { connection: 'close' } }],
    connection: 'closed',
  },
  {
    says: 'an HTTP/1.0 connection persists where it was asked for, and can then be closed',
    rule: 'RFC 9112 §9.3',
    send: [
      oldRequest('GET /a', 'Connection: keep-alive'),
      { answers: 1 },
      oldRequest('GET /b', 'Connection: keep-alive'),
      { answers: 2 },
      oldRequest('GET /c'),
    ],
    answers: [
      { status: 200, fields: { connection: 'keep-alive' }, echo: { url: '/a' } },
      { status: 200, fields: { connection: 'keep-alive' }, echo: { url: '/b' } },
      { status: 200, fields: { connection: 'close' }, echo: { url: '/c' } },
    ],
    connection: 'closed',
  },
  {
    says: 'empty lines between pipelined requests are skipped',
    rule: 'RFC 9112 §2.2',
    send: [`${request('GET /a')}\r\n\r\n${request('GET /b')}\r\n`],
    answers: [ok({ url: '/a' }), ok({ url: '/b' })],
    connection: 'open',
  },
  {
    says: 'a client that ends its side gets the answers that are ready by then',
    rule: 'RFC 9112 §9.6',
    send: [request('GET /a') + request('GET /b'), 'finish'],
    answers: [ok({ url: '/a' }), ok({ url: '/b' })],
    connection: 'closed',
  },
  {
    says: 'a client that ends within a request line is refused',
    rule: 'RFC 9112 §8',
    send: ['GET /', 'finish'],
    answers: [{ status: 400, fields: { connection: 'close' } }],
    connection: 'closed',
  },
  {
    says: 'a client that ends within a head is refused, after the answers before it',
    rule: 'RFC 9112 §8',
    send: [`${request('GET /a')}GET /b HTTP/1.1\r\nHost: a\r\n`, 'finish'],
    answers: [ok({ url: '/a' }), { status: 400 }],
    connection: 'closed',
  },
  {
    says: 'a client that ends within a body that is awaited gets no answer from the program',
    rule: 'RFC 9112 §8',
    send: [`${request('POST /a', 'Content-Length: 9')}abc`, 'finish'],
    answers: [{ status: 400, fields: { connection: 'close' } }],
    connection: 'closed',
  },
  {
    says: 'a client that ends within the trailer section has not sent a whole request',
    rule: 'RFC 9112 §8',
    send: [chunkedPost('/a', '3\r\nabc\r\n0\r\nA: b\r\n'), 'finish'],
    answers: [{ status: 400, fields: { connection: 'close' } }],
    connection: 'closed',
  },
  {
    says: 'a client that says nothing and ends gets nothing',
    rule: 'RFC 9112 §9.6',
    send: ['finish'],
    answers: [],
    connection: 'closed',
  },
  {
    says: 'a client that sends an empty line and ends gets nothing',
    rule: 'RFC 9112 §2.2',
    send: ['\r\n', 'finish'],
    answers: [],
    connection: 'closed',
  },
  {
    says: 'a large last answer arrives whole although more requests were sent after it',
    rule: 'RFC 9112 §9.6',
    send: [request('GET /do/large', 'Connection: close') + request('GET /x').repeat(2000)],
    answers: [{ status: 200, body: 'x'.repeat(3_000_000), fields: { connection: 'close' } }],
    connection: 'closed',
  },
  {
    says: 'an answer that closes while it waits for its turn is the last one as well',
    rule: 'RFC 9112 §9.6',
    send: [request('GET /do/answer-late') + request('GET /do/answer-early-and-close') + request('GET /x')],
    answers: [
      { status: 200, body: 'late' },
      { status: 200, body: 'early', fields: { connection: 'close' } },
    ],
    connection: 'closed',
  },
  {
    says: 'a program that closes ends the connection, whatever is asked after it',
    rule: 'RFC 9112 §9.6',
    send: [request('GET /do/close') + request('GET /x')],
    answers: [{ status: 200, body: 'closed', fields: { connection: 'close' } }],
    connection: 'closed',
  },
];
