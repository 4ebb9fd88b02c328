/** What a status says of the message it begins. */

/** Whether a response with this status may have a body at all, RFC 9110 §6.4.1. */
export function statusAllowsBody(status: number): boolean {
  return status !== 204 && status !== 304 && !isInterim(status);
}

/** Whether another response to the same request follows, RFC 9110 §15.2. */
export function isInterim(status: number): boolean {
  return status >= 100 && status <= 199;
}
