/**
 * `manageCertificates`: certificates on servers, from wherever they come, for as long as the servers run.
 *
 * In: a server over TLS, and where its certificates come from. Out: something to wait for, to reload and to close, and
 * a listener for plain HTTP. The server is served what there is, whatever happens to the rest.
 */
import { EventEmitter } from 'node:events';
import type { RequestListener } from 'node:http';
import type { Server as NetServer } from 'node:net';
import { dirname } from 'node:path';
import type { Server as TlsServer } from 'node:tls';
import { AcmeSource } from './acme-source.js';
import { type PutInPlace, StateKeeper } from './challenges.js';
import { FileSource } from './file-source.js';
import { type LocalAuthority, localAuthority, ownNames } from './local-authority.js';
import { LocalSource } from './local-source.js';
import { type CertificateOptions, checkOptions, checkServer } from './options.js';
import { CertificateProblem } from './problem.js';
import type { ServedState } from './served-state.js';
import { ServingCertificates } from './serving.js';
import type { CertificateEvent, CertificateSource } from './source.js';
import { dataFolder } from './storage.js';

/** Let's Encrypt. */
export const defaultDirectory = 'https://acme-v02.api.letsencrypt.org/directory';

/** Servers that are looked after. */
const managed = new WeakSet<TlsServer>();

interface Events {
  /** A certificate was obtained, or taken from files that changed. */
  change: [event: Exclude<CertificateEvent, { kind: 'problem' }>];
  /** Something is in the way; what is served goes on. */
  problem: [problem: Error, event: Extract<CertificateEvent, { kind: 'problem' }>];
}

export class ManagedCertificates extends EventEmitter<Events> {
  readonly #options: CertificateOptions;
  readonly #serving = new ServingCertificates();
  readonly #keeper: StateKeeper;
  readonly #servers: TlsServer[] = [];
  #source: CertificateSource | undefined;
  /** The local authority, where certificates come from it. */
  authority: LocalAuthority | undefined;

  /** @param elsewhere puts a state in place in other processes, which serve for this one; resolves once it is */
  constructor(options: CertificateOptions, elsewhere: PutInPlace = () => {}) {
    super();
    this.#options = checkOptions(options);
    const { challenges = ['tls-alpn-01'], domains = [] } = this.#options.acme ?? {};
    this.#keeper = new StateKeeper(challenges, domains, async (state) => {
      this.#serving.use(state);
      await elsewhere(state);
    });
  }

  /** Puts the first certificates in place, if there are any. */
  async start(): Promise<void> {
    this.#source = await this.#makeSource();
    await this.#source.start((pairs) => this.#keeper.usePairs(pairs));
  }

  /** What is served at the moment, for other processes. */
  get state(): ServedState {
    return this.#keeper.state;
  }

  /**
   * @param listener what listens for it, where it is another one
   * @throws TypeError where it is looked after already: two would undo what the other does
   */
  add(server: TlsServer, listener?: NetServer): void {
    if (managed.has(server))
      throw new TypeError(
        'manageCertificates(): the certificates of this server are looked after already; close() what looks after them first.',
      );
    managed.add(server);
    this.#servers.push(server);
    this.#serving.add(server, listener);
  }

  answering(handler: RequestListener): RequestListener {
    return this.#serving.answering(handler);
  }

  get names(): string[] {
    return this.#serving.names;
  }

  get redirect(): RequestListener {
    this.answersHttp(true);
    return this.#serving.redirect;
  }

  /** To be called once the servers listen: an authority asks them. */
  listening(): void {
    if (this.#source instanceof AcmeSource) this.#source.watch();
  }

  /** Whether a listener on port 80 answers an authority; who chose the kinds of its questions knows best. */
  answersHttp(does: boolean): void {
    if (this.#options.acme?.challenges) return;
    this.#keeper.types.splice(
      0,
      2,
      ...(does ? (['http-01', 'tls-alpn-01'] as const) : (['tls-alpn-01'] as const)),
    );
  }

  /** Looks at once for something newer, and tries again what failed. */
  async reload(): Promise<void> {
    await this.#source?.reload();
  }

  close(): void {
    for (const server of this.#servers.splice(0)) managed.delete(server);
    this.#keeper.close();
    this.#source?.close();
    this.#serving.close();
  }

  async #makeSource(): Promise<CertificateSource> {
    const { files, acme, local, folder = dataFolder() } = this.#options;
    const tell = (event: CertificateEvent) => this.#tell(event);
    if (files) return new FileSource([files].flat(), tell);
    if (acme) {
      const { domains, directory = defaultDirectory, agreeToTerms = false } = acme;
      return new AcmeSource(folder, { ...acme, names: domains, directory, agreeToTerms }, this.#keeper, tell);
    }
    this.authority = await localAuthority(folder);
    const { exposed } = this.authority;
    if (exposed !== undefined) {
      const facts = { file: exposed, folder: dirname(exposed) };
      tell({ kind: 'problem', problem: new CertificateProblem('authorityExposed', facts) });
    }
    const further = local === true ? [] : (local ?? []);
    const names = [...new Set([...ownNames(this.authority), ...further])];
    return new LocalSource(this.authority, names, tell);
  }

  #tell(event: CertificateEvent): void {
    if (event.kind !== 'problem') this.emit('change', event);
    else if (!this.emit('problem', event.problem, event)) process.emitWarning(event.problem);
  }
}

/**
 * Looks after the certificates of a server for as long as it runs. Resolves once the first is in place; where they come
 * from an authority, that may be later, and is told by 'change'.
 * @throws TypeError for what is no server over TLS, and options that make no sense; CertificateProblem for files or a local
 * authority that can't be used, or terms that are not agreed to
 */
export async function manageCertificates(
  server: TlsServer,
  options: CertificateOptions,
): Promise<ManagedCertificates> {
  checkServer(server);
  const certificates = new ManagedCertificates(options);
  certificates.add(server);
  await certificates.start().catch((error) => {
    certificates.close();
    throw error;
  });
  if (server.listening) certificates.listening();
  else server.once('listening', () => certificates.listening());
  server.once('close', () => certificates.close());
  return certificates;
}
