/**
 * The page's own server: its files, its feed, and what it can ask for. In: requests that `access.ts` lets in. Out: answers
 * that no browser takes for anything but what they are, keeps, or lets another site frame.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Access, noToken } from './access.js';
import { decodedBody } from './decoded-body.js';
import { Feed } from './feed.js';
import { harOf } from './har.js';
import { BadRequest, jsonBodyOf } from './json-body.js';
import type { Settings } from './options.js';
import { pageFiles } from './page-files.js';
import { Pulse } from './pulse.js';
import type { Recorder } from './recorder.js';
import { bytesOf, draftFrom, sendTo } from './send-again.js';
import { detailOf } from './snapshot.js';
import { askForToken, wantsTokenPage } from './token-page.js';

/** Pages that may be open at once. */
const MAX_FEEDS = 16;

const SAFETY = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
};

type Answer = (req: IncomingMessage, res: ServerResponse, query: URLSearchParams) => unknown;

export class Service {
  readonly #access: Access;
  readonly #recorder: Recorder;
  readonly #settings: Settings;
  readonly #feeds = new Set<Feed>();
  readonly #pulse: Pulse;

  constructor(recorder: Recorder, settings: Settings) {
    this.#access = new Access(settings.token, settings.host);
    this.#recorder = recorder;
    this.#settings = settings;
    this.#pulse = new Pulse(recorder, (pulse) => {
      for (const feed of this.#feeds) feed.tellPulse(pulse);
    });
  }

  readonly handle = (req: IncomingMessage, res: ServerResponse): void => {
    for (const [name, value] of Object.entries(SAFETY)) res.setHeader(name, value);
    const path = this.#access.pathOf(req);
    if (typeof path === 'string') void this.#answer(path, req, res);
    else if (path === noToken && this.#access.tokenAlone(req) !== undefined) {
      res.setHeader('Location', `./${this.#access.tokenAlone(req)}/`);
      plain(res, 308, 'The address ends with a slash. / L’adresse finit par une barre oblique.');
    } else if (path === noToken && wantsTokenPage(req)) askForToken(req, res, this.#access);
    else plain(res, path.status, path.reason);
  };

  /** Ends the feeds, which would keep the server from closing. */
  close(): void {
    this.#pulse.stop();
    for (const feed of this.#feeds) feed.end();
    this.#feeds.clear();
  }

  async #answer(path: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const [pathname = '', query = ''] = path.split('?', 2);
    try {
      await this.#answerTo(req.method ?? '', pathname, res)(req, res, new URLSearchParams(query));
    } catch (error) {
      this.#failed(res, error);
    }
  }

  /** @throws {BadRequest} there is nothing, or it is not asked for that way */
  #answerTo(method: string, pathname: string, res: ServerResponse): Answer {
    // A feed has no end, and its head says nothing.
    const asked = method === 'HEAD' && pathname !== 'api/feed' ? 'GET' : method;
    const answer = this.#known(`${asked} ${pathname}`);
    if (answer !== undefined) return answer;
    const other = ['GET', 'POST'].find((one) => this.#known(`${one} ${pathname}`) !== undefined);
    if (other === undefined) throw new BadRequest('There is nothing here.', 'Il n’y a rien ici.', 404);
    res.setHeader('Allow', other === 'GET' && pathname !== 'api/feed' ? 'GET, HEAD' : other);
    throw new BadRequest(`It takes ${other} only.`, `On n’y accède que par ${other}.`, 405);
  }

  #known(asked: string): Answer | undefined {
    const [, id] = /^GET api\/exchange\/(\d{1,15})$/.exec(asked) ?? [];
    if (id !== undefined) return (_req, res, query) => this.#exchange(res, Number(id), query);
    switch (asked) {
      case 'GET api/feed':
        return (_req, res) => this.#feed(res);
      case 'GET api/har':
        return (_req, res, query) => this.#har(res, query);
      case 'POST api/send':
        return (req, res) => this.#sendAgain(req, res);
      case 'POST api/close':
        return (req, res) => this.#closeConnection(req, res);
      case 'POST api/clear':
        return (req, res) => this.#clear(req, res);
    }
    const file = asked.startsWith('GET ') ? pageFiles.get(asked.slice('GET '.length)) : undefined;
    if (file === undefined) return undefined;
    return (_req, res) => res.setHeader('Content-Type', file.type).end(file.text);
  }

  #feed(res: ServerResponse): void {
    if (this.#feeds.size >= MAX_FEEDS) {
      throw new BadRequest(
        `${MAX_FEEDS} pages are open already. Close one.`,
        `${MAX_FEEDS} pages sont déjà ouvertes. Fermez-en une.`,
        503,
      );
    }
    const feed = new Feed(res, this.#recorder, this.#settings);
    this.#feeds.add(feed);
    this.#pulse.start();
    res.on('close', () => {
      this.#feeds.delete(feed);
      if (this.#feeds.size === 0) this.#pulse.stop();
    });
  }

  #exchange(res: ServerResponse, id: number, query: URLSearchParams): void {
    const record = this.#recorder.recent.get(id);
    if (record === undefined) {
      throw new BadRequest('This exchange is no longer kept.', 'Cet échange n’est plus gardé.', 404);
    }
    json(res, detailOf(record, this.#masked(query)));
  }

  /** One exchange after another, as the page takes them: all of them as one text may be more than there can be. */
  async #har(res: ServerResponse, query: URLSearchParams): Promise<void> {
    const masked = this.#masked(query);
    res.setHeader('Content-Type', 'application/json');
    res.setHeader('Content-Disposition', 'attachment; filename="premier.har"');
    const frame = JSON.stringify(harOf([]));
    const end = frame.lastIndexOf(']');
    res.write(frame.slice(0, end));
    let comma = '';
    const { recent } = this.#recorder;
    const { nextId } = recent;
    for (let id = recent.oldestId; id < nextId; id++) {
      if (res.destroyed) return;
      const record = recent.get(id);
      // Dropped while the page took those before it.
      if (record === undefined) continue;
      const detail = detailOf(record, masked);
      const decoded = await decodedBody(detail);
      const [entry] = harOf([detail], () => decoded).log.entries;
      if (entry === undefined) continue;
      if (!res.write(comma + JSON.stringify(entry))) await roomIn(res);
      comma = ',';
    }
    res.end(frame.slice(end));
  }

  async #sendAgain(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const asked = await jsonBodyOf(req);
    const original = this.#recorder.recent.get(Number(asked.from));
    const bytes = bytesOf(draftFrom(asked), original);
    const server = original?.connection.observed.server ?? [...this.#recorder.servers].at(-1);
    if (server === undefined) {
      throw new BadRequest('No server was heard of yet.', 'Aucun serveur n’est encore connu.', 409);
    }
    const { recent } = this.#recorder;
    const next = recent.nextId;
    const port = await sendTo(server, bytes);
    // A socket of the file system has no port, and whoever asks through one is not told apart.
    const sent = [...recent].find(
      ({ id, connection: { observed } }) =>
        id >= next && observed.server === server && observed.remotePort === port,
    );
    json(res, { id: sent?.id ?? null });
  }

  async #closeConnection(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { id } = await jsonBodyOf(req);
    const connection = this.#recorder.connections.get(Number(id));
    if (connection === undefined) {
      throw new BadRequest('This connection is closed already.', 'Cette connexion est déjà fermée.', 404);
    }
    connection.observed.socket.destroy();
    json(res, {});
  }

  async #clear(req: IncomingMessage, res: ServerResponse): Promise<void> {
    await jsonBodyOf(req);
    this.#recorder.clear();
    for (const feed of this.#feeds) feed.tellCleared();
    json(res, {});
  }

  /** Which fields are masked: none where the page asks for that. */
  #masked(query: URLSearchParams): ReadonlySet<string> | null {
    return query.get('reveal') === '1' ? null : this.#settings.redact;
  }

  #failed(res: ServerResponse, error: unknown): void {
    if (res.headersSent) res.destroy();
    else if (error instanceof BadRequest) plain(res, error.status, error.message);
    else plain(res, 500, `The inspector failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Resolves when more can be written, or nothing any more. */
function roomIn(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      res.off('drain', settle).off('close', settle);
      resolve();
    };
    res.on('drain', settle).on('close', settle);
  });
}

function plain(res: ServerResponse, status: number, text: string): void {
  res.statusCode = status;
  res.setHeader('Content-Type', 'text/plain; charset=utf-8');
  res.end(`${text}\n`);
}

function json(res: ServerResponse, value: unknown): void {
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify(value));
}
