// Programs of one request that once differed, or broke a law, each the least that shows what was then mended, or named.
// In: nothing. Out: programs on which node:http and premier agree, but for what docs/compatibility.md lists.
import { node } from '../../subjects.js';
import type { Program, Step } from './program.js';

export const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
export const PLAIN: Program = {
  options: {},
  listeners: [],
  watched: [],
  handlers: [],
  client: [{ send: GET }],
};

/** A request of which the client doesn't send all. */
export const CUT = 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nb';

const WRITES_AND_ENDS: Step = {
  on: 'res',
  call: 'write',
  with: [{ bytes: '' }, { do: [{ on: 'res', call: 'end', with: [] }] }],
};

export const metAlone: [what: string, program: Program][] = [
  [
    'a piece that is written after an end of the socket that throws',
    {
      ...PLAIN,
      handlers: [
        [
          { on: 'res', call: 'write', with: ['n'.repeat(16_384)] },
          { on: 'socket', call: 'end', with: [5] },
          { on: 'res', call: 'write', with: ['a'] },
        ],
      ],
    },
  ],
  [
    "a socket that was destroyed, on which the program emits 'timeout'",
    {
      ...PLAIN,
      handlers: [
        [
          { on: 'res', call: 'setTimeout', with: [100_000, { do: [] }] },
          { on: 'res', call: 'destroy', with: [] },
          { wait: 'quiet' },
          { on: 'socket', call: 'emit', with: ['timeout'] },
        ],
      ],
    },
  ],
  ...[
    ['write', 'quiet', 'flushHeaders'],
    ['flushHeaders', 'quiet', 'write'],
    ['flushHeaders', 'write'],
  ].map((calls): [string, Program] => [
    `a response that is destroyed while it is corked, after ${calls.join(', ')}`,
    {
      ...PLAIN,
      handlers: [
        [
          { on: 'res', call: 'cork', with: [] },
          ...calls.map(
            (call): Step =>
              call === 'quiet' ? { wait: 'quiet' } : { on: 'res', call, with: call === 'write' ? ['a'] : [] },
          ),
          { on: 'res', call: 'destroy', with: [] },
        ],
      ],
    },
  ]),
  [
    'a socket that is paused in the tick in which it was resumed',
    {
      ...PLAIN,
      handlers: [
        [
          { wait: 'quiet' },
          { on: 'socket', call: 'pause', with: [] },
          { on: 'socket', call: 'resume', with: [] },
          { on: 'socket', call: 'pause', with: [] },
        ],
      ],
    },
  ],
  ...(
    [
      ['iterates', (pause) => ({ on: 'req', call: 'iterate', with: [{ do: [pause] }] })],
      ["listens for 'data'", (pause) => ({ on: 'req', listen: 'data', do: [pause] })],
      [
        "listens for 'readable'",
        (pause) => ({ on: 'req', listen: 'readable', do: [{ on: 'req', call: 'read', with: [] }, pause] }),
      ],
    ] as [how: string, read: (pause: Step) => Step][]
  ).map(([how, read]): [string, Program] => [
    `a socket that is paused at each piece of a body by who ${how}, also by the last one`,
    {
      ...PLAIN,
      client: [
        { send: 'PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n' },
        'quiet',
        { send: '2\r\nbc\r\n0\r\n\r\n' },
      ],
      handlers: [[read({ on: 'socket', call: 'pause', with: [] })]],
    },
  ]),
  [
    'a head that is refused after it said that the connection ends',
    {
      ...PLAIN,
      handlers: [
        [
          {
            on: 'res',
            call: 'writeHead',
            with: [
              201,
              [
                ['Connection', ['close']],
                ['Content-Type', 'a\nb'],
              ],
            ],
          },
          { on: 'res', call: 'end', with: [] },
        ],
      ],
    },
  ],
  ...[204, 304].map((status): [string, Program] => [
    `a ${status} of which the fields are refused, before another status`,
    {
      ...PLAIN,
      handlers: [
        [
          { on: 'res', call: 'writeHead', with: [status, ['X-A']] },
          { on: 'res', call: 'writeHead', with: [202] },
          { on: 'res', call: 'end', with: ['a'] },
        ],
      ],
    },
  ]),
  [
    'a request whose connection is lost within its body, in a tick after a rest',
    {
      ...PLAIN,
      watched: ['req aborted', 'req close', 'res close'],
      client: [{ send: CUT }, 'quiet', 'reset'],
      handlers: [
        [
          { wait: 'quiet' },
          { wait: 'tick' },
          { on: 'req', get: 'aborted' },
          { wait: 'quiet' },
          { wait: 'tick' },
          { on: 'req', get: 'aborted' },
        ],
      ],
    },
  ],
  ...(['res', 'req', 'socket'] as const).map((on): [string, Program] => [
    `the ${on} of a connection that ends within a body, in the turn of a write after a rest`,
    {
      ...PLAIN,
      client: [{ send: CUT.replace('Host: a', 'Host: a\r\nConnection: close') }],
      handlers: [
        [
          { on: 'res', call: 'end', with: [] },
          { wait: 'quiet' },
          { on: 'res', call: 'write', with: ['a'] },
          { on, get: 'destroyed' },
          { on, look: true },
        ],
      ],
    },
  ]),
  [
    'a response that drains, on a socket that the program has ended',
    {
      ...PLAIN,
      handlers: [
        [
          { on: 'res', call: 'write', with: [{ repeat: 'o', times: 70_000 }] },
          { on: 'socket', call: 'end', with: [] },
          { on: 'res', call: 'write', with: ['a'] },
          { wait: 'quiet' },
          { on: 'res', look: true },
        ],
      ],
    },
  ],
  [
    'a callback of a write that ends the response between two pieces of a body',
    {
      ...PLAIN,
      client: [
        {
          send: 'PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n',
        },
      ],
      handlers: [[{ on: 'req', listen: 'data', do: [WRITES_AND_ENDS] }]],
    },
  ],
  [
    'trailers that are announced in chunks which an interim status has none of',
    {
      ...PLAIN,
      handlers: [
        [
          {
            on: 'res',
            call: 'writeHead',
            with: [199, { object: { 'Transfer-Encoding': 'chunked', Trailer: 'X-T' } }],
          },
          { on: 'req', call: 'pipeline', with: [{ itself: 'res' }, { do: [] }] },
        ],
      ],
    },
  ],
  [
    'a length with a sign, to which a pipe writes strictly',
    {
      ...PLAIN,
      handlers: [
        [
          { on: 'res', set: 'strictContentLength', to: true },
          { on: 'res', call: 'writeHead', with: [301, { object: { 'Content-Length': '-1' } }] },
          { wait: 'quiet' },
          { on: 'req', call: 'pipe', with: [{ itself: 'res' }] },
        ],
      ],
    },
  ],
  [
    'an interim answer after the head, of which the callback destroys the request',
    {
      ...PLAIN,
      handlers: [
        [
          { on: 'res', call: 'writeHead', with: [999] },
          {
            on: 'res',
            call: 'writeContinue',
            with: [{ do: [{ on: 'req', call: 'unshift', with: [[]] }] }],
          },
        ],
      ],
    },
  ],
  [
    'a response that stays corked, and is written to when its client ends',
    {
      ...PLAIN,
      handlers: [
        [
          { on: 'res', call: 'cork', with: [] },
          { on: 'res', call: 'write', with: ['a'] },
          { on: 'socket', listen: 'readable', do: [{ on: 'res', call: 'write', with: ['b'] }] },
        ],
      ],
    },
  ],
  ...(node < 24 ? [] : [1, 2, 3]).map((count): [string, Program] => [
    `a client with three fields where ${count} may come, on the next connection`,
    {
      ...PLAIN,
      rounds: 2,
      listeners: ['clientError'],
      client: [{ send: 'GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nC: d\r\n\r\n' }],
      handlers: [
        [
          { on: 'server', set: 'maxHeadersCount', to: count },
          { on: 'req', look: true },
          { on: 'res', call: 'end', with: [] },
        ],
      ],
    },
  ]),
];
