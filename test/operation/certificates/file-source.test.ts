// Certificates in files: taken over when they change and fit; a pair that doesn't is told of, and the one before goes on.
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FileSource } from '../../../dist/operation/certificates/file-source.js';
import {
  issueLocally,
  type LocalAuthority,
  localAuthority,
} from '../../../dist/operation/certificates/local-authority.js';
import type { CertificateEvent } from '../../../dist/operation/certificates/source.js';
import type { Pair } from '../../../dist/operation/certificates/x509.js';
import { temporaryFolder } from './folder.js';

const week = 7 * 86_400_000;

async function stage(t: TestContext) {
  const folder = temporaryFolder(t);
  const authority = await localAuthority(folder);
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const write = ({ cert, key }: Pair) => {
    writeFileSync(files.key, key);
    writeFileSync(files.cert, cert);
  };
  const served: Pair[] = [];
  const told = new EventEmitter();
  const events: CertificateEvent[] = [];
  const source = new FileSource(
    [files],
    (event) => {
      events.push(event);
      told.emit('event', event);
    },
    20,
  );
  t.after(() => source.close());
  const start = () =>
    source.start(async ([pair]) => {
      if (pair) served.push(pair);
    });
  // The timer of the source doesn't hold the process, so the test does.
  const patience = setInterval(() => {}, 1000);
  t.after(() => clearInterval(patience));
  const next = async () => (await once(told, 'event'))[0] as CertificateEvent;
  return { folder, authority, files, write, served, source, start, events, next };
}

const pairOf = (authority: LocalAuthority, at = new Date()) => issueLocally(authority, ['localhost'], at);
const messageOf = (event: CertificateEvent) =>
  event.kind === 'problem' ? event.problem.message : event.kind;

test('files that change are served, once both fit', async (t) => {
  const { authority, files, write, served, start, next } = await stage(t);
  const [first, second] = [pairOf(authority), pairOf(authority)];
  write(first);
  await start();
  assert.deepEqual(served, [first]);
  const event = next();
  writeFileSync(files.key, second.key);
  writeFileSync(files.cert, second.cert);
  const { kind, until } = (await event) as Extract<CertificateEvent, { kind: 'reloaded' }>;
  assert.equal(kind, 'reloaded');
  assert.ok(until.getTime() > Date.now());
  assert.deepEqual(served, [first, second]);
});

test('a link that leads elsewhere from now on is a change, as certbot and Kubernetes make it', async (t) => {
  const { folder, authority, files, served, start, next } = await stage(t);
  const pairs = [pairOf(authority), pairOf(authority)];
  for (const [index, { cert, key }] of pairs.entries()) {
    mkdirSync(join(folder, `v${index}`));
    writeFileSync(join(folder, `v${index}`, 'cert.pem'), cert);
    writeFileSync(join(folder, `v${index}`, 'key.pem'), key);
  }
  symlinkSync('v0', join(folder, 'current'));
  symlinkSync(join('current', 'cert.pem'), files.cert);
  symlinkSync(join('current', 'key.pem'), files.key);
  await start();
  const event = next();
  symlinkSync('v1', join(folder, 'next'));
  renameSync(join(folder, 'next'), join(folder, 'current'));
  assert.equal((await event).kind, 'reloaded');
  assert.deepEqual(served, pairs);
});

