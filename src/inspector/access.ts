/**
 * Who may read the page. In: a request for it. Out: the path below the token, or why not. Whoever has no token, and every
 * page of another site, is refused; the token is compared in a time that tells nothing of it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

export interface Denial {
  readonly status: 403 | 421;
  readonly reason: string;
}

export const noToken: Denial = {
  status: 403,
  reason:
    'This page is opened by the address that was printed when the server started: it has a token in it, and this one does not. / Cette page s’ouvre par l’adresse affichée au démarrage du serveur : elle contient un jeton, et pas celle-ci.',
};
const foreignHost: Denial = {
  status: 421,
  reason:
    'This page is not opened by that name: any site could have it lead here. Put an address of numbers in its place, such as 127.0.0.1, or localhost. / Cette page ne s’ouvre pas par ce nom : n’importe quel site pourrait le faire mener ici. Mettez à sa place une adresse en chiffres, comme 127.0.0.1, ou localhost.',
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
    if (!this.#isOwnHost(host ?? '')) return foreignHost;
    if (origin !== undefined && origin !== `http://${host}`) return foreignOrigin;
    // A browser says from where it asks, also where it sends no Origin.
    const site = req.headers['sec-fetch-site'];
    // A link may lead here from anywhere; who has the token may have it in a link.
    const isVisit = req.headers['sec-fetch-mode'] === 'navigate' && req.method === 'GET';
    if ((site === 'cross-site' || site === 'same-site') && !isVisit) return foreignOrigin;
    const [, token = '', path = ''] = /^\/([^/?#]*)\/(.*)$/s.exec(req.url ?? '') ?? [];
    return this.isToken(token) ? path : noToken;
  }

  /** The token without the blank path after it, as who types the address leaves it; nothing where it is none. */
  tokenAlone(req: IncomingMessage): string | undefined {
    const [, token] = /^\/([^/?#]+)$/.exec(req.url ?? '') ?? [];
    return token !== undefined && this.isToken(token) ? token : undefined;
  }

  isToken(text: string): boolean {
    return timingSafeEqual(digest(text), this.#token);
  }

  /**
   * The names by which a page is opened: what a site of somebody else's may have lead here (DNS rebinding) gives itself away.
   * A number does not, nor does localhost, which browsers resolve by themselves; so the port is free, as where a tunnel
   * or a container has another one in front.
   */
  #isOwnHost(host: string): boolean {
    const [, literal, name = ''] = /^(?:\[([\da-f:.]+)\]|([^\s:@/[\]]+))(?::\d+)?$/i.exec(host) ?? [];
    const asked = (literal ?? name).toLowerCase().replace(/\.$/, '');
    if (literal !== undefined) return isIP(literal) === 6;
    if (isIP(asked) === 4 || asked === 'localhost' || asked.endsWith('.localhost')) return true;
    return asked !== '' && (asked === this.#host || asked === hostname().toLowerCase());
  }
}
