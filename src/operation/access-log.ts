/**
 * The access log: one line for each answer. In: what servers tell of their exchanges and of what they refuse. Out: what is
 * known of each answer, to whoever writes it. Costs a request nothing before its answer is over.
 */
import {
  clientOf,
  isNoted,
  type ObservedConnection,
  type ObservedExchange,
  type Refusal,
  type ServerObserver,
} from '../observe.js';
import { LoggedFields } from './logged-fields.js';
import { textOf } from './printable-text.js';

/** What is known of an answer once it is over. Texts are from outside: whoever writes them makes them fit for that. */
export interface Answer {
  method: string;
  target: string;
  version: string;
  status: number;
  /** Bytes of the body that were handed over, without the framing. */
  bytes: number;
  /** Bytes of the request's body, without the framing. */
  received: number;
  /** Milliseconds from the first byte of the request to the end of the answer. */
  ms: number;
  /** The client left before the end, or the program gave it up. */
  aborted: boolean;
  /** Why the server refused the request; where nobody could read it before, method and target are `-`. */
  refusal: string | undefined;
  /** ms since the epoch. */
  time: number;
  /** The address of the client. */
  remote: string | undefined;
  host: string | undefined;
  user: string | undefined;
  referer: string | undefined;
  agent: string | undefined;
  /** The id of the request, and that of the trace it belongs to. */
  id: string | undefined;
  trace: string | undefined;
}

/**
 * @param write - takes each answer
 * @param silent - the start of targets that are not logged, if any
 */
export function accessLog(write: (answer: Answer) => void, silent?: string): ServerObserver {
  return {
    exchangeClosed(exchange) {
      // What leaves HTTP is no answer.
      if (exchange.outcome === 'upgraded') return;
      if (silent === undefined || !exchange.target.startsWith(silent)) write(answerOf(exchange));
    },
    refused(connection, refusal, exchange) {
      // A connection of HTTP/2 that is given up has no answer either.
      if (exchange === null && refusal.status > 0) write(refusedAnswer(connection, refusal));
    },
    handshakeFailed(_server, error, socket) {
      // Whoever says nothing true of its client is told nothing; only its operator can see why. That clients of TLS come
      // and go without a request is usual.
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ERR_PROXY_PROTOCOL') return;
      write(refusedAnswer(socket, { code, status: 0, answerBytes: 0 }));
    },
  };
}

function answerOf(exchange: ObservedExchange): Answer {
  const { refusal, connection, responseBytes } = exchange;
  const fields = new LoggedFields(exchange.rawHeaders);
  const { socket } = connection;
  // One that waited for its turn until its connection was lost.
  const isUnsent = exchange.outcome === 'aborted' && exchange.response?.socket === null;
  const client = isNoted(socket) ? clientOf({ socket, rawHeaders: exchange.rawHeaders }) : null;
  return {
    method: exchange.method,
    target: textOf(exchange.target),
    version: exchange.version,
    status: exchange.status || refusal?.status || exchange.response?.statusCode || 0,
    bytes: isUnsent ? 0 : responseBytes || (refusal?.answerBytes ?? 0),
    received: exchange.requestBytes,
    ms: exchange.closedAt - exchange.startedAt,
    // One that has all of the answer may be gone before the kernel says so.
    aborted: isUnsent || (exchange.outcome === 'aborted' && responseBytes !== exchange.announcedBytes),
    refusal: refusal?.code,
    time: Date.now(),
    remote: client === null ? connection.remoteAddress : client.address,
    host: client === null ? fields.host : client.host,
    user: fields.user,
    referer: textOf(fields.referer),
    agent: textOf(fields.agent),
    id: client?.requestId,
    trace: fields.trace,
  };
}

function refusedAnswer(
  connection: Pick<ObservedConnection, 'remoteAddress'>,
  refusal: Pick<Refusal, 'code' | 'status' | 'answerBytes'>,
): Answer {
  return {
    method: '-',
    target: '-',
    version: '1.1',
    status: refusal.status,
    bytes: refusal.answerBytes,
    received: 0,
    ms: 0,
    aborted: false,
    refusal: refusal.code,
    time: Date.now(),
    remote: connection.remoteAddress,
    host: undefined,
    user: undefined,
    referer: undefined,
    agent: undefined,
    id: undefined,
    trace: undefined,
  };
}
