// A server with its inspector. In: a handler. Out: where both are, and ways to ask them; all of it is gone after the test.
import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { TestContext } from 'node:test';
import http from 'premier';
import { type Inspector, type InspectorOptions, inspect } from 'premier/inspector';
import type { ExchangeDetail, ExchangeSummary } from '../../dist/inspector/exchange-view.js';
import { RawClient } from '../subjects.js';

export interface Inspected {
  server: Server;
  port: number;
  inspector: Inspector;
  /** A new connection to the server. */
  connect(): RawClient;
  /** An exchange by its number, once it is over. */
  exchange(id: number, query?: string): Promise<ExchangeDetail>;
  feed(): Promise<Feed>;
}

/** The events of one page, in turn. */
export interface Feed {
  next(): Promise<{ event: string; data: Record<string, unknown> }>;
  /** The next summary of an exchange for which the test holds. */
  summary(test: (exchange: ExchangeSummary) => boolean): Promise<ExchangeSummary>;
}

export async function inspected(
  t: TestContext,
  handler: RequestListener,
  options: InspectorOptions = {},
): Promise<Inspected> {
  const server = http.createServer(handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const inspector = await inspect(server, { port: 0, ...options });
  const { port } = server.address() as AddressInfo;
  const ends = new AbortController();
  t.after(async () => {
    ends.abort();
    await inspector.close();
    server.close();
    server.closeAllConnections();
  });
  return {
    server,
    port,
    inspector,
    connect: () => {
      const socket = connect(port, '127.0.0.1');
      t.after(() => socket.destroy());
      return new RawClient(socket);
    },
    exchange: async (id, query = '') => {
      for (;;) {
        const response = await fetch(`${inspector.url}api/exchange/${id}${query}`);
        if (response.ok) {
          const exchange = (await response.json()) as ExchangeDetail;
          if (exchange.outcome !== null) return exchange;
        } else await response.text();
        await new Promise(setImmediate);
      }
    },
    feed: () => openFeed(inspector.url, ends.signal),
  };
}

async function openFeed(url: string, signal: AbortSignal): Promise<Feed> {
  const { body } = await fetch(`${url}api/feed`, { signal });
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  const next: Feed['next'] = async () => {
    while (!text.includes('\n\n')) {
      const { value, done } = await reader.read();
      text += done ? '\n\n' : decoder.decode(value, { stream: true });
    }
    const [record = ''] = text.split('\n\n', 1);
    text = text.slice(record.length + 2);
    const [, event = '', data = '{}'] = /^event: (.*)\ndata: (.*)$/.exec(record) ?? [];
    return { event, data: JSON.parse(data) };
  };
  return {
    next,
    summary: async (test) => {
      for (;;) {
        const { event, data } = await next();
        const found = event === 'batch' ? (data.exchanges as ExchangeSummary[]).find(test) : undefined;
        if (found) return found;
      }
    },
  };
}

export const bodyText = ({ base64 }: { base64: string }): string => Buffer.from(base64, 'base64').toString();
