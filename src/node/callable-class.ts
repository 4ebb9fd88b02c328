/**
 * Makes a constructor function out of a class body.
 *
 * Programs call `http.ServerResponse.call(this, req)` and `http.Server(handler)` without `new`, which an ES class
 * refuses. So the methods are written as a class (which is never instantiated) and its prototype is given to a
 * function that sets an instance up.
 */

// biome-ignore lint/suspicious/noExplicitAny: a constructor of anything
type AnyConstructor = abstract new (...args: any[]) => object;

/**
 * @param Methods - the class whose prototype instances get; its own constructor never runs
 * @param construct - sets up `this`; becomes the public constructor
 * @param base - what the constructor itself inherits from, for static members
 */
export function callableClass<C>(Methods: AnyConstructor, construct: object, base: object): C {
  Object.defineProperty(construct, 'prototype', { value: Methods.prototype, writable: true });
  Object.defineProperty(Methods.prototype, 'constructor', {
    value: construct,
    writable: true,
    configurable: true,
  });
  Object.setPrototypeOf(construct, base);
  return construct as C;
}
