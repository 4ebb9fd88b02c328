// HPACK by the examples of RFC 7541, Appendix C, by what its sections forbid, and by its own inverse.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { Http2Error } from '../../dist/http2/errors.js';
import type { FaultName } from '../../dist/http2/faults.js';
import { HpackDecoder, type ListBounds } from '../../dist/http2/hpack/decoder.js';
import { blockBound, HpackEncoder } from '../../dist/http2/hpack/encoder.js';
import { decodeHuffman, encodeHuffman, huffmanLength } from '../../dist/http2/hpack/huffman.js';
import { STATIC_TABLE } from '../../dist/http2/hpack/static-table.js';
import { Random } from '../fuzz/random.js';
import { fieldList } from './field-list.js';

const bounds: ListBounds = { maxBytes: 1000, fatalBytes: 10_000 };
const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');

function decode(decoder: HpackDecoder, block: Buffer, list: ListBounds = bounds) {
  const fields: string[] = [];
  const range = { bytes: block, start: 0, end: block.length };
  const whole = decoder.decode(range, { onField: ({ name, value }) => fields.push(name, value) }, list);
  return { fields, whole };
}

function encode(encoder: HpackEncoder, status: number, fields: string[]): Buffer {
  const list = fieldList(fields);
  const bytes = Buffer.alloc(blockBound(list));
  return bytes.subarray(0, encoder.encode(bytes, 0, status, list));
}

interface Example {
  name: string;
  tableSize?: number;
  /** Blocks that one decoder reads in turn, what they say, and the size of the table after each. */
  blocks: [block: string, fields: string[], tableSize: number][];
}

const request = [':method', 'GET', ':scheme', 'http', ':path', '/', ':authority', 'www.example.com'];
const thirdRequest = [
  ...[':method', 'GET', ':scheme', 'https', ':path', '/index.html'],
  ...[':authority', 'www.example.com', 'custom-key', 'custom-value'],
];
const date = 'Mon, 21 Oct 2013 20:13:21 GMT';
const response = [
  ...[':status', '302', 'cache-control', 'private', 'date', date],
  ...['location', 'https://www.example.com'],
];
const secondResponse = [...response.with(1, '307')];
const cookie = 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1';
const thirdResponse = [
  ...[':status', '200', 'cache-control', 'private', 'date', date.replace(':21 ', ':22 ')],
  ...['location', 'https://www.example.com', 'content-encoding', 'gzip', 'set-cookie', cookie],
];

const examples: Example[] = [
  {
    name: 'C.2.1, literal with indexing',
    blocks: [['400a637573746f6d2d6b65790d637573746f6d2d686561646572', ['custom-key', 'custom-header'], 55]],
  },
  {
    name: 'C.2.2, literal without indexing',
    blocks: [['040c2f73616d706c652f70617468', [':path', '/sample/path'], 0]],
  },
  {
    name: 'C.2.3, literal never indexed',
    blocks: [['100870617373776f726406736563726574', ['password', 'secret'], 0]],
  },
  { name: 'C.2.4, indexed', blocks: [['82', [':method', 'GET'], 0]] },
  {
    name: 'C.3, requests without Huffman coding',
    blocks: [
      ['828684410f7777772e6578616d706c652e636f6d', request, 57],
      ['828684be58086e6f2d6361636865', [...request, 'cache-control', 'no-cache'], 110],
      ['828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565', thirdRequest, 164],
    ],
  },
  {
    name: 'C.4, requests with Huffman coding',
    blocks: [
      ['828684418cf1e3c2e5f23a6ba0ab90f4ff', request, 57],
      ['828684be5886a8eb10649cbf', [...request, 'cache-control', 'no-cache'], 110],
      ['828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf', thirdRequest, 164],
    ],
  },
  {
    name: 'C.5, responses without Huffman coding, and with evictions',
    tableSize: 256,
    blocks: [
      [
        `4803333032580770726976617465611d${Buffer.from(date).toString('hex')}
         6e17${Buffer.from('https://www.example.com').toString('hex')}`,
        response,
        222,
      ],
      ['4803333037c1c0bf', secondResponse, 222],
      [
        `88c1611d${Buffer.from(date.replace(':21 ', ':22 ')).toString('hex')}c05a04677a69707738${Buffer.from(cookie).toString('hex')}`,
        thirdResponse,
        215,
      ],
    ],
  },
  {
    name: 'C.6, responses with Huffman coding, and with evictions',
    tableSize: 256,
    blocks: [
      [
        `488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff
         6e919d29ad171863c78f0b97c8e9ae82ae43d3`,
        response,
        222,
      ],
      ['4883640effc1c0bf', secondResponse, 222],
      [
        `88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab
         77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007`,
        thirdResponse,
        215,
      ],
    ],
  },
  {
    name: 'a table size of zero, which empties the table, and a larger one after it',
    blocks: [
      ['400161 0162', ['a', 'b'], 34],
      ['203fe11f 400161 0163', ['a', 'c'], 34],
      ['be', ['a', 'c'], 34],
    ],
  },
  {
    name: 'a field that is larger than the table, which empties it',
    tableSize: 40,
    blocks: [
      ['400161 0162', ['a', 'b'], 34],
      ['4009616161616161616161 0162', ['a'.repeat(9), 'b'], 0],
    ],
  },
];

