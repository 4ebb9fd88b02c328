/**
 * Errors with the names, codes and messages that `node:http` gives, since programs test for them.
 *
 * Node keeps its error classes to itself; where one of its public functions throws the error in question, that
 * function is called instead (see field-errors.ts). Nothing here is thrown for what a client sent.
 */
import { format, inspect } from 'node:util';

interface ErrorConstructorLike {
  new (message: string): Error;
  readonly prototype: Error;
}

const prototypes = new Map<ErrorConstructorLike, Error>();

/** What errors with a code inherit from: as text they are `TypeError [CODE]: …`. */
function codedPrototype(Base: ErrorConstructorLike): Error {
  let prototype = prototypes.get(Base);
  if (prototype === undefined) {
    const value = function (this: NodeJS.ErrnoException) {
      return `${this.name} [${this.code}]: ${this.message}`;
    };
    prototype = Object.create(Base.prototype, {
      toString: { value, configurable: true, writable: true },
    }) as Error;
    prototypes.set(Base, prototype);
  }
  return prototype;
}

/** An error whose name reads `TypeError` and whose stack and text begin with `TypeError [CODE]: …`, as Node's do. */
function coded(Base: ErrorConstructorLike, code: string, message: string): NodeJS.ErrnoException {
  const error = new Base(message) as NodeJS.ErrnoException;
  const { name } = error;
  Object.defineProperty(error, 'name', { value: `${name} [${code}]`, configurable: true, writable: true });
  void error.stack; // Composed on first access: now, while the name carries the code.
  Reflect.deleteProperty(error, 'name');
  error.code = code;
  return Object.setPrototypeOf(error, codedPrototype(Base)) as NodeJS.ErrnoException;
}

export function headersSent(action: string): Error {
  return coded(Error, 'ERR_HTTP_HEADERS_SENT', `Cannot ${action} headers after they are sent to the client`);
}

export function invalidStatusCode(status: unknown): Error {
  return coded(RangeError, 'ERR_HTTP_INVALID_STATUS_CODE', format('Invalid status code: %s', status));
}

export function invalidCharacter(what: string, field?: string): Error {
  const where = field === undefined ? '' : ` ["${field}"]`;
  return coded(TypeError, 'ERR_INVALID_CHAR', `Invalid character in ${what}${where}`);
}

export function invalidToken(what: string, name: unknown): Error {
  return coded(TypeError, 'ERR_INVALID_HTTP_TOKEN', `${what} must be a valid HTTP token ["${name}"]`);
}

export function invalidFieldValue(value: unknown, field: string): Error {
  return coded(TypeError, 'ERR_HTTP_INVALID_HEADER_VALUE', `Invalid value "${value}" for header "${field}"`);
}

export function trailerInvalid(): Error {
  return coded(Error, 'ERR_HTTP_TRAILER_INVALID', 'Trailers are invalid with this transfer encoding');
}

const ofHeads = new Set([
  'ERR_HTTP_INVALID_HEADER_VALUE',
  'ERR_HTTP_INVALID_STATUS_CODE',
  'ERR_HTTP_TRAILER_INVALID',
  'ERR_INVALID_CHAR',
]);

/** Whether it tells that a head can't be composed of what was set for it. */
export function isRefusedHead(error: unknown): boolean {
  return ofHeads.has(`${(error as NodeJS.ErrnoException | null)?.code}`);
}

export function bodyNotAllowed(): Error {
  return coded(
    Error,
    'ERR_HTTP_BODY_NOT_ALLOWED',
    'Adding content for this request method or response status is not allowed.',
  );
}

export function contentLengthMismatch(actual: number, announced: number): Error {
  return coded(
    Error,
    'ERR_HTTP_CONTENT_LENGTH_MISMATCH',
    `Response body's content-length of ${actual} byte(s) does not match the content-length of ${announced} byte(s) set in header`,
  );
}

export function socketAssigned(): Error {
  return coded(Error, 'ERR_HTTP_SOCKET_ASSIGNED', 'ServerResponse has an already assigned socket');
}

export function socketEncoding(): Error {
  return coded(
    Error,
    'ERR_HTTP_SOCKET_ENCODING',
    'Changing the socket encoding is not allowed per RFC7230 Section 3.',
  );
}

