/**
 * A public authority for tests: an ACME server (RFC 8555, RFC 8737, RFC 9773) that lets nothing pass which the RFCs
 * forbid, asks for real whether a name leads to its client, and fails as it is told to.
 */
import {
  createHash,
  createHmac,
  createPublicKey,
  type KeyObject,
  randomBytes,
  verify,
  X509Certificate,
} from 'node:crypto';
import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import { type AddressInfo, isIP } from 'node:net';
import type { TestContext } from 'node:test';
import tls from 'node:tls';
import type { Jwk } from '../../../dist/operation/certificates/acme/jws.js';
import { readElements } from '../../../dist/operation/certificates/der.js';
import {
  alternativeNames,
  authorityKeyIdentifier,
  generateKey,
  isAuthority,
  isServer,
  keyIdentifierOf,
  keyToPem,
  makeCertificate,
  subjectKeyIdentifier,
} from '../../../dist/operation/certificates/x509.js';

/** How the authority is, and what goes wrong with it. */
export interface Authority {
  /** Every so many requests, a good nonce is refused. */
  badNonceEvery: number;
  terms: string | undefined;
  /** The accounts elsewhere that it wants one of: MAC keys by their identifiers. */
  externalAccounts: Record<string, string> | undefined;
  challenges: string[];
  /** Milliseconds for which a certificate is good, and since when. */
  lifetime: number;
  age: number;
  profiles: Record<string, string> | undefined;
  /** When it wants certificates renewed; says nothing where this is undefined. */
  window: (() => { start: Date; end: Date; retryAfter?: number }) | undefined;
  /** Answers the resource of this name with that problem; the name of a host fails the validation of that name. */
  refuse: Map<string, { type: string; detail?: string; status?: number; retryAfter?: number }>;
  /** Never answers the resource of this name; called with how to hear that the client has given up. */
  hold: Map<string, (left: Promise<unknown>) => void>;
  /** Ports on this computer where its questions go. */
  httpPort: number;
  tlsPort: number;
}

interface Account {
  id: string;
  jwk: Jwk;
  contact: string[];
}

interface Order {
  id: string;
  account: string;
  name: string;
  type: string;
  profile?: string;
  replaces?: string;
  status: 'pending' | 'ready' | 'processing' | 'valid' | 'invalid';
  token: string;
  challengeStatus: 'pending' | 'valid' | 'invalid';
  error?: object;
  certificate?: string;
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    readonly detail = type,
    readonly retryAfter?: number,
  ) {
    super(detail);
  }
}

const demand = (holds: boolean, type: string, detail: string, status = 400): void => {
  if (!holds) throw new Refusal(status, type, detail);
};

const decode = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString());

