// An observer that notes what it is told, one line an event.
import { observe, type ServerObserver } from '../../dist/observe.js';
import type { Server } from '../subjects.js';

export type { ObservedConnection, ObservedExchange, Refusal } from '../../dist/observe.js';

const text = (data: unknown) =>
  JSON.stringify(typeof data === 'string' ? data : Buffer.from(data as Uint8Array).toString('latin1'));

/** An observer of every event, and the lines that it adds to. */
export function recorder(lines: string[]): Required<ServerObserver> {
  // Numbers count from the first one that was seen here: others in this process are observed as well.
  const seen: object[] = [];
  const nameOf = (exchange: object) => {
    if (!seen.includes(exchange)) seen.push(exchange);
    return `#${seen.indexOf(exchange) + 1}`;
  };
  return {
    connectionOpened: ({ protocol }) => lines.push(`opened ${protocol}`),
    connectionClosed: () => lines.push('closed'),
    requestHead(exchange, bytes, start, end) {
      const head = bytes?.subarray(start, end) ?? null;
      const { method, target, version } = exchange;
      lines.push(`${nameOf(exchange)} head ${method} ${target} ${version} ${head && text(head)}`);
    },
    exchangeOpened() {},
    handlerReturned: (exchange) => lines.push(`${nameOf(exchange)} returned`),
    requestBody: (exchange, data) => lines.push(`${nameOf(exchange)} body ${text(data)}`),
    requestBytes: (exchange, data) => lines.push(`${nameOf(exchange)} bytes ${text(data)}`),
    requestEnded: (exchange, trailers) => lines.push(`${nameOf(exchange)} request ended ${trailers}`.trim()),
    interimHead: (exchange, status) => lines.push(`${nameOf(exchange)} interim ${status}`),
    responseHead(exchange, { status, chunked }) {
      lines.push(`${nameOf(exchange)} status ${status}${chunked ? ' chunked' : ''}`);
    },
    responseBody: (exchange, data, _encoding, length) =>
      lines.push(`${nameOf(exchange)} piece ${text(data)} ${length}`),
    responseEnded: (exchange, { entries }) => lines.push(`${nameOf(exchange)} ended ${entries}`.trim()),
    turnCame: (exchange) => lines.push(`${nameOf(exchange)} turn`),
    upgraded: (exchange) => lines.push(`${nameOf(exchange)} upgraded`),
    upgradeAnswered: (exchange, head) => lines.push(`${nameOf(exchange)} answered ${text(head)}`),
    refused(_connection, { code, status, rfc, claimed }, exchange) {
      const what = exchange === null ? '' : `${nameOf(exchange)} `;
      lines.push(`${what}refused ${code} ${status} ${rfc}${claimed ? ' claimed' : ''}`.trim());
    },
    exchangeClosed(exchange) {
      const { outcome, status, requestBytes, responseBytes } = exchange;
      lines.push(`${nameOf(exchange)} ${outcome} ${status} ${requestBytes} in ${responseBytes} out`);
    },
    handshakeFailed: () => lines.push('handshake failed'),
  };
}

/** Observes a server, and gives what it is told, a line an event. */
export function record(server: Server): string[] {
  const lines: string[] = [];
  observe(server, recorder(lines));
  return lines;
}
