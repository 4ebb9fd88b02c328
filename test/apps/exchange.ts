// One request sent with Node's client and its answer, in a form that can be compared between two servers.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request as plainRequest } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';

/** Milliseconds after which a silent server is taken for a hanging one. */
const patience = 15_000;

export interface Asked {
  method?: string;
  /** Field names and values. */
  headers?: Record<string, string | string[]>;
  /** Sent in one chunk with its length, or in several with chunked coding. */
  body?: string | Buffer | string[];
  /** Sent as JSON, with its type. */
  json?: unknown;
}

export interface Answer {
  status: number;
  reason: string;
  /** `Name: value` in the order and spelling received; the date and the port are blanked. */
  fields: string[];
  /** The body as UTF-8, and as it is. */
  body: string;
  bytes: Buffer;
  trailers: string[];
}

/** The values of a field, joined by a line feed where there are several. */
export function field(answer: Answer, name: string): string | undefined {
  const values = answer.fields
    .map((line) => line.split(/: (.*)/s))
    .filter(([found]) => found?.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);
  return values.length === 0 ? undefined : values.join('\n');
}

/** `Name: value` lines of a raw list, without what differs from one run to the next. */
function lines(raw: string[], port: string): string[] {
  const fields: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] as string;
    let value = (raw[index + 1] as string).replaceAll(`:${port}`, ':PORT');
    if (name.toLowerCase() === 'date') {
      assert.ok(!Number.isNaN(Date.parse(value)), `a valid date, not ${value}`);
      value = 'now';
    }
    fields.push(`${name}: ${value}`);
  }
  return fields;
}

/** A client with one persistent connection to one origin. */
export class Client {
  readonly #agent;
  readonly #request;
  readonly #origin: URL;

  constructor(origin: string, ca?: string) {
    this.#origin = new URL(origin);
    const secure = this.#origin.protocol === 'https:';
    const options = { keepAlive: true, maxSockets: 1 };
    this.#agent = secure ? new SecureAgent({ ...options, ca }) : new Agent(options);
    this.#request = secure ? secureRequest : plainRequest;
  }

  async exchange(path: string, asked: Asked = {}): Promise<Answer> {
    const { method = 'GET', json } = asked;
    const headers = { ...asked.headers };
    let { body } = asked;
    if (json !== undefined) {
      headers['content-type'] ??= 'application/json';
      body = JSON.stringify(json);
    }
    const request = this.#request(this.#origin, { agent: this.#agent, method, path, headers });
    const silence = new Error(`${method} ${path}: nothing for ${patience} ms`);
    const silent = once(request, 'timeout').then(() => {
      request.destroy();
      throw silence;
    });
    silent.catch(() => {});
    request.setTimeout(patience);
    if (Array.isArray(body)) for (const part of body) request.write(part);
    request.end(Array.isArray(body) ? undefined : body);
    const [message] = (await Promise.race([once(request, 'response'), silent])) as [IncomingMessage];
    const received = await Promise.race([buffer(message), silent]);
    const bytes = Buffer.from(
      received.toString('latin1').replaceAll(`:${this.#origin.port}`, ':PORT'),
      'latin1',
    );
    const status = message.statusCode as number;
    const fields = lines(message.rawHeaders, this.#origin.port);
    return {
      status,
      reason: message.statusMessage as string,
      // A 204 says no length (RFC 9110, section 8.6): what a handler sets is dropped by premier, and sent by node:http.
      fields: status === 204 ? fields.filter((line) => line !== 'Content-Length: 0') : fields,
      body: bytes.toString(),
      bytes,
      trailers: lines(message.rawTrailers, this.#origin.port),
    };
  }

  close(): void {
    this.#agent.destroy();
  }
}
