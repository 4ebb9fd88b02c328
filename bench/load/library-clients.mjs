// Clients of libraries that keep connections as programs do: Node's own agents, and undici as fetch. In: where a server is.
// Out: how many requests were answered, how many were refused, and what became of the others. Nothing is asked again.
import { Agent, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';

/** Asks again and again, `count` at a time. */
class LibraryClients {
  requests = 0;
  refused = 0;
  lost = {};
  #over = false;
  #clients;

  constructor(ask, { count, pause }) {
    this.#clients = Array.from({ length: count }, async () => {
      while (!this.#over) {
        try {
          await ask();
          this.requests++;
        } catch (error) {
          this.#count(error);
        }
        await delay(Math.random() * pause);
      }
    });
  }

  #count(error) {
    const code = error.cause?.code ?? error.code ?? error.message;
    if (code === 'ECONNREFUSED') this.refused++;
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
    const ask = () =>
      new Promise((resolve, reject) => {
        send({ ...where, agent, path: '/' }, (res) => {
          res.resume();
          res.once('end', () =>
            res.statusCode === 200 ? resolve() : reject(new Error(String(res.statusCode))),
          );
          res.once('close', () => reject(new Error('cut')));
        })
          .once('error', reject)
          .end();
      });
    super(ask, options);
  }
}

export class FetchClients extends LibraryClients {
  constructor({ host, port }, options) {
    super(async () => {
      const answer = await fetch(`http://${host}:${port}/`);
      await answer.text();
      if (answer.status !== 200) throw new Error(String(answer.status));
    }, options);
  }
}
