// What programs do with a message that is no method of it: pipelines, iteration, waiting for its end.
// In: the message, as `this`. Out: what the function of node:stream returns. Rejections are nobody's.
import { finished, PassThrough, pipeline, Readable, type Writable } from 'node:stream';

type Told = (...values: unknown[]) => void;

const nop = () => {};

export const streamFunctions: Readonly<Record<string, (...values: never[]) => unknown>> = {
  pipeline(this: Readable, destination: Writable, told: Told) {
    return pipeline(this, destination, told);
  },
  finished(this: Readable, told: Told) {
    return finished(this, told);
  },
  iterate(this: Readable, told: Told) {
    const iterate = async () => {
      for await (const chunk of this) told(chunk);
    };
    iterate().catch(nop);
  },
  /** Leaves after the first piece, which destroys the message. */
  takeOne(this: Readable, told: Told) {
    const take = async () => {
      for await (const chunk of this) {
        told(chunk);
        break;
      }
    };
    take().catch(nop);
  },
  collect(this: Readable, told: Told) {
    this.toArray().then(told, nop);
  },
  forEachPiece(this: Readable, told: Told) {
    this.forEach((piece) => void told(piece)).catch(nop);
  },
  mapPieces(this: Readable, told: Told) {
    this.map((piece) => piece)
      .toArray()
      .then(told, nop);
  },
  /** Leaves after the first piece, which destroys the message. */
  findPiece(this: Readable, told: Told) {
    this.find(() => true).then(told, nop);
  },
  dropPiece(this: Readable, told: Told) {
    this.drop(1).toArray().then(told, nop);
  },
  countPieces(this: Readable, told: Told) {
    this.reduce((count: number) => count + 1, 0).then(told, nop);
  },
  /** Leaves after the first piece, which doesn't destroy the message. */
  peek(this: Readable, told: Told) {
    const take = async () => {
      for await (const piece of this.iterator({ destroyOnReturn: false })) {
        told(piece);
        break;
      }
    };
    take().catch(nop);
  },
  toWeb(this: Readable, told: Told) {
    const read = async () => {
      for await (const piece of Readable.toWeb(this)) told(piece);
    };
    read().catch(nop);
  },
  composed(this: Readable, told: Told) {
    const stream = this.compose(new PassThrough());
    stream.on('data', told).on('error', nop);
  },
};
