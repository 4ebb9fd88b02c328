// A connection whose requests have the same fields, again and again: what a handler does to those of one request is not
// seen by the next, and each looks as on a connection of its own.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { behaviour, get, type Options, type Request } from '../subjects.js';

const FIELDS = [
  'User-Agent: a browser of some kind',
  'Accept: text/html',
  'accept: */*',
  'Cookie: a=1',
  'Cookie: b=2',
  'X-Constructor: 1',
  'constructor: 2',
];

/** What a program sees of a request's fields. */
const seen = (req: Request) => ({
  raw: [...req.rawHeaders],
  headers: Object.entries(req.headers),
  distinct: Object.entries(req.headersDistinct),
});

const REQUESTS = 6;

interface Case {
  sentence: string;
  /** Field lines besides those of all. */
  more?: string[];
  options?: Options;
  /** Done to each request before it is looked at. */
  before?: (req: Request) => void;
  /** Done to each request after it. */
  after?: (req: Request) => void;
  notNode?: string;
}

const CASES: Case[] = [
  { sentence: 'nobody touches them' },
  { sentence: 'fields come twice that may come once', more: ['Referer: /a', 'Referer: /b'] },
  {
    sentence: 'duplicates are joined',
    more: ['Referer: /a', 'Referer: /b'],
    options: { joinDuplicateHeaders: true },
  },
  { sentence: 'there is a list', more: ['Set-Cookie: a', 'Set-Cookie: b'] },
  { sentence: 'a field is named __proto__', more: ['__proto__: a'], notNode: 'it loses the field' },
  {
    sentence: 'headers are changed',
    after({ headers }) {
      headers.accept = 'changed';
      headers['x-new'] = '1';
      delete headers.cookie;
    },
  },
  {
    sentence: 'a list in headers is changed',
    more: ['Set-Cookie: a'],
    after: ({ headers }) => void headers['set-cookie']?.push('b'),
  },
  {
    sentence: 'headers are replaced',
    after(req) {
      req.headers = { a: 'b' };
    },
  },
  {
    sentence: 'headers get another prototype',
    after: ({ headers }) => void Object.setPrototypeOf(headers, { x: 1 }),
  },
  { sentence: 'headers are frozen', after: ({ headers }) => void Object.freeze(headers) },
  {
    sentence: 'raw fields are changed after they were looked at',
    after({ rawHeaders }) {
      rawHeaders.push('X-Pushed', '1');
      rawHeaders[1] = 'changed';
    },
  },
  {
    sentence: 'a raw value is changed before they are looked at',
    before({ rawHeaders }) {
      rawHeaders[rawHeaders.length - 1] = 'changed';
    },
  },
  {
    sentence: 'a raw field is added before they are looked at',
    before: ({ rawHeaders }) => void rawHeaders.push('X-A', '1'),
  },
  {
    sentence: 'raw fields are taken away before they are looked at',
    before: ({ rawHeaders }) => void rawHeaders.splice(2, 2),
    notNode: 'it looks for as many as came',
  },
  {
    sentence: 'raw fields are replaced before they are looked at',
    before(req) {
      req.rawHeaders = ['X-A', '1'];
    },
    notNode: 'it looks for as many as came',
  },
  {
    sentence: 'values are changed in place',
    after: ({ headersDistinct }) => void headersDistinct.accept?.push('more'),
  },
];

for (const { sentence, more = [], options = {}, before, after, notNode } of CASES) {
  behaviour(
    `Each request of a connection that sends the same fields sees them as the first: ${sentence}`,
    async ({ serve }) => {
      const all: ReturnType<typeof seen>[] = [];
      const { connect } = await serve(options, (req, res) => {
        before?.(req);
        all.push(seen(req));
        after?.(req);
        res.end();
      });
      const client = connect();
      for (let count = 0; count < REQUESTS; count++) {
        client.send(get('/', ...FIELDS, ...more));
        assert.equal((await client.response()).status, 200);
      }
      assert.equal(all.length, REQUESTS);
      for (const each of all) assert.deepEqual(each, all[0]);
    },
    { notNode },
  );
}

behaviour(
  'A connection that sends other fields of the same length is understood each time',
  async ({ serve }) => {
    const { connect } = await serve((req, res) =>
      res.end(`${req.headers.cookie} ${req.headers['x-a']} ${req.url}`),
    );
    const client = connect();
    const sent = ['a', 'a', 'a', 'b', 'a', 'b', 'b', 'c', 'd', 'e', 'f', 'a', 'a', 'a'];
    for (const [index, value] of sent.entries()) {
      client.send(get(`/${index}`, `Cookie: ${value}`, 'X-A: same'));
      assert.equal((await client.response()).body, `${value} same /${index}`);
    }
  },
);

for (const [sentence, property] of [
  ['can only be read', { value: 1 }],
  [
    'calls a function of the program',
    {
      get: () => undefined,
      set() {
        throw new Error('it was called');
      },
    },
  ],
] as [string, PropertyDescriptor][]) {
  behaviour(
    `A field that comes again and again is seen each time where its name on Object.prototype ${sentence}`,
    async ({ serve, context }) => {
      const { connect } = await serve((req, res) => res.end(`${Object.entries(req.headers)}`));
      const client = connect();
      Object.defineProperty(Object.prototype, 'x-known-to-all', { ...property, configurable: true });
      context.after(() => Reflect.deleteProperty(Object.prototype, 'x-known-to-all'));
      for (let count = 0; count < REQUESTS; count++) {
        client.send(get('/', 'X-Known-To-All: a', 'constructor: b'));
        assert.match((await client.response()).body, /,x-known-to-all,a,constructor,b$/);
      }
    },
    { notNode: 'it assigns the field' },
  );
}

behaviour('A request shows nothing of its fields that a program has taken out of it', async ({ serve }) => {
  const { connect } = await serve((req, res) => {
    req.headers.authorization = req.rawHeaders[3] = '';
    const { socket: _socket, client: _client, ...rest } = req as Request & { client: unknown };
    res.end(inspect(rest, { depth: 20, showHidden: true, maxStringLength: null }));
  });
  const client = connect();
  for (let count = 0; count < REQUESTS; count++) {
    client.send(get('/', 'Authorization: a-secret'));
    const { body } = await client.response();
    assert.ok(!body.includes('a-secret'), body);
  }
});
