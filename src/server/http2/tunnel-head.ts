/**
 * The answer with which a program opens a tunnel, or refuses to, as it writes it to a socket of HTTP/1.1.
 *
 * In: bytes, cut anywhere. Out: the heads in them, checked, and what follows the last one. Nothing that isn't a head of a
 * response becomes one.
 */
import { Buffer } from 'node:buffer';
import { type FieldList, NewFieldList } from '../../http/field-list.js';
import { fieldValueKind, isToken, NOT_FIELD_VALUE } from '../../http/grammar.js';
import { isInterim } from '../../http/status.js';
import { tunnelHeadInvalid } from '../../node/errors.js';
import { MAX_TUNNEL_HEAD_BYTES } from '../limits.js';

const SWITCHING_PROTOCOLS = 101;
const OK = 200;
const END = Buffer.from('\r\n\r\n', 'latin1');

/** What announces the protocol over HTTP/1.1 has no meaning here (RFC 8441 §5), and a tunnel has no length. */
const LEFT_OUT = new Set(['sec-websocket-accept', 'content-length']);

export interface TunnelHead {
  /** 200 where the program switched protocols. */
  readonly status: number;
  readonly fields: FieldList;
}

export class TunnelHeadReader {
  #bytes: Buffer = Buffer.alloc(0);
  /** Null until the final head is complete. */
  head: TunnelHead | null = null;
  /** Interim heads before it, which whoever reads takes away. */
  interim: TunnelHead[] = [];

  /**
   * Takes more bytes.
   * @returns those after the final head, once that is complete
   * @throws where it is no head of a response
   */
  take(chunk: Buffer): Buffer {
    // A copy: the program may write to its memory again.
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.head === null) {
      const end = this.#bytes.indexOf(END);
      if (end < 0 || end > MAX_TUNNEL_HEAD_BYTES) {
        if (this.#bytes.length > MAX_TUNNEL_HEAD_BYTES) throw tunnelHeadInvalid();
        return this.#bytes.subarray(0, 0);
      }
      this.#add(read(this.#bytes.toString('latin1', 0, end)));
      this.#bytes = this.#bytes.subarray(end + END.length);
    }
    return this.#bytes;
  }

  #add(head: TunnelHead): void {
    if (isInterim(head.status)) this.interim.push(head);
    else this.head = head;
  }
}

function read(text: string): TunnelHead {
  const [statusLine, ...lines] = text.split('\r\n');
  const status = Number(/^HTTP\/1\.[01] ([1-9]\d\d)(?: |$)/.exec(statusLine as string)?.[1]);
  if (Number.isNaN(status)) throw tunnelHeadInvalid();
  const isSwitch = status === SWITCHING_PROTOCOLS;
  const fields = new NewFieldList();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    const value = line.slice(colon + 1).trim();
    if (!isToken(name) || fieldValueKind(value) === NOT_FIELD_VALUE) throw tunnelHeadInvalid();
    const key = name.toLowerCase();
    if (!isSwitch || !LEFT_OUT.has(key)) fields.add(key, name, value);
  }
  return { status: isSwitch ? OK : status, fields };
}
