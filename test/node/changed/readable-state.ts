// A Node whose Readable makes its state by itself, whatever stands under that name on a prototype.
import { syncBuiltinESMExports } from 'node:module';
import stream from 'node:stream';

const { Readable } = stream;

function OtherReadable(this: object, options: unknown): void {
  Object.defineProperty(this, '_readableState', { value: undefined, writable: true, configurable: true });
  Reflect.apply(Readable as never, this, [options]);
}
OtherReadable.prototype = Readable.prototype;
Object.setPrototypeOf(OtherReadable, Readable);
Object.assign(stream, { Readable: OtherReadable });
syncBuiltinESMExports();
