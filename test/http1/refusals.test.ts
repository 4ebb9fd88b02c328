// The table of refusals against its page in the docs, and against the cases that meet them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { REFUSALS, type RefusalName, WireError } from '../../dist/http1/wire-error.js';
import { accepted } from './cases/accepted.js';
import { refusals } from './cases/refused.js';
import { bytesOf, readWhole } from './reading.js';

const page = readFileSync(new URL('../../docs/http-conformance.md', import.meta.url), 'utf8');
const names = Object.keys(REFUSALS) as RefusalName[];

test('docs/http-conformance.md lists each refusal with its status, code and section', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\d{3}) \| `(\w+)` \| (RFC \d+ §[\d.]+) \| .+ \|$/gm)];
  const listed = rows.map(([, name, status, code, rfc]) => ({ name, status: Number(status), code, rfc }));
  const table = names.map((name) => {
    const { status, code, rfc } = REFUSALS[name];
    return { name, status, code, rfc };
  });
  assert.deepEqual(listed, table);
});

test('every refusal is met by some case', () => {
  const met = new Set<RefusalName>(refusals.map(({ refusal }) => refusal));
  met.add('connectionClosed');
  assert.deepEqual(
    names.filter((name) => !met.has(name)),
    [],
  );
});

test('a client that ends the connection within a request meets connectionClosed, and only then', () => {
  for (const { says, bytes, options } of accepted) {
    const { requests, idle, cutShort } = readWhole(bytesOf(bytes), options);
    const complete = requests.every(({ trailers, upgrade }) => trailers !== null || upgrade);
    assert.equal(cutShort, !(idle && complete), says);
  }
  for (const cut of [1, 5, 20, 30, 50, 60]) {
    const bytes = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n0123456789'.slice(0, cut);
    assert.equal(readWhole(bytesOf(bytes)).cutShort, true, bytes);
  }
});

test('a WireError carries its row, and the message that node:http gives', () => {
  const error = new WireError('chunkSizeInvalid');
  assert.equal(error.message, 'Parse Error: Invalid character in chunk size');
  assert.equal(error.code, 'HPE_INVALID_CHUNK_SIZE');
  assert.equal(error.status, 400);
  assert.equal(error.rfc, 'RFC 9112 §7.1');
  assert.equal(error.reason, 'Invalid character in chunk size');
  assert.equal(String(error), 'Error: Parse Error: Invalid character in chunk size');
});
