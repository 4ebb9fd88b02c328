/**
 * The body of a response without its content coding, for archives: other tools expect it so. In: an exchange. Out: the decoded
 * octets; undefined where there is no coding, not all of the body was kept, it isn't what it says, or it becomes too large.
 */
import { Buffer } from 'node:buffer';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { ExchangeDetail } from './exchange-view.js';

/** Octets that a body may become: a small one may stand for gigabytes. */
const MOST = 1024 * 1024;

type Decode = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const decoders: Readonly<Record<string, Decode>> = {
  gzip: promisify(zlib.gunzip),
  'x-gzip': promisify(zlib.gunzip),
  deflate: promisify(zlib.inflate),
  br: promisify(zlib.brotliDecompress),
};

export async function decodedBody({ response }: ExchangeDetail): Promise<Buffer | undefined> {
  if (response === null) return undefined;
  const coding = response.fields.find(({ name }) => name.toLowerCase() === 'content-encoding')?.value;
  const decode = coding === undefined ? undefined : decoders[coding.toLowerCase()];
  const bytes = Buffer.from(response.body.base64, 'base64');
  if (decode === undefined || bytes.length === 0 || bytes.length < response.body.total) return undefined;
  return decode(bytes, { maxOutputLength: MOST }).catch(() => undefined);
}
