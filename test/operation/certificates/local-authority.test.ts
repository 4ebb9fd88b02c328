// The local authority: made once, kept to local names, and told in plain words when something is wrong with it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect, createServer } from 'node:tls';
import {
  issueLocally,
  knownRoot,
  localAuthority,
  noteTrust,
  ownNames,
} from '../../../dist/operation/certificates/local-authority.js';
import { hostNameOf, isLocalName } from '../../../dist/operation/certificates/local-names.js';
import { ManagedCertificates } from '../../../dist/operation/certificates/managed.js';
import { certificatesIn } from '../../../dist/operation/certificates/x509.js';
import { temporaryFolder } from './folder.js';

test('it is made once, whoever asks at the same time', async (t) => {
  const data = temporaryFolder(t);
  assert.equal(await knownRoot(data), undefined);
  const all = await Promise.all(Array.from({ length: 8 }, () => localAuthority(data)));
  const prints = new Set(all.map(({ certificate }) => certificate.fingerprint256));
  assert.equal(prints.size, 1);
  assert.ok(prints.has((await localAuthority(data)).certificate.fingerprint256));
});

test('nobody else can read its key', { skip: process.platform === 'win32' }, async (t) => {
  const data = temporaryFolder(t);
  const { file } = await localAuthority(data);
  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
  assert.equal(modeOf(file.replace('root.pem', 'root-key.pem')), '600');
  assert.equal(modeOf(join(data, 'local-authority')), '700');
});

