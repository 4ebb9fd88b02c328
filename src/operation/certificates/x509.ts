/**
 * Certificates (RFC 5280) and requests for them (RFC 2986), made and read as far as node:crypto doesn't.
 *
 * In: names, keys and times. Out: PEM. All keys are ECDSA on P-256. Never decides what a certificate is for: its
 * callers do, by the extensions they give it.
 */
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIP } from 'node:net';
import { addressOctets, canonicalAddress } from './addresses.js';
import {
  bitString,
  type Element,
  element,
  explicit,
  implicit,
  integer,
  namedBits,
  objectIdentifier,
  octetString,
  readElements,
  sequence,
  set,
  time,
  utf8String,
  yes,
} from './der.js';

/** A certificate, the chain after it, and the key of the first; all in PEM. */
export interface Pair {
  cert: string;
  key: string;
}

export const generateKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

export const keyToPem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }) as string;

/** What a certificate says, and who signs it. */
export interface CertificateContents {
  /** The common name; empty where the alternative names say it all. */
  subject: string;
  /** Who signs it; itself where there is none. */
  issuer?: X509Certificate;
  publicKey: KeyObject;
  notBefore: Date;
  notAfter: Date;
  extensions: readonly Buffer[];
}

/** Makes a certificate. */
export function makeCertificate(contents: CertificateContents, signer: KeyObject): string {
  const { subject, issuer, publicKey, notBefore, notAfter, extensions } = contents;
  const serial = randomBytes(16);
  // Neither negative nor shorter than the others (RFC 5280 §4.1.2.2).
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const body = sequence(
    explicit(0, integer(2)),
    integer(serial),
    ecdsaWithSha256,
    issuer ? subjectOf(issuer) : name(subject),
    sequence(time(notBefore), time(notAfter)),
    name(subject),
    spki(publicKey),
    explicit(3, sequence(...extensions)),
  );
  return pem('CERTIFICATE', signed(body, signer));
}

/** Makes a request for a certificate with these names, and a key of its own (RFC 8555 §7.4). */
export function makeSigningRequest(names: readonly string[], key: KeyObject): Buffer {
  const extensions = sequence(alternativeNames(names));
  const body = sequence(
    integer(0),
    name(''),
    spki(createPublicKey(key)),
    explicit(0, sequence(objectIdentifier('1.2.840.113549.1.9.14'), set(extensions))),
  );
  return signed(body, key);
}

const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));

const signed = (body: Buffer, key: KeyObject): Buffer =>
  sequence(body, ecdsaWithSha256, bitString(sign('sha256', body, key)));

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

const name = (common: string): Buffer =>
  common === '' ? sequence() : sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8String(common))));

const pem = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;

function extension(id: string, value: Buffer, critical: 'critical' | 'optional'): Buffer {
  return sequence(objectIdentifier(id), ...(critical === 'critical' ? [yes] : []), octetString(value));
}

/** An authority that signs no other authority. */
export const isAuthority = (): Buffer[] => [
  extension('2.5.29.19', sequence(yes, integer(0)), 'critical'),
  // keyCertSign, cRLSign
  extension('2.5.29.15', namedBits(5, 6), 'critical'),
];

/** A server, and no authority. */
export const isServer = (): Buffer[] => [
  extension('2.5.29.19', sequence(), 'critical'),
  // digitalSignature
  extension('2.5.29.15', namedBits(0), 'critical'),
  extension('2.5.29.37', sequence(objectIdentifier('1.3.6.1.5.5.7.3.1')), 'optional'),
];

/** Names and addresses of a server. Critical where the subject is empty (RFC 5280 §4.2.1.6). */
export function alternativeNames(names: readonly string[]): Buffer {
  const general = names.map((each) =>
    isIP(each) ? implicit(7, addressOctets(each)) : implicit(2, Buffer.from(each, 'latin1')),
  );
  return extension('2.5.29.17', sequence(...general), 'critical');
}

/** What an authority may sign for. */
export interface PermittedNames {
  /** Each with all below it. */
  domains: readonly string[];
  /** Networks as `10.0.0.0/8`. */
  networks: readonly string[];
}

