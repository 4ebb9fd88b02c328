// Clients that count each request without a whole answer. In: where a server is, and how many clients of each kind.
// Out, once they are told to end: how many requests were answered, and what became of those that were not. Raw sockets:
// nothing is asked again behind our back.
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import tls from 'node:tls';

/** What has become of a request. */
const answered = Symbol('answered');

/** One connection: sends requests one after the other, and reads answers that have a length. */
class Exchange {
  #socket;
  #text = '';
  #settle = () => {};
  /** Why the connection is over; undefined while it is not. */
  over;
  /** Whether the last answer said that it was the last. */
  last = false;

  constructor(socket, limit) {
    this.#socket = socket;
    if (limit !== undefined) socket.setTimeout(limit, () => this.#end('unanswered'));
    socket.on('data', (data) => {
      this.#text += data.toString('latin1');
      if (this.#isWhole()) this.#settle(answered);
    });
    socket.on('error', (error) => this.#end(error.code));
    socket.on('end', () => this.#end('ended'));
    socket.on('close', () => this.#end('closed'));
  }

  #end(why) {
    this.over ??= why;
    this.#settle(this.over);
  }

  #isWhole() {
    const head = this.#text.indexOf('\r\n\r\n');
    if (head < 0) return false;
    const length = /^content-length: (\d+)/im.exec(this.#text.slice(0, head));
    return length !== null && this.#text.length >= head + 4 + Number(length[1]);
  }

  /** Resolves to `answered`, or to why the answer did not come whole. */
  async ask(text) {
    if (this.over !== undefined) return this.over;
    this.#text = '';
    const result = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#socket.write(text);
    const what = await result;
    this.last = /^connection: close/im.test(this.#text);
    if (what === answered && !this.#text.startsWith('HTTP/1.1 200')) return this.#text.slice(9, 12);
    return what;
  }

  destroy() {
    this.#socket.destroy();
  }
}

export class CountingClients {
  requests = 0;
  /** Connections that nobody accepted: nothing was sent on them. */
  refused = 0;
  /** Requests without a whole answer, by what happened instead. */
  lost = {};
  #over = false;
  #stays = false;
  #clients;
  #where;
  #path;
  #pause;
  #limit;

  /**
   * @param where - the options of `net.connect`, and `secure: true` for TLS
   * @param kept - how many clients keep their connection for as long as they may
   * @param short - how many ask once on each connection
   * @param pause - ms between two requests of a client, at most
   * @param limit - ms after which a request without an answer is lost; none unless given
   */
  constructor(where, { kept = 0, short = 0, path = '/', pause = 5, limit } = {}) {
    this.#where = where;
    this.#path = path;
    this.#pause = pause;
    this.#limit = limit;
    const all = [...Array(kept).fill(true), ...Array(short).fill(false)];
    this.#clients = all.map((keeps) => this.#client(keeps));
  }

  get lostCount() {
    return Object.values(this.lost).reduce((sum, count) => sum + count, 0);
  }

  /** Ends each client after its answer. */
  async end() {
    this.#over = true;
    await Promise.all(this.#clients);
  }

  /** Lets clients go on with the connections that they have, and make no others. */
  stay() {
    this.#stays = true;
  }

  async #client(keeps) {
    while (!this.#over && !this.#stays) {
      const exchange = await this.#connect();
      if (exchange === undefined) {
        this.refused++;
        await delay(20);
        continue;
      }
      await this.#converse(exchange, keeps);
      exchange.destroy();
    }
  }

  async #converse(exchange, keeps) {
    const close = keeps ? '' : 'Connection: close\r\n';
    const request = `GET ${this.#path} HTTP/1.1\r\nHost: localhost\r\n${close}\r\n`;
    do {
      const what = await exchange.ask(request);
      if (what === answered) this.requests++;
      else {
        this.lost[what] = (this.lost[what] ?? 0) + 1;
        return;
      }
      await delay(Math.random() * this.#pause);
      // A connection that ends between two requests costs none.
    } while (keeps && !this.#over && !exchange.last && exchange.over === undefined);
  }

  /** A connection that was accepted; nothing where none was. */
  #connect() {
    const { secure, ...where } = this.#where;
    const socket = secure
      ? tls.connect({ ...where, rejectUnauthorized: false, servername: 'localhost' })
      : net.connect({ noDelay: true, ...where });
    return new Promise((resolve) => {
      const failed = () => resolve(undefined);
      socket.once('error', failed);
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        socket.off('error', failed);
        resolve(new Exchange(socket, this.#limit));
      });
    });
  }
}
