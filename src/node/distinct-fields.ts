/**
 * The prototype of `headersDistinct`: null, but a plain object's on Node lines that were made before a field could be
 * named like one of its members. Asked of Node's own message when somebody first wants one.
 */
import http from 'node:http';

/** As it is before `premier/register` puts another in its place. */
const NodeMessage = http.IncomingMessage;

function ask(): object | null {
  try {
    return Object.getPrototypeOf(new NodeMessage(null as never).headersDistinct);
  } catch {
    // No field is mistaken for a member there.
    return null;
  }
}

let prototype: object | null | undefined;

export function distinctPrototype(): object | null {
  if (prototype === undefined) prototype = ask();
  return prototype;
}