/** @see https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10 */
export function nameConstraints({ domains, networks }: PermittedNames): Buffer {
  const trees = [
    ...domains.map((domain) => implicit(2, Buffer.from(domain, 'latin1'))),
    ...networks.map((network) => implicit(7, networkOctets(network))),
  ].map((base) => sequence(base));
  return extension(permittedTrees, sequence(element(0xa0, ...trees)), 'critical');
}

/** By which certificates of an authority and the authority's own find each other. */
export const keyIdentifierOf = (key: KeyObject): Buffer => {
  const [, bits] = readElements(readElements(spki(key))[0]?.content ?? Buffer.alloc(0));
  // RFC 7093 §2: 160 bits of the digest of the key's own bits.
  return createHash('sha256')
    .update(bits?.content.subarray(1) ?? '')
    .digest()
    .subarray(0, 20);
};

export const subjectKeyIdentifier = (identifier: Buffer): Buffer =>
  extension('2.5.29.14', octetString(identifier), 'optional');

export const authorityKeyIdentifier = (identifier: Buffer): Buffer =>
  extension(authorityKey, sequence(implicit(0, identifier)), 'optional');

/** The answer to a challenge tls-alpn-01, in a certificate (RFC 8737 §3). */
export const acmeIdentifier = (digest: Buffer): Buffer =>
  extension('1.3.6.1.5.5.7.1.31', octetString(digest), 'critical');

const authorityKey = '2.5.29.35';
const permittedTrees = '2.5.29.30';

/** The key identifier of a certificate's issuer; `undefined` for one that doesn't tell. */
export function issuerKeyIdentifier(certificate: X509Certificate): Buffer | undefined {
  return itemsOf(extensionOf(certificate, authorityKey)).find(({ tag }) => tag === 0x80)?.content;
}

/** The domains that an authority may sign for, each with all below it. */
export function permittedDomains(authority: X509Certificate): string[] {
  const permitted = itemsOf(extensionOf(authority, permittedTrees)).find(({ tag }) => tag === 0xa0);
  return itemsOf(permitted)
    .flatMap((tree) => itemsOf(tree))
    .filter(({ tag }) => tag === 0x82)
    .map(({ content }) => content.toString('latin1'));
}

const itemsOf = (element: Element | undefined): Element[] => (element ? readElements(element.content) : []);

/** The parts of what is signed. */
const bodyOf = ({ raw }: X509Certificate): Element[] => itemsOf(itemsOf(readElements(raw)[0])[0]);

/** The value of an extension. */
function extensionOf(certificate: X509Certificate, id: string): Element | undefined {
  const [list] = itemsOf(bodyOf(certificate).find(({ tag }) => tag === 0xa3));
  for (const extension of itemsOf(list)) {
    const [identifier, ...rest] = itemsOf(extension);
    if (identifier?.whole.equals(objectIdentifier(id))) return itemsOf(rest.at(-1))[0];
  }
  return undefined;
}

/** The subject, to the octet: it is what certificates name their issuer by. */
const subjectOf = (certificate: X509Certificate): Buffer => bodyOf(certificate)[5]?.whole ?? sequence();

/** Each certificate of a text in PEM, the first being the server's. */
export function certificatesIn(text: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]+-----END \1-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

/** The names and addresses that a certificate is for, in lower case. */
export function namesIn({ subjectAltName = '' }: X509Certificate): string[] {
  return [...subjectAltName.matchAll(/(?:DNS|IP Address):"?([^,"]+)"?/g)].map(([, each = '']) =>
    isIP(each) ? canonicalAddress(each) : each.toLowerCase(),
  );
}

function networkOctets(network: string): Buffer {
  const [address = '', bits = ''] = network.split('/');
  const octets = addressOctets(address);
  const mask = octets.map(
    (_octet, index) => 0xff & ~(0xff >> Math.min(8, Math.max(0, Number(bits) - index * 8))),
  );
  return Buffer.concat([octets, mask]);
}
