// Certificates of a public authority: obtained by either challenge, kept, renewed when it is time, and every refusal told in
// plain words while what there is goes on.
import assert from 'node:assert/strict';
import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect } from 'node:tls';
import http from 'premier';
import https from 'premier/https';
import {
  type Happening,
  KeptCertificate,
} from '../../../dist/operation/certificates/acme/kept-certificate.js';
import type { Challenge, Challenger } from '../../../dist/operation/certificates/acme/order.js';
import { renewalTime } from '../../../dist/operation/certificates/acme/renewal-time.js';
import { manageCertificates } from '../../../dist/operation/certificates/managed.js';
import type { PublicCertificates } from '../../../dist/operation/certificates/options.js';
import { Storage } from '../../../dist/operation/certificates/storage.js';
import { certificatesIn, generateKey, keyToPem, namesIn } from '../../../dist/operation/certificates/x509.js';
import { acmeServer, believe } from './acme-server.js';
import { temporaryFolder } from './folder.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Two servers whose certificates come from an authority. */
async function stage(t: TestContext, authority: Awaited<ReturnType<typeof acmeServer>>) {
  const folder = temporaryFolder(t);
  believe(t, authority.root);
  const open = async (acme: Partial<PublicCertificates>, { plain = true } = {}) => {
    const server = https.createServer({}, (_req, res) => res.end('app'));
    const certificates = await manageCertificates(server, {
      folder,
      acme: { domains: ['a.example'], agreeToTerms: true, directory: authority.directory, ...acme },
    });
    const problems: string[] = [];
    certificates.on('problem', ({ message }) => problems.push(message));
    const servers = [server];
    if (plain) {
      const redirecting = http.createServer(certificates.redirect).listen(0);
      await once(redirecting, 'listening');
      authority.settings.httpPort = (redirecting.address() as AddressInfo).port;
      servers.push(redirecting as never);
    }
    t.after(() => {
      certificates.close();
      for (const each of servers) {
        each.close();
        each.closeAllConnections();
      }
    });
    const settled = Promise.race([once(certificates, 'change'), once(certificates, 'problem')]);
    server.listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    authority.settings.tlsPort = port;
    return { certificates, server, port, settled, problems };
  };
  return { folder, open };
}

async function servedTo(t: TestContext, port: number, servername: string, ca: string) {
  const socket = connect({ port, host: '127.0.0.1', servername, ca });
  t.after(() => socket.destroy());
  await once(socket, 'secureConnect');
  return socket.getPeerX509Certificate();
}

for (const challenges of [['http-01'], ['tls-alpn-01']] as const) {
  test(`a certificate is obtained by ${challenges}, with every third nonce refused, and kept`, async (t) => {
    const authority = await acmeServer(t, { badNonceEvery: 3 });
    const { folder, open } = await stage(t, authority);
    const first = await open({ challenges, email: 'anna@example.org' });
    const [change] = await first.settled;
    assert.deepEqual(first.problems, []);
    assert.equal(change.name, 'a.example');
    assert.ok(authority.log.includes(`validated a.example by ${challenges}`));
    const certificate = await servedTo(t, first.port, 'a.example', authority.root);
    assert.equal(certificate?.subjectAltName, 'DNS:a.example');
    assert.deepEqual(
      [...authority.accounts.values()].map(({ contact }) => contact),
      [['mailto:anna@example.org']],
    );

    const kept = join(folder, 'acme', readdirSync(join(folder, 'acme'))[0] as string);
    assert.deepEqual(readdirSync(kept).sort(), ['a.example.pem', 'account.json']);
    for (const file of readdirSync(kept)) assert.equal(statSync(join(kept, file)).mode & 0o777, 0o600);

    // The next start asks the authority for nothing, not even to be there.
    first.certificates.close();
    authority.settings.refuse.set('directory', { type: 'serverInternal', status: 500 });
    const orders = authority.orders.size;
    const second = await open({ challenges, agreeToTerms: false });
    const again = await servedTo(t, second.port, 'a.example', authority.root);
    assert.equal(again?.serialNumber, certificate?.serialNumber);
    assert.equal(authority.orders.size, orders);
  });
}

