// Certificates as they are made here: others read them as they were meant, and hold an authority to its names.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { addressOctets, canonicalAddress } from '../../../dist/operation/certificates/addresses.js';
import {
  integer,
  namedBits,
  objectIdentifier,
  octetString,
  readElements,
  time,
} from '../../../dist/operation/certificates/der.js';
import {
  alternativeNames,
  authorityKeyIdentifier,
  generateKey,
  isAuthority,
  isServer,
  issuerKeyIdentifier,
  keyIdentifierOf,
  makeCertificate,
  makeSigningRequest,
  nameConstraints,
  namesIn,
  permittedDomains,
  subjectKeyIdentifier,
} from '../../../dist/operation/certificates/x509.js';
import { temporaryFolder } from './folder.js';

test('values are written as DER wants them', () => {
  const cases: [bytes: Buffer, hex: string][] = [
    [integer(0), '020100'],
    [integer(127), '02017f'],
    [integer(128), '02020080'],
    [integer(Buffer.from('0000ff01', 'hex')), '020300ff01'],
    [integer(Buffer.alloc(3)), '020100'],
    [namedBits(0), '03020780'],
    [namedBits(5, 6), '03020106'],
    [objectIdentifier('2.5.29.17'), '0603551d11'],
    [objectIdentifier('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
    [time(new Date('2049-12-31T23:59:59Z')), '170d3439313233313233353935395a'],
    [time(new Date('2050-01-01T00:00:00Z')), '180f32303530303130313030303030305a'],
    [octetString(Buffer.alloc(127)).subarray(0, 2), '047f'],
    [octetString(Buffer.alloc(128)).subarray(0, 3), '048180'],
    [octetString(Buffer.alloc(70_000)).subarray(0, 5), '0483011170'],
  ];
  for (const [bytes, hex] of cases) assert.equal(bytes.toString('hex'), hex);
});

test('what is written is read again, and what is cut is no DER', () => {
  for (const length of [0, 1, 127, 128, 255, 256, 70_000]) {
    const whole = octetString(Buffer.alloc(length, 7));
    const [first, second] = readElements(Buffer.concat([whole, integer(5)]));
    assert.equal(first?.content.length, length);
    assert.ok(first.whole.equals(whole));
    assert.ok(second?.content.equals(Buffer.from([5])));
    for (const cut of [1, 2, whole.length - 1].filter((cut) => cut < whole.length)) {
      assert.throws(() => readElements(whole.subarray(0, cut)), RangeError);
    }
  }
  for (const hex of ['0480', '048000', '0485ffffffffff', '0484ffffffff00']) {
    assert.throws(() => readElements(Buffer.from(hex, 'hex')), RangeError, hex);
  }
});

test('addresses have one way to be written, and their octets', () => {
  const cases: [text: string, canonical: string, hex: string][] = [
    ['192.0.2.1', '192.0.2.1', 'c0000201'],
    ['::1', '::1', '00000000000000000000000000000001'],
    ['0:0:0:0:0:0:0:1', '::1', '00000000000000000000000000000001'],
    ['2001:DB8:0::A:0', '2001:db8::a:0', '20010db80000000000000000000a0000'],
    ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['fe80::', 'fe80::', 'fe800000000000000000000000000000'],
  ];
  for (const [text, canonical, hex] of cases) {
    assert.equal(canonicalAddress(text), canonical);
    assert.equal(addressOctets(text).toString('hex'), hex);
  }
});

const authorityKey = generateKey();
const identifier = keyIdentifierOf(createPublicKey(authorityKey));
const now = Date.now();
const validity = { notBefore: new Date(now - 1000), notAfter: new Date(now + 3_600_000) };
const rootPem = makeCertificate(
  {
    subject: 'A, "root" of ours; é',
    publicKey: createPublicKey(authorityKey),
    ...validity,
    extensions: [
      ...isAuthority(),
      nameConstraints({ domains: ['test', 'localhost'], networks: ['10.0.0.0/8', 'fc00::/7'] }),
      subjectKeyIdentifier(identifier),
    ],
  },
  authorityKey,
);
const root = new X509Certificate(rootPem);

function leafFor(...names: string[]): string {
  const publicKey = createPublicKey(generateKey());
  return makeCertificate(
    {
      subject: '',
      issuer: root,
      publicKey,
      ...validity,
      extensions: [
        ...isServer(),
        alternativeNames(names),
        subjectKeyIdentifier(keyIdentifierOf(publicKey)),
        authorityKeyIdentifier(identifier),
      ],
    },
    authorityKey,
  );
}

test('node:crypto reads what was written', () => {
  const leaf = new X509Certificate(leafFor('a.test', '10.1.2.3', 'fd00::1'));
  assert.ok(leaf.checkIssued(root));
  assert.ok(leaf.verify(root.publicKey));
  assert.deepEqual(namesIn(leaf), ['a.test', '10.1.2.3', 'fd00::1']);
  assert.equal(leaf.checkHost('a.test'), 'a.test');
  assert.equal(leaf.checkIP('10.1.2.3'), '10.1.2.3');
  assert.equal(leaf.ca, false);
  assert.equal(root.ca, true);
  assert.ok(issuerKeyIdentifier(leaf)?.equals(identifier));
  assert.equal(issuerKeyIdentifier(root), undefined);
  assert.deepEqual(permittedDomains(root), ['test', 'localhost']);
  assert.deepEqual(permittedDomains(leaf), []);
});

const withoutOpenssl = spawnSync('openssl', ['version']).status !== 0 && 'openssl is not installed';

test('OpenSSL, at its strictest, takes a certificate for permitted names and no other', {
  skip: withoutOpenssl,
}, (t) => {
  const folder = temporaryFolder(t);
  const [ca, file] = [join(folder, 'root.pem'), join(folder, 'leaf.pem')] as const;
  writeFileSync(ca, rootPem);
  const cases: [names: string[], error?: RegExp][] = [
    [['a.test', 'localhost', 'b.localhost', '10.255.0.1', 'fd00::1']],
    [['example.com'], /permitted subtree violation/],
    [['a.test', 'atest'], /permitted subtree violation/],
    [['11.0.0.1'], /permitted subtree violation/],
    [['fe00::1'], /permitted subtree violation/],
  ];
  for (const [names, error = /^$/] of cases) {
    writeFileSync(file, leafFor(...names));
    const args = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', ca, file];
    const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
    assert.match(stderr, error, names.join());
    assert.equal(status === 0, error.source === '^$', names.join());
  }
});

test('OpenSSL reads a request for a certificate', { skip: withoutOpenssl }, () => {
  const input = makeSigningRequest(['a.example', '192.0.2.1'], generateKey());
  const args = ['req', '-inform', 'DER', '-noout', '-text', '-verify'];
  const { status, stdout, stderr } = spawnSync('openssl', args, { input, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /verify OK/);
  assert.match(stdout, /DNS:a\.example, IP Address:192\.0\.2\.1/);
});
