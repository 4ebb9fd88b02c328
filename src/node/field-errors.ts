/**
 * Refuses the name or the value of a field with the error that `node:http` throws for it.
 *
 * In: a name or a value that was judged by our own grammar, and found wanting. Out: an exception, always: Node's own,
 * and where Node would let it pass, one of the same code. What may be sent never hangs on what Node thinks of it.
 */
import http from 'node:http';
import { invalidCharacter, invalidFieldValue, invalidToken } from './errors.js';

const validateName = http.validateHeaderName as (name: string, label?: string) => void;
const validateValue = http.validateHeaderValue as (name: string, value: unknown) => void;

/**
 * @param label - what the name is called in the message
 * @throws TypeError ERR_INVALID_HTTP_TOKEN
 */
export function refuseFieldName(name: string, label?: string): never {
  validateName(name, label);
  throw invalidToken(label ?? 'Header name', name);
}

/** @throws TypeError ERR_HTTP_INVALID_HEADER_VALUE for undefined, else ERR_INVALID_CHAR */
export function refuseFieldValue(name: string, value: unknown): never {
  validateValue(name, value);
  throw value === undefined ? invalidFieldValue(value, name) : invalidCharacter('header content', name);
}
