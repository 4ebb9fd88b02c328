// What programs do with a message that is no method of it: pipelines, iteration, waiting for its end.
// In: the message, as `this`. Out: what the function of node:stream returns. Rejections are nobody's.
import { finished, pipeline, type Readable, type Writable } from 'node:stream';

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
};