export function requestTimeout(): Error {
  return coded(Error, 'ERR_HTTP_REQUEST_TIMEOUT', 'Request timeout');
}

export function unknownEncoding(encoding: unknown): Error {
  return coded(TypeError, 'ERR_UNKNOWN_ENCODING', format('Unknown encoding: %s', encoding));
}

export function writeAfterEnd(): Error {
  return coded(Error, 'ERR_STREAM_WRITE_AFTER_END', 'write after end');
}

export function streamDestroyed(method: string): Error {
  return coded(Error, 'ERR_STREAM_DESTROYED', `Cannot call ${method} after a stream was destroyed`);
}

export function streamAlreadyFinished(method: string): Error {
  return coded(Error, 'ERR_STREAM_ALREADY_FINISHED', `Cannot call ${method} after a stream was finished`);
}

export function nullValues(): Error {
  return coded(TypeError, 'ERR_STREAM_NULL_VALUES', 'May not write null values to stream');
}

export function cannotPipe(): Error {
  return coded(Error, 'ERR_STREAM_CANNOT_PIPE', 'Cannot pipe, not readable');
}

export function outOfRange(name: string, range: string, received: unknown): Error {
  return coded(
    RangeError,
    'ERR_OUT_OF_RANGE',
    `The value of "${name}" is out of range. It must be ${range}. Received ${shownNumber(received)}`,
  );
}

/** As Node shows a number that it refuses: one that is long in groups of three digits. */
function shownNumber(value: unknown): string {
  const isLong = typeof value === 'number' && Number.isInteger(value) && Math.abs(value) > 2 ** 32;
  return inspect(value, { numericSeparator: isLong });
}

export function invalidArgValue(name: string, value: unknown, reason = 'is invalid'): Error {
  const kind = name.includes('.') ? 'property' : 'argument';
  const shown = inspect(value);
  return coded(
    TypeError,
    'ERR_INVALID_ARG_VALUE',
    `The ${kind} '${name}' ${reason}. Received ${shown.length > 128 ? `${shown.slice(0, 128)}...` : shown}`,
  );
}

/** Whether Node calls back who gave `end` a callback once the response has finished: a write there is too late for an error. */
export const tellsEndAfterFinish = Number(process.versions.node.split('.')[0]) < 24;

/** @param expected - as Node words it: `of type string`, `of type string or an instance of Buffer or Uint8Array`, … */
export function invalidArgType(name: string, expected: string, received: unknown): Error {
  const kind = name.includes('.') ? 'property' : 'argument';
  return coded(
    TypeError,
    'ERR_INVALID_ARG_TYPE',
    `The "${name}" ${kind} must be ${expected}.${describeReceived(received)}`,
  );
}

function describeReceived(value: unknown): string {
  if (value === null || value === undefined) return ` Received ${value}`;
  if (typeof value === 'function') return ` Received function ${value.name}`;
  if (typeof value === 'object') {
    const name = value.constructor?.name;
    return name ? ` Received an instance of ${name}` : ` Received ${inspect(value, { depth: -1 })}`;
  }
  const shown = inspect(value, { colors: false });
  return ` Received type ${typeof value} (${shown.length > 28 ? `${shown.slice(0, 25)}...` : shown})`;
}

/** What a request meets whose connection went away before it was complete. */
export function connectionReset(message: string): Error {
  const error = new Error(message) as NodeJS.ErrnoException;
  error.code = 'ECONNRESET';
  return error;
}

/** What a program meets that writes to the socket of a request that came over HTTP/2. */
export function tunnelHeadInvalid(): Error {
  return coded(
    Error,
    'ERR_HTTP2_CONNECT_SOCKET',
    'What is written first to the socket of an upgraded stream is the head of a response, "HTTP/1.1 101 Switching Protocols" and its fields: this is none',
  );
}

export function noSocketBytes(): Error {
  return coded(
    Error,
    'ERR_HTTP2_NO_SOCKET_MANIPULATION',
    'A request of HTTP/2 shares its connection with others: nothing can be written to its socket, answer through its response',
  );
}
