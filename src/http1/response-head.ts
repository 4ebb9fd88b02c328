/**
 * Composes the head of a response: status line and field lines, in the order they were set.
 *
 * In: names and values that were checked before. Out: text of latin1 characters, and what the fields say that matters
 * to the connection. Never lets two framing fields out, nor one where no body may be.
 */

import { isFieldName, listHas } from '../http/grammar.js';
import { frameResponse, type ResponseFacts, type ResponseFraming } from './framing.js';

export class ResponseHead {
  hasConnection = false;
  /** The program set `Connection: close`. */
  asksClose = false;
  hasKeepAlive = false;
  hasDate = false;
  hasTrailer = false;
  hasContentLength = false;
  contentLength = 0;
  hasTransferEncoding = false;
  isChunked = false;
  #text: string;
  #contentLengthLine = '';
  #transferEncodingLine = '';

  constructor(statusLine: string) {
    this.#text = statusLine;
  }

  add(name: string, value: string): void {
    const line = `${name}: ${value}\r\n`;
    this.#text += line;
    switch (name.length) {
      case 4:
        if (isFieldName(name, 'date')) this.hasDate = true;
        break;
      case 7:
        if (isFieldName(name, 'trailer')) this.hasTrailer = true;
        break;
      case 10:
        if (isFieldName(name, 'connection')) this.#noteConnection(value);
        else if (isFieldName(name, 'keep-alive')) this.hasKeepAlive = true;
        break;
      case 14:
        if (isFieldName(name, 'content-length')) this.#noteContentLength(line, value);
        break;
      case 17:
        if (isFieldName(name, 'transfer-encoding')) this.#noteTransferEncoding(line, value);
        break;
    }
  }

  /** Adds lines that were composed elsewhere, each with its end. */
  addLines(lines: string): void {
    this.#text += lines;
  }

  /** Decides how the body is delimited, and takes out the framing fields that must not leave. Its line is the caller's to add. */
  frame(facts: ResponseFacts): ResponseFraming {
    const framing = frameResponse(facts, this);
    if (!framing.keepContentLength && this.hasContentLength) this.#remove(this.#contentLengthLine);
    if (!framing.keepTransferEncoding && this.hasTransferEncoding) this.#remove(this.#transferEncodingLine);
    return framing;
  }

  /** The whole head, with the empty line that ends it. */
  toString(): string {
    return `${this.#text}\r\n`;
  }

  #noteConnection(value: string): void {
    this.hasConnection = true;
    if (listHas(value, 'close')) this.asksClose = true;
  }

  #noteContentLength(line: string, value: string): void {
    this.#contentLengthLine = line;
    this.hasContentLength = true;
    this.contentLength = Number(value);
  }

  #noteTransferEncoding(line: string, value: string): void {
    if (this.hasTransferEncoding) this.#text = this.#text.slice(0, -line.length);
    else this.#transferEncodingLine = line;
    this.hasTransferEncoding = true;
    if (listHas(value, 'chunked')) this.isChunked = true;
  }

  #remove(line: string): void {
    this.#text = this.#text.replace(`\n${line}`, '\n');
  }
}
