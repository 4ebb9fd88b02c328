// Clients that count each request without a whole answer. In: a port, and how many of each kind. Out: what they counted.

export interface Clients {
  requests: number;
  refused: number;
  lost: Record<string, number>;
  /** No client connects any more; those that have a connection go on. */
  stay(): void;
  end(): Promise<void>;
}

export type Kinds = { kept?: number; short?: number };

/** Clients that ask until they are told to end. */
export async function clientsOf(port: number, kinds: Kinds, secure = false): Promise<Clients> {
  const file = new URL('../../bench/load/counting-clients.mjs', import.meta.url).href;
  const { CountingClients } = await import(file);
  return new CountingClients({ port, host: '127.0.0.1', secure }, { pause: 20, ...kinds });
}
