/**
 * The account with an ACME server (RFC 8555 §7.3): made once, after its terms were agreed to, and kept with its key.
 * In: a folder and what the user said. Out: a connection that may order.
 */
import { createPrivateKey } from 'node:crypto';
import { CertificateProblem } from '../problem.js';
import type { Storage } from '../storage.js';
import { generateKey, keyToPem } from '../x509.js';
import { AcmeConnection, parsed } from './connection.js';
import { bindExternally, type ExternalAccount } from './jws.js';
import { explain, printable, RefusedByAuthority } from './refusal.js';

export interface AccountOptions {
  /** The URL of the server's directory. */
  directory: string;
  email?: string | undefined;
  /** Whether the user agrees to the terms of the authority, whatever they are. */
  agreeToTerms: boolean;
  externalAccount?: ExternalAccount | undefined;
  /** Ends what waits for the authority. */
  signal?: AbortSignal | undefined;
}

interface Stored {
  /** In PEM. */
  key: string;
  /** The account's URL; absent until the server has told it. */
  url?: string;
  email?: string;
}

const file = 'account.json';

/** A connection with the account, which is made if there is none. */
export async function connectionWithAccount(
  storage: Storage,
  options: AccountOptions,
): Promise<AcmeConnection> {
  const { directory, email, signal } = options;
  const connect = async () => {
    const stored = read(await storage.read(file), storage);
    const connection = new AcmeConnection(directory, stored?.key ?? generateKey(), signal);
    connection.kid = stored?.url;
    // Who gives no address leaves the one that was given before.
    if (connection.kid !== undefined && email !== undefined && stored?.email !== email)
      await tellContact(connection, storage, email);
    if (connection.kid === undefined) await register(connection, storage, options);
    return connection;
  };
  return storage.alone('account', connect, signal);
}

/** Forgets the account's URL, where the server says that it knows no such account; its key is used again. */
export async function forgetAccount(storage: Storage): Promise<void> {
  const stored = parsed<Stored>((await storage.read(file)) ?? '');
  if (stored?.key) await storage.write(file, JSON.stringify({ key: stored.key }));
}

/** What to say where a signature isn't that of the account: the file has another key than it had. */
export function wrongKey(refused: RefusedByAuthority, storage: Storage): CertificateProblem | undefined {
  const { type, message } = refused;
  // There is no type of its own for it; this is how those put it that are in use.
  const isOfKey = ['malformed', 'unauthorized'].includes(type) && /\bJWS\b.*verif|signature/i.test(message);
  if (!isOfKey) return undefined;
  return new CertificateProblem('acmeOtherAccount', { file: storage.path(file), detail: printable(message) });
}

function read(text: string | undefined, storage: Storage) {
  if (text === undefined) return undefined;
  const stored = parsed<Stored>(text);
  try {
    if (typeof stored?.key === 'string') return { ...stored, key: createPrivateKey(stored.key) };
  } catch {
    // What is no key is said below.
  }
  throw new CertificateProblem('acmeBrokenAccount', { file: storage.path(file) });
}

/** Tells an account that there is where its owner can be written to; one that the server doesn't know loses its URL. */
async function tellContact(connection: AcmeConnection, storage: Storage, email: string): Promise<void> {
  const { kid: url = '' } = connection;
  try {
    await connection.post(url, { contact: contactOf(email) });
  } catch (error) {
    if (!(error instanceof RefusedByAuthority)) throw error;
    if (error.type !== 'accountDoesNotExist') throw explain(error, url, Date.now());
    connection.kid = undefined;
    return;
  }
  await storage.write(file, JSON.stringify({ key: keyToPem(connection.key), url, email }));
}

const contactOf = (email: string | undefined): string[] => (email === undefined ? [] : [`mailto:${email}`]);

async function register(
  connection: AcmeConnection,
  storage: Storage,
  options: AccountOptions,
): Promise<void> {
  const { newAccount, meta = {} } = await connection.directory();
  const { agreeToTerms, email, externalAccount } = options;
  if (meta.termsOfService !== undefined && !agreeToTerms)
    throw new CertificateProblem('acmeTerms', { terms: meta.termsOfService });
  if (meta.externalAccountRequired && !externalAccount)
    throw new CertificateProblem('acmeNeedsExternalAccount', { detail: options.directory });
  const key = keyToPem(connection.key);
  // The key first: an account whose key is lost can't be had again.
  await storage.write(file, JSON.stringify({ key }));
  const payload = {
    ...(meta.termsOfService !== undefined && { termsOfServiceAgreed: true }),
    ...(email !== undefined && { contact: contactOf(email) }),
    ...(externalAccount && {
      externalAccountBinding: bindExternally(externalAccount, connection.key, newAccount),
    }),
  };
  try {
    const { location, status } = await connection.post(newAccount, payload, { asNew: true });
    connection.kid = location;
    // One that was there already keeps its contact unless it is told the new one.
    if (status === 200 && location !== undefined)
      await connection.post(location, { contact: contactOf(email) });
  } catch (error) {
    if (!(error instanceof RefusedByAuthority)) throw error;
    const ofAccount = externalAccount && ['unauthorized', 'malformed'].includes(error.type);
    throw ofAccount
      ? new CertificateProblem('acmeExternalAccount', { detail: printable(error.message) })
      : explain(error, options.directory, Date.now());
  }
  await storage.write(file, JSON.stringify({ key, url: connection.kid, email }));
}

/** The page of terms that were not agreed to yet; `undefined` where there are none, or an account has agreed. */
export async function termsOf(storage: Storage, { directory }: AccountOptions): Promise<string | undefined> {
  if (read(await storage.read(file), storage)?.url !== undefined) return undefined;
  const { meta } = await new AcmeConnection(directory, generateKey()).directory();
  return meta?.termsOfService;
}