const refused: [
  what: string,
  says: RegExp,
  change: (files: { cert: string; key: string }, authority: LocalAuthority) => void,
][] = [
  [
    'a key of another',
    /key\.pem is the key of another certificate than .*cert\.pem\. Give the two/,
    ({ key }, authority) => writeFileSync(key, pairOf(authority).key),
  ],
  [
    'a certificate that is none',
    /cert\.pem holds no certificate in PEM\. It should begin with/,
    ({ cert }) => writeFileSync(cert, 'nothing'),
  ],
  [
    'a certificate that is spoilt',
    /cert\.pem holds no certificate in PEM \(.+\)\. It should/,
    ({ cert }) => writeFileSync(cert, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
  ],
  [
    'an empty certificate, as a copy begins',
    /cert\.pem holds no certificate in PEM\. It is empty/,
    ({ cert }) => writeFileSync(cert, ''),
  ],
  ['an empty key', /key\.pem holds no private key .* It is empty/, ({ key }) => writeFileSync(key, '\n')],
  [
    'a certificate in DER',
    /cert\.pem holds no certificate in PEM\. It is DER; .*: openssl x509 -in .*cert\.pem/,
    ({ cert }, { certificate }) => writeFileSync(cert, certificate.raw),
  ],
  [
    'a key in DER',
    /key\.pem holds no private key .* It is DER; .*: openssl pkey -in .*key\.pem/,
    ({ key }, authority) => writeFileSync(key, authority.key.export({ type: 'pkcs8', format: 'der' })),
  ],
  [
    'a certificate in PKCS #12',
    /cert\.pem holds no certificate in PEM\. It is PKCS #12; .*: openssl pkcs12 -in .*cert\.pem -nodes/,
    // Its beginning: a sequence, and the version 3.
    ({ cert }) => writeFileSync(cert, Buffer.from('308204c5020103308204', 'hex')),
  ],
  [
    'a key that is encrypted',
    /key\.pem holds no private key .* It is encrypted; .*: openssl pkey/,
    ({ key }, authority) =>
      writeFileSync(
        key,
        authority.key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' }),
      ),
  ],
  [
    'a pair of files that are swapped',
    /cert\.pem holds no certificate in PEM\. It holds a private key: the two files may be swapped/,
    ({ cert, key }, authority) => {
      const pair = pairOf(authority);
      writeFileSync(cert, pair.key);
      writeFileSync(key, pair.cert);
    },
  ],
  [
    'a chain in the wrong order',
    /In .*cert\.pem another certificate stands before the server's\. Put/,
    ({ cert, key }, authority) => {
      const pair = pairOf(authority);
      writeFileSync(cert, authority.certificate.toString() + pair.cert);
      writeFileSync(key, pair.key);
    },
  ],
  [
    'a pair that is not yet good',
    /cert\.pem begins on \d{4}-\d\d-\d\d \d\d:\d\d UTC, and this computer's clock is before that\. Wait/,
    ({ cert, key }, authority) => {
      const early = pairOf(authority, new Date(Date.now() + week));
      writeFileSync(cert, early.cert);
      writeFileSync(key, early.key);
    },
  ],
  [
    'a pair that is over',
    /cert\.pem ended on \d{4}-\d\d-\d\d \d\d:\d\d UTC\. Get a newer one/,
    ({ cert, key }, authority) => {
      const old = pairOf(authority, new Date(Date.now() - 2 * week));
      writeFileSync(cert, old.cert);
      writeFileSync(key, old.key);
    },
  ],
];
for (const [what, message, change] of refused) {
  test(`${what} is refused with its reason, and the pair before goes on`, async (t) => {
    const { authority, files, write, served, source, start, events } = await stage(t);
    const first = pairOf(authority);
    write(first);
    await start();
    change(files, authority);
    await source.reload();
    assert.match(messageOf(events.at(-1) as CertificateEvent), message);
    assert.ok((events.at(-1) as { until?: Date }).until);
    assert.deepEqual(served, [first]);
    // And a pair that fits is taken after that.
    const second = pairOf(authority);
    write(second);
    await source.reload();
    assert.equal(events.at(-1)?.kind, 'reloaded');
    assert.deepEqual(served, [first, second]);
  });
}

test('files that are gone are told of once they are asked for, and served on', async (t) => {
  const { authority, files, write, served, source, start, events } = await stage(t);
  write(pairOf(authority));
  await start();
  rmSync(files.cert);
  await source.reload();
  assert.match(messageOf(events.at(-1) as CertificateEvent), /^cert: there is no file .*cert\.pem/);
  assert.equal(served.length, 1);
});

test('the same content again is no change', async (t) => {
  const { authority, write, served, source, start, events } = await stage(t);
  const pair = pairOf(authority);
  write(pair);
  await start();
  write(pair);
  await source.reload();
  assert.deepEqual(events, []);
  assert.equal(served.length, 1);
});

test('at the start, files that do not fit are an error, and one that is over is served with a word', async (t) => {
  const { authority, files, write, source, start, events } = await stage(t);
  await assert.rejects(start(), { code: 'noSuchFile' });
  writeFileSync(files.cert, 'x');
  writeFileSync(files.key, 'x');
  await assert.rejects(start(), { code: 'noCertificate' });
  rmSync(files.key);
  mkdirSync(files.key);
  await assert.rejects(start(), { code: 'folderNotFile' });
  rmSync(files.key, { recursive: true });
  write(pairOf(authority, new Date(Date.now() - 2 * week)));
  await start();
  assert.match(messageOf(events[0] as CertificateEvent), /cert\.pem ended on/);
  source.close();
});

test('a pair that begins later is taken over when it does, without another change', async (t) => {
  const { authority, write, served, source, start, events, next } = await stage(t);
  write(pairOf(authority));
  await start();
  // Its first second is the one after the next, as certificates have no smaller parts.
  const begins = new Date(Math.ceil(Date.now() / 1000 + 1) * 1000 + 3_600_000);
  const later = pairOf(authority, begins);
  write(later);
  await source.reload();
  assert.match(messageOf(events[0] as CertificateEvent), /begins on/);
  assert.equal(served.length, 1);
  assert.equal((await next()).kind, 'reloaded');
  assert.deepEqual(served[1], later);
});

test('of several pairs one that does not fit leaves the others alone', async (t) => {
  const folder = temporaryFolder(t);
  const authority = await localAuthority(folder);
  const files = ['a', 'b'].map((name) => ({ cert: join(folder, name), key: join(folder, `${name}-key`) }));
  const write = (at: number, { cert, key }: Pair) => {
    writeFileSync(files[at]?.cert as string, cert);
    writeFileSync(files[at]?.key as string, key);
  };
  const pairs = [1, 2, 3, 4].map(() => pairOf(authority)) as [Pair, Pair, Pair, Pair];
  write(0, pairs[0]);
  write(1, pairs[1]);
  const events: CertificateEvent[] = [];
  const source = new FileSource(files, (event) => events.push(event));
  t.after(() => source.close());
  const served: Pair[][] = [];
  await source.start(async (all) => {
    served.push([...all]);
  });
  write(0, { ...pairs[2], key: pairs[3].key });
  write(1, pairs[3]);
  await source.reload();
  assert.deepEqual(served, [pairs.slice(0, 2), [pairs[0], pairs[3]]]);
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['problem', 'reloaded'],
  );
});
