/** Reads the body of a request as JSON. In: a request. Out: an object, or a `BadRequest` that says what is wrong. */
import type { IncomingMessage } from 'node:http';

const MAX_BYTES = 1024 * 1024;

/** What a page asked for can't be done. Its message has two lines for whoever looks at the page: in English, in French. */
export class BadRequest extends Error {
  readonly status: number;

  constructor(english: string, french: string, status = 400) {
    super(`${english}\n${french}`);
    this.status = status;
  }
}

/** @throws {BadRequest} it is no JSON, no object, or too large */
export async function jsonBodyOf(req: IncomingMessage): Promise<Record<string, unknown>> {
  // A form of another site can't send this type.
  if (!/^application\/json\b/i.test(req.headers['content-type'] ?? '')) {
    throw new BadRequest(
      'The body must be application/json.',
      'Le corps doit être en application/json.',
      415,
    );
  }
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of req as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length <= MAX_BYTES) pieces.push(piece);
  }
  // Only now: who stops reading leaves the rest on the connection, and the next request would never be read.
  if (length > MAX_BYTES) {
    throw new BadRequest(
      `The body is larger than ${MAX_BYTES} bytes.`,
      `Le corps dépasse ${MAX_BYTES} octets.`,
      413,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    throw new BadRequest('The body is no JSON.', 'Le corps n’est pas du JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadRequest('The body must be a JSON object.', 'Le corps doit être un objet JSON.');
  }
  return value as Record<string, unknown>;
}
