/**
 * Certificates in one process that serves: on its servers, and in the answers that it gives in plain HTTP. In: states, from
 * who looks after the certificates, in this process or another. Out: servers and listeners that follow them.
 */
import type { RequestListener } from 'node:http';
import type { Server as NetServer } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import { answerChallenge, redirectToHttps } from './plain-http.js';
import type { ServedState } from './served-state.js';
import { ServerCertificates } from './server-certificates.js';
import { certificatesIn, namesIn } from './x509.js';

export class ServingCertificates {
  readonly #servers = new ServerCertificates();
  /** What listens where https is. */
  #listener: NetServer | undefined;
  #state: ServedState | undefined;

  /**
   * Looks after one more server.
   * @param listener what listens for it, where it is another one
   */
  add(server: TlsServer, listener: NetServer = server): void {
    this.#listener ??= listener;
    this.#servers.add(server);
  }

  /**
   * Puts a state in place.
   * @throws Error with OpenSSL's reason, and then nothing has changed
   */
  use(state: ServedState): void {
    this.#servers.use(state);
    this.#state = state;
  }

  /** Looks after nothing any more; what is served goes on. */
  close(): void {
    this.#servers.close();
  }

  /** Names and addresses that are served. */
  get names(): string[] {
    const { pairs = [], names = [] } = this.#state ?? {};
    const first = pairs.flatMap(({ cert }) => certificatesIn(cert).slice(0, 1));
    return [...new Set([...first.flatMap(namesIn), ...names])];
  }

  /** A listener for a server of plain HTTP: answers the authority's questions, and sends everybody else to https. */
  get redirect(): RequestListener {
    const redirect = redirectToHttps({
      port: () => portOf(this.#listener),
      serves: (host) => covers(this.names, host),
    });
    return this.answering(redirect);
  }

  /** Answers the authority's questions before anything else. */
  answering(handler: RequestListener): RequestListener {
    return (req, res) => {
      if (!answerChallenge(req, res, this.#state?.httpAnswers ?? {})) return handler(req, res);
    };
  }
}

/** The port by which clients reach a server; 443 for one that listens on none. */
function portOf(server: NetServer | undefined): number {
  const address = server?.address();
  return typeof address === 'object' && address !== null ? address.port : 443;
}

/** Whether one of the names of certificates, which may begin with `*.`, is that of a host. */
function covers(names: readonly string[], host: string): boolean {
  return names.some(
    (name) => name === host || (name.startsWith('*.') && host.replace(/^[^.]+/, '*') === name),
  );
}
