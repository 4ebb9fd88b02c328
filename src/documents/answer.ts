/**
 * A representation → the answer to one request: whole, parts of it, not modified, or a refusal. In: the request and
 * the representation it prefers. Out: the answer, sent. Conditions come before ranges (RFC 9110 §13.2.2); HEAD gets
 * the fields of GET and knows no ranges (§14.2).
 */
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { evaluate, rangeHolds } from './conditions.js';
import { type Coding, streaming } from './encodings.js';
import { type FileFacts, openFile } from './file.js';
import { contentRange, type Range, rangesFrom } from './ranges.js';
import type { Representation } from './representation.js';
import { busy, changing } from './status.js';
import { type Part, pour, pourCompressed } from './stream.js';

/** Sends an answer that has no representation: a status and its fields. */
export type Refuse = (req: IncomingMessage, res: ServerResponse, status: 412 | 416, fields: string[]) => void;

/**
 * Answers a GET or HEAD.
 * @throws (as a rejection) EBUSY when the file has changed since; nothing has been sent then
 */
export function answer(
  req: IncomingMessage,
  res: ServerResponse,
  chosen: Representation,
  refuse: Refuse,
): void | Promise<void> {
  const { headers } = req;
  const verdict = isConditional(headers) ? evaluate(headers, chosen) : 200;
  if (verdict === 304) {
    begin(res, 304, chosen.notModified);
    res.end();
    return;
  }
  if (verdict === 412) return refuse(req, res, 412, []);
  if (headers.range !== undefined && chosen.size !== undefined && req.method === 'GET') {
    const ranges = rangeHolds(headers['if-range'] as string | undefined, chosen)
      ? rangesFrom(headers.range, chosen.size)
      : undefined;
    if (ranges === 'unsatisfiable') return refuse(req, res, 416, ['Content-Range', `bytes */${chosen.size}`]);
    if (ranges !== undefined) return sendRanges(res, chosen, chosen.size, ranges);
  }
  if (req.method === 'HEAD') {
    begin(res, 200, chosen.fields);
    res.end();
    return;
  }
  return sendWhole(res, chosen);
}

function isConditional(headers: IncomingHttpHeaders): boolean {
  return (
    headers['if-none-match'] !== undefined ||
    headers['if-modified-since'] !== undefined ||
    headers['if-match'] !== undefined ||
    headers['if-unmodified-since'] !== undefined
  );
}

/** Writes the head; a `Vary` that a middleware has set before is kept beside our own. */
export function begin(res: ServerResponse, status: number, fields: string[]): void {
  const vary = res.getHeader('vary');
  res.writeHead(status, vary === undefined ? fields : merged(fields, String(vary)));
}

function merged(fields: string[], vary: string): string[] {
  const at = fields.indexOf('Vary');
  return at < 0 ? [...fields, 'Vary', vary] : fields.with(at + 1, `${vary}, ${fields[at + 1]}`);
}

function sendWhole(res: ServerResponse, chosen: Representation): void | Promise<void> {
  const { source, size, fields } = chosen;
  if (source instanceof Uint8Array) {
    begin(res, 200, fields);
    res.end(source);
    return;
  }
  return sendParts(res, chosen, 200, fields, [{ range: { start: 0, length: size ?? source.size } }]);
}

function sendRanges(
  res: ServerResponse,
  chosen: Representation,
  size: number,
  ranges: Range[],
): void | Promise<void> {
  const [only] = ranges;
  if (ranges.length === 1 && only !== undefined) {
    const fields = [...chosen.fieldsFor(only.length), 'Content-Range', contentRange(only, size)];
    return sendParts(res, chosen, 206, fields, [{ range: only }]);
  }
  const boundary = randomBytes(18).toString('base64url');
  const parts: Part[] = ranges.map((range, i) => ({
    before: `${i === 0 ? '' : '\r\n'}--${boundary}\r\nContent-Type: ${chosen.type}\r\nContent-Range: ${contentRange(range, size)}\r\n\r\n`,
    range,
  }));
  parts.push({ before: `\r\n--${boundary}--\r\n` });
  const length = parts.reduce((sum, part) => sum + (part.before?.length ?? 0) + (part.range?.length ?? 0), 0);
  const fields = chosen.fieldsFor(length, `multipart/byteranges; boundary=${boundary}`);
  return sendParts(res, chosen, 206, fields, parts);
}

function sendParts(
  res: ServerResponse,
  chosen: Representation,
  status: number,
  fields: string[],
  parts: Part[],
): void | Promise<void> {
  const { source } = chosen;
  if (!(source instanceof Uint8Array)) return streamParts(res, chosen, status, fields, parts);
  const pieces = parts.flatMap(({ before, range }) => [
    Buffer.from(before ?? '', 'latin1'),
    source.subarray(range?.start ?? 0, (range?.start ?? 0) + (range?.length ?? 0)),
  ]);
  begin(res, status, fields);
  res.end(parts.length === 1 ? pieces[1] : Buffer.concat(pieces));
}

async function streamParts(
  res: ServerResponse,
  { source, size, coding }: Representation,
  status: number,
  fields: string[],
  parts: Part[],
): Promise<void> {
  if (source instanceof Uint8Array) return;
  if (size === undefined) return streamCompressed(res, source, coding as Coding, fields);
  const handle = await openFile(source);
  if (handle === undefined) throw changing();
  if (res.destroyed) return handle.close();
  begin(res, status, fields);
  await pour(handle, parts, res);
}

/** Sends the whole compressed, in one of the few turns that there are for it. */
async function streamCompressed(
  res: ServerResponse,
  file: FileFacts,
  coding: Coding,
  fields: string[],
): Promise<void> {
  const end = streaming.take();
  if (end === undefined) throw busy();
  try {
    const handle = await openFile(file);
    if (handle === undefined) throw changing();
    if (res.destroyed) return await handle.close();
    begin(res, 200, fields);
    await pourCompressed(handle, file.size, coding, res);
  } finally {
    end();
  }
}
