// Programs that once differed, or broke a law, by when something comes: each the least that shows what was then mended, or
// named.
// In: nothing. Out: programs on which node:http and premier agree, but for what docs/compatibility.md lists.
import { getDefaultHighWaterMark } from 'node:stream';
import { node } from '../../subjects.js';
import { GET, PLAIN } from './met-alone.js';
import type { Program, Step } from './program.js';

const ALMOST_TOO_MUCH: Step = {
  on: 'res',
  call: 'write',
  with: [{ repeat: 'm', times: getDefaultHighWaterMark(false) - 1 }],
};

const ENDS: Step = { on: 'res', call: 'end', with: [] };

/** A request with a large body of which the client sends the first half before it rests. */
const LAST_HALF = [
  `PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 20000\r\n\r\n${'h'.repeat(10_000)}`,
  'h'.repeat(10_000),
] as const;

export const metByTime: [what: string, program: Program][] = [
  [
    'what is too much to wait where it is written in two ticks of a turn, and not in one',
    {
      ...PLAIN,
      watched: ['res drain'],
      client: [{ send: 'GET / HTTP/1.0\r\nHost: a\r\n\r\n' }],
      handlers: [
        [
          { wait: 'quiet' },
          { on: 'res', call: 'write', with: ['a'] },
          { wait: 'microtask' },
          ALMOST_TOO_MUCH,
        ],
      ],
    },
  ],
  [
    'the callback of a write without a length, on a socket that the program has ended',
    {
      ...PLAIN,
      client: [{ send: GET + GET }],
      handlers: [
        [ENDS],
        [
          { on: 'res', call: 'write', with: ['a'] },
          { wait: 'quiet' },
          { on: 'socket', call: 'end', with: [] },
          { on: 'res', call: 'write', with: [{ bytes: '' }, { do: [] }] },
        ],
      ],
    },
  ],
  [
    'a request that is paused where what it is piped into closes, since its connection is lost',
    {
      ...PLAIN,
      client: [{ send: GET.repeat(3) }],
      handlers: [
        [],
        [],
        [
          { on: 'req', call: 'pipe', with: [{ itself: 'res' }] },
          { wait: 'quiet' },
          { on: 'req', listen: 'pause', do: [] },
        ],
      ],
    },
  ],
  [
    "a socket's 'drain' that throws when the last answer has left",
    {
      ...PLAIN,
      client: [{ send: 'GET / HTTP/1.0\r\nHost: a\r\n\r\n' }],
      handlers: [[{ on: 'socket', listen: 'drain', do: [{ throw: 'thrown' }] }, ALMOST_TOO_MUCH, ENDS]],
    },
  ],
  [
    'the callback of a write to HEAD, beside the end of the answer after another',
    {
      ...PLAIN,
      watched: ['res finish'],
      client: [{ send: `${GET}HEAD / HTTP/1.1\r\nHost: a\r\n\r\n` }],
      handlers: [
        [{ on: 'res', call: 'end', with: [{ repeat: 'o', times: 70_000 }] }],
        [{ on: 'res', call: 'write', with: ['a', { do: [] }] }, ENDS],
      ],
    },
  ],
  [
    'the callback of a write to a response that has no body, beside the end of one after an interim answer',
    {
      ...PLAIN,
      options: { highWaterMark: 1 },
      watched: ['res finish'],
      handlers: [
        [
          { on: 'res', set: 'statusCode', to: 304 },
          { on: 'res', call: 'writeContinue', with: [{ do: [] }] },
          { on: 'res', call: 'write', with: ['a', { do: [] }] },
          ENDS,
        ],
      ],
    },
  ],
  ...[[], ['a', { wait: 'quiet' } as Step]].map(([first, rest]): [string, Program] => [
    `the callback of a write ${first === undefined ? 'after the end of' : 'to'} the last answer, of a client that asks on`,
    {
      ...PLAIN,
      client: [
        { send: `GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n${GET.replace('1.1', '1.0')}` },
      ],
      handlers: [
        [
          ...(first === undefined
            ? [ENDS]
            : [{ on: 'res', call: 'write', with: [first as string] } as Step, rest as Step]),
          {
            on: 'res',
            call: 'write',
            with: [{ bytes: '' }, { do: [{ on: 'req', call: 'pause', with: [] }] }],
          },
          ENDS,
        ],
        [],
      ],
    },
  ]),
  [
    'an answer to HEAD that has no end, and one after it that has',
    {
      ...PLAIN,
      client: [{ send: `HEAD / HTTP/1.1\r\nHost: a\r\n\r\n${GET}` }],
      handlers: [
        [
          { wait: 'quiet' },
          { on: 'res', of: 1, call: 'end', with: [] },
          { on: 'res', call: 'flushHeaders', with: [] },
        ],
      ],
    },
  ],
  [
    'what is done with the last answer in a tick, of a client that still sends',
    {
      ...PLAIN,
      watched: ['res error'],
      client: [{ send: GET + LAST_HALF[0] }, 'quiet', { send: LAST_HALF[1] }],
      handlers: [
        [ENDS],
        [ENDS, { wait: 'microtask' }, { on: 'res', call: 'pipe', with: [{ itself: 'res' }] }],
      ],
    },
  ],
  ...(node < 26 ? [] : [GET, 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na']).map(
    (text): [string, Program] => [
      `the signal of a request that was read to its end, and whose connection is lost: ${text.slice(0, 3)}`,
      {
        ...PLAIN,
        watched: ['req data'],
        client: [{ send: GET + text }],
        handlers: [
          [{ wait: 'quiet' }, { on: 'server', call: 'closeAllConnections', with: [] }],
          [{ wait: 'quiet' }, { on: 'req', get: 'signal' }],
        ],
      },
    ],
  ),
  [
    'a client whose fields are cut, of which one may come, on the next connection',
    {
      ...PLAIN,
      rounds: 2,
      client: [{ send: 'GET / HTTP/1.1\r\nHost: a\r\nA: ' }, 'quiet', { send: 'b\r\nC: d\r\n\r\n' }],
      handlers: [[{ on: 'server', set: 'maxHeadersCount', to: 1 }, ENDS]],
    },
  ],
  [
    'requests after an answer that ends the connection, of which the program looks at the socket',
    {
      ...PLAIN,
      listeners: ['checkContinue'],
      client: [{ send: `GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n\r\n${GET}` }],
      handlers: [[ENDS, { wait: 'quiet' }, { on: 'socket', look: true }]],
    },
  ],
  [
    'a length that is none, of an answer that a pipe ends',
    {
      ...PLAIN,
      client: [{ send: GET + GET }],
      handlers: [
        [],
        [
          { on: 'res', call: 'setHeader', with: ['content-length', null] },
          { on: 'req', call: 'pipeline', with: [{ itself: 'res' }, { do: [] }] },
          { on: 'res', set: 'strictContentLength', to: true },
        ],
      ],
    },
  ],
  ...[[], [{ wait: 'immediate' } as Step]].map((wait): [string, Program] => [
    `the number of connections after the last answer, of a client that still sends${wait.length > 0 ? ', in another turn' : ''}`,
    {
      ...PLAIN,
      client: [{ send: LAST_HALF[0] }, 'quiet', { send: LAST_HALF[1] }],
      handlers: [[ENDS, ...wait, { on: 'server', call: 'getConnections', with: [{ do: [] }] }]],
    },
  ]),
  [
    'a request whose client has reset its connection, a turn later',
    {
      ...PLAIN,
      handlers: [
        [
          { wait: 'quiet' },
          { client: 'reset' },
          { on: 'res', call: 'write', with: ['a'] },
          { wait: 'immediate' },
          { on: 'res', call: 'end', with: ['a', { do: [] }] },
          { on: 'req', look: true },
        ],
      ],
    },
  ],
  [
    'the callback of a write after the end of the last answer',
    {
      ...PLAIN,
      client: [
        {
          send: 'PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
        },
      ],
      handlers: [
        [
          ENDS,
          { on: 'res', call: 'write', with: ['a', { do: [ENDS, { on: 'res', call: 'write', with: [] }] }] },
        ],
      ],
    },
  ],
  [
    'a request that is destroyed in the turn in which its client resets, and much is written',
    {
      ...PLAIN,
      watched: ['req error'],
      handlers: [
        [
          { wait: 'quiet' },
          { client: 'reset' },
          { on: 'res', call: 'writeProcessing', with: [] },
          { on: 'res', call: 'end', with: [{ bytes: 'e', times: 70_000 }] },
          { on: 'req', call: 'destroy', with: [] },
          { wait: 'quiet' },
          { on: 'req', look: true },
        ],
      ],
    },
  ],
];
