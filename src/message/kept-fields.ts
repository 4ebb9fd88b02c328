/**
 * Where what a message has worked out is kept: on the message, and never on what messages inherit from.
 *
 * In: a request, or a prototype that a program asks as if it were one (`http.IncomingMessage.prototype.trailers`, or
 * `app.request.headers` of Express). Out: what was made for exactly that object. On a prototype it would be every
 * request's, with all that others put there. Likewise no field is set for all responses.
 */
import { OutgoingFields } from './outgoing-fields.js';

const apart = new WeakMap<object, Map<symbol, unknown>>();

/** Whether a constructor has run on it, or on what it inherits from. */
const isRequest = ({ rawHeaders }: { rawHeaders?: unknown }): boolean => rawHeaders !== undefined;

/** What a message has not worked out yet, from here on kept; what a prototype was asked for before is there already. */
export function made<M extends { rawHeaders?: unknown }, T>(
  message: M,
  key: symbol,
  make: (message: M) => T,
): T {
  if (isRequest(message)) {
    const value = make(message);
    (message as Record<symbol, unknown>)[key] = value;
    return value;
  }
  const kept = apart.get(message) ?? new Map<symbol, unknown>();
  if (!kept.has(key)) apart.set(message, kept.set(key, make(message)));
  return kept.get(key) as T;
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
