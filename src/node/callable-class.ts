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
 * Runs one of Node's own constructors on an object that was made without it. Node doesn't promise that its servers
 * can be called so; where they can't, the object is made anew with what `self` has already: what is returned counts.
 * @param self - made by `new` of a constructor that inherits from `Base`
 */
export function constructOn<T extends object>(Base: object, self: T, args: readonly unknown[]): T {
  if (isCallable(Base)) {
    Reflect.apply(Base as never, self, args);
    return self;
  }
  return Object.assign(Reflect.construct(Base as never, args, self.constructor), self);
}

/** A class says so in its text, and refuses to be called. */
function isCallable(Base: object): boolean {
  return !Function.prototype.toString.call(Base).startsWith('class');
}

/** Gives a prototype what few of its instances ever change: each instance has one property less for it, and no list shows it. */
export function giveDefaults(prototype: object, values: object): void {
  for (const name of Reflect.ownKeys(values)) {
    const value: unknown = Reflect.get(values, name);
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  }
}

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
