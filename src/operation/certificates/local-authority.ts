/**
 * The local authority: made once on this computer, it signs for local names only, and a certificate of it is made in no
 * time. In: a folder, names. Out: pairs for a server. Its key never leaves the folder; those of servers never reach a disk.
 */
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { hostNameOf, isLocalName, localDomains, localNetworks } from './local-names.js';
import { CertificateProblem, type Damage } from './problem.js';
import { Storage } from './storage.js';
import {
  alternativeNames,
  authorityKeyIdentifier,
  generateKey,
  isAuthority,
  isServer,
  keyIdentifierOf,
  keyToPem,
  makeCertificate,
  nameConstraints,
  type Pair,
  permittedDomains,
  subjectKeyIdentifier,
} from './x509.js';

const day = 86_400_000;
/** How long the authority is good. */
const authorityDays = 3650;
/** How long a certificate of it is good; a new one takes its place after two thirds of that. */
const leafDays = 7;
/** A new authority is made when the old one is good for less than this. */
const lastDays = 30;
/** Milliseconds by which clocks of other computers may be behind. */
const skew = 3_600_000;

const certificateFile = 'root.pem';
const keyFile = 'root-key.pem';
/** There once it was put into the stores of this computer; holds its fingerprint. */
const trustFile = 'trusted';

/** What others need to believe it. */
export interface Root {
  certificate: X509Certificate;
  /** Where its certificate is, in PEM. */
  file: string;
}

export interface LocalAuthority extends Root {
  key: KeyObject;
  /** Whether `premier trust` has put it into the stores of this computer. */
  trusted: boolean;
  /** Where its key is, if others can get at it. */
  exposed?: string | undefined;
}

const storageIn = (data: string): Storage => new Storage(join(data, 'local-authority'));

/**
 * The authority of this user, made now if there is none, or if it ends soon.
 * @throws CertificateProblem where its files are of no use; and where it isn't good now, for a clock that is wrong once would
 * else cost the trust that it has
 */
export async function localAuthority(data: string, now = new Date()): Promise<LocalAuthority> {
  const storage = storageIn(data);
  const known = await loadForNow(storage, now);
  if (known) return known;
  return storage.alone('authority', async () => (await loadForNow(storage, now)) ?? make(storage, now));
}

/** What there is to take out of the stores, though the authority be of no use any more; `undefined` where there is nothing. */
export async function knownRoot(data: string): Promise<Root | undefined> {
  const storage = storageIn(data);
  const pem = await storage.read(certificateFile);
  return pem === undefined ? undefined : rootOf(pem, storage);
}

/** Notes whether an authority is in the stores of this computer. */
export async function noteTrust(data: string, authority: Root, trusted: boolean): Promise<void> {
  const storage = storageIn(data);
  if (trusted) await storage.write(trustFile, `${authority.certificate.fingerprint256}\n`);
  else await storage.remove(trustFile);
}

async function loadForNow(storage: Storage, now: Date): Promise<LocalAuthority | undefined> {
  const authority = await load(storage);
  if (!authority) return undefined;
  const { folder } = storage;
  const { validFrom, validTo } = authority.certificate;
  const [from, until] = [new Date(validFrom), new Date(validTo)];
  if (from > now) throw new CertificateProblem('authorityNotYet', { from, folder });
  if (until < now) throw new CertificateProblem('authorityOver', { until, folder });
  return until.getTime() - now.getTime() > lastDays * day ? authority : undefined;
}

async function load(storage: Storage): Promise<LocalAuthority | undefined> {
  const [cert, pem, trust] = await Promise.all(
    [certificateFile, keyFile, trustFile].map((name) => storage.read(name)),
  );
  if (cert === undefined) return undefined;
  const root = rootOf(cert, storage);
  if (pem === undefined) throw broken('noKey', storage);
  const key = keyOf(pem, storage);
  if (!root.certificate.checkPrivateKey(key)) throw broken('otherKey', storage);
  return {
    ...{ ...root, key },
    trusted: trust?.trim() === root.certificate.fingerprint256,
    exposed: (await storage.isExposed(keyFile)) ? storage.path(keyFile) : undefined,
  };
}

function rootOf(pem: string, storage: Storage): Root {
  try {
    return { certificate: new X509Certificate(pem), file: storage.path(certificateFile) };
  } catch {
    throw broken('badCertificate', storage);
  }
}

function keyOf(pem: string, storage: Storage): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw broken('badKey', storage);
  }
}

const broken = (what: Damage, { folder }: Storage) =>
  new CertificateProblem('authorityBroken', { folder, what });

async function make(storage: Storage, now: Date): Promise<LocalAuthority> {
  const key = generateKey();
  const publicKey = createPublicKey(key);
  const subject = `premier local authority of ${userInfo().username}@${hostname()}`;
  const identifier = keyIdentifierOf(publicKey);
  const own = hostNameOf(hostname());
  const domains = own === undefined || isLocalName(own) ? localDomains : [...localDomains, own];
  const pem = makeCertificate(
    {
      subject,
      publicKey,
      notBefore: new Date(now.getTime() - skew),
      notAfter: new Date(now.getTime() + authorityDays * day),
      extensions: [
        ...isAuthority(),
        nameConstraints({ domains, networks: localNetworks }),
        subjectKeyIdentifier(identifier),
      ],
    },
    key,
  );
  // The certificate is written last: where it is, its key is.
  await storage.write(keyFile, keyToPem(key));
  await storage.write(certificateFile, pem);
  return { certificate: new X509Certificate(pem), key, file: storage.path(certificateFile), trusted: false };
}

/**
 * Makes a certificate for these names, and a key.
 * @throws CertificateProblem for a name that isn't local
 */
export function issueLocally(authority: LocalAuthority, names: readonly string[], now = new Date()): Pair {
  const permitted = permittedDomains(authority.certificate);
  const foreign = names.find((name) => !isLocalName(name, permitted));
  if (foreign !== undefined) throw new CertificateProblem('notLocal', { name: foreign });
  const key = generateKey();
  const publicKey = createPublicKey(key);
  const end = Math.min(now.getTime() + leafDays * day, Date.parse(authority.certificate.validTo));
  const cert = makeCertificate(
    {
      subject: '',
      issuer: authority.certificate,
      publicKey,
      notBefore: new Date(now.getTime() - skew),
      notAfter: new Date(end),
      extensions: [
        ...isServer(),
        alternativeNames(names),
        subjectKeyIdentifier(keyIdentifierOf(publicKey)),
        authorityKeyIdentifier(keyIdentifierOf(createPublicKey(authority.key))),
      ],
    },
    authority.key,
  );
  return { cert, key: keyToPem(key) };
}

/** The names of this computer on itself, and its own where the authority may sign for it: it may have got a new one. */
export function ownNames({ certificate }: LocalAuthority): string[] {
  const own = hostNameOf(hostname());
  const named = own !== undefined && isLocalName(own, permittedDomains(certificate)) ? [own] : [];
  return [...new Set(['localhost', '127.0.0.1', '::1', ...named])];
}