test('each of several names has its own certificate; one that fails leaves the others alone', async (t) => {
  const authority = await acmeServer(t);
  authority.settings.refuse.set('b.example', { type: 'dns', detail: 'NXDOMAIN looking up A for b.example' });
  const { open } = await stage(t, authority);
  const { certificates, port, problems } = await open({ domains: ['a.example', 'b.example', 'c.example'] });
  const obtained: string[] = [];
  await new Promise<void>((resolve) => {
    certificates.on('change', (event) => {
      if (event.kind === 'obtained') obtained.push(event.name);
      if (obtained.length === 2) resolve();
    });
  });
  assert.deepEqual(obtained, ['a.example', 'c.example']);
  assert.equal(problems.length, 1);
  assert.match(
    problems[0] ?? '',
    /^The authority finds no address for b\.example: NXDOMAIN .*A or AAAA record/,
  );
  for (const name of obtained) {
    assert.equal((await servedTo(t, port, name, authority.root))?.subjectAltName, `DNS:${name}`);
  }
  // Mended, and tried again at once.
  authority.settings.refuse.clear();
  await certificates.reload();
  assert.equal((await servedTo(t, port, 'b.example', authority.root))?.subjectAltName, 'DNS:b.example');
});

test('an address has a certificate as well, by its name in the reverse zone', async (t) => {
  const authority = await acmeServer(t);
  const { open } = await stage(t, authority);
  const { settled, problems } = await open({ domains: ['192.0.2.7'], challenges: ['tls-alpn-01'] });
  const [change] = await settled;
  assert.deepEqual(problems, []);
  assert.equal(change.name, '192.0.2.7');
});

test('an account elsewhere is tied to the one here, and a profile is asked for', async (t) => {
  const key = Buffer.alloc(32, 5).toString('base64url');
  const authority = await acmeServer(t, {
    externalAccounts: { kid1: key },
    profiles: { shortlived: 'six days' },
  });
  const { open } = await stage(t, authority);
  const { settled, problems } = await open({ externalAccount: { kid: 'kid1', key }, profile: 'shortlived' });
  await settled;
  assert.deepEqual(problems, []);
  assert.equal([...authority.orders.values()][0]?.profile, 'shortlived');
});

