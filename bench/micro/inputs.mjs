// Streams of bytes for the request parser: benign ones, and hostile ones that try to make it do more for a byte than
// the others do. In: a size. Out: about so many bytes. Those whose head or trailer section would outgrow its bound
// are requests one after the other, each just under the bound; `refused` is a stream that the parser may end early.
import { browser, post, toBytes } from '../load/requests.mjs';

/** Just under the default bounds of 16 KiB for a head, for a trailer section and for the chunk extensions of a body. */
const nearlyFull = 15 * 1024;

/** So many copies of `text` that they have about `size` characters. */
const fill = (text, size) => text.repeat(Math.max(1, Math.floor(size / text.length)));

const requestLine = 'GET / HTTP/1.1\r\n';
const host = 'Host: localhost\r\n';

/** Requests one after the other, each with these field lines. */
const heads = (lines) => (size) => fill(`${requestLine}${host}${lines}\r\n`, size);

/** Chunked requests one after the other, each with this body: chunks, last chunk and trailer section. */
const chunked = (body) => (size) =>
  fill(`POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n${body}`, size);

/** One chunked request whose body is a repetition of `chunk`. */
const chunks = (chunk) => (size) => chunked(`${fill(chunk, size)}0\r\n\r\n`)(0);

export const benign = {
  'browser-like requests': (size) => {
    const all = browser().map((request) => toBytes(request, 'localhost'));
    const parts = [];
    for (let i = 0, length = 0; length < size; length += all[i++].length) parts.push(all[i % all.length]);
    return Buffer.concat(parts);
  },
  'posts of 1 kB': (size) => fill(toBytes(post()[0], 'localhost').toString('latin1'), size),
  'one body of chunks of 4 kB': chunks(`1000\r\n${'x'.repeat(4096)}\r\n`),
};

export const hostile = {
  'spaces before a value': heads(`A:${' '.repeat(nearlyFull)}x\r\n`),
  'spaces after a value': heads(`A: x${' '.repeat(nearlyFull)}\r\n`),
  'spaces between words': heads(`A: x${fill(' y', nearlyFull)}\r\n`),
  'runs of spaces and tabs': heads(`A: ${fill(`${' \t'.repeat(50)}x`, nearlyFull)}\r\n`),
  'the smallest requests': (size) => fill('GET / HTTP/1.1\r\nHost:\r\n\r\n', size),
  'fields of one letter': heads(fill('a:\r\n', Math.min(nearlyFull, 1900 * 4))),
  'one long name': heads(`${'a'.repeat(nearlyFull)}: x\r\n`),
  'one long target': (size) => fill(`GET /${'a'.repeat(nearlyFull)} HTTP/1.1\r\n${host}\r\n`, size),
  'a value of obs-text': heads(`A: ${'\xe9'.repeat(nearlyFull)}\r\n`),
  'commas in Connection': heads(`Connection: ${','.repeat(nearlyFull)}\r\n`),
  'empty members and spaces in Connection': heads(`Connection: ${fill(' ,', nearlyFull)}\r\n`),
  'Connection in 700 fields': heads(fill('Connection: a, b\r\n', Math.min(nearlyFull, 700 * 18))),
  'Transfer-Encoding in 600 fields': (size) =>
    fill(`POST / HTTP/1.1\r\n${host}${'Transfer-Encoding: ,\r\n'.repeat(600)}\r\n`, size),
  'empty lines before a request': (size) =>
    fill(`${fill('\r\n', nearlyFull)}${requestLine}${host}\r\n`, size),
  'chunks of 1 byte': chunks('1\r\nx\r\n'),
  'sizes with leading zeros': chunks('000000000001\r\nx\r\n'),
  'chunk extensions': chunked(`1;${fill('a=b;', nearlyFull)}c\r\nx\r\n0\r\n\r\n`),
  'an extension for each chunk': chunked(`${fill('1;a\r\nx\r\n', nearlyFull)}0\r\n\r\n`),
  'quoted pairs in a chunk extension': chunked(`1;a="${fill('\\"', nearlyFull)}"\r\nx\r\n0\r\n\r\n`),
  'long trailer sections': chunked(`0\r\n${fill('a: b\r\n', Math.min(nearlyFull, 1900 * 6))}\r\n`),
  'a trailer of spaces': chunked(`0\r\na: b${' '.repeat(nearlyFull)}c\r\n\r\n`),
  'a request line without end': (size) => `GET /${'a'.repeat(size)}`,
  'a field line without end': (size) => `${requestLine}A: ${' '.repeat(size)}`,
  'fields without end': (size) => `${requestLine}${fill('a: b\r\n', size)}`,
  'empty lines without end': (size) => fill('\r\n', size),
};

export const toBuffer = (content) => (typeof content === 'string' ? Buffer.from(content, 'latin1') : content);
