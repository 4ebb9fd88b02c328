// Clients of libraries that keep connections as programs do: Node's own agents, and undici as fetch. In: where a server is.
// Out: how many requests were answered, how many were refused, and what became of the others. Nothing is asked again.
import { Agent, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';

/** Asks again and again, `count` at a time; what has no whole answer after `limit` ms is lost. */
class LibraryClients {
  requests = 0;
  refused = 0;
  lost = {};
  #over = false;
  #clients;

  constructor(ask, { count, pause, limit }) {
    this.#clients = Array.from({ length: count }, async () => {
      while (!this.#over) {
        try {
          await ask(limit === undefined ? undefined : AbortSignal.timeout(limit));
          this.requests++;
        } catch (error) {
          this.#count(error);
        }
        await delay(Math.random() * pause);
      }
    });
  }

  #count(error) {
    const code =
      error.name === 'TimeoutError' || error.cause?.name === 'TimeoutError'
        ? 'unanswered'
        : (error.cause?.code ?? error.code ?? error.message);
    // The system puts off who tries to connect where a server closes: nothing was sent.
    if (code === 'ECONNREFUSED' || (code === 'unanswered' && error.isUnconnected)) this.refused++;
    else this.lost[code] = (this.lost[code] ?? 0) + 1;
  }

  async end() {
    this.#over = true;
    await Promise.all(this.#clients);
  }
}

export class NodeClients extends LibraryClients {
  constructor({ secure, ...where }, options) {
    const [Kind, send] = secure ? [SecureAgent, secureRequest] : [Agent, request];
    const agent = new Kind({ keepAlive: true, rejectUnauthorized: false });
    const connected = new WeakSet();
    const { createConnection } = agent;
    agent.createConnection = function (...args) {
      const socket = createConnection.apply(this, args);
      return socket?.once('connect', () => connected.add(socket)) ?? socket;
    };
    const ask = (signal) =>
      new Promise((resolve, reject) => {
        const sent = send({ ...where, agent, path: '/', signal }, (res) => {
          res.resume();
          res.once('end', () =>
            res.statusCode === 200 ? resolve() : reject(new Error(String(res.statusCode))),
          );
          res.once('close', () => reject(new Error('cut')));
        });
        let socket;
        sent.once('socket', (given) => {
          socket = given;
        });
        sent.once('error', (error) => {
          const isUnconnected = socket === undefined || !connected.has(socket);
          reject(Object.assign(error, { isUnconnected }));
        });
        sent.end();
      });
    super(ask, options);
  }
}

export class FetchClients extends LibraryClients {
  constructor({ host, port }, options) {
    super(async (signal) => {
      const answer = await fetch(`http://${host}:${port}/`, { signal });
      await answer.text();
      if (answer.status !== 200) throw new Error(String(answer.status));
    }, options);
  }
}
