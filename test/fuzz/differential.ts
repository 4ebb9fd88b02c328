// Sends the same bytes to node:http and to premier, and names the difference in what their programs were given.
// In: bytes. Out: null where both understood the same, else a class of difference: docs/http-conformance.md lists the
// ones that are meant. What both gave their programs must be equal, whatever else differs.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import nodeHttp, { type IncomingMessage, type ServerResponse } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import premier from 'premier';

interface Seen {
  method?: string;
  url?: string;
  httpVersion: string;
  rawHeaders: string[];
  headers: Record<string, unknown>;
  body: string;
  rawTrailers: string[];
}

/** Node leaves out of `headers` what comes after so many fields, in some of its lines, and out of the trailers. */
const MOST_FIELDS = 1000;

/** What one server made of one connection: the requests that came in whole, and the error if there was one. */
interface Observation {
  requests: Seen[];
  error: string | null;
  /** The server said in an answer that it is the last. */
  closing: boolean;
}

/** A server that remembers what it was sent since it was last asked. */
class Observer {
  readonly #server: nodeHttp.Server;
  #now: Observation = { requests: [], error: null, closing: false };

  constructor(createServer: typeof nodeHttp.createServer) {
    this.#server = createServer((req, res) => this.#see(req, res));
    this.#server.on('clientError', (error: NodeJS.ErrnoException & { refusal?: string }, socket) => {
      this.#now.error ??= error.refusal ?? error.code ?? error.message;
      socket.destroy();
    });
  }

  #see(req: IncomingMessage, res: ServerResponse): void {
    const seen = this.#now;
    const parts: Buffer[] = [];
    req.on('data', (part) => parts.push(part));
    req.on('error', () => {});
    req.on('end', () => {
      const { method, url, httpVersion, rawHeaders, headers, rawTrailers } = req;
      const body = Buffer.concat(parts).toString('latin1');
      const shown = rawHeaders.length > 2 * MOST_FIELDS ? {} : headers;
      const trailers = rawTrailers.slice(0, 2 * MOST_FIELDS);
      seen.requests.push({
        method,
        url,
        httpVersion,
        rawHeaders,
        headers: shown,
        body,
        rawTrailers: trailers,
      });
      res.end();
    });
  }

  /** Sends the segments, each in a turn of its own. */
  async observe(segments: Buffer[]): Promise<Observation> {
    const seen: Observation = { requests: [], error: null, closing: false };
    this.#now = seen;
    const { port } = this.#server.address() as AddressInfo;
    const client = net.connect({ port, host: '127.0.0.1' });
    client.on('error', () => {});
    let answers = '';
    client.on('data', (data) => {
      answers += data.toString('latin1');
    });
    client.setNoDelay();
    const closed = once(client, 'close').catch(() => {});
    for (const segment of segments) {
      client.write(segment);
      if (segments.length > 1) await new Promise((resolve) => setImmediate(resolve));
    }
    client.end();
    await closed;
    seen.closing = /\r\nConnection: close\r\n/i.test(answers);
    return seen;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

export class Differential {
  readonly #node = new Observer(nodeHttp.createServer);
  readonly #premier = new Observer(premier.createServer as never);

  async open(): Promise<this> {
    await Promise.all([this.#node.listen(), this.#premier.listen()]);
    return this;
  }

  close(): void {
    this.#node.close();
    this.#premier.close();
  }

  /**
   * Throws unless premier's program is given the same however the bytes arrive. Behind an answer that is the last
   * nothing is read any more: what is wrong with the bytes there is only seen where they came together with the request.
   */
  async compareCuts(segments: Buffer[]): Promise<void> {
    const whole = await this.#premier.observe([Buffer.concat(segments)]);
    const cut = await this.#premier.observe(segments);
    assert.deepEqual(cut.requests, whole.requests);
    if (!cut.closing || cut.error !== null) assert.equal(cut.error, whole.error);
  }

  /** The class of difference, or null. Throws where one request was understood in two ways. */
  async compare(bytes: Buffer): Promise<string | null> {
    const [node, ours] = await Promise.all([this.#node.observe([bytes]), this.#premier.observe([bytes])]);
    const common = Math.min(node.requests.length, ours.requests.length);
    assert.deepEqual(ours.requests.slice(0, common), node.requests.slice(0, common));
    if (node.requests.length > common) {
      return `here: ${ours.error ?? 'end'}`;
    }
    if (ours.requests.length > common) return `node:http: ${node.error ?? 'end'}`;
    return null;
  }
}
