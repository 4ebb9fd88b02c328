// The page of the inspector at the admin listener, where both are on. In: what is asked below /inspector/, and where the
// inspector listens, in this process or in a worker. Out: what it answers there, behind the same token and the same checks of Host
// and Origin, which are its own. Whoever comes from another computer is refused unless `--inspect-anywhere` was given.
import { type IncomingMessage, type RequestListener, request, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { isLoopback } from './addresses.js';

/** Where the inspector can be reached from this computer. */
export interface InspectorPlace {
  host: string;
  port: number;
}

/** Fields of a request that the inspector looks at. */
const asked = [
  'host',
  'origin',
  'sec-fetch-site',
  'sec-fetch-mode',
  'accept',
  'accept-language',
  'content-type',
];

/** The same where there is a body to read. */
const askedWithBody = [...asked, 'content-length'];

/** Fields of an answer that are of its connection, or that the server sets anew. */
const ofConnection = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date']);

const forThisComputer =
  'The inspector is shown to this computer alone, unless the command was started with --inspect-anywhere. / L’inspecteur ne se montre qu’à cet ordinateur, sauf si la commande a été lancée avec --inspect-anywhere.';
const silent =
  'The inspector does not answer; it may be starting again. / L’inspecteur ne répond pas ; peut-être redémarre-t-il.';

/** @param path - the path of the page at the admin listener, such as `/inspector` */
export function inspectorBelow(
  path: string,
  { host, port }: InspectorPlace,
  anywhere: boolean,
): RequestListener {
  return (req, res) => {
    if (!anywhere && !isOfThisComputer(req)) return tell(req, res, 403, forThisComputer);
    const { method = '', url = '', headers } = req;
    // A body of any other method is of no use to it.
    const hasBody = method === 'POST';
    const names = hasBody ? askedWithBody : asked;
    const forwarded = request({
      host,
      port,
      method,
      path: url.slice(path.length),
      headers: Object.fromEntries(names.flatMap((name) => (headers[name] ? [[name, headers[name]]] : []))),
      setHost: false,
      agent: false,
    });
    // Alone it keeps no command running.
    forwarded.on('socket', (socket) => socket.unref());
    forwarded.on('error', () => {
      if (res.headersSent) res.destroy();
      else tell(req, res, 502, silent);
    });
    forwarded.on('response', (answer) => {
      res.writeHead(
        answer.statusCode ?? 502,
        Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !ofConnection.has(name))),
      );
      // An event stream says that it has begun before it says anything.
      res.flushHeaders();
      pipeline(answer, res, () => forwarded.destroy());
    });
    res.on('close', () => forwarded.destroy());
    if (hasBody) req.pipe(forwarded);
    else {
      req.resume();
      forwarded.end();
    }
  };
}

/** A socket of the file system has no address, and is of this computer as well. */
const isOfThisComputer = ({ socket: { localAddress } }: IncomingMessage): boolean =>
  localAddress === undefined || isLoopback(localAddress);

function tell(req: IncomingMessage, res: ServerResponse, status: number, text: string): void {
  req.resume();
  res.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  res.end(`${text}\n`);
}
