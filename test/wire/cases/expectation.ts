// Expect, Upgrade and CONNECT: what a client asks for besides an answer.
import { chunkedPost, ok, oldRequest, request, type WireCase } from './case.js';

const expectation: WireCase[] = [
  {
    says: '100 (Continue) comes before the body, and the answer after it',
    rule: 'RFC 9110 §10.1.1',
    send: [request('PUT /a', 'Content-Length: 3', 'Expect: 100-continue'), { interim: 100 }, 'abc'],
    answers: [{ status: 200, interim: [100], echo: { body: 'abc' } }],
    connection: 'open',
  },
  {
    says: 'the same with chunks, in another case',
    rule: 'RFC 9110 §10.1.1',
    send: [chunkedPost('/a', '', 'EXPECT: 100-CONTINUE'), { interim: 100 }, '3\r\nabc\r\n0\r\nA: b\r\n\r\n'],
    answers: [{ status: 200, interim: [100], echo: { body: 'abc', rawTrailers: ['A', 'b'] } }],
    connection: 'open',
  },
  {
    says: 'a pipelined request with an expectation gets its 100 after the answer before it',
    rule: 'RFC 9110 §10.1.1',
    send: [
      request('GET /do/answer-late') + request('PUT /a', 'Content-Length: 3', 'Expect: 100-continue'),
      { interim: 100 },
      'abc',
    ],
    answers: [
      { status: 200, body: 'late' },
      { status: 200, interim: [100], echo: { body: 'abc' } },
    ],
    connection: 'open',
  },
  {
    says: 'HTTP/1.0 gets no interim answer',
    rule: 'RFC 9110 §10.1.1',
    send: [`${oldRequest('PUT /a', 'Content-Length: 3', 'Expect: 100-continue')}abc`],
    answers: [ok({ body: 'abc' })],
    connection: 'closed',
  },
  {
    says: 'HTTP/1.0 with an expectation nobody knows is served',
    rule: 'RFC 9110 §10.1.1',
    send: [oldRequest('GET /a', 'Expect: miracles')],
    answers: [ok({ url: '/a' })],
    connection: 'closed',
  },
  {
    says: 'an expectation nobody knows is answered 417, and its body is no request',
    rule: 'RFC 9110 §10.1.1',
    send: [`${request('PUT /a', 'Content-Length: 8', 'Expect: miracles')}GET /x /${request('GET /b')}`],
    answers: [{ status: 417 }, ok({ url: '/b' })],
    connection: 'open',
  },
];

const upgrade: WireCase[] = [
  {
    says: 'an upgrade that nobody handles is an ordinary request, and so is what follows it',
    rule: 'RFC 9110 §7.8',
    send: [
      request(
        'GET /a',
        'Connection: keep-alive, Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
      ) + request('GET /b'),
    ],
    answers: [ok({ url: '/a' }), ok({ url: '/b' })],
    connection: 'open',
  },
  {
    says: 'an upgrade that nobody handles keeps its body',
    rule: 'RFC 9110 §7.8',
    send: [
      `${request('POST /a', 'Connection: Upgrade', 'Upgrade: h2c', 'Content-Length: 3')}abc${request('GET /b')}`,
    ],
    answers: [ok({ body: 'abc' }), ok({ url: '/b' })],
    connection: 'open',
  },
  {
    says: 'an upgrade that also closes is answered, then closed',
    rule: 'RFC 9112 §9.6',
    send: [request('GET /a', 'Connection: close, Upgrade', 'Upgrade: websocket') + request('GET /b')],
    answers: [{ status: 200, echo: { url: '/a' }, fields: { connection: 'close' } }],
    connection: 'closed',
  },
  {
    says: 'CONNECT that nobody handles ends the connection',
    rule: 'RFC 9110 §9.3.6',
    send: [`CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n${request('GET /smuggled')}`],
    answers: [],
    connection: 'closed',
  },
];

export const expectationAndUpgrade: WireCase[] = [...expectation, ...upgrade];
