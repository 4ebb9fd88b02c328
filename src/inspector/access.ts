/**
 * Who may read the page. In: a request for it. Out: the path below the token, or why not. Whoever has no token, and every
 * page of another site, is refused; the token is compared in a time that tells nothing of it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { hostname } from 'node:os';
import { isLoopbackHost } from './options.js';

export interface Denial {
  readonly status: 403 | 421;
  readonly reason: string;
}

const noToken: Denial = {
  status: 403,
  reason:
    'This page is opened by the address that was printed when the server started: it has a token in it, and this one does not. / Cette page s’ouvre par l’adresse affichée au démarrage du serveur : elle contient un jeton, et pas celle-ci.',
};
const foreignHost: Denial = {
  status: 421,
  reason:
    'This server answers to its own address only, as it was printed. / Ce serveur ne répond qu’à sa propre adresse, telle qu’affichée.',
};
const foreignOrigin: Denial = {
  status: 403,
  reason: 'This request comes from a page of another site. / Cette requête vient de la page d’un autre site.',
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export class Access {
  readonly #token: Buffer;
  readonly #host: string;

  constructor(token: string, host: string) {
    this.#token = digest(token);
    this.#host = host.toLowerCase();
  }

  /** The path after the token, query included, such as `api/feed`; or why the request is refused. */
  pathOf(req: IncomingMessage): string | Denial {
    const { host, origin } = req.headers;
    if (!this.#isOwnHost(req, host ?? '')) return foreignHost;
    if (origin !== undefined && origin !== `http://${host}`) return foreignOrigin;
    // A browser says from where it asks, also where it sends no Origin.
    const site = req.headers['sec-fetch-site'];
    // A link may lead here from anywhere; who has the token may have it in a link.
    const isVisit = req.headers['sec-fetch-mode'] === 'navigate' && req.method === 'GET';
    if ((site === 'cross-site' || site === 'same-site') && !isVisit) return foreignOrigin;
    const [, token = '', path = ''] = /^\/([^/?#]*)\/(.*)$/s.exec(req.url ?? '') ?? [];
    return timingSafeEqual(digest(token), this.#token) ? path : noToken;
  }

  #isOwnHost({ socket }: IncomingMessage, host: string): boolean {
    const [, literal, name = '', port = '80'] =
      /^(?:\[([\da-f:.]+)\]|([^\s:@/[\]]+))(?::(\d+))?$/i.exec(host) ?? [];
    if (Number(port) !== socket.localPort) return false;
    const asked = (literal ?? name).toLowerCase();
    const own = (socket.localAddress ?? '').replace(/^::ffff:/, '');
    if (asked === own || asked === this.#host || asked === hostname().toLowerCase()) return asked !== '';
    // The names of this computer for itself, where that is who asks.
    return isLoopbackHost(asked) && isLoopbackHost(own);
  }
}