for (const { name, tableSize, blocks } of examples) {
  test(`decodes ${name}`, () => {
    const decoder = new HpackDecoder(tableSize);
    for (const [block, fields, size] of blocks) {
      assert.deepEqual(decode(decoder, hex(block)), { fields, whole: true });
      assert.equal(decoder.tableSize, size);
    }
  });
}

const invalid: [name: string, block: string, fault: FaultName][] = [
  ['index 0', '80', 'indexInvalid'],
  ['an index beyond both tables', 'be', 'indexInvalid'],
  ['the index of a name beyond both tables', '7f00 0161', 'indexInvalid'],
  ['the index of a name beyond both tables, without indexing', '0f70 0161', 'indexInvalid'],
  ['an index that has not ended', 'ff', 'blockTruncated'],
  ['an index of more than five octets', 'ff8080808000', 'integerInvalid'],
  ['a length of more than five octets', '00ff8080808000', 'integerInvalid'],
  ['a length above the block', '000261', 'blockTruncated'],
  ['a length of 2^28', '00 7f 81ffff7f', 'blockTruncated'],
  ['a name without a value', '000161', 'blockTruncated'],
  ['a first octet alone', '00', 'blockTruncated'],
  ['a value that is cut', '82 04 03 2f2f', 'blockTruncated'],
  ['a table size above 4096', '3fe21f', 'tableSizeInvalid'],
  ['a table size after a field', '82 20', 'tableSizeMisplaced'],
  ['three table sizes', '20 20 20 82', 'tableSizeMisplaced'],
  ['Huffman padding of eight bits', '00 83 1fffff 0161', 'huffmanInvalid'],
  ['Huffman padding of zeros', '00 81 18 0161', 'huffmanInvalid'],
  ['Huffman padding alone', '00 81 ff 0161', 'huffmanInvalid'],
  ['EOS in a Huffman code', '00 84 ffffffff 0161', 'huffmanInvalid'],
  ['EOS after a character in a Huffman code', '00 85 1fffffffff 0161', 'huffmanInvalid'],
];

for (const [name, block, fault] of invalid) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => decode(new HpackDecoder(), hex(block)),
      (error) => error instanceof Http2Error && error.fault === fault && error.scope === 'connection',
    );
  });
}

test('keeps its table as the client has it although the list is too large to be reported', () => {
  const decoder = new HpackDecoder();
  // a: b, indexed, which is then named three times; each counts two octets
  const block = hex('400161 0162 be be be 400163 0164');
  assert.deepEqual(decode(decoder, block, { ...bounds, maxBytes: 5 }), {
    fields: ['a', 'b', 'a', 'b'],
    whole: false,
  });
  assert.deepEqual(decode(decoder, hex('be bf')).fields, ['c', 'd', 'a', 'b']);
});

