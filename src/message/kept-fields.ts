/**
 * Where what a message has worked out is kept: on the message, and never on what messages inherit from.
 *
 * In: a request, or a prototype that a program asks as if it were one (`http.IncomingMessage.prototype.trailers`, or
 * `app.request.headers` of Express). Out: what was made for exactly that object. On a prototype it would be every
 * request's, with all that others put there. Likewise no field is set for all responses.
 */
import { OutgoingFields } from './outgoing-fields.js';

type Keeping<Key extends symbol> = { rawHeaders?: unknown } & Record<Key, unknown>;

const apart = new WeakMap<object, Map<symbol, unknown>>();

/** Whether a constructor has run on it, or on what it inherits from. */
const isRequest = ({ rawHeaders }: { rawHeaders?: unknown }): boolean => rawHeaders !== undefined;

/** What a prototype was asked for before; undefined for a request, which has it itself. */
export function keptApart<Key extends symbol, M extends Keeping<Key>>(
  message: M,
  key: Key,
): NonNullable<M[Key]> | undefined {
  if (isRequest(message)) return undefined;
  return apart.get(message)?.get(key) as NonNullable<M[Key]> | undefined;
}

export function keep<Key extends symbol, T>(message: Keeping<Key>, key: Key, made: T): T {
  if (isRequest(message)) {
    (message as Record<symbol, unknown>)[key] = made;
    return made;
  }
  const kept = apart.get(message) ?? new Map<symbol, unknown>();
  apart.set(message, kept.set(key, made));
  return made;
}

/**
 * The fields of a response that has none yet.
 * @throws TypeError where it is no response
 */
export function firstFields(response: { finished?: boolean }): OutgoingFields {
  refusePrototype(response);
  return new OutgoingFields();
}

/** @throws TypeError for what responses inherit from */
export function refusePrototype({ finished }: { finished?: boolean }): void {
  if (finished !== undefined) return;
  throw new TypeError(
    'This is what responses inherit from, and none itself: call it on a response of a handler',
  );
}