test('another address is told to the account that there is; no address leaves it, and one that is refused is named', async (t) => {
  const authority = await acmeServer(t, { externalAccounts: { kid: 'a2V5' } });
  const { open } = await stage(t, authority);
  const externalAccount = { kid: 'kid', key: 'a2V5' };
  const contacts = () => [...authority.accounts.values()].map(({ contact }) => contact);
  const openings: [domain: string, acme: Partial<PublicCertificates>, contact: string][] = [
    ['a.example', { email: 'anna@example.org', externalAccount }, 'mailto:anna@example.org'],
    ['b.example', { email: 'bert@example.org', agreeToTerms: false }, 'mailto:bert@example.org'],
    ['c.example', { agreeToTerms: false }, 'mailto:bert@example.org'],
  ];
  for (const [domain, acme, contact] of openings) {
    const { settled, problems, certificates } = await open({ domains: [domain], ...acme });
    await settled;
    assert.deepEqual(problems, []);
    assert.deepEqual(contacts(), [[contact]]);
    certificates.close();
  }
  authority.settings.refuse.set('account', { type: 'invalidContact', detail: 'example.invalid' });
  const { settled, problems } = await open({ domains: ['d.example'], email: 'x@example.invalid' });
  await settled;
  assert.match(problems[0] ?? '', /^The authority doesn't take this email address: example\.invalid/);
});

test('an account that the authority forgot is made again where it is told another address', async (t) => {
  const authority = await acmeServer(t);
  const { open } = await stage(t, authority);
  const first = await open({ email: 'anna@example.org' });
  await first.settled;
  first.certificates.close();
  authority.accounts.clear();
  const { settled, problems } = await open({ domains: ['b.example'], email: 'bert@example.org' });
  await settled;
  assert.deepEqual(problems, []);
  assert.deepEqual(
    [...authority.accounts.values()].map(({ contact }) => contact),
    [['mailto:bert@example.org']],
  );
});

test('without a listener for plain HTTP only the other challenge is used', async (t) => {
  const authority = await acmeServer(t);
  const { open } = await stage(t, authority);
  const { settled, problems } = await open({}, { plain: false });
  await settled;
  assert.deepEqual(problems, []);
  assert.ok(authority.log.includes('validated a.example by tls-alpn-01'));
});

test('where one way fails the other is tried at once, and first from then on', async (t) => {
  const authority = await acmeServer(t, { lifetime: 8 * hour, age: 7 * hour });
  const { open } = await stage(t, authority);
  const { certificates, settled, problems } = await open({});
  // Nobody answers there.
  authority.settings.httpPort = 1;
  await settled;
  assert.deepEqual(problems, []);
  const asked = () => authority.log.filter((line) => line.startsWith('POST challenge-'));
  assert.deepEqual(asked(), ['POST challenge-http-01', 'POST challenge-tls-alpn-01']);
  const renewed = once(certificates, 'change');
  await certificates.reload();
  await renewed;
  assert.deepEqual(asked().slice(2), ['POST challenge-tls-alpn-01']);
});

for (const resource of ['directory', 'account', 'order', 'authorization', 'challenge-http-01']) {
  test(`who closes waits no longer for an authority that does not answer at its ${resource}, and leaves no lock`, async (t) => {
    const authority = await acmeServer(t);
    const { folder, open } = await stage(t, authority);
    let left: Promise<unknown> | undefined;
    const asked = new Promise<void>((resolve) => {
      authority.settings.hold.set(resource, (closed) => {
        left = closed;
        resolve();
      });
    });
    const { certificates, problems } = await open({});
    await asked;
    const locks = () =>
      readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.lock'));
    const before = locks();
    certificates.close();
    await left;
    for (let turn = 0; turn < 1000 && locks().length > 0; turn++) await new Promise(setImmediate);
    assert.deepEqual(
      { before: before.length > 0, after: locks(), problems },
      { before: true, after: [], problems: [] },
    );
  });
}

test('the terms are named, and nothing is done before they are agreed to', async (t) => {
  const authority = await acmeServer(t);
  const { open } = await stage(t, authority);
  await assert.rejects(open({ agreeToTerms: false }), {
    code: 'acmeTerms',
    message: /at https:\/\/authority\.test\/terms\. Read them/,
  });
  assert.deepEqual(authority.log, ['GET directory']);
});

test('an account that the authority knows no more is made again', async (t) => {
  const authority = await acmeServer(t);
  const { open } = await stage(t, authority);
  const first = await open({});
  await first.settled;
  authority.forget();
  const { settled, problems, certificates } = await open({ domains: ['b.example'] });
  await settled;
  assert.deepEqual(problems, []);
  assert.equal(authority.accounts.size, 1);
  assert.deepEqual(certificates.names, ['b.example']);
});

type Settings = Awaited<ReturnType<typeof acmeServer>>['settings'];

const failures: [
  what: string,
  fail: (settings: Settings) => void,
  says: RegExp,
  acme?: Partial<PublicCertificates>,
][] = [
  [
    'an authority that is down',
    ({ refuse }) => refuse.set('directory', { type: 'serverInternal', status: 503 }),
    /^The authority at \S+ is out of order \(status 503\)\. Nothing is to be done here/,
  ],
  [
    'a URL that is another page',
    () => {},
    /nowhere is no directory of an ACME server\. Check its URL/,
    { directory: 'nowhere' },
  ],
  [
    'nobody at the URL',
    () => {},
    /can't be reached at https:\/\/localhost:9\/ \(ECONNREFUSED\)\. Check the network/,
    { directory: 'https://localhost:9/' },
  ],
  [
    'a URL without TLS',
    () => {},
    /spoken to over https only, not at http:\/\/localhost:9\//,
    { directory: 'http://localhost:9/' },
  ],
  [
    'a name that leads elsewhere',
    (settings) => {
      settings.httpPort = 0;
      settings.refuse.set('a.example', { type: 'unauthorized', detail: 'Invalid response: 404' });
    },
    /^At a\.example something else answered the authority: Invalid response: 404\. Let the name point to this computer/,
  ],
  [
    'a name that leads nowhere',
    ({ refuse }) => refuse.set('a.example', { type: 'connection', detail: 'Timeout during connect' }),
    /^The authority can't reach a\.example: Timeout during connect\. .*ports 80 and 443/,
  ],
  [
    'a CAA record',
    ({ refuse }) => refuse.set('a.example', { type: 'caa', detail: 'CAA forbids' }),
    /^The CAA record of a\.example/,
  ],
  [
    'a rate limit',
    ({ refuse }) =>
      refuse.set('order', { type: 'rateLimited', status: 429, detail: 'too many', retryAfter: 7200 }),
    /^The authority has had enough orders for a\.example until \d{4}.* UTC: too many\./,
  ],
  [
    'a name that it signs nothing for',
    ({ refuse }) => refuse.set('order', { type: 'rejectedIdentifier', detail: 'policy' }),
    /^The authority signs nothing for a\.example: policy/,
  ],
  [
    'words that a terminal would obey',
    ({ refuse }) => refuse.set('order', { type: 'malformed', detail: 'a\u001b[31mb\r\nc\u0085d' }),
    /^The authority refused a\.example: a \[31mb c d \(malformed\)/,
  ],
  [
    'a profile that it has not',
    () => {},
    /^The authority has no such profile: No such profile\. Leave it out/,
    { profile: 'nonsense' },
  ],
  [
    'an address that it can not write to',
    ({ refuse }) => refuse.set('account', { type: 'invalidContact', detail: 'example.invalid' }),
    /^The authority doesn't take this email address: example\.invalid/,
  ],
  [
    'customers of its own',
    (settings) => {
      settings.externalAccounts = { kid: 'a2V5' };
    },
    /^The authority only serves its own customers/,
  ],
  [
    'an account elsewhere with another key',
    (settings) => {
      settings.externalAccounts = { kid: 'a2V5' };
    },
    /^The authority doesn't take the account you have with it: The binding\. Check the option externalAccount/,
    { externalAccount: { kid: 'kid', key: 'b3RoZXI' } },
  ],
  [
    'an account that was closed',
    ({ refuse }) => refuse.set('order', { type: 'unauthorized', detail: 'deactivated', status: 403 }),
    /^The authority refused a\.example: deactivated \(unauthorized\)/,
  ],
  [
    'a challenge that can not be answered here',
    (settings) => {
      settings.challenges = ['dns-01'];
    },
    /^For a\.example the authority only asks in ways that can't be answered here: dns-01/,
  ],
  [
    'a nonce that is never good',
    (settings) => {
      settings.badNonceEvery = 1;
    },
    /^The authority refused .*\(badNonce\)/,
  ],
  [
    'a certificate that is over by this clock',
    (settings) => {
      settings.lifetime = hour;
      settings.age = 2 * hour;
    },
    /^The new certificate of a\.example is good from .* which is not now by this computer's clock\. Set the clock\.$/,
  ],
];
for (const [what, fail, says, acme = {}] of failures) {
  test(`of ${what} it is said what to do, and it is tried again later`, async (t) => {
    const authority = await acmeServer(t);
    fail(authority.settings);
    const { open } = await stage(t, authority);
    const directory =
      acme.directory === 'nowhere' ? authority.directory.replace('directory', 'nowhere') : acme.directory;
    const { certificates, problems } = await openOrTold(open({ ...acme, ...(directory && { directory }) }));
    assert.match(problems.at(-1) ?? '', says);
    assert.equal(problems.length, 1);
    certificates?.close();
  });
}

/** What is in the way at the start rejects; what comes later is told. */
async function openOrTold(opened: ReturnType<Awaited<ReturnType<typeof stage>>['open']>) {
  try {
    const { certificates, problems, settled } = await opened;
    await settled;
    return { certificates, problems };
  } catch (error) {
    return { certificates: undefined, problems: [(error as Error).message] };
  }
}

test('the key of another account is named', async (t) => {
  const authority = await acmeServer(t);
  const detail = 'JWS verification error';
  authority.settings.refuse.set('order', { type: 'malformed', status: 400, detail });
  const { open } = await stage(t, authority);
  const { settled, problems } = await open({});
  await settled;
  assert.match(
    problems[0] ?? '',
    /^The key in .*account\.json isn't that of its account .*: JWS verification error\. Put it back .*, or remove it/,
  );
});

test('a file of an account that is broken is named, and left as it is', async (t) => {
  const authority = await acmeServer(t);
  const { folder, open } = await stage(t, authority);
  await (await open({})).settled;
  const kept = join(folder, 'acme', readdirSync(join(folder, 'acme'))[0] as string);
  writeFileSync(join(kept, 'account.json'), '{"key":"no key"}');
  await assert.rejects(open({ domains: ['b.example'], agreeToTerms: false }), { code: 'acmeBrokenAccount' });
  // What there is, is served all the same.
  const some = await open({ domains: ['a.example', 'b.example'], agreeToTerms: false });
  assert.ok(await servedTo(t, some.port, 'a.example', authority.root));
  some.certificates.close();
  const { settled, problems } = await open({ domains: ['b.example'] });
  await settled;
  assert.match(problems[0] ?? '', /account\.json holds no account\. Put it back from a copy, or remove it/);
  assert.equal(readFileSync(join(kept, 'account.json'), 'utf8'), '{"key":"no key"}');
});

// What follows looks at one certificate at times of the test's choosing.

interface Process {
  certificate: KeptCertificate;
  happened: Happening[];
  folder: string;
  presented: Challenge[];
  inUse(): X509Certificate | undefined;
}

/** @param beside a process that has the same folder, and is reached under the same name */
async function keeper(
  t: TestContext,
  authority: Awaited<ReturnType<typeof acmeServer>>,
  beside?: Process,
): Promise<Process> {
  believe(t, authority.root);
  const happened: Happening[] = [];
  const presented = beside?.presented ?? [];
  const folder = beside?.folder ?? temporaryFolder(t);
  const challenger: Challenger = {
    types: ['http-01', 'tls-alpn-01'],
    present: async (challenge) => void presented.push(challenge),
    withdraw: async () => {},
  };
  const options = { directory: authority.directory, agreeToTerms: true };
  const storage = new Storage(folder);
  const certificate = new KeptCertificate('a.example', storage, options, challenger, (what) =>
    happened.push(what),
  );
  if (!beside) {
    // The answer to the authority's questions is always right here.
    const answers = http.createServer((req, res) => {
      res.end(presented.find(({ token }) => req.url?.endsWith(token))?.keyAuthorization);
    });
    answers.listen(0);
    await once(answers, 'listening');
    t.after(() => answers.close());
    authority.settings.httpPort = (answers.address() as AddressInfo).port;
  }
  const inUse = () => certificatesIn(certificate.pair?.cert ?? '')[0];
  return { certificate, happened, folder, inUse, presented };
}

test('it is renewed after two thirds of its time, and before three quarters', async (t) => {
  const authority = await acmeServer(t, { age: 0 });
  const { certificate, inUse, happened } = await keeper(t, authority);
  const start = Date.now();
  await certificate.look(start);
  const first = inUse();
  assert.equal(await certificate.look(start + 59 * day), hour);
  assert.equal(inUse()?.serialNumber, first?.serialNumber);
  await certificate.look(start + 68 * day);
  assert.notEqual(inUse()?.serialNumber, first?.serialNumber);
  assert.deepEqual(
    happened.map(({ kind }) => kind),
    ['obtained', 'obtained'],
  );
  for (const chance of [0, 0.5, 1]) {
    const days = (renewalTime(first as never, undefined, chance) - Date.parse(first?.validFrom ?? '')) / day;
    assert.ok(days >= 60 && days <= 67.5, String(days));
  }
});

test('a certificate of six days is renewed on the fourth or fifth', async (t) => {
  const authority = await acmeServer(t, { age: 0, lifetime: 6 * day });
  const { certificate, inUse } = await keeper(t, authority);
  const start = Date.now();
  await certificate.look(start);
  const first = inUse();
  await certificate.look(start + 3.9 * day);
  assert.equal(inUse()?.serialNumber, first?.serialNumber);
  await certificate.look(start + 4.6 * day);
  assert.notEqual(inUse()?.serialNumber, first?.serialNumber);
});

test('the authority says when to renew, and which is replaced: one that was revoked is replaced at once', async (t) => {
  let window = {
    start: new Date(Date.now() + 30 * day),
    end: new Date(Date.now() + 31 * day),
    retryAfter: 3600,
  };
  const authority = await acmeServer(t, { window: () => window });
  const { certificate, inUse } = await keeper(t, authority);
  const start = Date.now();
  await certificate.look(start);
  const first = inUse();
  await certificate.look(start + minute);
  assert.equal(authority.log.filter((line) => line === 'GET renewal').length, 1);
  // Asked again only when the authority said so.
  await certificate.look(start + 2 * minute);
  assert.equal(authority.log.filter((line) => line === 'GET renewal').length, 1);
  window = { start: new Date(start - day), end: new Date(start), retryAfter: 3600 };
  await certificate.look(start + 2 * hour);
  assert.notEqual(inUse()?.serialNumber, first?.serialNumber);
  const [, second] = authority.orders.values();
  assert.match(second?.replaces ?? '', /^[\w-]{20,}\.[\w-]{16,}$/);
  // Should the authority not take it that it is replaced twice, it is ordered all the same.
  const before = inUse();
  second && authority.orders.set('9', { ...second, id: '9', replaces: '' });
  await certificate.look(start + 5 * hour);
  assert.notEqual(inUse()?.serialNumber, before?.serialNumber);
});

test('an authority that says nothing of renewal, or nonsense, leaves it to the lifetime', async (t) => {
  const authority = await acmeServer(t, {
    age: 0,
    window: () => ({ start: new Date(9e14), end: new Date(0) }),
  });
  const { certificate, inUse } = await keeper(t, authority);
  const start = Date.now();
  await certificate.look(start);
  const first = inUse();
  await certificate.look(start + 10 * day);
  assert.equal(inUse()?.serialNumber, first?.serialNumber);
  authority.settings.refuse.set('renewal', { type: 'serverInternal', status: 500 });
  await certificate.look(start + 68 * day);
  assert.notEqual(inUse()?.serialNumber, first?.serialNumber);
});

test('what fails is tried again after longer and longer pauses, by the other challenge, and what is good goes on', async (t) => {
  const authority = await acmeServer(t, { age: 0 });
  const { certificate, inUse, happened, presented } = await keeper(t, authority);
  const start = Date.now();
  await certificate.look(start);
  const first = inUse();
  authority.settings.refuse.set('a.example', { type: 'connection', detail: 'no' });
  let now = start + 80 * day;
  const pauses = [];
  for (let attempt = 0; attempt < 9; attempt++) {
    await certificate.look(now);
    const last = happened.at(-1) as Extract<Happening, { kind: 'problem' }>;
    assert.equal(last.kind, 'problem');
    assert.equal(last.until?.getTime(), Date.parse(first?.validTo ?? ''));
    // Nothing is ordered in between.
    const orders = authority.orders.size;
    await certificate.look(last.again.getTime() - 1);
    assert.equal(authority.orders.size, orders);
    pauses.push((last.again.getTime() - now) / minute);
    now = last.again.getTime();
  }
  const expected = [5, 15, 30, 60, 120, 240, 360, 360, 360];
  for (const [index, pause] of pauses.entries()) {
    const wanted = expected[index] as number;
    assert.ok(pause > wanted * 0.89 && pause < wanted * 1.11, `${pause} for ${wanted}`);
  }
  // Both at first, then one a try.
  const [http01, alpn01] = ['http-01', 'tls-alpn-01'];
  assert.deepEqual(
    presented.slice(1).map(({ type }) => type),
    Array(5).fill([http01, alpn01]).flat(),
  );
  assert.equal(inUse()?.serialNumber, first?.serialNumber);
  authority.settings.refuse.clear();
  await certificate.look(now);
  assert.notEqual(inUse()?.serialNumber, first?.serialNumber);
});

test('an authority that names a time is left alone until then', async (t) => {
  const authority = await acmeServer(t);
  authority.settings.refuse.set('order', { type: 'rateLimited', status: 429, retryAfter: 30 * 3600 });
  const { certificate, happened } = await keeper(t, authority);
  const start = Date.now();
  await certificate.look(start);
  const { again } = happened[0] as Extract<Happening, { kind: 'problem' }>;
  assert.ok(again.getTime() >= start + 30 * hour);
});

const spoilt: [what: string, spoil: (file: string, text: string) => void][] = [
  ['half a file', (file, text) => writeFileSync(file, text.slice(0, 400))],
  [
    'a key that does not fit',
    (file, text) =>
      writeFileSync(file, keyToPem(generateKey()) + text.slice(text.indexOf('-----BEGIN CERT'))),
  ],
  ['nothing', (file) => writeFileSync(file, '')],
];
for (const [what, spoil] of spoilt) {
  test(`where ${what} is kept, another certificate is ordered`, async (t) => {
    const authority = await acmeServer(t);
    const first = await keeper(t, authority);
    await first.certificate.look();
    const file = join(first.folder, 'a.example.pem');
    spoil(file, readFileSync(file, 'utf8'));
    const second = await keeper(t, authority, first);
    await second.certificate.look();
    assert.deepEqual(namesIn(second.inUse() as never), ['a.example']);
    assert.equal(authority.orders.size, 2);
  });
}

test('of two processes at once, one orders, and both have it', async (t) => {
  const authority = await acmeServer(t);
  const first = await keeper(t, authority);
  const second = await keeper(t, authority, first);
  await Promise.all([first.certificate.look(), second.certificate.look()]);
  assert.equal(authority.orders.size, 1);
  assert.ok(first.inUse());
  assert.equal(second.inUse()?.serialNumber, first.inUse()?.serialNumber);
});

test('a certificate that another process renewed is taken from the disk', async (t) => {
  const authority = await acmeServer(t, { age: 0 });
  const first = await keeper(t, authority);
  const second = await keeper(t, authority, first);
  const start = Date.now();
  await first.certificate.look(start);
  await second.certificate.look(start);
  assert.equal(authority.orders.size, 1);
  authority.settings.age = -70 * day;
  await first.certificate.look(start + 70 * day);
  await second.certificate.look(start + 70 * day);
  assert.equal(second.inUse()?.serialNumber, first.inUse()?.serialNumber);
});

test('what another process obtained ends the trouble of one that fails, which looks for it soon', async (t) => {
  const authority = await acmeServer(t, { age: 0 });
  const first = await keeper(t, authority);
  const second = await keeper(t, authority, first);
  const start = Date.now();
  authority.settings.refuse.set('a.example', { type: 'connection', detail: 'no' });
  const rest = await first.certificate.look(start);
  assert.ok(rest <= minute / 4);
  assert.equal(first.inUse(), undefined);
  authority.settings.refuse.clear();
  await second.certificate.look(start);
  const orders = authority.orders.size;
  assert.ok((await first.certificate.look(start + rest)) > minute);
  assert.equal(first.inUse()?.serialNumber, second.inUse()?.serialNumber);
  assert.deepEqual(
    first.happened.map(({ kind }) => kind),
    ['problem', 'obtained'],
  );
  assert.equal(authority.orders.size, orders);
});

test('a file that can not be read keeps nobody from what there is', async (t) => {
  const authority = await acmeServer(t, { age: 0 });
  const { certificate, folder, happened, inUse } = await keeper(t, authority);
  const start = Date.now();
  await certificate.look(start);
  const first = inUse();
  rmSync(join(folder, 'a.example.pem'));
  mkdirSync(join(folder, 'a.example.pem'));
  await certificate.look(start + 70 * day).catch(() => assert.fail('it rejected'));
  assert.equal(happened.at(-1)?.kind, 'problem');
  assert.equal(inUse()?.serialNumber, first?.serialNumber);
});
