// Programs of several requests that once differed, or broke a law, each the least that shows what was then mended, or named.
// In: nothing. Out: programs on which node:http and premier agree, but for what docs/compatibility.md lists.
import { getDefaultHighWaterMark } from 'node:stream';
import { CUT, GET, PLAIN } from './met-alone.js';
import type { Program, Step } from './program.js';

/** A request of which the client doesn't send all, after one that says by its answer that the connection ends. */
const AFTER_LAST = `PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na${CUT}`;

/** A request whose body comes in chunks, and with trailers. */
const PUT =
  'PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\nX-T: u\r\n\r\n';

export const metPipelined: [what: string, program: Program][] = [
  [
    'an answer that waits, and with its head is as much as may wait',
    {
      ...PLAIN,
      client: [{ send: GET + GET }],
      handlers: [
        [],
        [
          { on: 'res', call: 'write', with: [{ repeat: 'm', times: getDefaultHighWaterMark(false) - 1 }] },
          { wait: 'quiet' },
          { on: 'res', look: true },
        ],
      ],
    },
  ],
  [
    'empty lines after requests whose answers are too much to wait',
    {
      ...PLAIN,
      options: { highWaterMark: 1 },
      client: [{ send: `${GET}GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n\r\n\r\n` }],
      handlers: [[], []],
    },
  ],
  [
    'a corked socket that several responses share',
    {
      ...PLAIN,
      client: [{ send: GET.repeat(3) }],
      handlers: [
        [{ on: 'res', call: 'end', with: [] }],
        [
          { on: 'socket', call: 'cork', with: [] },
          { on: 'res', call: 'end', with: [] },
        ],
        [{ wait: 'quiet' }, { on: 'res', of: 1, call: 'destroy', with: [] }],
      ],
    },
  ],
  [
    'a corked socket whose client ends within a request',
    {
      ...PLAIN,
      client: [{ send: GET + GET.slice(0, 8) }],
      handlers: [[{ wait: 'quiet' }, { on: 'socket', call: 'cork', with: [] }], []],
    },
  ],
  [
    'a list that is made refused after it was set, where a pipe writes the head',
    {
      ...PLAIN,
      client: [{ send: GET.repeat(3) }],
      handlers: [
        [],
        [
          { on: 'req', call: 'pipe', with: [{ itself: 'res' }] },
          { on: 'res', call: 'setHeader', with: ['X-B', { shared: 'other', initially: ['b'] }] },
        ],
        [{ push: 'other', value: 'a\r\nb' }],
      ],
    },
  ],
  ...([['end'], ['flushHeaders', 'end'], ['write', 'end']] as const).map((calls): [string, Program] => [
    `a list that is made refused after it was set, where ${calls[0]} writes the head, and the client may end before`,
    {
      ...PLAIN,
      options: { httpAllowHalfOpen: true },
      client: [{ send: GET.repeat(2) }],
      handlers: [
        [{ on: 'res', call: 'end', with: [] }],
        [
          { on: 'res', call: 'setHeader', with: ['X-B', { shared: 'other', initially: ['b'] }] },
          { push: 'other', value: 'a\r\nb' },
          ...calls.map((call): Step => ({ on: 'res', call, with: call === 'write' ? ['a'] : [] })),
        ],
      ],
    },
  ]),
  ...[GET, PUT].map((first): [string, Program] => [
    `trailers that are announced in another response, without chunks, where a pipe is to end it after a ${first.slice(0, 3)}`,
    {
      ...PLAIN,
      client: [{ send: first + GET.repeat(2) }],
      handlers: [
        [],
        [{ on: 'req', call: 'pipeline', with: [{ itself: 'res' }, { do: [] }] }],
        [{ on: 'res', of: 1, call: 'writeHead', with: [204, ['Trailer', 'X-T']] }],
      ],
    },
  ]),
  [
    'a request that is destroyed by a callback once it may have ended',
    {
      ...PLAIN,
      watched: ['req data'],
      client: [
        {
          send: `${GET}PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
        },
      ],
      handlers: [
        [{ on: 'req', call: 'pipe', with: [{ itself: 'res' }] }],
        [
          {
            on: 'res',
            call: 'writeContinue',
            with: [{ do: [{ on: 'req', call: 'destroy', with: [] }] }],
          },
        ],
      ],
    },
  ],
  [
    'a large answer on a socket that the program has ended',
    {
      ...PLAIN,
      client: [{ send: GET }, 'quiet', { send: GET }, 'quiet', { send: GET }],
      handlers: [
        [
          { wait: 'quiet' },
          { on: 'socket', call: 'end', with: [] },
          { wait: 'quiet' },
          { on: 'res', call: 'write', with: [{ repeat: 'o', times: 70_000 }] },
        ],
        [],
        [],
      ],
    },
  ],
  [
    'a request whose connection ends within its body, in a tick after a rest',
    {
      ...PLAIN,
      listeners: ['checkContinue'],
      watched: ['req aborted', 'req close', 'res close'],
      client: [{ send: AFTER_LAST }],
      handlers: [
        [{ wait: 'quiet' }, { on: 'res', call: 'end', with: [] }],
        (['tick', 'microtask', 'immediate', 'quiet'] as const).flatMap((wait): Step[] => [
          { wait: 'quiet' },
          { wait },
          { on: 'req', get: 'aborted' },
          { on: 'req', look: true },
        ]),
      ],
    },
  ],
  [
    'a large answer that waits while its connection is lost',
    {
      ...PLAIN,
      client: [{ send: GET.repeat(3) }],
      handlers: [
        [{ wait: 'quiet' }, { client: 'reset' }, { on: 'res', call: 'end', with: [] }],
        [{ on: 'res', call: 'end', with: [] }],
        [
          { wait: 'quiet' },
          { on: 'res', call: 'end', with: [{ repeat: 'o', times: 17_500 }] },
          { on: 'res', look: true },
        ],
      ],
    },
  ],
  [
    'a large body that a listener for it pipes, with a request after it',
    {
      ...PLAIN,
      client: [
        { send: `PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n${'h'.repeat(20_000)}${GET}` },
      ],
      handlers: [
        [{ on: 'req', listen: 'data', do: [{ on: 'req', call: 'pipe', with: [{ itself: 'res' }] }] }],
        [{ on: 'res', call: 'end', with: [] }],
      ],
    },
  ],
  [
    'a client that asks in other letters whether it may go on',
    {
      ...PLAIN,
      client: [
        { send: `${GET}PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\na` },
      ],
      handlers: [[{ on: 'res', call: 'end', with: [] }], [{ on: 'res', call: 'end', with: ['a'] }]],
    },
  ],
  [
    'the number of connections that is asked for before the next request',
    {
      ...PLAIN,
      client: [{ send: GET.repeat(2) }],
      handlers: [[{ on: 'server', call: 'getConnections', with: [{ do: [] }] }], []],
    },
  ],
  [
    'the same on two connections after each other',
    {
      ...PLAIN,
      rounds: 2,
      watched: ['req close', 'res finish', 'socket close'],
      client: [{ send: GET.repeat(2) }],
      handlers: [
        [
          { on: 'server', call: 'getConnections', with: [{ do: [] }] },
          { on: 'res', call: 'setHeader', with: ['X-A', 'a'] },
          { on: 'res', call: 'end', with: ['a'] },
        ],
        [{ wait: 'quiet' }, { on: 'socket', look: true }, { on: 'res', call: 'end', with: [] }],
      ],
    },
  ],
  [
    'a response that another says to be the last, before or after it was ended',
    {
      ...PLAIN,
      client: [
        {
          send: `${GET}PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n${GET}`,
        },
      ],
      handlers: [
        [],
        [
          {
            on: 'req',
            call: 'pipeline',
            with: [{ itself: 'res' }, { do: [{ on: 'res', of: 0, set: 'shouldKeepAlive', to: false }] }],
          },
          { on: 'res', call: 'end', with: [] },
        ],
        [{ on: 'res', of: 0, call: 'end', with: [] }],
      ],
    },
  ],
  ...(['write', '_writeRaw'] as const).map((call): [string, Program] => [
    `idle connections that a callback of ${call} closes while a pipe ends`,
    {
      ...PLAIN,
      client: [{ send: GET.repeat(4) }],
      handlers: [
        ...[0, 1, 2].map((): Step[] => [{ on: 'res', call: 'end', with: [] }]),
        [
          {
            on: 'res',
            call,
            with: ['a', { do: [{ on: 'server', call: 'closeIdleConnections', with: [] }] }],
          },
          { on: 'req', call: 'pipeline', with: [{ itself: 'res' }, { do: [] }] },
        ],
      ],
    },
  ]),
  [
    'pipes that end after each other within a segment',
    {
      ...PLAIN,
      watched: ['res unpipe'],
      client: [{ send: GET }, 'quiet', { send: GET.repeat(3) }],
      handlers: [
        [{ on: 'res', call: 'end', with: [] }],
        [
          { on: 'req', call: 'pipe', with: [{ itself: 'res' }] },
          { on: 'res', call: 'end', with: [] },
        ],
        [],
        [
          { on: 'req', call: 'pipe', with: [{ itself: 'res' }] },
          { on: 'res', call: 'end', with: [] },
          { on: 'res', call: 'write', with: ['a'] },
        ],
      ],
    },
  ],
  [
    'callbacks of a write before the end and of one after it',
    {
      ...PLAIN,
      client: [{ send: GET.repeat(2) }],
      handlers: [
        [{ on: 'res', call: 'write', with: ['a', { do: [{ on: 'res', call: 'end', with: [] }] }] }],
        [
          {
            on: 'res',
            call: 'write',
            with: ['b', { do: [{ on: 'res', call: 'getHeaderNames', with: [] }] }],
          },
          { on: 'res', call: 'end', with: [] },
          { on: 'res', call: 'write', with: ['c', { do: [{ on: 'res', call: 'writeHead', with: [] }] }] },
        ],
      ],
    },
  ],
  [
    'a write after the end of a pipeline in the turn in which the response before it ends',
    {
      ...PLAIN,
      client: [{ send: GET.repeat(2) }],
      handlers: [
        [],
        [
          { on: 'req', call: 'pipeline', with: [{ itself: 'res' }, { do: [] }] },
          { wait: 'quiet' },
          { on: 'res', of: 0, call: 'end', with: [] },
          { on: 'res', call: 'write', with: ['a'] },
        ],
      ],
    },
  ],
  [
    'idle connections that are closed when an answer has ended, while other requests wait',
    {
      ...PLAIN,
      client: [{ send: GET.repeat(2) }],
      handlers: [
        [],
        [
          {
            on: 'res',
            of: 0,
            call: 'end',
            with: ['', { do: [{ on: 'server', call: 'closeIdleConnections', with: [] }] }],
          },
        ],
      ],
    },
  ],
];
