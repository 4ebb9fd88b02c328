/** The bytes of an array, as the language counts them: what an object says of itself may be of its own making. */

const { get } = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  'byteLength',
) as { get: () => number };

export const byteLengthOf: (bytes: Uint8Array) => number = Function.prototype.call.bind(get);
