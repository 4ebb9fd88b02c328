// Certificates on running servers: swapped without a failure, told apart by name, with sessions that go on.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type ConnectionOptions, connect, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { createServer } from 'premier/https';
import { StateKeeper } from '../../../dist/operation/certificates/challenges.js';
import {
  issueLocally,
  type LocalAuthority,
  localAuthority,
} from '../../../dist/operation/certificates/local-authority.js';
import {
  type ServedState,
  ticketKeys,
  ticketPeriod,
} from '../../../dist/operation/certificates/served-state.js';
import {
  acmeProtocol,
  ServerCertificates,
} from '../../../dist/operation/certificates/server-certificates.js';
import { certificatesIn, type Pair } from '../../../dist/operation/certificates/x509.js';
import { temporaryFolder } from './folder.js';

const ticketSecret = Buffer.alloc(32, 1).toString('base64');
const none: ServedState = { pairs: [], names: [], httpAnswers: {}, tlsAnswers: {}, ticketSecret };

interface Stage {
  authority: LocalAuthority;
  certificates: ServerCertificates;
  server: TlsServer;
  port: number;
  /** Connects as a client that believes the authority. */
  client(options?: ConnectionOptions): Promise<TLSSocket>;
}

async function stage(t: TestContext, options: object = {}): Promise<Stage> {
  const authority = await localAuthority(temporaryFolder(t));
  const certificates = new ServerCertificates();
  const server = createServer(options, (_req, res) => res.end('ok'));
  certificates.add(server);
  server.listen(0);
  await once(server, 'listening');
  t.after(() => {
    certificates.close();
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const client = async (more: ConnectionOptions = {}) => {
    const ca = authority.certificate.toString();
    const socket = connect({ port, host: 'localhost', servername: 'localhost', ca, ...more });
    t.after(() => socket.destroy());
    await once(socket, 'secureConnect');
    return socket;
  };
  return { authority, certificates, server, port, client };
}

const serialOf = (socket: TLSSocket) => socket.getPeerX509Certificate()?.serialNumber;
const serialIn = ({ cert }: { cert: string }) => certificatesIn(cert)[0]?.serialNumber;

test('a certificate that is swapped in serves the next connection, and the one before goes on', async (t) => {
  const { authority, certificates, client } = await stage(t);
  const [first, second] = [issueLocally(authority, ['localhost']), issueLocally(authority, ['localhost'])];
  certificates.use({ ...none, pairs: [first] });
  const before = await client();
  certificates.use({ ...none, pairs: [second] });
  const after = await client();
  assert.equal(serialOf(before), serialIn(first));
  assert.equal(serialOf(after), serialIn(second));
  before.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [data] = await once(before, 'data');
  assert.match(String(data), /^HTTP\/1\.1 200/);
});

test('a pair that OpenSSL refuses changes nothing', async (t) => {
  const { authority, certificates, client } = await stage(t);
  const [first, second] = [issueLocally(authority, ['localhost']), issueLocally(authority, ['localhost'])];
  certificates.use({ ...none, pairs: [first] });
  const unfit = [
    { cert: first.cert, key: second.key },
    { cert: 'no PEM', key: first.key },
    { cert: first.cert, key: 'no PEM' },
  ];
  for (const bad of unfit) {
    for (const pairs of [[bad], [second, bad], [bad, second]]) {
      assert.throws(() => certificates.use({ ...none, pairs }), Error);
      assert.equal(serialOf(await client()), serialIn(first));
    }
  }
});

test('swapped 50 times under load: no request fails, on connections that stay or don’t', async (t) => {
  const { authority, certificates, port } = await stage(t);
  const pairs = [1, 2, 3].map(() => issueLocally(authority, ['localhost']));
  certificates.use({ ...none, pairs: pairs.slice(0, 1) });
  const ca = authority.certificate.toString();
  const get = async (agent: Agent | false) => {
    const asked = request({ port, host: 'localhost', ca, agent }).end();
    const [res] = await once(asked, 'response');
    assert.equal(res.statusCode, 200);
    await res.toArray();
  };
  const keepAlive = new Agent({ keepAlive: true, maxSockets: 2 });
  t.after(() => keepAlive.destroy());
  for (let swap = 0; swap < 50; swap++) {
    const asked = [get(keepAlive), get(keepAlive), get(false)];
    certificates.use({ ...none, pairs: [pairs[swap % 3]] as ServedState['pairs'] });
    asked.push(get(keepAlive), get(false));
    await Promise.all(asked);
  }
});

for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
  test(`a client resumes its session after each of 20 swaps, in ${version}, and on another server`, async (t) => {
    const { authority, certificates, server } = await stage(t, { maxVersion: version });
    const other = createServer({ maxVersion: version }).listen(0);
    t.after(() => other.close());
    certificates.add(other);
    await once(other, 'listening');
    let session: Buffer | undefined;
    let resumed = 0;
    for (let swap = 0; swap <= 20; swap++) {
      certificates.use({ ...none, pairs: [issueLocally(authority, ['localhost'])] });
      const { port } = (swap % 2 ? other : server).address() as AddressInfo;
      const ca = authority.certificate.toString();
      const socket = connect({ port, host: 'localhost', ca, ...(session && { session }) });
      t.after(() => socket.destroy());
      const told = session ? [session] : once(socket, 'session');
      await once(socket, 'secureConnect');
      if (socket.isSessionReused()) resumed += 1;
      [session] = (await told) as [Buffer];
      socket.destroy();
    }
    assert.equal(resumed, 20);
  });
}

test('ticket keys are those of the secret and of the day', () => {
  const now = 1_000 * ticketPeriod;
  const keys = ticketKeys(ticketSecret, now);
  assert.equal(keys.length, 48);
  assert.ok(keys.equals(ticketKeys(ticketSecret, now + ticketPeriod - 1)));
  assert.ok(!keys.equals(ticketKeys(ticketSecret, now + ticketPeriod)));
  assert.ok(!keys.equals(ticketKeys(Buffer.alloc(32, 2).toString('base64'), now)));
});

test('each name has its own certificate, and who names none gets the first', async (t) => {
  const { authority, certificates, client } = await stage(t);
  const pairs = ['a.test', 'b.test', 'c.test'].map((name) => issueLocally(authority, [name]));
  certificates.use({ ...none, pairs });
  for (const [index, servername] of ['a.test', 'b.test', 'c.test'].entries()) {
    assert.equal(serialOf(await client({ servername })), serialIn(pairs[index] as never));
  }
  const unnamed = await client({ servername: '', checkServerIdentity: () => undefined });
  assert.equal(serialOf(unnamed), serialIn(pairs[0] as never));
  // One of them is renewed.
  const renewed = issueLocally(authority, ['b.test']);
  certificates.use({ ...none, pairs: [pairs[0], renewed, pairs[2]] as ServedState['pairs'] });
  assert.equal(serialOf(await client({ servername: 'b.test' })), serialIn(renewed));
  assert.equal(serialOf(await client({ servername: 'c.test' })), serialIn(pairs[2] as never));
});

test('a server keeps one context for a name, however often it is renewed', async (t) => {
  const { authority, certificates, client, server } = await stage(t);
  // Another one's, for names around it.
  server.addContext('*.b.test', issueLocally(authority, ['x.b.test']));
  const [first, other] = ['a.test', 'c.test'].map((name) => issueLocally(authority, [name])) as [Pair, Pair];
  let renewed = first;
  for (let renewal = 0; renewal < 5; renewal++) {
    renewed = issueLocally(authority, ['b.test']);
    certificates.use({ ...none, pairs: [first, renewed, other] });
  }
  // Node has no public way to count them.
  assert.equal((server as unknown as { _contexts: unknown[] })._contexts.length, 4);
  assert.equal(serialOf(await client({ servername: 'b.test' })), serialIn(renewed));
  assert.equal(serialOf(await client({ servername: 'c.test' })), serialIn(other));
  const around = await client({ servername: 'x.b.test' });
  assert.equal(around.getPeerX509Certificate()?.subjectAltName, 'DNS:x.b.test');
});

test('a name by itself goes before a *, whichever was given first or changed last', async (t) => {
  const { authority, certificates, client, server } = await stage(t);
  const make = (...names: string[]) => issueLocally(authority, names);
  const served = async (servername: string) => {
    const socket = await client({ servername, checkServerIdentity: () => undefined });
    return serialOf(socket);
  };
  const all: Pair[] = [make('a.x.test'), make('*.x.test'), make('b.x.test', 'a.x.test')];
  const expect = async () => {
    assert.equal(await served('a.x.test'), serialIn(all[0] as Pair));
    assert.equal(await served('B.X.test'), serialIn(all[2] as Pair));
    assert.equal(await served('c.x.test'), serialIn(all[1] as Pair));
    assert.equal(await served('y.test'), serialIn(all[0] as Pair));
  };
  certificates.use({ ...none, pairs: all });
  await expect();
  all[1] = make('*.x.test');
  certificates.use({ ...none, pairs: all });
  await expect();
  // A name that a certificate has no more is no reason to be served it.
  all[2] = make('d.x.test');
  certificates.use({ ...none, pairs: all });
  assert.equal(await served('b.x.test'), serialIn(all[1] as Pair));
  certificates.use({ ...none, pairs: all.slice(0, 1) });
  assert.equal(await served('c.x.test'), serialIn(all[0] as Pair));
  assert.equal((server as unknown as { _contexts: unknown[] })._contexts.length, 0);
});

test('what a server was made with stays when its certificate changes', async (t) => {
  const { authority, certificates, client } = await stage(t, { minVersion: 'TLSv1.3' });
  for (let swap = 0; swap < 2; swap++) {
    certificates.use({ ...none, pairs: [issueLocally(authority, ['localhost'])] });
    await assert.rejects(client({ maxVersion: 'TLSv1.2' }), { code: /^ERR_SSL_/ });
    assert.equal((await client()).getProtocol(), 'TLSv1.3');
  }
});

const offers: [what: string, options: object, asked: string[], chosen: string | false][] = [
  ['protocols', { ALPNProtocols: ['http/1.1', 'x'] }, ['x'], 'x'],
  ['HTTP/2', { http2: true }, ['h2', 'http/1.1'], 'h2'],
  [
    'a callback',
    { ALPNCallback: ({ protocols }: { protocols: string[] }) => protocols.at(-1) },
    ['x', 'y'],
    'y',
  ],
  ['the usual', {}, ['http/1.1'], 'http/1.1'],
  ['the usual, to a client that has none', {}, [], false],
];
for (const [what, options, ALPNProtocols, chosen] of offers) {
  test(`an authority gets its answer beside ${what}, and ordinary clients what they had`, async (t) => {
    const { authority, certificates, client } = await stage(t, options);
    const keeper = new StateKeeper(['tls-alpn-01'], [], (state) => certificates.use(state));
    const pair = issueLocally(authority, ['a.test']);
    await keeper.usePairs([pair]);
    const ordinary = async () => {
      const socket = await client({
        servername: 'a.test',
        ...(ALPNProtocols.length > 0 && { ALPNProtocols }),
      });
      assert.equal(socket.alpnProtocol, chosen);
      assert.equal(serialOf(socket), serialIn(pair));
    };
    const challenge = { type: 'tls-alpn-01', name: 'a.test', token: 't', keyAuthorization: 't.k' } as const;
    const asAuthority = () =>
      client({ servername: 'a.test', ALPNProtocols: [acmeProtocol], rejectUnauthorized: false });
    await ordinary();
    await keeper.present(challenge);
    const asked = await asAuthority();
    assert.equal(asked.alpnProtocol, acmeProtocol);
    const answer = asked.getPeerX509Certificate();
    assert.equal(answer?.subjectAltName, 'DNS:a.test');
    assert.match(answer?.raw.toString('hex') ?? '', /2b0601050507011f0101ff042204/);
    // Nothing else happens on such a connection.
    asked.resume();
    await once(asked, 'close');
    await ordinary();
    await keeper.withdraw(challenge);
    await ordinary();
    if (!('ALPNCallback' in options)) await assert.rejects(asAuthority());
  });
}

for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
  const how = { minVersion: version, maxVersion: version } as const;

  test(`an authority gets its answer for every name that has a certificate already, in ${version}`, async (t) => {
    const { authority, certificates, client } = await stage(t, { http2: true });
    const names = ['a.test', 'b.test', 'c.test'];
    const pairs = names.map((name) => issueLocally(authority, [name]));
    const answers = names.map((name) => issueLocally(authority, [`answer.${name}`]));
    const tlsAnswers = Object.fromEntries(names.map((name, index) => [name, answers[index] as Pair]));
    certificates.use({ ...none, pairs, tlsAnswers });
    for (const [index, servername] of names.entries()) {
      const asking = { ...how, servername, rejectUnauthorized: false, ALPNProtocols: [acmeProtocol] };
      assert.equal(serialOf(await client(asking)), serialIn(answers[index] as Pair));
      const ordinary = await client({ ...how, servername, ALPNProtocols: ['h2'] });
      assert.equal(serialOf(ordinary), serialIn(pairs[index] as Pair));
    }
  });

  test(`clients that name nobody, and those that resume, notice nothing of it, in ${version}`, async (t) => {
    const { authority, certificates, port } = await stage(t, { http2: true });
    const state = { ...none, pairs: ['localhost', 'b.test'].map((name) => issueLocally(authority, [name])) };
    const asked: Record<string, Pair> = { 'b.test': issueLocally(authority, ['answer.test']) };
    for (const [servername, ALPNProtocols] of [
      ['localhost', ['http/1.1']],
      ['b.test', ['h2', 'http/1.1']],
      ['', ['http/1.1']],
      ['', []],
    ] as [string, string[]][]) {
      let session: Buffer | undefined;
      for (const tlsAnswers of [{}, asked, asked, {}]) {
        certificates.use({ ...state, tlsAnswers });
        const socket = connect({
          ...{ ...how, port, host: 'localhost', servername, rejectUnauthorized: false },
          ...(ALPNProtocols.length > 0 && { ALPNProtocols }),
          ...(session && { session }),
        });
        t.after(() => socket.destroy());
        const told = session ? [session] : once(socket, 'session');
        await once(socket, 'secureConnect');
        assert.equal(socket.alpnProtocol, ALPNProtocols[0] ?? false);
        assert.equal(socket.isSessionReused(), session !== undefined);
        [session] = (await told) as [Buffer];
        socket.destroy();
      }
    }
  });
}
