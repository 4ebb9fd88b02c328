// Programs that once differed, or broke a law, by what of several requests a segment holds: each the least that shows what was
// then mended, or named.
// In: nothing. Out: programs on which node:http and premier agree, but for what docs/compatibility.md lists.
import { GET, PLAIN } from './met-alone.js';
import type { Program, Step } from './program.js';

const ENDS: Step = { on: 'res', call: 'end', with: [] };

/** A request with a large body of which the client sends the first half before it rests. */
const HALF = [
  `PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n${'h'.repeat(10_000)}`,
  'h'.repeat(10_000),
] as const;

const CHUNKS =
  'PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\nX-T: u\r\n\r\n';

export const metInSegment: [what: string, program: Program][] = [
  [
    'the callback of an interim response that pipes a body which is being read',
    {
      ...PLAIN,
      watched: ['req data'],
      client: [{ send: CHUNKS }],
      handlers: [
        [
          {
            on: 'res',
            call: 'writeProcessing',
            with: [{ do: [{ on: 'req', call: 'pipe', with: [{ itself: 'res' }] }] }],
          },
        ],
      ],
    },
  ],
  [
    'a body of a later request that is piped into its answer, which the program has ended',
    {
      ...PLAIN,
      client: [{ send: `${GET}PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na` }],
      handlers: [
        [ENDS],
        [
          { on: 'req', call: 'read', with: [] },
          { on: 'req', call: 'pipeline', with: [{ itself: 'res' }, { do: [] }] },
          ENDS,
        ],
      ],
    },
  ],
  [
    'a socket that is paused while a request before it comes to its end',
    {
      ...PLAIN,
      client: [
        {
          send: `${GET}PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n0\r\n\r\n${GET}${HALF[0]}`,
        },
        'quiet',
        { send: HALF[1] },
      ],
      handlers: [
        [],
        [{ on: 'req', listen: 'data', do: [] }],
        [],
        [{ on: 'socket', call: 'pause', with: [] }],
      ],
    },
  ],
  ...(['begins', 'rests'] as const).map((when): [string, Program] => [
    `a socket that is paused where a handler ${when}, after a request that was answered`,
    {
      ...PLAIN,
      client: [{ send: GET + GET }, 'quiet', { send: GET }],
      handlers: [
        [ENDS],
        [
          ...(when === 'rests' ? [{ wait: 'quiet' } as Step] : []),
          { on: 'res', call: 'setHeader', with: ['X-A', 'b'] },
          { on: 'socket', call: 'pause', with: [] },
        ],
        [],
      ],
    },
  ]),
  ...(['end', 'close'] as const).map((event): [string, Program] => [
    `an answer that ends the connection, written at the '${event}' of its request, with another request after that`,
    {
      ...PLAIN,
      client: [{ send: CHUNKS + GET }],
      handlers: [
        [
          { on: 'req', listen: 'data', do: [] },
          { on: 'req', listen: event, do: [{ on: 'res', call: 'write', with: ['a'] }] },
          { on: 'res', call: 'setHeader', with: ['Connection', 'close'] },
        ],
        [{ on: 'res', get: 'headersSent' }],
      ],
    },
  ]),
  [
    'a response into which a body is piped that is cut within its last chunk, and that waits',
    {
      ...PLAIN,
      watched: ['res unpipe'],
      client: [{ send: GET + CHUNKS.slice(0, -12) }],
      handlers: [[], [{ on: 'req', call: 'pipe', with: [{ itself: 'res' }] }]],
    },
  ],
  [
    'a response that is destroyed when it may have left, in a listener of a request before it',
    {
      ...PLAIN,
      client: [{ send: GET.repeat(3) }],
      handlers: [
        [ENDS],
        [{ on: 'req', listen: 'end', do: [{ on: 'res', of: 2, call: 'destroy', with: [] }] }, ENDS],
        [ENDS],
      ],
    },
  ],
  [
    'an answer in a listener for the abort of its request, where another waits that has ended',
    {
      ...PLAIN,
      client: [{ send: CHUNKS + GET }],
      handlers: [
        [
          { on: 'req', listen: 'aborted', do: [ENDS] },
          { wait: 'quiet' },
          { on: 'req', call: 'destroy', with: [] },
        ],
        [{ on: 'req', call: 'pipe', with: [{ itself: 'res' }] }],
      ],
    },
  ],
  ...[CHUNKS, CHUNKS.replace('X-T: u\r\n', '')].map((first): [string, Program] => [
    `a socket that is paused within a segment whose first request, with${first === CHUNKS ? '' : 'out'} trailers, was answered before its end`,
    {
      ...PLAIN,
      client: [{ send: `${first}${GET}${GET}${HALF[0]}` }, 'quiet', { send: HALF[1] }],
      handlers: [[ENDS], [], [], [{ on: 'socket', call: 'pause', with: [] }]],
    },
  ]),
  [
    'a request that is destroyed at its first piece and piped into a response whose head is refused',
    {
      ...PLAIN,
      client: [{ send: `${GET}${HALF.join('')}` }],
      handlers: [
        [],
        [
          { on: 'res', set: 'statusMessage', to: '\u0100' },
          {
            on: 'req',
            call: 'iterate',
            with: [
              {
                do: [
                  { on: 'req', call: 'destroy', with: [] },
                  { on: 'req', call: 'pipe', with: [{ itself: 'res' }] },
                ],
              },
            ],
          },
        ],
      ],
    },
  ],
  [
    'a socket that is paused while a large answer leaves',
    {
      ...PLAIN,
      client: [{ send: `${GET}${GET}${HALF[0]}` }, 'quiet', { send: HALF[1] }],
      handlers: [
        [{ on: 'res', call: 'end', with: [{ repeat: 'o', times: 70_000 }] }],
        [],
        [{ on: 'socket', call: 'pause', with: [] }],
      ],
    },
  ],
  [
    'a large answer in a corked socket, and a small one after it',
    {
      ...PLAIN,
      client: [
        { send: GET + GET },
        'quiet',
        { send: `${GET}OPTIONS / HTTP/1.1\r\nHost: a\r\nExpect: something\r\n\r\n` },
      ],
      handlers: [
        [ENDS, { wait: 'quiet' }, { on: 'socket', call: 'cork', with: [] }],
        [{ wait: 'quiet' }, { on: 'res', call: 'write', with: [{ repeat: 'o', times: 70_000 }] }],
        [],
        [],
      ],
    },
  ],
];

/** What is seen of these depends on how much of a segment was read by then: they are held to the laws alone. */
export const metByLaws: [what: string, program: Program][] = [
  [
    'a body with a CONNECT after it, which is piped, when all is at rest, into a response whose reason is refused',
    {
      ...PLAIN,
      client: [
        {
          send: `${GET}PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n${'h'.repeat(20_000)}${GET}CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n`,
        },
      ],
      handlers: [
        [{ on: 'req', call: 'pipe', with: [{ itself: 'res' }] }],
        [
          { on: 'res', call: 'writeHead', with: [202, 'a\r\nb'] },
          { wait: 'quiet' },
          { on: 'req', call: 'pipe', with: [{ itself: 'res' }] },
          { on: 'res', call: 'end', with: ['x'] },
        ],
      ],
    },
  ],
  ...(['prependOnceListener', 'on'] as const).map((call): [string, Program] => [
    `a request without a body that is pushed to when its response has closed, in a listener that was added by ${call}`,
    {
      ...PLAIN,
      client: [{ send: GET }],
      handlers: [
        [{ on: 'res', call, with: ['close', { do: [{ on: 'req', call: 'push', with: ['a'] }] }] }, ENDS],
      ],
    },
  ]),
];
