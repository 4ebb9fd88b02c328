/**
 * What a response has written and cannot hand on yet: before its turn, or while it is held.
 *
 * In: pieces in order. Out: the same, and how many bytes they are.
 */
import { type FieldList, NO_FIELDS } from '../http/field-list.js';
import type { BodyPiece } from '../message/response-channel.js';

export interface WaitingPiece extends BodyPiece {
  readonly length: number;
  /** Else it is text past the framing: an interim response. */
  readonly isBody: boolean;
}

export class WaitingPieces {
  readonly pieces: WaitingPiece[] = [];
  bytes = 0;
  /** As many of them as the connection was told of. */
  counted = 0;
  /** The response has ended with these trailers. */
  trailers: FieldList = NO_FIELDS;

  add(piece: WaitingPiece): void {
    this.pieces.push(piece);
    this.bytes += piece.length;
  }
}
