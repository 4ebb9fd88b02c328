// Undoes what a call that threw leaves behind on node:http, as two rows of docs/compatibility.md say.
// In: a call on a response, before it is made. Out: what undoes it. Both servers are treated the same; on premier there is
// nothing to undo.
import type { ServerResponse } from 'node:http';
import type { ObjectStep } from './program.js';

export const failureRows = { head: 'a head that is refused', end: '`end` that throws' };

/** What node:http keeps of a head that it was reading when it found a field that it refuses. */
const KEPT = [
  'chunkedEncoding',
  'shouldKeepAlive',
  '_contentLength',
  '_hasBody',
  '_defaultKeepAlive',
  '_last',
  '_removedConnection',
  '_removedContLen',
  '_removedTE',
] as const;

/** Returns what is to be called where the call throws. */
export function beforeCall(step: ObjectStep, object: object): () => void {
  if (step.on !== 'res' || !('call' in step)) return () => {};
  const res = object as ServerResponse;
  const kept = KEPT.map((name) => [name, Reflect.get(res, name)] as const);
  const { socket } = res;
  const corks = socket?.writableCorked ?? 0;
  return () => {
    if (!res.headersSent) for (const [name, value] of kept) Reflect.set(res, name, value);
    if (step.call !== 'end' || socket === null) return;
    while (socket.writableCorked > corks) socket.uncork();
  };
}
