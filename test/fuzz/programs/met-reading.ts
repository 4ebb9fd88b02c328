// Programs that once differed, or broke a law, by how a request is read: each the least that shows what was then mended, or
// named.
// In: nothing. Out: programs on which node:http and premier agree, but for what docs/compatibility.md lists.
import { node } from '../../subjects.js';
import { CUT, GET, PLAIN } from './met-alone.js';
import type { Program, Step } from './program.js';

/** A request whose body comes in chunks. */
const CHUNKS =
  'PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n';

export const metReading: [what: string, program: Program][] = [
  ...(node < 26 ? [] : [GET, CUT]).map((text): [string, Program] => [
    `the signal of a request that the program has destroyed: ${text.slice(0, 3)}`,
    {
      ...PLAIN,
      client: [{ send: text }],
      handlers: [
        [
          { on: 'req', call: 'resume', with: [] },
          { on: 'req', call: 'destroy', with: [] },
          { wait: 'quiet' },
          { on: 'req', get: 'signal' },
        ],
      ],
    },
  ]),
  ...[204, 304].map((status): [string, Program] => [
    `a body that is piped into an answer with ${status}, where that is refused`,
    {
      ...PLAIN,
      options: { rejectNonStandardBodyWrites: true },
      client: [{ send: CHUNKS }],
      handlers: [
        [
          { on: 'res', set: 'statusCode', to: status },
          { on: 'req', call: 'pipe', with: [{ itself: 'res' }] },
        ],
      ],
    },
  ]),
  ...[[], [{ wait: 'quiet' } as Step]].map((rest): [string, Program] => [
    `a body whose listener for 'readable' is removed${rest.length > 0 ? ' after a rest' : ''} before the answer ends`,
    {
      ...PLAIN,
      watched: ['req end', 'req close'],
      client: [{ send: CHUNKS }],
      handlers: [
        [
          { on: 'req', listen: 'readable', do: [] },
          ...rest,
          { on: 'req', call: 'removeAllListeners', with: ['readable'] },
          { on: 'res', call: 'end', with: [] },
        ],
      ],
    },
  ]),
  [
    "a listener for 'readable' that is added in the tick after a head, without a body",
    { ...PLAIN, handlers: [[{ wait: 'tick' }, { on: 'req', listen: 'readable', do: [] }]] },
  ],
  ...[
    { what: 'is resumed', before: { on: 'req', call: 'resume', with: [] } as Step },
    { what: 'is piped', before: { on: 'req', call: 'pipe', with: [{ itself: 'res' }] } as Step },
    { what: 'is as it came', before: null },
  ].map(({ what, before }): [string, Program] => [
    `a request that ${what}, of which nobody listens for 'readable' any more`,
    {
      ...PLAIN,
      client: [
        {
          send: 'PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n',
        },
      ],
      handlers: [
        [
          ...(before === null ? [] : [before]),
          { on: 'req', call: 'removeAllListeners', with: ['readable'] },
          { wait: 'quiet' },
          { on: 'req', look: true },
        ],
      ],
    },
  ]),
  [
    'a request that was destroyed and is piped into a response whose head is flushed after that',
    {
      ...PLAIN,
      watched: ['res unpipe', 'req data'],
      client: [{ send: 'GET / HTTP/1.0\r\nHost: a\r\n\r\n' }],
      handlers: [
        [
          { on: 'req', call: 'destroy', with: [] },
          { wait: 'quiet' },
          { on: 'req', call: 'pipe', with: [{ itself: 'res' }] },
          { on: 'res', call: 'flushHeaders', with: [] },
        ],
      ],
    },
  ],
  [
    'a body that is piped in a tick between its pieces',
    {
      ...PLAIN,
      watched: ['req data'],
      client: [{ send: CHUNKS }],
      handlers: [
        [
          {
            on: 'server',
            call: 'getConnections',
            with: [{ do: [{ on: 'req', call: 'pipe', with: [{ itself: 'res' }] }] }],
          },
        ],
      ],
    },
  ],
];
