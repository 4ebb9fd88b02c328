/**
 * The options of `manageCertificates`. In: what a program gives. Out: the same, checked, its names as certificates have them;
 * an error names the option, what is wrong with it and what would do. Touches neither disk nor network.
 */
import type { Server as TlsServer } from 'node:tls';
import { inspect } from 'node:util';
import type { ExternalAccount } from './acme/jws.js';
import type { ChallengeType } from './acme/order.js';
import { certifiableName } from './local-names.js';
import type { PairFiles } from './pair-files.js';
import { CertificateProblem } from './problem.js';

/** What a public authority wants to know. */
export interface PublicCertificates {
  /** Public names and addresses; each gets a certificate of its own. */
  domains: readonly string[];
  /** Where the authority can write to; it may ask for one. */
  email?: string | undefined;
  /** Set to say that you agree to the terms of the authority, which its directory names. */
  agreeToTerms?: boolean | undefined;
  /** The URL of its directory. Default: Let's Encrypt's. */
  directory?: string | undefined;
  /** An account with it that you have already. */
  externalAccount?: ExternalAccount | undefined;
  /** One of its profiles, such as `shortlived`. */
  profile?: string | undefined;
  /** By which of these it may ask, the preferred first. Default: tls-alpn-01, after http-01 where `redirect` is used. */
  challenges?: readonly ChallengeType[] | undefined;
}

/** Where certificates come from: one of the three. */
export interface CertificateOptions {
  /** Local names besides those of this computer, for its local authority; `true` for no others. */
  local?: true | readonly string[] | undefined;
  /** Two files in PEM, looked at for changes; of several pairs, clients choose by name. */
  files?: PairFiles | readonly PairFiles[] | undefined;
  acme?: PublicCertificates | undefined;
  /** The folder that keeps what must not be lost. Default: `premier` in the user's folder of data. */
  folder?: string | undefined;
}

const ways = ['local', 'files', 'acme'] as const;

/** @throws TypeError, or CertificateProblem for a URL that is no authority's */
export function checkOptions(options: CertificateOptions): CertificateOptions {
  checkObject('options', options, [...ways, 'folder']);
  const { local, files, acme, folder } = options;
  if (ways.filter((way) => options[way] !== undefined).length !== 1)
    throw new TypeError(
      'Certificates come from one of local, files and acme: give exactly one of these options.',
    );
  if (folder !== undefined) checkText('folder', folder, 'the path of a folder');
  if (Array.isArray(files)) {
    if (files.length === 0) throw wrong('files', files, 'an object with cert, key, or a list of such');
    for (const [index, each] of files.entries()) checkFiles(`files[${index}]`, each);
  } else if (files !== undefined) checkFiles('files', files as PairFiles);
  return {
    ...options,
    ...(local !== undefined && { local: local === true ? local : checkNames('local', local, 'app.test') }),
    ...(acme !== undefined && { acme: checkPublic(acme) }),
  };
}

/** @throws TypeError for what is no server over TLS */
export function checkServer(server: TlsServer): void {
  const { addContext, setSecureContext } = (server ?? {}) as Partial<TlsServer>;
  if (typeof addContext === 'function' && typeof setSecureContext === 'function') return;
  throw new TypeError(
    `manageCertificates() looks after a server over TLS, as createServer() of premier/https makes it, not ${shown(server)}.`,
  );
}

function checkFiles(option: string, files: PairFiles): void {
  checkObject(option, files, ['cert', 'key']);
  for (const name of ['cert', 'key'] as const) {
    const path = checkText(`${option}.${name}`, files[name], 'the path of a file in PEM');
    // Not shown: it may be a private key.
    if (path.includes('-----BEGIN '))
      throw new TypeError(
        `manageCertificates(): ${option}.${name} should be the path of a file in PEM, not its text. Without a file, the server takes it: https.createServer({ cert, key }).`,
      );
  }
}

function checkPublic(acme: PublicCertificates): PublicCertificates {
  checkObject('acme', acme, [
    'domains',
    'email',
    'agreeToTerms',
    'directory',
    'externalAccount',
    'profile',
    'challenges',
  ]);
  const { email, agreeToTerms, directory, externalAccount, profile, challenges } = acme;
  const domains = checkNames('acme.domains', acme.domains, 'example.org');
  if (domains.length === 0) throw wrong('acme.domains', acme.domains, "a list such as ['example.org']");
  if (email !== undefined && !/^[^\s@,;<>?#%]+@[^\s@,;<>?#%]+$/.test(checkText('acme.email', email)))
    throw wrong('acme.email', email, "an address such as 'anna@example.org'");
  if (agreeToTerms !== undefined && typeof agreeToTerms !== 'boolean')
    throw wrong('acme.agreeToTerms', agreeToTerms, 'true or false');
  if (directory !== undefined) checkDirectory(directory);
  if (profile !== undefined) checkText('acme.profile', profile, "a name such as 'shortlived'");
  if (externalAccount !== undefined) {
    checkObject('acme.externalAccount', externalAccount, ['kid', 'key']);
    checkText('acme.externalAccount.kid', externalAccount.kid);
    if (!/^[\w-]+=*$/.test(checkText('acme.externalAccount.key', externalAccount.key)))
      throw wrong('acme.externalAccount.key', '…', 'a key in base64url');
  }
  if (challenges !== undefined) {
    const known: readonly unknown[] = ['http-01', 'tls-alpn-01'] satisfies ChallengeType[];
    if (
      !Array.isArray(challenges) ||
      challenges.length === 0 ||
      !challenges.every((one) => known.includes(one))
    )
      throw wrong('acme.challenges', challenges, "a list of 'http-01' and 'tls-alpn-01'");
  }
  return { ...acme, domains };
}

function checkDirectory(url: string): void {
  checkText('acme.directory', url, 'the https URL of a directory');
  if (!URL.canParse(url)) throw new CertificateProblem('acmeNoDirectory', { url });
  if (new URL(url).protocol !== 'https:') throw new CertificateProblem('acmeInsecure', { url });
}

/** Names of hosts and addresses as certificates have them, each once. */
function checkNames(option: string, names: readonly string[], example: string): string[] {
  const wanted = `a list of names such as ['${example}']`;
  if (!Array.isArray(names)) throw wrong(option, names, option === 'local' ? `true, or ${wanted}` : wanted);
  const read = names.map((name: unknown) => {
    const known = typeof name === 'string' ? certifiableName(name) : undefined;
    if (known === undefined)
      throw wrong(`each of ${option}`, name, 'the name of a host, or an address, without scheme and port');
    return known;
  });
  return [...new Set(read)];
}

function checkObject(option: string, value: object, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(option, value, `an object with ${known.join(', ')}`);
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new TypeError(
      `manageCertificates(): there is no ${option}.${unknown}; there are ${known.join(', ')}.`,
    );
}

function checkText(option: string, value: string, wanted = 'a text'): string {
  if (typeof value !== 'string' || value === '') throw wrong(option, value, wanted);
  return value;
}

/** @param what the option, or one of its parts */
const wrong = (what: string, value: unknown, wanted: string): TypeError =>
  new TypeError(`manageCertificates(): ${what} should be ${wanted}, not ${shown(value)}.`);

const shown = (value: unknown): string =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? `a ${value.constructor?.name ?? 'object'}`
    : inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 60 });
