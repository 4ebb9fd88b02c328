/**
 * One order of a certificate, from the request to the chain (RFC 8555 §7.4 to §7.5.1).
 *
 * In: an account, a name, and somebody who can have challenges answered. Out: the certificate and its key. A challenge
 * is told to the authority only once it can be answered, and is taken back whatever came of it.
 */

import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CertificateProblem } from '../problem.js';
import { certificatesIn, generateKey, keyToPem, makeSigningRequest, namesIn, type Pair } from '../x509.js';
import { type AcmeConnection, type Answer, parsed } from './connection.js';
import { thumbprint } from './jws.js';
import { failureOfChallenge, type ProblemDocument, RefusedByAuthority } from './refusal.js';

export type ChallengeType = 'http-01' | 'tls-alpn-01';

/** A question by which an authority finds out whose server a name leads to. */
export interface Challenge {
  type: ChallengeType;
  name: string;
  token: string;
  /** What to answer it with (RFC 8555 §8.1). */
  keyAuthorization: string;
}

/** Has challenges answered. */
export interface Challenger {
  /** Those that can be answered here, the preferred first. */
  readonly types: readonly ChallengeType[];
  /** Resolves once every server can answer it. */
  present(challenge: Challenge): Promise<void>;
  withdraw(challenge: Challenge): Promise<void>;
}

export interface OrderRequest {
  name: string;
  /** A profile of the authority's. */
  profile?: string | undefined;
  /** The certificate that this one takes the place of, as RFC 9773 §4.1 names it. */
  replaces?: string | undefined;
}

interface Resource {
  status?: string;
  error?: ProblemDocument;
}

interface Order extends Resource {
  authorizations?: string[];
  finalize?: string;
  certificate?: string;
}

interface Authorization extends Resource {
  challenges?: { type?: string; url?: string; token?: string; status?: string; error?: ProblemDocument }[];
}

/** Milliseconds between two looks at what the authority has yet to do, if it doesn't say. */
const firstPause = 250;
const longestPause = 15_000;
/** Milliseconds after which an authority that comes to no end is given up. */
const patience = 600_000;

/** Orders a certificate. */
export async function orderCertificate(
  connection: AcmeConnection,
  request: OrderRequest,
  challenger: Challenger,
): Promise<Pair> {
  const { url, order } = await newOrder(connection, request);
  for (const authorization of order.authorizations ?? []) {
    await authorize(connection, authorization, request.name, challenger);
  }
  const key = generateKey();
  await settled<Order>(connection, url, ['ready', 'valid']);
  await connection.post(required(order.finalize), {
    csr: makeSigningRequest([request.name], key).toString('base64url'),
  });
  const { certificate } = await settled<Order>(connection, url, ['valid']);
  const { body } = await connection.post(required(certificate));
  return checked(body, keyToPem(key), request.name);
}

async function newOrder(
  connection: AcmeConnection,
  { name, profile, replaces }: OrderRequest,
): Promise<{ url: string; order: Order }> {
  const { newOrder: resource } = await connection.directory();
  const identifiers = [{ type: isIP(name) ? 'ip' : 'dns', value: name }];
  const order = (more: object) =>
    connection.post(resource, { identifiers, ...(profile && { profile }), ...more });
  let answer: Answer;
  try {
    answer = await order(replaces ? { replaces } : {});
  } catch (error) {
    // Whatever the authority has against the predecessor, what counts is the new one (RFC 9773 §5).
    if (!replaces || !(error instanceof RefusedByAuthority) || !/alreadyReplaced|malformed/.test(error.type))
      throw error;
    answer = await order({});
  }
  return { url: required(answer.location), order: parsed<Order>(answer.body) ?? {} };
}

/** Shows that a name leads here, unless the authority still knows that it does. */
async function authorize(
  connection: AcmeConnection,
  url: string,
  name: string,
  challenger: Challenger,
): Promise<void> {
  const { status, challenges = [] } = parsed<Authorization>((await connection.post(url)).body) ?? {};
  if (status === 'valid') return;
  const type = challenger.types.find((each) => challenges.some((offered) => offered.type === each));
  const offered = challenges.find((each) => each.type === type);
  // Its characters end up in paths.
  if (!type || !offered?.url || !/^[\w-]+$/.test(offered.token ?? '')) {
    const types = challenges.map((each) => String(each.type)).join(', ');
    throw new CertificateProblem('acmeNoChallenge', { name, offered: types.slice(0, 200) });
  }
  const { token = '' } = offered;
  const challenge: Challenge = {
    type,
    name,
    token,
    keyAuthorization: `${token}.${thumbprint(connection.key)}`,
  };
  try {
    await challenger.present(challenge);
    await connection.post(offered.url, {});
    await settled<Authorization>(connection, url, ['valid']);
  } finally {
    await challenger.withdraw(challenge);
  }
}

/** Waits until a resource has one of these states. */
async function settled<R extends Resource>(
  connection: AcmeConnection,
  url: string,
  states: string[],
): Promise<R> {
  const giveUp = Date.now() + patience;
  for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
    const { body, retryAfter } = await connection.post(url);
    const resource = parsed<R>(body);
    const { status = '' } = resource ?? {};
    if (resource && states.includes(status)) return resource;
    if (!resource || !['pending', 'processing', 'ready'].includes(status)) throw failureOf(resource, status);
    if (Date.now() > giveUp)
      throw new CertificateProblem('acmeUnreachable', { url, reason: `still ${status}` });
    const wait = Math.min(Math.max(retryAfter ?? pause, firstPause), longestPause);
    await delay(wait, undefined, { signal: connection.signal });
  }
}

/** Why an order or an authorization came to nothing: a challenge tells most. */
function failureOf(resource: Authorization | undefined, status: string): RefusedByAuthority {
  const ofChallenge = resource?.challenges?.find(({ error }) => error !== undefined)?.error;
  if (ofChallenge) return failureOfChallenge(ofChallenge);
  return new RefusedByAuthority(400, resource?.error ?? { detail: `The authority says: ${status}` });
}

function required(url: string | undefined): string {
  if (typeof url !== 'string')
    throw new RefusedByAuthority(400, { detail: 'The answer of the authority has no URL' });
  return url;
}

/** The certificates in an answer, if the first is what was asked for. */
function checked(body: string, key: string, name: string): Pair {
  const chain = certificatesIn(body);
  const [first] = chain;
  if (!first || !namesIn(first).includes(name)) {
    throw new RefusedByAuthority(400, { detail: 'The authority sent no certificate for this name' });
  }
  return { cert: chain.map((certificate) => certificate.toString()).join(''), key };
}
