/**
 * How many fields a head may have, and a trailer section.
 *
 * In: a server's `maxHeadersCount`. Out: the bound, and what becomes of fields beyond it, as on the Node in use. Where
 * that would leave out fields though the program set no bound, all are shown, since one left out can be the one that
 * matters: their bytes bound them.
 */
import type { FieldsBeyond } from '../http1/request-parser.js';
import { refusesManyFields } from '../node/line-habits.js';
import type { HttpServer } from './http-server.js';

/** Undefined where the program set none; 0 or less: no bound. Node counts names and values, with 32 bits. */
export function maxFieldsOf({ maxHeadersCount }: HttpServer): number | undefined {
  return typeof maxHeadersCount === 'number' ? (maxHeadersCount << 1) / 2 : undefined;
}

export function fieldsBeyond({ maxHeadersCount }: HttpServer): FieldsBeyond {
  if (refusesManyFields()) return 'refused';
  return typeof maxHeadersCount === 'number' ? 'dropped' : 'kept';
}
