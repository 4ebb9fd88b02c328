// The hot functions of http1, each doing what one request or response asks of it. In: nothing. Out: name → work to time.
// Work of the same kind runs on what every connection shares, in the order below: what one kind of input does to the
// compiled code of the next is part of the figure, as it is on a server.
import { NewFieldList } from '../../dist/http/field-list.js';
import { ChunkedDecoder } from '../../dist/http1/chunked-decoder.js';
import { RequestParser } from '../../dist/http1/request-parser.js';
import { composeHead } from '../../dist/http1/response-head.js';
import { browser, post, toBytes } from '../load/requests.mjs';

const sink = { onHead: () => false, onBody() {}, onEnd() {} };

/** Reads the given requests in turn on one connection, each in these segments. */
function parsing(requests) {
  const parser = new RequestParser(sink);
  let next = 0;
  return () => {
    for (const segment of requests[next]) parser.execute(segment);
    next = next + 1 === requests.length ? 0 : next + 1;
  };
}

const whole = (requests) => requests.map((request) => [toBytes(request, '127.0.0.1:8080')]);
const inTwo = (requests) =>
  whole(requests).map(([bytes]) => [bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)]);

/** Takes the coding off 64 kB in chunks of one size, in segments of 64 kB. */
function decoding(chunk) {
  const text = `${chunk.toString(16)}\r\n${'x'.repeat(chunk)}\r\n`;
  const bytes = Buffer.from(`${text.repeat(65_536 / chunk)}0\r\n`);
  return () => {
    const decoder = new ChunkedDecoder(() => {});
    for (let i = 0; i < bytes.length; i += 65_536) decoder.decode(bytes.subarray(i, i + 65_536), 0);
    if (!decoder.done) throw new Error('the body has not ended');
  };
}

const scratch = Buffer.alloc(4096);

/** Composes the heads of responses with these fields, as the server does. */
function composing(fields, contentLength) {
  const facts = {
    statusCode: 200,
    statusMessage: 'OK',
    sendDate: true,
    shouldKeepAlive: true,
    useChunkedEncodingByDefault: true,
    maxRequestsOnConnectionReached: false,
    _hasBody: true,
    _contentLength: contentLength,
    _removedContLen: false,
    _removedTE: false,
    _removedConnection: false,
    _defaultKeepAlive: true,
    _keepAliveTimeout: 5000,
    _maxRequestsPerSocket: 0,
  };
  const date = 'Date: Sun, 22 Nov 2026 12:00:00 GMT\r\n';
  return () => {
    const list = new NewFieldList();
    for (const [name, value] of fields) list.add(name.toLowerCase(), name, value, true);
    // As a socket does: a string that is still in pieces becomes bytes.
    scratch.latin1Write(composeHead(facts, list, date, false).text, 0);
  };
}

const oneField = [['Content-Type', 'text/plain']];
const manyFields = [
  ['Content-Type', 'text/html; charset=utf-8'],
  ['Cache-Control', 'public, max-age=3600'],
  ['ETag', '"0123456789abcdef"'],
  ['Last-Modified', 'Sun, 22 Nov 2026 11:00:00 GMT'],
  ['Vary', 'Accept-Encoding'],
  ['Content-Security-Policy', "default-src 'self'; img-src 'self' data:"],
  ['Strict-Transport-Security', 'max-age=63072000; includeSubDomains'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Set-Cookie', 'session=0123456789abcdef; Path=/; HttpOnly; SameSite=Lax'],
  ['Content-Length', '5120'],
];

export const operations = {
  'request head, the least': () => parsing(whole([{}])),
  'request head, like a browser’s': () => parsing(whole(browser().slice(0, 256))),
  'request with 1 kB of JSON': () => parsing(whole(post())),
  'request head in two segments': () => parsing(inTwo(browser().slice(0, 256))),
  'request head, the least, after cut ones': () => parsing(whole([{}])),
  'request head, like a browser’s, after cut ones': () => parsing(whole(browser().slice(0, 256))),
  'chunked body, 64 kB in chunks of 4 kB': () => decoding(4096),
  'chunked body, 64 kB in chunks of 16 B': () => decoding(16),
  'response head, one field, a length': () => composing(oneField, 13),
  'response head, one field, chunked': () => composing(oneField, null),
  'response head, eleven fields': () => composing(manyFields, 5120),
};
