/**
 * The script that reloads a page when a document changes, and where it goes in a page. In: the version that stands, HTML.
 * Out: the script, HTML with it. Nothing of the page itself is changed, whatever its own scripts, texts and comments hold.
 */
import { Buffer } from 'node:buffer';

/** Hidden names are never documents, so these addresses cannot collide with one. */
export const eventsPath = '/.premier/reload';
export const scriptPath = '/.premier/reload.js';

/** Added to the script's address on a page that only says that something failed for a moment. */
export const retrying = '?retry';

/**
 * The script. It is gone before the page's own run. A frame leaves reloading to the page around it; of all tabs one has the
 * stream and passes on what it hears, since a browser opens only six connections to a server. Without locks, which need
 * https or this computer, a hidden tab gives its stream back. A page that was sent before the version that stands is older
 * than that, and reloads at once; one that comes to hear of it asks what was told meanwhile.
 * @param age how long that version has stood (ms)
 */
export function scriptFor(version: number, age: number): string {
  return `(() => {
  const { currentScript } = document;
  const { src } = currentScript;
  const address = new URL('reload', src);
  const retry = new URL(src).search === '${retrying}';
  currentScript.remove();
  if (retry) setTimeout(() => location.reload(), 1000);
  const mark = Symbol.for('premier reload');
  self[mark] = true;
  try {
    if (parent !== self && parent[mark]) return;
  } catch {}
  if (origin !== location.origin) return;
  const hear = (version) => {
    if (version > '${version}') location.reload();
  };
  const [{ responseStart: sent }] = performance.getEntriesByType('navigation');
  const now = performance.getEntriesByName(src).at(-1)?.responseStart || performance.now();
  if (now - sent > ${age}) location.reload();
  let last;
  const shared = navigator.locks && self.BroadcastChannel;
  const channel = shared && new BroadcastChannel(address.href);
  if (channel) {
    channel.onmessage = ({ data }) => {
      if (data !== 'which?') hear(data);
      else if (last) channel.postMessage(last);
    };
    channel.postMessage('which?');
  }
  let leave = () => {};
  const listen = () => {
    const source = new EventSource(address);
    source.onmessage = ({ data }) => {
      last = data;
      channel?.postMessage(data);
      hear(data);
    };
    return () => source.close();
  };
  const join = () => {
    if (!shared) {
      leave();
      leave = listen();
      return;
    }
    const waiting = new AbortController();
    leave = () => waiting.abort();
    navigator.locks
      .request(address.href, { signal: waiting.signal }, () => {
        const close = listen();
        return new Promise((release) => {
          leave = () => {
            close();
            release();
          };
        });
      })
      .catch(() => {});
  };
  addEventListener('pagehide', () => leave());
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
  if (!shared) document.addEventListener('visibilitychange', () => (document.hidden ? leave() : join()));
  join();
})();
`;
}

/** The script's address as seen from a path, relative so that it holds wherever the handler is mounted. */
export function scriptFrom(path: string): string {
  return ('../'.repeat(path.split('/').length - 2) || './') + scriptPath.slice(1);
}

/** How much of a page is looked at for the beginning of its head (bytes). */
const furthest = 64 * 1024;

/**
 * Adds the script to an HTML document: as the first thing in its head, where no text, comment or script of the page can
 * be mistaken for another place, and no `<base>` has been met.
 */
export function withScript(html: Buffer, address: string): Buffer {
  const at = headOf(html.toString('latin1', 0, furthest));
  const tag = Buffer.from(`<script src="${address}"></script>`, 'latin1');
  return Buffer.concat([html.subarray(0, at), tag, html.subarray(at)]);
}

/** White space, comments, a doctype, end tags of nothing, and what is read as a comment (HTML §13.2.5 and §13.2.6.4.1). */
const ignored =
  /\s+|<!-->|<!--->|<!--.*?--!?>|<!(?!--)[^>]*>|<\?[^>]*>|<\/(?!(?:head|body|html|br)[\s/>])[^>]*>/isy;
const htmlTag = /<html(?=[\s/>])/iy;
const headTag = /<head(?=[\s/>])/iy;
/** What stands in a tag, one by one: space, or an attribute with its value (HTML §13.2.5.32 to 13.2.5.39). */
const attribute = /[\s/]+|[^\s/>][^\s/>=]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"'][^\s>]*)?)?/y;
const tagEnd = />/y;

/** Where the head of a page begins: after the tag that says so, or where the parser of a browser puts one in. */
function headOf(text: string): number {
  let at = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
  const after = (expression: RegExp) => {
    expression.lastIndex = at;
    if (!expression.test(text)) return false;
    at = expression.lastIndex;
    return true;
  };
  const afterTag = (name: RegExp) => {
    const start = at;
    if (!after(name)) return false;
    while (after(attribute));
    if (after(tagEnd)) return true;
    at = start;
    return false;
  };
  while (after(ignored) || afterTag(htmlTag));
  afterTag(headTag);
  return at;
}
