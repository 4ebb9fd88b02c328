// What insecureHTTPParser lets in: on node:http, and here. The tables of docs/compatibility.md say the same.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { OutgoingMessage } from 'node:http';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { behaviour, type Options, outcome, type Request, type Stage } from '../subjects.js';

const get = (fields: string) => `GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
const post = (fields: string, body: string) => `POST / HTTP/1.1\r\nHost: a\r\n${fields}\r\n${body}`;
const chunks = (body: string) => post('Transfer-Encoding: chunked\r\n', body);

/** The row, what is sent, and what the program gets of it: fields apart from Host, body, trailers. */
type Taken = readonly [row: string, sent: string, gets: string];

/** What both let in. */
const taken: Taken[] = [
  [
    'control characters other than NUL, CR and LF in a value',
    get('A: \x01\x1b\x7f\r\n'),
    '["A","\\u0001\\u001b\x7f"]',
  ],
  ['control characters other than NUL, CR and LF in a value', get('A: b\x0bc\r\n'), '["A","b\\u000bc"]'],
  ['any value of Host', 'GET / HTTP/1.1\r\nHost: a b:c\r\n\r\n', '[]'],
  ['any value of Host', 'GET / HTTP/1.1\r\nHost: \x01\r\n\r\n', '[]'],
  ['LF alone at the end of a line of a head', 'GET / HTTP/1.1\nHost: a\nA: b\n\n', '["A","b"]'],
  ['LF alone at the end of a line of a head', get('A: b\nC: d\r\n'), '["A","b","C","d"]'],
  ['LF alone at the end of a line of a head', 'GET / HTTP/1.1\r\nHost: a\r\n\n', '[]'],
  ['LF alone at the end of a line of trailers', chunks('1\r\na\r\n0\r\nT: u\n\n'), 'a ["T","u"]'],
  ['LF alone at the end of a line of trailers', chunks('1\r\na\r\n0\r\n\n'), 'a []'],
  ['LF alone before a request line', '\nGET / HTTP/1.1\r\nHost: a\r\n\r\n', '[]'],
  ['a value that goes on in the next line', get('A: b\r\n c\r\n'), '["A","b c"]'],
  ['a value that goes on in the next line', get('A: b\r\n c\r\n d\r\nE: f\r\n'), '["A","b c d","E","f"]'],
  ['a value that goes on in the next line', get('A: b\r\n \r\n'), '["A","b"]'],
  ['white space after a chunk size', chunks('1  \r\na\r\n0 \r\n\r\n'), 'a []'],
  ['white space after a chunk size', chunks('1 ;b\r\na\r\n0\r\n\r\n'), 'a []'],
  [
    'fields among the trailers that frame a body',
    chunks('0\r\nContent-Length: 5\r\n\r\n'),
    '["Content-Length","5"]',
  ],
];

/** What node:http lets in besides, and is refused here. */
const refused: Taken[] = [
  ['NUL in a value', get('A: b\0c\r\n'), '["A","b\\u0000c"]'],
  ['CR alone at the end of a line', 'GET / HTTP/1.1\rHost: a\r\n\r\n', '[]'],
  ['CR alone at the end of a line', `GET / HTTP/1.1\r\nHost: a\r\n\r${get('')}`, '[]'],
  ['white space before the first field', 'GET / HTTP/1.1\r\n A: b\r\nHost: a\r\n\r\n', '["A","b"]'],
  [
    'a value that goes on in the next line, of Host, Connection, Content-Length, Transfer-Encoding, Expect or Upgrade',
    post('Transfer-Encoding:\r\n chunked\r\n', '1\r\na\r\n0\r\n\r\n'),
    'a []',
  ],
  [
    'a value that goes on in the next line, of Host, Connection, Content-Length, Transfer-Encoding, Expect or Upgrade',
    post('Content-Length:\r\n 1\r\n', 'a'),
    'a []',
  ],
  ['white space before the colon of a field that frames a body', post('Content-Length : 1\r\n', 'a'), 'a []'],
  [
    'white space before the colon of a field that frames a body',
    post('Transfer-Encoding : chunked\r\n', '0\r\n\r\n'),
    '[]',
  ],
  [
    'Content-Length beside Transfer-Encoding',
    post('Content-Length: 9\r\nTransfer-Encoding: chunked\r\n', '1\r\na\r\n0\r\n\r\n'),
    'a []',
  ],
  [
    'a Transfer-Encoding that does not end with `chunked`, or says it twice',
    post('Transfer-Encoding: gzip\r\n', 'abc'),
    'abc []',
  ],
  [
    'a Transfer-Encoding that does not end with `chunked`, or says it twice',
    post('Transfer-Encoding: chunked, chunked\r\n', '1\r\na\r\n0\r\n\r\n'),
    'a []',
  ],
  ['LF or CR alone after a chunk size or an extension', chunks('1\na\r\n0\r\n\r\n'), 'a []'],
  ['LF or CR alone after a chunk size or an extension', chunks('1;b\na\r\n0\r\n\r\n'), 'a []'],
  ['LF or CR alone after a chunk size or an extension', chunks('1\ra\r\n0\r\n\r\n'), 'a []'],
  ['data of a chunk without CRLF after it', chunks('1\r\na\n0\r\n\r\n'), 'a []'],
  ['data of a chunk without CRLF after it', chunks('1\r\na0\r\n\r\n'), 'a []'],
  ['a major version other than 1', 'GET / HTTP/3.7\r\nHost: a\r\n\r\n', '[]'],
];

/** What the program gets of `sent`, or that it is refused. */
async function received({ serve }: Stage, options: Options, sent: string): Promise<string> {
  const over = outcome<string>();
  const answer = (req: Request) => {
    let body = '';
    req.setEncoding('latin1').on('data', (data) => {
      body += data;
    });
    req.on('error', () => {});
    req.on('end', () => {
      const last = req.method === 'GET' ? req.rawHeaders : req.rawTrailers;
      const host = last.indexOf('Host');
      if (host >= 0) last.splice(host, 2);
      over.resolve(`${body}${body && ' '}${JSON.stringify(last)}`);
    });
  };
  const { server, connect } = await serve(options, (req, res) => {
    answer(req);
    res.end();
  });
  server.on('clientError', (_error, socket) => {
    over.resolve('refused');
    socket.destroy();
  });
  const client = connect().send(sent);
  client.socket.end();
  const result = await over.promise;
  client.socket.destroy();
  return result;
}

const insecure = { insecureHTTPParser: true };

for (const [row, sent, gets] of taken) {
  behaviour(
    `insecureHTTPParser lets in ${row}: ${JSON.stringify(sent)}`,
    async (stage) => assert.equal(await received(stage, insecure, sent), gets),
    { only: 'plain' },
  );
}

for (const [row, sent, gets] of refused) {
  behaviour(
    `insecureHTTPParser lets in on node:http, and not here, ${row}: ${JSON.stringify(sent)}`,
    async (stage) =>
      assert.equal(await received(stage, insecure, sent), stage.subject.oracle ? gets : 'refused'),
    { only: 'plain' },
  );
}

behaviour(
  'insecureHTTPParser lets in requests after one whose answer ends the connection, on node:http, and not here',
  async ({ serve, subject }) => {
    const asked: (string | undefined)[] = [];
    const { connect } = await serve(insecure, (req, res) => {
      asked.push(req.url);
      res.end();
    });
    const client = connect().send(
      'GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n',
    );
    await client.response();
    await client.nothingMore();
    assert.deepEqual(asked, subject.oracle ? ['/1', '/2'] : ['/1']);
  },
  { only: 'plain' },
);

for (const [sent, gets] of [
  [get('A: \x01\x1b\r\n'), '["A","\\u0001\\u001b"]'],
  [get('A: b\nC: d\r\n'), 'refused'],
  [get('A: b\r\n c\r\n'), 'refused'],
  [chunks('1 \r\na\r\n0\r\n\r\n'), 'refused'],
] as const) {
  behaviour(
    `httpValidation: 'relaxed' and ${JSON.stringify(sent)}: ${gets}`,
    async (stage) => assert.equal(await received(stage, { httpValidation: 'relaxed' }, sent), gets),
    { only: 'plain', since: 24 },
  );
}

const isAlsoOfAnswers = '_isLenientHeaderValidation' in OutgoingMessage.prototype;

for (const options of [
  insecure,
  { httpValidation: 'insecure' },
  { httpValidation: 'relaxed' },
  { httpValidation: 'strict' },
] as const) {
  const isStrict = 'httpValidation' in options && options.httpValidation === 'strict';
  behaviour(
    `with ${inspect(options)} an answer has no control characters but a tab, here and before node:http let them in`,
    async ({ serve, subject }) => {
      const isTaken = subject.oracle && isAlsoOfAnswers && !isStrict;
      const { ask } = await serve(options as Options, (_req, res) => {
        const outcomes = ['\t', '\x01', '\x7f', '\0', '\r', 'é'].map((value) => {
          try {
            res.setHeader('A', value);
            return 'taken';
          } catch (error) {
            return (error as { code: string }).code;
          }
        });
        res.removeHeader('A');
        res.end(outcomes.join());
      });
      const invalid = 'ERR_INVALID_CHAR';
      const control = isTaken ? 'taken' : invalid;
      assert.equal((await ask(get(''))).body, ['taken', control, control, invalid, invalid, 'taken'].join());
    },
    { only: 'plain', ...('httpValidation' in options ? { since: 24 } : {}) },
  );
}

const AFTER_CLOSE = 'requests after one whose answer ends the connection';

test('docs/compatibility.md names what is let in and what is not', () => {
  const paper = readFileSync(new URL('../../docs/compatibility.md', import.meta.url), 'utf8');
  const section = paper.split('\n## ').find((text) => text.startsWith('What `insecureHTTPParser`')) ?? '';
  const named = section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .filter((line) => !line.startsWith('| ---'));
  assert.deepEqual(
    named.map((line) => line.split(' | ')[0]?.slice(2)),
    [...new Set([...taken, ...refused].map(([row]) => row)), AFTER_CLOSE],
  );
});