test('gives up a list that is far too large, however small its block', () => {
  const decoder = new HpackDecoder();
  const value = 'v'.repeat(1000);
  const field = Buffer.concat([hex('400161 7fe906'), Buffer.from(value)]);
  assert.deepEqual(decode(decoder, field, { ...bounds, maxBytes: 2000 }).fields, ['a', value]);
  assert.throws(
    () => decode(decoder, Buffer.alloc(20, 0xbe)),
    (error) => error instanceof Http2Error && error.fault === 'fieldBlockTooLarge',
  );
});

test('Huffman-codes every octet, alone and among others, so that it is decoded again', () => {
  const octets = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
  for (const text of [...octets, octets.join(''), octets.toReversed().join('')]) {
    const bytes = Buffer.alloc(huffmanLength(text) + 1, 0xa5);
    const end = encodeHuffman(text, bytes, 0);
    assert.equal(end, huffmanLength(text));
    assert.equal(bytes[end], 0xa5, 'an octet was written beyond the end');
    assert.equal(decodeHuffman(bytes, 0, end), text);
  }
});

test('Huffman-decodes random octets to a string that has the same code, or to none', () => {
  const random = new Random(7541);
  let strings = 0;
  for (let count = 0; count < 20_000; count++) {
    const bytes = Buffer.from(random.several(12, () => random.below(random.once(3) ? 256 : 200)));
    const text = decodeHuffman(bytes, 0, bytes.length);
    if (text === null) continue;
    strings++;
    const again = Buffer.alloc(huffmanLength(text));
    encodeHuffman(text, again, 0);
    assert.deepEqual(again, bytes);
  }
  assert.ok(strings > 500, `${strings} strings`);
});

test('decodes what it encodes, names in lower case', () => {
  const encoder = new HpackEncoder();
  const decoder = new HpackDecoder();
  const random = new Random(9113);
  const names = ['Date', 'content-type', 'X-Odd~Name', 'set-cookie', 'x'.repeat(200)];
  const values = ['', 'a', 'text/html; charset=utf-8', '\xe9\xff', '~'.repeat(130), 'z'.repeat(3000), '{}|'];
  for (let count = 0; count < 300; count++) {
    const fields = random.several(6, () => [random.pick(names), random.pick(values)]).flat();
    const status = random.pick([200, 204, 206, 304, 400, 404, 500, 103, 299, 0]);
    const expected = fields.map((word, index) => (index % 2 === 0 ? word.toLowerCase() : word));
    if (status !== 0) expected.unshift(':status', String(status));
    const list = { maxBytes: 1e6, fatalBytes: 1e7 };
    assert.deepEqual(decode(decoder, encode(encoder, status, fields), list).fields, expected);
  }
  assert.equal(decoder.tableSize, 0);
});

test('marks secrets as never to be indexed, and nothing else', () => {
  const kinds = ['Authorization', 'cookie', 'Set-Cookie', 'proxy-authorization', 'date', 'x-a'].map(
    (name) => encode(new HpackEncoder(), 0, [name, 'v'])[0] & 0xf0,
  );
  assert.deepEqual(kinds, [0x10, 0x10, 0x10, 0x10, 0, 0]);
});

test('announces a smaller table once, at the beginning of the next block', () => {
  const encoder = new HpackEncoder();
  encoder.limitTable(8192);
  assert.deepEqual(encode(encoder, 200, []), hex('88'));
  encoder.limitTable(256);
  encoder.limitTable(4096);
  assert.deepEqual(encode(encoder, 200, []), hex('3fe101 88'));
  assert.deepEqual(encode(encoder, 200, []), hex('88'));
  encoder.limitTable(0);
  assert.deepEqual(encode(encoder, 204, []), hex('20 89'));
});

test('has the 61 entries of the static table', () => {
  assert.equal(STATIC_TABLE.length, 62);
  assert.equal(STATIC_TABLE[1]?.name, ':authority');
  assert.equal(STATIC_TABLE[61]?.name, 'www-authenticate');
});
