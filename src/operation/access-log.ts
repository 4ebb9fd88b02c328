/**
 * The access log: one line for each answer. In: what servers tell of their exchanges and of what they refuse. Out: what is
 * known of each answer, to whoever writes it. Costs a request nothing before its answer is over, and then what is asked for.
 */
import {
  type ClientFacts,
  clientOf,
  isNoted,
  type ObservedConnection,
  type ObservedExchange,
  type Refusal,
  type ServerObserver,
} from '../observe.js';
import { WallClock } from './log-clock.js';
import { LoggedFields } from './logged-fields.js';
import { RecentText, textOf } from './printable-text.js';

/** What is known of an answer once it is over. Texts are from outside: whoever writes them makes them fit for that. */
export interface Answer {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly status: number;
  /** Bytes of the body that were handed over, without the framing. */
  readonly bytes: number;
  /** Bytes of the request's body, without the framing. */
  readonly received: number;
  /** Milliseconds from the first byte of the request to the end of the answer. */
  readonly ms: number;
  /** The client left before the end, or the program gave it up. */
  readonly aborted: boolean;
  /** Why the server refused the request; where nobody could read it before, method and target are `-`. */
  readonly refusal: string | undefined;
  /** ms since the epoch. */
  readonly time: number;
  /** The address of the client. */
  readonly remote: string | undefined;
  readonly host: string | undefined;
  readonly user: string | undefined;
  readonly referer: string | undefined;
  readonly agent: string | undefined;
  /** The id of the request, and that of the trace it belongs to. */
  readonly id: string | undefined;
  readonly trace: string | undefined;
}

/**
 * @param write - takes each answer
 * @param silent - the start of targets that are not logged, if any
 */
export function accessLog(write: (answer: Answer) => void, silent?: string): ServerObserver {
  const recent = new Recent();
  return {
    exchangeClosed(exchange) {
      // What leaves HTTP is no answer.
      if (exchange.outcome === 'upgraded') return;
      if (silent === undefined || !exchange.target.startsWith(silent))
        write(new ExchangeAnswer(exchange, recent));
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

/** What one answer often has in common with the one before. */
class Recent {
  readonly clock = new WallClock();
  readonly referer = new RecentText();
  readonly agent = new RecentText();
}

/** The answer of an exchange: what nobody asks for is not looked for. One for each request, so without private names. */
class ExchangeAnswer implements Answer {
  readonly exchange: ObservedExchange;
  readonly recent: Recent;
  /** Whom proxies may have named; null where the socket's other end is the client. */
  readonly client: ClientFacts | null;
  found: LoggedFields | null = null;

  constructor(exchange: ObservedExchange, recent: Recent) {
    const { socket } = exchange.connection;
    this.exchange = exchange;
    this.recent = recent;
    this.client = isNoted(socket) ? clientOf({ socket, rawHeaders: exchange.rawHeaders }) : null;
  }

  get fields(): LoggedFields {
    this.found ??= new LoggedFields(this.exchange.rawHeaders);
    return this.found;
  }

  get method(): string {
    return this.exchange.method;
  }

  get target(): string {
    return textOf(this.exchange.target);
  }

  get version(): string {
    return this.exchange.version;
  }

  get status(): number {
    const { status, refusal, response } = this.exchange;
    return status || refusal?.status || response?.statusCode || 0;
  }

  get bytes(): number {
    const { responseBytes, refusal } = this.exchange;
    return isUnsent(this.exchange) ? 0 : responseBytes || (refusal?.answerBytes ?? 0);
  }

  get received(): number {
    return this.exchange.requestBytes;
  }

  get ms(): number {
    const { closedAt, startedAt } = this.exchange;
    return closedAt - startedAt;
  }

  get aborted(): boolean {
    const { outcome, responseBytes, announcedBytes } = this.exchange;
    if (outcome !== 'aborted') return false;
    // One that has all of the answer may be gone before the kernel says so.
    return responseBytes !== announcedBytes || isUnsent(this.exchange);
  }

  get refusal(): string | undefined {
    return this.exchange.refusal?.code;
  }

  get time(): number {
    return this.recent.clock.at(this.exchange.closedAt);
  }

  get remote(): string | undefined {
    return this.client === null ? this.exchange.connection.remoteAddress : this.client.address;
  }

  get host(): string | undefined {
    return this.client === null ? this.fields.host : this.client.host;
  }

  get user(): string | undefined {
    return this.fields.user;
  }

  get referer(): string | undefined {
    return this.recent.referer.of(this.fields.referer);
  }

  get agent(): string | undefined {
    return this.recent.agent.of(this.fields.agent);
  }

  get id(): string | undefined {
    return this.client?.requestId;
  }

  get trace(): string | undefined {
    return this.fields.trace;
  }
}

/** One that waited for its turn until its connection was lost. */
function isUnsent({ outcome, response }: ObservedExchange): boolean {
  return outcome === 'aborted' && response?.socket === null;
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