export async function acmeServer(t: TestContext, with_: Partial<Authority> = {}) {
  const settings: Authority = {
    badNonceEvery: 0,
    terms: 'https://authority.test/terms',
    externalAccounts: undefined,
    challenges: ['http-01', 'tls-alpn-01', 'dns-01'],
    lifetime: 90 * 86_400_000,
    age: 3_600_000,
    profiles: undefined,
    window: undefined,
    refuse: new Map(),
    hold: new Map(),
    httpPort: 0,
    tlsPort: 0,
    ...with_,
  };
  const signer = makeRoot();
  const nonces = new Set<string>();
  const accounts = new Map<string, Account>();
  const orders = new Map<string, Order>();
  const log: string[] = [];
  let posts = 0;

  const server = https.createServer(signer.pairFor('localhost'), (req, res) => {
    respond(req, res).catch((error) => {
      if (!(error instanceof Refusal)) throw error;
      const { status, type, detail, retryAfter } = error;
      if (retryAfter !== undefined) res.setHeader('Retry-After', retryAfter);
      reply(res, status, { type: `urn:ietf:params:acme:error:${type}`, detail }, 'application/problem+json');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const base = `https://localhost:${(server.address() as AddressInfo).port}`;

  function reply(res: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
    const nonce = randomBytes(12).toString('base64url');
    nonces.add(nonce);
    res.setHeader('Replay-Nonce', nonce);
    res.writeHead(status, { 'Content-Type': type });
    res.end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  async function respond(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const [, resource = '', id = ''] = (req.url ?? '').split('/');
    log.push(`${req.method} ${resource}`);
    const held = settings.hold.get(resource);
    if (held) return held(once(res, 'close'));
    const told = settings.refuse.get(resource);
    const refuse = () => {
      if (told) throw new Refusal(told.status ?? 400, told.type, told.detail, told.retryAfter);
    };
    if (resource === 'directory') {
      refuse();
      return reply(res, 200, directory());
    }
    if (resource === 'nonce') return reply(res, 200, '');
    if (resource === 'renewal') {
      refuse();
      return renewal(res);
    }
    const { account, payload, jwk } = await signed(req);
    refuse();
    if (resource === 'account' && id === '') return newAccount(res, jwk as Jwk, payload as never);
    demand(account !== undefined, 'accountDoesNotExist', 'No account with this URL');
    if (resource === 'account') {
      const { contact } = (payload ?? {}) as { contact?: string[] };
      if (contact && account) account.contact = contact;
      return reply(res, 200, { status: 'valid' });
    }
    if (resource === 'order' && id === '') return newOrder(res, account as Account, payload as never);
    const order = orders.get(id);
    if (order?.account !== account?.id || !order) throw new Refusal(404, 'malformed', 'No such resource');
    if (resource === 'order') return reply(res, 200, orderObject(order));
    if (resource === 'authorization') return reply(res, 200, authorizationObject(order));
    if (resource.startsWith('challenge-')) {
      demand(JSON.stringify(payload) === '{}', 'malformed', 'A challenge is answered with {}');
      reply(res, 200, {});
      return validate(order, resource.slice('challenge-'.length), account as Account);
    }
    if (resource === 'finalize') return finalize(res, order, payload as never);
    demand(
      payload === undefined && order.certificate !== undefined,
      'malformed',
      'POST-as-GET of a certificate',
    );
    reply(res, 200, order.certificate, 'application/pem-certificate-chain');
  }

  const directory = () => ({
    newNonce: `${base}/nonce`,
    newAccount: `${base}/account`,
    newOrder: `${base}/order`,
    ...(settings.window && { renewalInfo: `${base}/renewal` }),
    meta: {
      ...(settings.terms && { termsOfService: settings.terms }),
      ...(settings.externalAccounts && { externalAccountRequired: true }),
      ...(settings.profiles && { profiles: settings.profiles }),
    },
  });

  function renewal(res: ServerResponse): void {
    const { start, end, retryAfter } = settings.window?.() ?? { start: new Date(), end: new Date() };
    if (retryAfter !== undefined) res.setHeader('Retry-After', retryAfter);
    reply(res, 200, { suggestedWindow: { start, end } });
  }

  /** Takes a signed request apart, and holds it to RFC 8555 §6. */
  async function signed(req: IncomingMessage) {
    demand(req.method === 'POST', 'malformed', 'Only POST', 405);
    demand(req.headers['content-type'] === 'application/jose+json', 'malformed', 'Content-Type', 415);
    demand((req.headers['user-agent'] ?? '') !== '', 'malformed', 'A client names itself (§6.1)');
    const jws = JSON.parse(Buffer.concat(await req.toArray()).toString());
    const head = decode(jws.protected);
    demand(Object.keys(jws).sort().join() === 'payload,protected,signature', 'malformed', 'Flattened JWS');
    demand(head.url === `${base}${req.url}`, 'unauthorized', 'The URL that was signed is another', 401);
    demand(head.alg === 'ES256', 'badSignatureAlgorithm', 'ES256 only');
    demand((head.jwk === undefined) !== (head.kid === undefined), 'malformed', 'jwk or kid, and not both');
    const isNew = req.url === '/account';
    demand(isNew === (head.jwk !== undefined), 'malformed', 'jwk for a new account, kid for all else');
    posts += 1;
    const good = nonces.delete(head.nonce);
    const unlucky = settings.badNonceEvery > 0 && posts % settings.badNonceEvery === 0;
    demand(good && !unlucky, 'badNonce', 'This nonce was used, or made by nobody');
    const account = head.kid === undefined ? undefined : accounts.get(head.kid);
    const jwk: Jwk | undefined = head.jwk ?? account?.jwk;
    if (jwk) {
      const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
      const input = Buffer.from(`${jws.protected}.${jws.payload}`);
      const signature = Buffer.from(jws.signature, 'base64url');
      demand(
        verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, signature),
        'malformed',
        'Signature',
      );
    }
    return { account, jwk, payload: jws.payload === '' ? undefined : decode(jws.payload) };
  }

  function newAccount(
    res: ServerResponse,
    jwk: Jwk,
    payload: {
      contact?: string[];
      termsOfServiceAgreed?: boolean;
      externalAccountBinding?: { protected: string; payload: string; signature: string };
    },
  ): void {
    const known = [...accounts.values()].find((account) => account.jwk.x === jwk.x);
    demand(
      !settings.terms || payload.termsOfServiceAgreed === true,
      'userActionRequired',
      'Agree to the terms',
      403,
    );
    if (settings.externalAccounts)
      checkBinding(payload.externalAccountBinding, jwk, settings.externalAccounts);
    const account = known ?? {
      id: `${base}/account/${accounts.size + 1}`,
      jwk,
      contact: payload.contact ?? [],
    };
    accounts.set(account.id, account);
    res.setHeader('Location', account.id);
    reply(res, known ? 200 : 201, { status: 'valid' });
  }

  function checkBinding(
    binding: { protected: string; payload: string; signature: string } | undefined,
    jwk: Jwk,
    keys: Record<string, string>,
  ): void {
    if (!binding) throw new Refusal(403, 'externalAccountRequired');
    const { alg, kid, url } = decode(binding.protected);
    demand(alg === 'HS256' && url === `${base}/account`, 'malformed', 'The head of the binding');
    const mac = createHmac('sha256', Buffer.from(keys[kid] ?? '', 'base64url'));
    const right = mac.update(`${binding.protected}.${binding.payload}`).digest('base64url');
    demand(
      right === binding.signature && decode(binding.payload).x === jwk.x,
      'unauthorized',
      'The binding',
      403,
    );
  }

  function newOrder(
    res: ServerResponse,
    account: Account,
    payload: { identifiers: { type: string; value: string }[]; profile?: string; replaces?: string },
  ): void {
    const [identifier, ...more] = payload.identifiers;
    demand(identifier !== undefined && more.length === 0, 'malformed', 'One name an order, in these tests');
    const { type, value: name } = identifier as { type: string; value: string };
    demand((isIP(name) !== 0) === (type === 'ip'), 'malformed', 'The type of the identifier');
    demand(
      !payload.profile || payload.profile in (settings.profiles ?? {}),
      'invalidProfile',
      'No such profile',
    );
    const used = [...orders.values()].some(
      ({ replaces }) => replaces !== undefined && replaces === payload.replaces,
    );
    demand(!used, 'alreadyReplaced', 'It was replaced before', 409);
    const id = String(orders.size + 1);
    const token = randomBytes(16).toString('base64url');
    const { profile, replaces } = payload;
    orders.set(id, {
      ...{ id, account: account.id, name, type, token, status: 'pending', challengeStatus: 'pending' },
      ...(profile && { profile }),
      ...(replaces && { replaces }),
    } as Order);
    res.setHeader('Location', `${base}/order/${id}`);
    reply(res, 201, orderObject(orders.get(id) as Order));
  }

  const orderObject = ({ id, status, type, name, error }: Order) => ({
    status,
    identifiers: [{ type, value: name }],
    authorizations: [`${base}/authorization/${id}`],
    finalize: `${base}/finalize/${id}`,
    ...(status === 'valid' && { certificate: `${base}/certificate/${id}` }),
    ...(error && { error }),
  });

  const authorizationObject = ({ id, type, name, token, challengeStatus, error }: Order) => ({
    status: challengeStatus,
    identifier: { type, value: name },
    challenges: settings.challenges.map((kind) => ({
      type: kind,
      url: `${base}/challenge-${kind}/${id}`,
      token,
      status: challengeStatus,
      ...(error && { error }),
    })),
  });

  /** Asks whether the name leads to the client. */
  async function validate(order: Order, kind: string, account: Account): Promise<void> {
    const { crv, kty, x, y } = account.jwk;
    const thumbprint = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
    const wanted = `${order.token}.${thumbprint}`;
    const told = settings.refuse.get(order.name);
    try {
      if (told) throw new Refusal(400, told.type, told.detail);
      if (kind === 'http-01') await askHttp(order, wanted, settings.httpPort);
      else await askTls(order, wanted, settings.tlsPort);
      log.push(`validated ${order.name} by ${kind}`);
      order.challengeStatus = 'valid';
      order.status = 'ready';
    } catch (error) {
      const { type = 'connection', message } = error as Refusal;
      order.challengeStatus = 'invalid';
      order.status = 'invalid';
      order.error = { type: `urn:ietf:params:acme:error:${type}`, detail: message };
    }
  }

  function finalize(res: ServerResponse, order: Order, { csr }: { csr: string }): void {
    demand(order.status === 'ready', 'orderNotReady', 'Not ready', 403);
    const { publicKey, names } = requestIn(Buffer.from(csr, 'base64url'));
    demand(names.join() === order.name, 'badCSR', `The request is for ${names}`);
    order.status = 'processing';
    reply(res, 200, orderObject(order));
    const from = Date.now() - settings.age;
    order.certificate = signer.issue(names, publicKey, from, from + settings.lifetime) + signer.pem;
    order.status = 'valid';
  }

  return {
    settings,
    /** What was asked, in order. */
    log,
    accounts,
    orders,
    directory: `${base}/directory`,
    root: signer.pem,
    /** Forgets all accounts, as a test authority that starts anew. */
    forget: () => accounts.clear(),
  };
}

/** A root that signs for every name. */
function makeRoot() {
  const key = generateKey();
  const publicKey = createPublicKey(key);
  const times = (from: number, to: number) => ({ notBefore: new Date(from), notAfter: new Date(to) });
  const day = 86_400_000;
  const pem = makeCertificate(
    {
      subject: 'A public authority',
      publicKey,
      ...times(Date.now() - day, Date.now() + 1000 * day),
      extensions: [...isAuthority(), subjectKeyIdentifier(keyIdentifierOf(publicKey))],
    },
    key,
  );
  const issuer = new X509Certificate(pem);
  const issue = (names: readonly string[], subjectKey: KeyObject, from: number, to: number) => {
    const extensions = [
      ...isServer(),
      alternativeNames(names),
      authorityKeyIdentifier(keyIdentifierOf(publicKey)),
    ];
    return makeCertificate(
      { subject: '', issuer, publicKey: subjectKey, ...times(from, to), extensions },
      key,
    );
  };
  const pairFor = (name: string) => {
    const own = generateKey();
    return {
      key: keyToPem(own),
      cert: issue([name], createPublicKey(own), Date.now() - day, Date.now() + day),
    };
  };
  return { pem, issue, pairFor };
}

/** The key and names of a request for a certificate, whose signature is checked. */
function requestIn(csr: Buffer): { publicKey: KeyObject; names: string[] } {
  const [whole] = readElements(csr);
  const [body, , signature] = readElements(whole?.content ?? Buffer.alloc(0));
  if (!body || !signature) throw new Refusal(400, 'badCSR', 'No request');
  const [, , spki, attributes] = readElements(body.content);
  const publicKey = createPublicKey({ key: spki?.whole ?? Buffer.alloc(0), format: 'der', type: 'spki' });
  demand(verify('sha256', body.whole, publicKey, signature.content.subarray(1)), 'badCSR', 'Signature');
  const names: string[] = [];
  const walk = (bytes: Buffer): void => {
    for (const { tag, content } of readElements(bytes)) {
      if (tag === 0x82) names.push(content.toString('latin1'));
      else if (tag === 0x87) names.push(content.length === 4 ? content.join('.') : content.toString('hex'));
      else if (tag === 0x04 || (tag & 0x20) !== 0) walk(content);
    }
  };
  walk(attributes?.content ?? Buffer.alloc(0));
  return { publicKey, names };
}

async function askHttp({ name, token }: Order, wanted: string, port: number): Promise<void> {
  const path = `/.well-known/acme-challenge/${token}`;
  const [res] = await once(
    http.get({ port, host: '127.0.0.1', path, headers: { host: name }, agent: false }),
    'response',
  );
  const body = Buffer.concat(await res.toArray()).toString();
  if (res.statusCode !== 200 || body.trimEnd() !== wanted) {
    throw new Refusal(403, 'unauthorized', `Invalid response from http://${name}${path}: ${res.statusCode}`);
  }
}

async function askTls({ name }: Order, wanted: string, port: number): Promise<void> {
  const servername = isIP(name) ? `${name.split('.').reverse().join('.')}.in-addr.arpa` : name;
  const socket = tls.connect({
    ...{ port, host: '127.0.0.1', servername, rejectUnauthorized: false, ALPNProtocols: ['acme-tls/1'] },
  });
  await once(socket, 'secureConnect');
  const certificate = socket.getPeerX509Certificate();
  const digest = createHash('sha256').update(wanted).digest('hex');
  const subject = `${isIP(name) ? 'IP Address' : 'DNS'}:${name}`;
  const right =
    socket.alpnProtocol === 'acme-tls/1' &&
    certificate?.subjectAltName === subject &&
    certificate.raw.toString('hex').includes(`06082b0601050507011f0101ff04220420${digest}`);
  // The client ends the connection (RFC 8737 §3).
  socket.resume();
  await once(socket, 'close');
  if (!right) throw new Refusal(403, 'unauthorized', `The certificate of ${name} is no answer`);
}

/** `fetch`, for the length of a test, by somebody who believes this root. */
export function believe(t: TestContext, ...roots: string[]): void {
  const { fetch } = globalThis;
  t.after(() => {
    globalThis.fetch = fetch;
  });
  globalThis.fetch = (async (
    url: string,
    { method = 'GET', headers = {}, body, signal }: RequestInit = {},
  ) => {
    try {
      const request = https.request(url, {
        method,
        headers: headers as Record<string, string>,
        ca: roots,
        agent: false,
        ...(signal && { signal }),
      });
      request.end(body as string | undefined);
      const [res] = (await once(request, 'response')) as [IncomingMessage];
      const content = Buffer.concat(await res.toArray());
      const fields = Object.entries(res.headers).map(
        ([name, value]) => [name, String(value)] as [string, string],
      );
      return new Response(content, { status: res.statusCode ?? 500, headers: fields });
    } catch (error) {
      // As fetch itself tells of it.
      throw new TypeError('fetch failed', { cause: error });
    }
  }) as typeof fetch;
}
