/**
 * Certificates on running servers: swapped in without losing a connection, several of them told apart by the name that a
 * client asks for, and the certificates that answer challenges. In: servers, and a state. Out: nothing but those servers
 * changed. A pair that OpenSSL won't take changes none.
 */
import { createSecureContext, type SecureContext, type TLSSocket, type Server as TlsServer } from 'node:tls';
import {
  type Negotiation,
  negotiate,
  negotiationOf,
  protocolsIn,
  replaceContexts,
  securityOf,
  useForConnection,
} from '../../node/tls-server-state.js';
import { type ServedState, ticketKeys, ticketPeriod } from './served-state.js';
import { certificatesIn, namesIn, type Pair } from './x509.js';

/** The protocol in which an authority asks (RFC 8737 §6.1). */
export const acmeProtocol = 'acme-tls/1';

export class ServerCertificates {
  readonly #servers = new Map<TlsServer, Applied>();
  #state: ServedState | undefined;
  #rotation: NodeJS.Timeout | undefined;

  /** Looks after one more server; it may listen already. */
  add(server: TlsServer): void {
    const applied = new Applied(server);
    this.#servers.set(server, applied);
    if (this.#state) applied.use(this.#state);
  }

  /**
   * Puts a state in place on every server.
   * @throws Error with OpenSSL's reason, and then nothing has changed
   */
  use(state: ServedState): void {
    for (const pair of state.pairs) createSecureContext(pair);
    this.#state = state;
    for (const applied of this.#servers.values()) applied.use(state);
    this.#rotation ??= setInterval(() => this.#rotate(), ticketPeriod / 24).unref();
  }

  close(): void {
    clearInterval(this.#rotation);
    this.#servers.clear();
  }

  #rotate(): void {
    for (const applied of this.#servers.values()) if (this.#state) applied.useTickets(this.#state);
  }
}

/** What one server has got so far. */
class Applied {
  readonly #server: TlsServer;
  #pair: Pair | undefined;
  /** The contexts by name that the server has of these, and what they were made of. */
  #named: readonly unknown[] = [];
  #namedPairs: readonly Pair[] = [];
  #tickets: Buffer = Buffer.alloc(0);
  /** The server's own negotiation, while there are challenges. */
  #usual: Negotiation | undefined;

  constructor(server: TlsServer) {
    this.#server = server;
  }

  use(state: ServedState): void {
    const [first] = state.pairs;
    if (first && first.cert !== this.#pair?.cert) {
      this.#server.setSecureContext({ ...securityOf(this.#server), ...first });
      this.#pair = first;
      this.#tickets = Buffer.alloc(0);
    }
    if (first) this.useTickets(state);
    this.#useByName(state.pairs);
    this.#answer(state.tlsAnswers);
  }

  useTickets({ ticketSecret }: ServedState): void {
    const keys = ticketKeys(ticketSecret, Date.now());
    if (keys.equals(this.#tickets)) return;
    this.#server.setTicketKeys(keys);
    this.#tickets = keys;
  }

  /** Each name has the first of the pairs that is for it, and one by itself goes before what a `*` stands for. */
  #useByName(pairs: readonly Pair[]): void {
    const several = pairs.length > 1 ? pairs : [];
    const before = this.#namedPairs;
    if (several.length === before.length && several.every(({ cert }, at) => cert === before[at]?.cert))
      return;
    const named = new Map<string, SecureContext>();
    for (const pair of several) {
      const context = createSecureContext({ ...securityOf(this.#server), ...pair });
      const [certificate] = certificatesIn(pair.cert);
      for (const name of certificate ? namesIn(certificate) : [])
        if (!named.has(name)) named.set(name, context);
    }
    const later = ([name]: [string, unknown]) => Number(!name.startsWith('*'));
    const inOrder = [...named].sort((one, other) => later(one) - later(other));
    this.#named = replaceContexts(this.#server, this.#named, inOrder);
    this.#namedPairs = [...several];
  }

  /** Lets an authority have its answer, and everybody else what they had. */
  #answer(answers: Readonly<Record<string, Pair>>): void {
    const named = Object.entries(answers);
    if (named.length === 0) {
      if (this.#usual) negotiate(this.#server, this.#usual);
      this.#usual = undefined;
      return;
    }
    this.#usual ??= negotiationOf(this.#server);
    const usual = this.#usual;
    const contexts = new Map(named.map(([name, pair]) => [name, createSecureContext(pair)]));
    negotiate(this.#server, {
      ALPNProtocols: undefined,
      ALPNCallback(asked) {
        const { servername, protocols } = asked;
        const context =
          servername && protocols.includes(acmeProtocol) && contexts.get(servername.toLowerCase());
        if (context) return endAfterAnswer(this, context);
        if (usual.ALPNCallback) return usual.ALPNCallback.call(this, asked);
        return protocolsIn(usual.ALPNProtocols).find((protocol) => protocols.includes(protocol));
      },
    });
  }
}

/** The handshake is all that the authority wants (RFC 8737 §3). */
function endAfterAnswer(socket: TLSSocket, context: SecureContext): string {
  useForConnection(socket, context);
  socket.once('secure', () => socket.destroySoon());
  return acmeProtocol;
}
