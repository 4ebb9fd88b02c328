/**
 * JSON Web Signatures as ACME has them (RFC 8555 §6.2): flattened, ES256 for accounts, HS256 for the binding to an
 * account elsewhere. In: keys, header fields, payloads. Out: what is sent.
 */
import { createHash, createHmac, createPublicKey, type KeyObject, sign } from 'node:crypto';

export interface Jws {
  protected: string;
  payload: string;
  signature: string;
}

/** A public key on P-256, with its members in the order in which they are digested (RFC 7638 §3.2). */
export interface Jwk {
  crv: string;
  kty: string;
  x: string;
  y: string;
}

export const base64url = (data: Uint8Array | string): string => Buffer.from(data).toString('base64url');

export function jwkOf(key: KeyObject): Jwk {
  const { crv = '', kty = '', x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' });
  return { crv, kty, x, y };
}

/** The digest by which a key is known in challenges. */
export const thumbprint = (key: KeyObject): string =>
  createHash('sha256')
    .update(JSON.stringify(jwkOf(key)))
    .digest('base64url');

export interface AccountHeader {
  nonce: string;
  url: string;
  /** The account's URL; absent while there is none, and then the key itself is sent. */
  kid?: string | undefined;
}

/** Signs for an account. Without a payload it is a POST-as-GET. */
export function signForAccount(key: KeyObject, { kid, ...header }: AccountHeader, payload?: object): Jws {
  const by = kid === undefined ? { jwk: jwkOf(key) } : { kid };
  return jws({ alg: 'ES256', ...by, ...header }, payload, (input) =>
    sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }),
  );
}

/** An account that the authority's customer has with it already. */
export interface ExternalAccount {
  /** Its identifier. */
  kid: string;
  /** The MAC key that goes with it, in base64url. */
  key: string;
}

/** Ties a key to an account elsewhere (RFC 8555 §7.3.4). */
export function bindExternally({ kid, key }: ExternalAccount, account: KeyObject, url: string): Jws {
  return jws({ alg: 'HS256', kid, url }, jwkOf(account), (input) =>
    createHmac('sha256', Buffer.from(key, 'base64url')).update(input).digest(),
  );
}

function jws(header: object, payload: object | undefined, signature: (input: string) => Uint8Array): Jws {
  const head = base64url(JSON.stringify(header));
  const body = payload === undefined ? '' : base64url(JSON.stringify(payload));
  return { protected: head, payload: body, signature: base64url(signature(`${head}.${body}`)) };
}