test('clients that believe it reach every name that a certificate of it has', async (t) => {
  const authority = await localAuthority(temporaryFolder(t));
  const names = [...ownNames(authority), 'app.localhost', 'app.test', '192.168.1.2'];
  const server = createServer(issueLocally(authority, names)).listen(0);
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const reach = async (host: string) => {
    const socket = connect({
      port,
      host: 'localhost',
      servername: host,
      ca: authority.certificate.toString(),
    });
    t.after(() => socket.destroy());
    // A name that is an address is not sent, but looked for in the certificate.
    await once(socket, 'secureConnect');
  };
  for (const name of ['localhost', 'app.localhost', 'app.test']) await reach(name);
  await assert.rejects(reach('other.test'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
});

test('a certificate is good for a week, and not longer than its authority', async (t) => {
  const authority = await localAuthority(temporaryFolder(t));
  const end = Date.parse(authority.certificate.validTo);
  const day = 86_400_000;
  const lifetimes: [at: number, until: number][] = [
    [Date.now(), Date.now() + 7 * day],
    [end - 2 * day, end],
  ];
  for (const [at, until] of lifetimes) {
    const [leaf] = certificatesIn(issueLocally(authority, ['localhost'], new Date(at)).cert);
    assert.ok(Math.abs(Date.parse(leaf?.validTo ?? '') - until) < 2000);
  }
});

test('local names are told from others', async (t) => {
  const local = [
    'localhost',
    'a.b.localhost',
    'x.test',
    'nas.local',
    'a.internal',
    '127.0.0.2',
    '10.0.0.1',
    '::1',
    'fd12::1',
  ];
  const foreign = [
    'example.com',
    'localhost.example.com',
    'mytest',
    '8.8.8.8',
    '172.32.0.1',
    '2001:db8::1',
    'test.com',
  ];
  for (const name of local) assert.equal(isLocalName(name), true, name);
  for (const name of foreign) assert.equal(isLocalName(name), false, name);
  const authority = await localAuthority(temporaryFolder(t));
  for (const name of foreign) {
    assert.throws(() => issueLocally(authority, ['localhost', name]), {
      code: 'notLocal',
      message: new RegExp(`^${name.replaceAll('.', '\\.')} is no local name`),
    });
  }
});

test('names of hosts are read as certificates have them', () => {
  const cases: [text: string, name: string | undefined][] = [
    ['App.Test', 'app.test'],
    ['a.example.', 'a.example'],
    ['é.example', 'xn--9ca.example'],
    ['_a.example', '_a.example'],
    ['-a.example', undefined],
    ['a..b', undefined],
    ['', undefined],
    ['a b', undefined],
    ['a/b', undefined],
    ['*.a', undefined],
    ['a:80', undefined],
    ['1.2.3', undefined],
    [`${'a'.repeat(64)}.b`, undefined],
    ['a.'.repeat(130), undefined],
  ];
  for (const [text, name] of cases) assert.equal(hostNameOf(text), name, text);
});

test('trust is noted, and belongs to this very authority', async (t) => {
  const data = temporaryFolder(t);
  const authority = await localAuthority(data);
  assert.equal(authority.trusted, false);
  await noteTrust(data, authority, true);
  assert.equal((await localAuthority(data)).trusted, true);
  rmSync(authority.file);
  assert.equal((await localAuthority(data)).trusted, false);
  await noteTrust(data, await localAuthority(data), true);
  await noteTrust(data, await localAuthority(data), false);
  assert.equal((await localAuthority(data)).trusted, false);
});

test('a new one takes the place of one that ends soon', async (t) => {
  const data = temporaryFolder(t);
  const first = await localAuthority(data);
  const soon = new Date(Date.parse(first.certificate.validTo) - 86_400_000);
  const second = await localAuthority(data, soon);
  assert.notEqual(second.certificate.fingerprint256, first.certificate.fingerprint256);
});

const damages: [what: string, code: string, says: RegExp, damage: (folder: string) => void][] = [
  [
    'no key',
    'authorityBroken',
    /root-key\.pem isn't there\. To begin anew: premier untrust, then remove .*, and premier trust/,
    (folder) => rmSync(join(folder, 'root-key.pem')),
  ],
  [
    'a key that is none',
    'authorityBroken',
    /can't be used: root-key\.pem holds no private key\./,
    (folder) => writeFileSync(join(folder, 'root-key.pem'), 'x'),
  ],
  [
    'a certificate that is none',
    'authorityBroken',
    /can't be used: root\.pem holds no certificate\./,
    (folder) => writeFileSync(join(folder, 'root.pem'), 'x'),
  ],
  [
    'the key of another',
    'authorityBroken',
    /root-key\.pem doesn't fit root\.pem/,
    (folder) => writeFileSync(join(folder, 'root-key.pem'), issued.key),
  ],
];
let issued: { key: string; cert: string };
const setUp = async (t: TestContext) => {
  const data = temporaryFolder(t);
  const authority = await localAuthority(data);
  issued = issueLocally(authority, ['localhost']);
  return data;
};
for (const [what, code, message, damage] of damages) {
  test(`of an authority with ${what} it is said how to get another`, async (t) => {
    const data = await setUp(t);
    damage(join(data, 'local-authority'));
    await assert.rejects(localAuthority(data), { code, message });
    // It can be taken out of the stores, unless nothing says which it was.
    const known = knownRoot(data);
    if (what === 'a certificate that is none') await assert.rejects(known, { code });
    else assert.ok((await known)?.certificate.ca);
  });
}

test('a clock that is behind is named', async (t) => {
  const data = await setUp(t);
  await assert.rejects(localAuthority(data, new Date('2020-01-01')), {
    code: 'authorityNotYet',
    message:
      /clock is before that\. Set the clock; if it is right, begin anew: premier untrust, then remove .*local-authority,/,
  });
});

test('a clock that is far ahead is named as well, and costs no authority', async (t) => {
  const data = await setUp(t);
  const { certificate } = await localAuthority(data);
  const until = Date.parse(certificate.validTo);
  for (const ahead of [1000, 2 * 365 * 86_400_000]) {
    await assert.rejects(localAuthority(data, new Date(until + ahead)), {
      code: 'authorityOver',
      message:
        /ended on .* by this computer's clock\. Set the clock; if it is right, begin anew: .*local-authority/,
    });
  }
  assert.equal((await localAuthority(data)).certificate.fingerprint256, certificate.fingerprint256);
  // What is good no more can be taken out of the stores all the same.
  assert.equal((await knownRoot(data))?.certificate.fingerprint256, certificate.fingerprint256);
});

const modes: [folder: number, key: number, isExposed: boolean][] = [
  [0o700, 0o600, false],
  // Nobody else comes through the folder.
  [0o700, 0o644, false],
  // The certificate is no secret.
  [0o755, 0o600, false],
  [0o755, 0o644, true],
  [0o750, 0o640, true],
  [0o777, 0o600, true],
];
for (const [folder, key, isExposed] of modes) {
  test(`a key of mode ${key.toString(8)} in a folder of ${folder.toString(8)} is ${isExposed ? 'told of' : 'kept'}`, {
    skip: process.platform === 'win32',
  }, async (t) => {
    const data = temporaryFolder(t);
    const made = await localAuthority(data);
    assert.equal(made.exposed, undefined);
    const file = join(data, 'local-authority', 'root-key.pem');
    chmodSync(file, key);
    chmodSync(join(data, 'local-authority'), folder);
    assert.equal((await localAuthority(data)).exposed, isExposed ? file : undefined);
    const problems: Error[] = [];
    const certificates = new ManagedCertificates({ local: true, folder: data });
    certificates.on('problem', (problem) => problems.push(problem));
    await certificates.start();
    certificates.close();
    const [said] = problems;
    if (isExposed)
      assert.match(said?.message ?? '', /read or replace .*: chmod 700 .*; chmod 600 .*root-key\.pem\./);
    else assert.deepEqual(problems, []);
  });
}

test('a folder that can not be written is named', async (t) => {
  const file = join(temporaryFolder(t), 'file');
  writeFileSync(file, '');
  await assert.rejects(localAuthority(file), { code: /unreadable|unwritable/, message: /file.*\(ENOTDIR\)/ });
});
